# ruff: noqa: ARG002 - every bound has one face, not each needs the language
"""The shapes of a demand. Each bound says itself in both languages and judges one measured value.

Sizes the docs leave ambiguous (100MB) pass up to the decimal value, are advised between, and are refused
above the binary one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mediaprep.model.findings import Verdict


class Bound(Protocol):
    """A demand on one value."""

    @property
    def unit(self) -> str: ...

    def verdict(self, value: object) -> Verdict: ...

    def words(self, lang: str = "en") -> str:
        """The limit as a reader sees it, without the unit's name repeated."""
        ...


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _said(value: object) -> str:
    return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else str(value)


def _real(value: object) -> float:
    assert isinstance(value, (int, float)) and not isinstance(value, bool)
    return value


@dataclass(frozen=True)
class Between:
    """low ≤ value ≤ high, both ends allowed unless `open_low`. `soft` = advised (建议), never refused."""

    low: float
    high: float
    unit: str = ""
    open_low: bool = False
    soft: bool = False

    def verdict(self, value: object) -> Verdict:
        number = _real(value)
        above = number > self.low if self.open_low else number >= self.low
        if above and number <= self.high:
            return Verdict.PASS
        return Verdict.ADVISED if self.soft else Verdict.REFUSED

    def words(self, lang: str = "en") -> str:
        return f"{'(' if self.open_low else '['}{_number(self.low)}, {_number(self.high)}]"


@dataclass(frozen=True)
class AtMost:
    """value ≤ high (or < high when `open_high`)."""

    high: float
    unit: str = ""
    open_high: bool = False
    soft: bool = False

    def verdict(self, value: object) -> Verdict:
        number = _real(value)
        if number < self.high or (number == self.high and not self.open_high):
            return Verdict.PASS
        return Verdict.ADVISED if self.soft else Verdict.REFUSED

    def words(self, lang: str = "en") -> str:
        return f"{'<' if self.open_high else '≤'} {_number(self.high)}"


@dataclass(frozen=True)
class AtLeast:
    """value ≥ low."""

    low: float
    unit: str = ""
    soft: bool = False

    def verdict(self, value: object) -> Verdict:
        if _real(value) >= self.low:
            return Verdict.PASS
        return Verdict.ADVISED if self.soft else Verdict.REFUSED

    def words(self, lang: str = "en") -> str:
        return f"≥ {_number(self.low)}"


@dataclass(frozen=True)
class SizeUpTo:
    """A file size as the docs print it (`stated`, e.g. 100MB), which may be meant decimal or binary."""

    stated: str
    decimal: int
    binary: int
    open_high: bool = False
    soft: bool = False
    unit: str = "byte"

    def verdict(self, value: object) -> Verdict:
        size = _real(value)
        if size < self.decimal or (size == self.decimal and not self.open_high):
            return Verdict.PASS
        if size < self.binary or (size == self.binary and not self.open_high):
            return Verdict.ADVISED
        return Verdict.ADVISED if self.soft else Verdict.REFUSED

    def words(self, lang: str = "en") -> str:
        return f"{'<' if self.open_high else '≤'} {self.stated}"


@dataclass(frozen=True)
class OneOf:
    """value is one of a closed set."""

    allowed: tuple[object, ...]
    unit: str = ""
    soft: bool = False

    def verdict(self, value: object) -> Verdict:
        if value in self.allowed:
            return Verdict.PASS
        return Verdict.ADVISED if self.soft else Verdict.REFUSED

    def words(self, lang: str = "en") -> str:
        return ("、" if lang.startswith("zh") else ", ").join(_said(item) for item in self.allowed)


@dataclass(frozen=True)
class AllOf:
    """Several bounds on one value: the gravest verdict counts."""

    parts: tuple[Bound, ...]

    @property
    def unit(self) -> str:
        return self.parts[0].unit

    def verdict(self, value: object) -> Verdict:
        found = {part.verdict(value) for part in self.parts}
        return next(v for v in (Verdict.REFUSED, Verdict.ADVISED, Verdict.PASS) if v in found)

    def words(self, lang: str = "en") -> str:
        return ", ".join(part.words(lang) for part in self.parts)
