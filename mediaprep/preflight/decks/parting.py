"""Where a deck that is too long is cut: into as few parts as will do, alike in length, between sections if one
ends nearby."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

_NEAR = 4  # a section's end counts as nearby within this part of the longest part


def parts(total: int, most: int, sections: Collection[int] = ()) -> tuple[range, ...]:
    """Pages 1 … `total` in ranges of at most `most`; `sections` are pages that begin something new."""
    count = -(-total // most)
    cuts = [0]
    for number in range(1, count):
        ideal = round(total * number / count)
        low, high = (
            max(cuts[-1] + 1, total - (count - number) * most),
            min(cuts[-1] + most, total - count + number),
        )
        near = [
            page - 1
            for page in sections
            if low <= page - 1 <= high and abs(page - 1 - ideal) <= most // _NEAR
        ]
        cuts.append(min(near or [min(max(ideal, low), high)], key=lambda cut: abs(cut - ideal)))
    return tuple(range(start + 1, end + 1) for start, end in pairwise([*cuts, total]))
