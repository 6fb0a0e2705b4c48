"""Pages on the timeline of a lesson: what is said on each, as one text with the time of every character. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mediaprep.finishing.spoken import Spoken
from mediaprep.model.finishing.plans import SilenceMap


def window(silence: SilenceMap, start_ms: int, end_ms: int) -> SilenceMap:
    """The pauses of one stretch of a sound, counted from where it begins."""
    inside = [
        (max(begin, start_ms) - start_ms, min(end, end_ms) - start_ms)
        for begin, end in silence.pauses
        if begin < end_ms and end > start_ms
    ]
    return SilenceMap(total_ms=end_ms - start_ms, pauses=tuple(inside))


def placed(spoken: Sequence[Spoken], start_ms: float, end_ms: float) -> tuple[Spoken, ...]:
    """What is said on a page that is shown from `start_ms` to `end_ms`, whose own time begins with 0: nothing is
    said before or after it, and no caption goes on to the next page."""
    moved = [
        replace(
            item,
            start_ms=min(item.start_ms + start_ms, end_ms),
            end_ms=min(item.end_ms + start_ms, end_ms),
        )
        for item in spoken
    ]
    if moved:
        moved[-1] = replace(moved[-1], ends=True)
    return tuple(moved)
