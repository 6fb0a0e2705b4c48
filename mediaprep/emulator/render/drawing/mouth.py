"""A mouth that opens: a local warp around the lips of one face, in place on yuv420p planes.

No more than the word says: the lower lip and chin go down, the upper lip goes up a little, what opens between
is dark. Outside the mouth's surroundings not one pixel is touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
SOFT, EXAGGERATED = 0.32, 0.55  # gap between the lips at full voice, in widths of the mouth
_REACH_ACROSS, _REACH_UP, _REACH_DOWN = 0.85, 0.45, 1.25  # of the warp, in widths of the mouth
_UPPER_SHARE = 0.22  # of the gap that the upper lip gives
_TEETH = (212.0, 122.0, 132.0)  # Y, U, V
_TEETH_SHARE = 0.34  # of the gap
_INSIDE = (34.0, 122.0, 142.0)  # Y, U, V of a mouth's inside


@dataclass(frozen=True, kw_only=True)
class Lips:
    """The two corners of a mouth in pixels, left and right as seen."""

    left: tuple[float, float]
    right: tuple[float, float]

    @property
    def width(self) -> float:
        return float(np.hypot(self.right[0] - self.left[0], self.right[1] - self.left[1]))

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left[0] + self.right[0]) / 2, (self.left[1] + self.right[1]) / 2

    def towards(self, other: Lips, share: float) -> Lips:
        """Between this and another place, 0 = here, 1 = there."""

        def mix(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

        return Lips(left=mix(self.left, other.left), right=mix(self.right, other.right))


def speak(planes: Plane, lips: Lips, opening: float, strength: float = SOFT, *, teeth: bool = False) -> None:
    """Open the mouth at `lips` by `opening` (0–1) on planes (height·3/2, width), in place; `teeth` = with a row of
    new ones in it."""
    gap = opening * strength * lips.width
    if gap < 0.5:
        return
    width = planes.shape[1]
    height = planes.shape[0] * 2 // 3
    quarter = (height // 2) * (width // 2)
    flat = planes.reshape(-1)
    luma = flat[: width * height].reshape(height, width)
    chroma = [
        flat[start : start + quarter].reshape(height // 2, width // 2)
        for start in (width * height, width * height + quarter)
    ]
    _warp(luma, lips, gap, 1.0, (_INSIDE[0], _TEETH[0] if teeth else None))
    for plane, inside, white in zip(chroma, _INSIDE[1:], _TEETH[1:], strict=True):
        _warp(plane, lips, gap, 0.5, (inside, white if teeth else None))


def _warp(plane: Plane, lips: Lips, gap: float, scale: float, colours: tuple[float, float | None]) -> None:
    """One plane; `scale` is its share of the luma's size, `colours` are those of the inside and of teeth."""
    from mediaprep.media import pixels  # OpenCV: where it is missing no lips were found either

    mouth, gap = lips.width * scale, gap * scale
    centre_x, centre_y = (value * scale for value in lips.middle)
    window = _window(plane.shape, centre_x, centre_y, mouth * (_REACH_DOWN + 0.6))
    if window is None:
        return
    top, bottom, left, right = window
    tilt = np.arctan2(lips.right[1] - lips.left[1], lips.right[0] - lips.left[0])
    cos, sin = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    x = np.arange(left, right, dtype=np.float32)[None, :] - np.float32(centre_x)
    y = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(centre_y)
    across, down = x * cos + y * sin, y * cos - x * sin
    size = np.float32(mouth)
    shift, hole = _shape((across / size).astype(np.float32), (down / size).astype(np.float32), gap / mouth)
    shift *= size
    source_x = (x + np.float32(centre_x) + shift * sin).astype(np.float32)
    source_y = (y + np.float32(centre_y) - shift * cos).astype(np.float32)
    seen = pixels.warp(plane, source_x, source_y).astype(np.float32)
    seen += (np.float32(colours[0]) - seen) * hole
    if colours[1] is not None:
        roof = -gap / mouth * _UPPER_SHARE * np.clip(1 - (across / size / 0.5) ** 2, 0, 1)
        row = hole * (down / size < roof + _TEETH_SHARE * gap / mouth)
        seen += (np.float32(colours[1]) - seen) * row.astype(np.float32)
    plane[top:bottom, left:right] = np.rint(seen).astype(np.uint8)


def _window(
    shape: tuple[int, ...], centre_x: float, centre_y: float, reach: float
) -> tuple[int, int, int, int] | None:
    top, bottom = max(0, int(centre_y - reach)), min(shape[0], int(centre_y + reach) + 1)
    left, right = max(0, int(centre_x - reach)), min(shape[1], int(centre_x + reach) + 1)
    return (top, bottom, left, right) if bottom - top > 2 and right - left > 2 else None


def _shape(across: Floats, down: Floats, gap: float) -> tuple[Floats, Floats]:
    """In widths of the mouth: how far each pixel moved down, and how much of it (0–1) is the inside."""
    lips = np.clip(1 - (across / np.float32(0.5)) ** 2, 0, 1)  # the gap closes at the corners
    face = np.clip(1 - (across / np.float32(_REACH_ACROSS)) ** 2, 0, 1) ** 2
    lower, upper = np.float32(gap * (1 - _UPPER_SHARE)), np.float32(-gap * _UPPER_SHARE)
    below = np.clip(1 - down / np.float32(_REACH_DOWN), 0, 1)
    above = np.clip(1 + down / np.float32(_REACH_UP), 0, 1)
    smooth_below, smooth_above = below**2 * (3 - 2 * below), above**2 * (3 - 2 * above)
    profile = np.maximum(lips, face * np.float32(0.6))
    shift = np.where(down >= 0, lower * profile * smooth_below, upper * profile * smooth_above)
    floor, roof = lower * lips, upper * lips
    edge = np.float32(0.025)
    hole = np.clip((floor - down) / edge, 0, 1) * np.clip((down - roof) / edge, 0, 1) * (lips > 0)
    return shift.astype(np.float32), (hole * np.float32(0.92)).astype(np.float32)
