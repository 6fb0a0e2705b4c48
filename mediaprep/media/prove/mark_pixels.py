"""Whether the visible mark is seen in a finished video where it should be, as long as it should be, and no longer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mediaprep.media.ffmpeg import Binary
from mediaprep.media.prove import caption_pixels
from mediaprep.model.finishing.plans import VisibleMark
from mediaprep.model.finishing.proof import Check, Expectation


def samples(expectation: Expectation) -> frozenset[int]:
    """The pictures to look at: first, middle and last of those that show it as bright as it is made, and the next."""
    mark = expectation.mark
    if mark is None:
        return frozenset()
    lit = [frame for frame in (0, mark.end_frame // 2, mark.end_frame - 1) if frame in expectation.lit]
    return frozenset(
        [*lit, expectation.fade_in, *([mark.end_frame] if mark.end_frame in expectation.lit else [])]
    )


def rows(expectation: Expectation) -> tuple[int, int]:
    """The rows of the picture in which it stands."""
    mark = expectation.mark
    return (0, 0) if mark is None else caption_pixels.band(expectation.canvas, mark.style, mark.font)


def marked(
    expectation: Expectation, mark: VisibleMark, strips: Mapping[int, caption_pixels.Strip], binary: Binary
) -> Check:
    """Its pattern is in every picture of its time, in its place, and high enough; in the next one it is not."""
    canvas = expectation.canvas
    (pattern,) = caption_pixels.patterns(
        [mark.placed], canvas=canvas, style=mark.style, font=mark.font, binary=binary
    )
    likes = {frame: caption_pixels.resemblance(strip, pattern) for frame, strip in strips.items()}
    shown = [like for frame, like in likes.items() if frame < mark.end_frame]
    after = likes.get(mark.end_frame, 0.0)
    ink = np.flatnonzero((pattern.inks[0] > 100).any(axis=1))
    high = int(ink[-1] - ink[0] + 1) if ink.size else 0
    share = 100 * high / min(canvas.width, canvas.height)
    seconds = float(mark.end_frame / canvas.fps)
    worst = min(shown, default=0.0)
    held = worst >= caption_pixels.VISIBLE and after <= caption_pixels.VISIBLE and share >= 5.0
    text = mark.placed.cue.text
    return Check(
        name="mark",
        held=held if shown else None,
        measured=f"{worst:.3f}, {share:.1f} % high, after it {after:.3f}",
        expected=f"“{text}” in the first {seconds:g} s, at least 5 % of the shorter side high, then gone",
        expected_zh=f"开头 {seconds:g} 秒可见“{text}”，高度不低于短边的 5%，其后消失",
    )
