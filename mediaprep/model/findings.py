"""What was judged of a file or a request."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import NamedTuple

from mediaprep.model.facts import Facts, Kind, UnknownFacts


class Text(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str

    def say(self, lang: str) -> str:
        return self.zh if lang.startswith("zh") else self.en

    def naming(self, what: str) -> Text:
        """The sentence with `what` in the place of its …"""
        return Text(self.en.replace("…", what), self.zh.replace("…", what))


class Verdict(enum.StrEnum):
    """Of one finding. `unreadable` is a file's verdict and never a finding's."""

    PASS = "pass"
    ADVISED = "advised"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule that did not plainly pass. `limit` is the bound in words and numbers, `fix` how to mend it
    (a row of FIXES that `mediaprep fix` applies, in words; None = only a person can)."""

    rule: str  # notrain.RefVideoUrl.seconds
    verdict: Verdict
    measured: object
    limit: str
    unit: str = ""
    message: Text
    fix: Text | None = None
    where: str | None = None  # timecode range, page, line:column


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that somebody decided to live with: it is shown and does not count."""

    finding: Finding
    reason: str
    expires: datetime.date | None = None


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """One file, its facts and findings. `field` is the coordinate it was judged for (notrain.RefVideoUrl);
    `other_uses` are what else it may be meant for, where nobody said and its kind does not tell."""

    path: str
    field: str | None
    facts: Facts
    findings: tuple[Finding, ...] = ()
    sha256: str | None = None
    waived: tuple[Waived, ...] = ()
    other_uses: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return self.facts.kind

    @property
    def verdict(self) -> str:
        """pass | advised | refused | unknown | unreadable: the worst of the findings."""
        if isinstance(self.facts, UnknownFacts) and not self.facts.machine_fault:
            return "unreadable"
        if isinstance(self.facts, UnknownFacts):
            return Verdict.UNKNOWN.value
        return worst(self.findings).value


_ORDER = (Verdict.PASS, Verdict.ADVISED, Verdict.UNKNOWN, Verdict.REFUSED)


def worst(findings: tuple[Finding, ...]) -> Verdict:
    """The gravest verdict; PASS for none."""
    return max((f.verdict for f in findings), key=_ORDER.index, default=Verdict.PASS)
