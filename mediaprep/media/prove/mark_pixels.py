"""Whether the visible mark is seen in a finished video where it should be, as long as it should be, and no longer."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from mediaprep.media.ffmpeg import Binary
from mediaprep.media.prove import caption_pixels
from mediaprep.model.finishing.plans import Canvas, VisibleMark
from mediaprep.model.finishing.proof import Check, Expectation
from mediaprep.model.finishing.receipts import ShownMark

_DRAWN = 0.04  # how dense a pixel is that belongs to it


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
    pattern = _drawn(mark, canvas, binary)
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


@functools.lru_cache(maxsize=2)  # it is proved, and kept in the receipt just after
def _drawn(mark: VisibleMark, canvas: Canvas, binary: Binary) -> caption_pixels.Pattern:
    """How it is drawn in the rows where it stands."""
    (pattern,) = caption_pixels.patterns(
        [mark.placed], canvas=canvas, style=mark.style, font=mark.font, binary=binary
    )
    return pattern


# --- later, beside the receipt ----------------------------------------------------------------------------------


def kept(expectation: Expectation, binary: Binary) -> ShownMark | None:
    """What a receipt keeps of the mark, so that it can be looked for again."""
    mark, canvas = expectation.mark, expectation.canvas
    frames = () if mark is None else tuple(sorted(n for n in samples(expectation) if n < mark.end_frame))
    if mark is None or not frames:
        return None
    pattern, first = _drawn(mark, canvas, binary), rows(expectation)[0]
    down, across = (np.flatnonzero(pattern.cover.max(axis=axis) > _DRAWN) for axis in (1, 0))
    if not down.size:
        return None
    top, end, left, right = (int(edge) for edge in (down[0], down[-1] + 1, across[0], across[-1] + 1))
    cover, ink = pattern.cover[top:end, left:right] * 255, pattern.inks[0][top:end, left:right]
    return ShownMark(
        text=mark.placed.cue.text,
        box=(left, first + top, right, first + end),
        frames=frames,
        cover=_packed(cover),
        ink=_packed(ink),
    )


def again(proved: ShownMark, crops: Mapping[int, caption_pixels.Strip]) -> Check:
    """Whether the mark is still seen in what `crops` show of its place."""
    left, top, right, end = proved.box
    shape = end - top, right - left
    here = [crop for crop in crops.values() if crop.shape == shape]
    likes: list[float] = []
    if here and len(proved.cover) == len(proved.ink) == shape[0] * shape[1]:
        cover, ink = (
            np.frombuffer(packed, dtype=np.uint8).reshape(shape).astype(np.float32)
            for packed in (proved.cover, proved.ink)
        )
        dense = (cover / 255).astype(np.float32)
        pattern = caption_pixels.Pattern(cover=dense, inks=(ink,))
        likes = [caption_pixels.resemblance(crop, pattern) for crop in here]
    worst = round(min(likes, default=0.0), 3)
    return Check(
        name="mark",
        held=len(likes) == len(proved.frames) and worst >= caption_pixels.VISIBLE,
        measured=f"{worst:g} in {len(likes)} of {len(proved.frames)} pictures",
        expected=f"“{proved.text}” seen, correlation of at least {caption_pixels.VISIBLE:g}",
        expected_zh=f"可见“{proved.text}”，相关系数不低于 {caption_pixels.VISIBLE:g}",
    )


def _packed(plane: caption_pixels.Plane) -> bytes:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8).tobytes()
