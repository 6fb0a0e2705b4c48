"""Lines that say when a caption is shown, as people and programs write them: 00:00:01,500 --> 00:00:02,900, with
full-width signs, blanks inside, no hours, no milliseconds, other arrows; and those that meant to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PLAIN: Final = str.maketrans(
    "０１２３４５６７８９：﹕∶︰，﹐、．。｡；－＞‐‑‒–—―−─～→➔➜⟶⇒",
    "0123456789::::,,,...;->--------~>>>>>",
)
_ARROW: Final = r"(?P<arrow>[-=~](?:\s*[-=~]){0,3}\s*>|[-=~]{0,3}>|-{1,4}|~)"
_LONG: Final = re.compile(r"(?:[-=~]\s*){2,}>?")  # nobody writes such a one between two times of day
# A fourth field after a colon is milliseconds if it has three digits; else it counts pictures, nobody knows how fast.
_CLOCK: Final = (
    r"(?:(?P<h{n}>\d{{1,3}})\s*:\s*)?(?P<m{n}>\d{{1,4}})\s*:\s*(?P<s{n}>\d{{1,2}})"
    r"(?:\s*(?:[.,;]\s*(?P<f{n}>\d{{1,9}})|:\s*(?P<t{n}>\d{{3}})))?"
)
_SECONDS: Final = r"(?P<s{n}>\d{{1,6}})\s*[.,]\s*(?P<f{n}>\d{{1,9}})"
_REST: Final = r"(?P<rest>\s.*|[^\dA-Za-z:.,;\s].*|)"
_FORMS: Final = tuple(
    re.compile(rf"[^\w<]{{0,3}}{clock.format(n=1)}\s*{between}\s*{clock.format(n=2)}{rest}")
    for clock, between, rest in (
        (_CLOCK, _ARROW, _REST),
        (_CLOCK, r"(?P<arrow>[,;])", r"(?P<rest>\s*)"),
        (_SECONDS, r"(?P<arrow>--+>)", _REST),
    )
)
_MISREAD: Final = str.maketrans("OoＯlIｌ|", "0001111")
_MEANT: Final = re.compile(r"[^\w<]{0,3}[\dOolI].*(?:[-=~]\s?>|>|--)|[-=~]{2,}\s?>\s*[\dOolI]")
_DIGITS_OF_TWO: Final = 9  # more than two times of day have
_OF_A_CLOCK: Final = re.compile(r"[\d:.,;\s>~=OolI|-]")
_SETTINGS: Final = re.compile(r"(?:\s*(?:[A-Za-z]\w*[:=]\S+))+\s*")
LONGEST: Final = 400  # characters of a line that can be one


@dataclass(frozen=True, kw_only=True)
class CueTime:
    """When a caption is shown, in milliseconds, and the text that stands on the same line."""

    start_ms: int
    end_ms: int
    rest: str = ""


def span_of(line: str) -> CueTime | None:
    """What a time line says; None for any other line, and for one that cannot be read."""
    if len(line) > LONGEST or not any(map(str.isdigit, line)):
        return None
    plain = line.translate(_PLAIN)
    found = _matched(plain)
    if found is None and looks_like_one(line):
        found = _matched(plain.translate(_MISREAD))
    if found is None:
        return None
    rest = line[found.start("rest") :] if len(plain) == len(line) else found["rest"]
    rest = "" if _SETTINGS.fullmatch(rest) else rest.strip()
    return CueTime(start_ms=_ms(found, 1), end_ms=_ms(found, 2), rest=rest)


def looks_like_one(line: str) -> bool:
    """Whether a line was meant to be a time line: it is never a text, even where its times cannot be read."""
    if len(line) > LONGEST:
        return False
    plain = line.translate(_PLAIN).strip()
    digits = sum(map(str.isdigit, plain))
    if digits < 4 or not _MEANT.match(plain) or not (digits >= _DIGITS_OF_TWO or _LONG.search(plain)):
        return False
    return plain.count(":") >= 2 and len(_OF_A_CLOCK.findall(plain)) >= 0.7 * len(plain)


def stamps_of(line: str) -> tuple[tuple[int, ...], str]:
    """The times that a line of lyrics begins with ([00:12.50][01:02]text), in milliseconds, and its text."""
    found: list[int] = []
    while stamp := _STAMP.match(line):
        found.append(_ms(stamp, 1))
        line = line[stamp.end() :]
    return tuple(found), line


_STAMP: Final = re.compile(
    r"\s*\[\s*(?:(?P<h1>\d{1,2}):)?(?P<m1>\d{1,3}):(?P<s1>\d{1,2})(?:[.:,](?P<f1>\d{1,6}))?\s*\]"
)


def _matched(plain: str) -> re.Match[str] | None:
    found = (form.fullmatch(plain) for form in _FORMS)
    return next((one for one in found if one is not None and _is_sure(one)), None)


def _is_sure(found: re.Match[str]) -> bool:
    """Whether it is no stretch between two times of day (10:00 → 12:00), which is a text."""
    if found["arrow"] in {",", ";"} or _LONG.fullmatch(found["arrow"]):
        return True
    told = found.groupdict()
    return all(told.get(f"f{n}") or told.get(f"t{n}") for n in (1, 2)) or bool(
        ">" in found["arrow"] and told.get("h1") and told.get("h2")
    )


def _ms(found: re.Match[str], n: int) -> int:
    told = found.groupdict()
    hours, minutes, seconds = (int(told.get(f"{unit}{n}") or 0) for unit in "hms")
    fraction = told.get(f"f{n}") or told.get(f"t{n}") or "0"
    thousandths: int = round(int(fraction) * 1000 / 10 ** len(fraction))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
