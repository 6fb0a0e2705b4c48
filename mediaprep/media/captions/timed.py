"""Captions whose times stand on lines of their own: SRT, WebVTT, SBV, SubViewer; and lyrics (LRC).

Cues begin at their time lines, wherever numbers and blank lines are missing or too many. A line that was meant to be
a time line and cannot be read begins a cue that is dropped, and is never the text of the one before.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mediaprep.media.captions import clocks

_NUMBER: Final = re.compile(r"[#(\[（]?\s*[0-9０-９]{1,6}\s*[.:)\]）、]?")
_HEADER: Final = re.compile(
    r"\s*\[(?:/?INFORMATION|TITLE|AUTHOR|SOURCE|PRG|FILEPATH|DELAY|CD TRACK|COMMENT|SUBTITLE|COLF|STYLE|END)\b",
    re.I,
)
_LYRICS_TAG: Final = re.compile(r"\s*\[\s*([a-z]{1,10})\s*:(.*)\]\s*", re.I)
_WORD_STAMP: Final = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,4})?>")
_LAST_MS: Final = 5000  # the last line of lyrics says no end
_LONGEST_MS: Final = 10_000  # of a line of lyrics before a pause


@dataclass(frozen=True, kw_only=True)
class Block:
    """One caption as it stands in the file: line number (from 1), milliseconds, text with its markup; `clock` is a
    time line that could not be read (the times are 0 then)."""

    line: int
    start_ms: int
    end_ms: int
    text: str
    clock: str | None = None


def first_times(text: str) -> str | None:
    """The first line that says when a caption is shown."""
    return next((line for line in text.split("\n") if clocks.span_of(line) is not None), None)


def has_lyrics(text: str) -> bool:
    """Whether the lines begin with times in brackets."""
    lines = [line for line in text.split("\n") if line.strip()][:60]
    timed = sum(bool(clocks.stamps_of(line)[0]) for line in lines)
    return timed > 0 and timed + sum(bool(_LYRICS_TAG.fullmatch(line)) for line in lines) >= 0.7 * len(lines)


def blocks(text: str, *, vtt: bool = False) -> Iterator[Block]:
    """The captions of a file with time lines, in its order. In WebVTT a blank line ends a caption: what stands
    between (notes, styles, names) is none."""
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if _times(line) is not None]
    numbered = _is_numbered(lines, places)
    for place, after in zip(places, [*places[1:], len(lines)], strict=True):
        found = _times(lines[place])
        assert found is not None
        said = lines[place + 1 : after]
        if after < len(lines) and numbered:
            said = _without_number(said)
        if vtt:
            said = said[: next((n for n, line in enumerate(said) if not line.strip()), len(said))]
        said = [line for line in said if line.strip() and not _HEADER.match(line)]
        broken = isinstance(found, str)
        span = clocks.CueTime(start_ms=0, end_ms=0) if isinstance(found, str) else found
        yield Block(
            line=place + 1,
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            text="\n".join([span.rest, *said] if span.rest else said),
            clock=lines[place].strip() if broken else None,
        )


def lyrics(text: str) -> Iterator[Block]:
    """The lines of lyrics; each lasts until the next begins."""
    offset, found = 0, []
    for number, line in enumerate(text.split("\n"), 1):
        tag = _LYRICS_TAG.fullmatch(line)
        stamps, said = clocks.stamps_of(line)
        if tag and not stamps and tag[1].lower() == "offset":
            offset = _signed(tag[2])
        found += [(max(0, stamp - offset), number, _WORD_STAMP.sub("", said).strip()) for stamp in stamps]
    found.sort()
    starts = [start for start, _, _ in found]
    for start, number, said in found:
        after = bisect.bisect_right(starts, start)
        later = starts[after] if after < len(starts) else start + _LAST_MS
        yield Block(line=number, start_ms=start, end_ms=min(later, start + _LONGEST_MS), text=said)


def _times(line: str) -> clocks.CueTime | str | None:
    """When a caption is shown, or the time line that cannot be read; None for any other line."""
    return clocks.span_of(line) or (line if clocks.looks_like_one(line) else None)


def _is_number(line: str) -> bool:
    return _NUMBER.fullmatch(line.strip()) is not None


def _is_numbered(lines: Sequence[str], places: Sequence[int]) -> bool:
    """Whether the file counts its captions: most time lines stand behind a number."""
    before = (next((line for line in reversed(lines[:place][-3:]) if line.strip()), "") for place in places)
    return sum(map(_is_number, before)) * 2 > len(places)


def _without_number(said: list[str]) -> list[str]:
    """What stands before a time line without the number that belongs to it."""
    kept = list(said)
    while kept and not kept[-1].strip():
        kept.pop()
    alone = len(kept) == len(said) or len(kept) == 1 or (len(kept) > 1 and not kept[-2].strip())
    return kept[:-1] if kept and alone and _is_number(kept[-1]) else kept


def _signed(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        return 0
