"""When each character of a caption is spoken, for captions that light up with the voice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mediaprep.finishing.spoken import Spoken, spread
from mediaprep.model.finishing.plans import Cue


def timed(cues: Sequence[Cue], spoken: Sequence[Spoken]) -> tuple[Cue, ...]:
    """`cues` that were set from `spoken`, each with the time (ms) at which each of its characters begins.

    Times never fall and lie inside the cue.
    """
    rows = spread(spoken)
    at = 0
    found: list[Cue] = []
    for cue in cues:
        times: list[int] = []
        for character in "".join(cue.lines):
            last = times[-1] if times else cue.start_ms
            place = next((n for n in range(at, len(rows)) if rows[n][0] == character), None)
            if character.isspace() or place is None:
                times.append(last)
                continue
            at = place + 1
            times.append(min(cue.end_ms, max(last, round(rows[place][1]))))
        found.append(replace(cue, spoken_ms=tuple(times)))
    return tuple(found)
