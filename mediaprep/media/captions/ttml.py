"""TTML and DFXP: captions as XML. Names count without their prefix, as files put any before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree

from mediaprep.media.captions import markup
from mediaprep.media.captions.timed import Block

_DTD: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?tt[\s>/]")
_BREAK: Final = re.compile(
    r"<\s{0,9}/?\s{0,9}((?:[\w.-]{1,40}:)?br)\b[^<>]{0,200}>(?:\s{0,99}<\s{0,9}/\s{0,9}\1\s{0,9}>)?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)([A-Za-z]\w{0,31};)?")
_PARAGRAPH: Final = re.compile(r"<(?:[\w.-]{1,40}:)?p[\s>]")
_CLOCK: Final = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2})(?:[.,](\d+)|[:;](\d{1,3})(?:\.\d+)?)?")
_OFFSET: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(h|ms|m|s|f|t)")
_NOT_SHOWN: Final = frozenset({"metadata", "title", "desc", "copyright", "agent", "set", "animate", "head"})
_DEEPEST: Final = 60


class Unreadable(ValueError):
    """Why a file is no TTML."""


@dataclass(frozen=True, kw_only=True)
class _Rates:
    """How many frames and ticks a second has."""

    frames: Fraction
    ticks: Fraction

    def ms(self, text: str) -> int | None:
        """A time expression in milliseconds; None for anything else."""
        text = text.strip()
        if found := _CLOCK.fullmatch(text):
            hours, minutes, seconds = (int(part) for part in found.groups()[:3])
            exact = Fraction((hours * 60 + minutes) * 60 + seconds)
            if found[4]:
                exact += Fraction(int(found[4]), 10 ** len(found[4]))
            elif found[5]:
                exact += int(found[5]) / self.frames
            return round(exact * 1000)
        if found := _OFFSET.fullmatch(text):
            unit = {
                "h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000),
                "f": 1 / self.frames, "t": 1 / self.ticks,
            }[found[2]]  # fmt: skip
            return round(Fraction(found[1]) * unit * 1000)
        return None


@dataclass(frozen=True, kw_only=True)
class _Time:
    """The stretch of an element: begin and end in milliseconds (None: open), and whether it says so itself."""

    begin: int
    end: int | None
    told: bool
    wrong: str | None = None


def is_ttml(text: str) -> bool:
    """Whether the first element is tt."""
    return _ROOT.search(text[:4000]) is not None and text.lstrip("\ufeff \t\n").startswith("<")


def blocks(text: str) -> Iterator[Block]:
    """The captions, one for each element that has text and a time of its own. Raises Unreadable."""
    if _DTD.search(text):
        raise Unreadable("has a DTD")
    text = _BREAK.sub(lambda found: f"<{found[1]}/>", text)
    text = _NAMED.sub(lambda found: markup.unescaped(found[0]) if found[1] else "&amp;", text)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # it may name the encoding that the file had
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - a DTD was refused above
    except ElementTree.ParseError as error:
        raise Unreadable(f"is broken XML ({error})") from error
    rates = _rates(root.attrib)
    lines = _lines_of_paragraphs(text)
    for element, time in _paragraphs(root, rates, _Time(begin=0, end=None, told=False), 0):
        yield from _captions(element, rates, time, next(lines, 0))


def _lines_of_paragraphs(text: str) -> Iterator[int]:
    """The line on which each paragraph begins, from 1."""
    line, at = 1, 0
    for found in _PARAGRAPH.finditer(text):
        line, at = line + text.count("\n", at, found.start()), found.start()
        yield line


def _rates(given: Mapping[str, str]) -> _Rates:
    told = {_local(name): value for name, value in given.items()}
    frames = _number(told.get("frameRate")) or Fraction(30)
    above, below = (*(told.get("frameRateMultiplier") or "1 1").replace(":", " ").split(), "1", "1")[:2]
    frames *= (_number(above) or Fraction(1)) / (_number(below) or Fraction(1))
    default = frames * (_number(told.get("subFrameRate")) or 1) if "frameRate" in told else Fraction(1)
    return _Rates(frames=frames, ticks=_number(told.get("tickRate")) or default)


def _number(text: str | None) -> Fraction | None:
    try:
        return Fraction(text or "") or None
    except (ValueError, ZeroDivisionError):
        return None


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _told(element: ElementTree.Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if _local(key) == name), None)


def _time_of(element: ElementTree.Element, rates: _Rates, outer: _Time) -> _Time:
    """An element's stretch: what it says counts from the beginning of the one around it."""
    told = {name: value for name in ("begin", "end", "dur") if (value := _told(element, name)) is not None}
    found = {name: rates.ms(value) for name, value in told.items()}
    wrong = next((f"{name}={told[name]!r}" for name, ms in found.items() if ms is None), outer.wrong)
    begin = outer.begin + (found.get("begin") or 0)
    ends = [outer.end] if outer.end is not None else []
    if (end := found.get("end")) is not None:
        ends.append(outer.begin + end)
    if (lasts := found.get("dur")) is not None:
        ends.append(begin + lasts)
    return _Time(begin=begin, end=min(ends, default=None), told=bool(told) or outer.told, wrong=wrong)


def _paragraphs(
    element: ElementTree.Element, rates: _Rates, outer: _Time, depth: int
) -> Iterator[tuple[ElementTree.Element, _Time]]:
    if depth > _DEEPEST:
        raise Unreadable(f"has elements in elements deeper than {_DEEPEST}")
    time = _time_of(element, rates, outer)
    if _local(element.tag) == "p":
        yield element, time
        return
    for child in element:
        if isinstance(child.tag, str) and _local(child.tag) not in _NOT_SHOWN:
            yield from _paragraphs(child, rates, time, depth + 1)


def _captions(paragraph: ElementTree.Element, rates: _Rates, time: _Time, line: int) -> Iterator[Block]:
    """A paragraph's text at its own time; spans that have times of their own are captions by themselves."""
    own: list[str] = []
    timed: list[tuple[_Time, str]] = []

    def gather(element: ElementTree.Element, outer: _Time, into: list[str], depth: int) -> None:
        if depth > _DEEPEST:
            raise Unreadable(f"has elements in elements deeper than {_DEEPEST}")
        keep = _told(element, "space") == "preserve"
        into.append(_spaced(element.text, keep))
        for child in element:
            name = _local(child.tag) if isinstance(child.tag, str) else ""
            ruby = (_told(child, "ruby") or "").lower()
            if name == "br":
                into.append("\n")
            elif name == "span" and not ruby.startswith("text"):
                time = _time_of(child, rates, outer)
                if any(_told(child, part) for part in ("begin", "end", "dur")):
                    inner: list[str] = []
                    gather(child, time, inner, depth + 1)
                    timed.append((time, "".join(inner)))
                else:
                    gather(child, outer, into, depth + 1)
            elif name and name not in _NOT_SHOWN and not ruby:
                gather(child, outer, into, depth + 1)
            into.append(_spaced(child.tail, keep))

    gather(paragraph, time, own, 0)
    for moment, written in [(time, "".join(own)), *timed]:
        said = "\n".join(" ".join(row.split()) for row in written.split("\n"))
        if not said.strip():
            continue
        unsaid = None if moment.told and moment.end is not None else "no begin and end"
        yield Block(
            line=line,
            start_ms=moment.begin,
            end_ms=moment.end or 0,
            text=said,
            clock=moment.wrong or unsaid,
        )


def _spaced(text: str | None, keep: bool) -> str:
    """Line ends in the file are blanks, unless it says that space is to be kept."""
    return (text or "") if keep else re.sub(r"\s+", " ", text or "")
