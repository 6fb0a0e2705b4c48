"""Pictures laid over pictures, as the planes that encoders take: the figure before its ground, logos over both.

A sprite is laid once for every picture it has, and only what differs from frame to frame is laid again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.planes import Standard

Planes = npt.NDArray[np.uint8]
Rgba = npt.NDArray[np.uint8]
_Words = npt.NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True)
class Area:
    """Pixels of the frame: left and top may lie outside it, and so may the far edges."""

    left: int
    top: int
    right: int
    bottom: int

    def within(self, width: int, height: int) -> Area:
        """The part that is seen; empty where none is."""
        left, top = min(max(0, self.left), width), min(max(0, self.top), height)
        right, bottom = max(left, min(self.right, width)), max(top, min(self.bottom, height))
        return Area(left=left, top=top, right=right, bottom=bottom)

    def meeting(self, other: Area) -> Area:
        """What both cover; empty where nothing."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom))
        return Area(left=left, top=top, right=right, bottom=bottom)

    def even(self) -> Area:
        """Grown to whole pairs of pixels, so that it has chroma of its own."""
        return Area(
            left=self.left // 2 * 2,
            top=self.top // 2 * 2,
            right=-(-self.right // 2) * 2,
            bottom=-(-self.bottom // 2) * 2,
        )

    @property
    def empty(self) -> bool:
        return self.left >= self.right or self.top >= self.bottom

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.right - self.left, self.bottom - self.top

    def slices(self, shrink: int = 1) -> tuple[slice, slice]:
        """Rows and columns of a plane that is `shrink` times smaller than the frame."""
        return (
            slice(self.top // shrink, self.bottom // shrink),
            slice(self.left // shrink, self.right // shrink),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Sprite:
    """A picture for an even area of a frame: each plane times its alpha (of 255²), and what is left of the ground
    there (of 255)."""

    area: Area
    light: tuple[_Words, _Words, _Words]
    ground: tuple[_Words, _Words]  # for luma, for chroma

    def lay(self, planes: Planes, only: Area | None = None) -> None:
        """Over yuv420p planes (height·3/2, width), in place; `only` within an even area."""
        area = self.area if only is None else self.area.meeting(only)
        if area.empty:
            return
        inner = Area(
            left=area.left - self.area.left,
            top=area.top - self.area.top,
            right=area.right - self.area.left,
            bottom=area.bottom - self.area.top,
        )
        for number, plane in enumerate(split(planes)):
            shrink = 1 if number == 0 else 2
            part, below = plane[area.slices(shrink)], self.ground[number > 0][inner.slices(shrink)]
            mixed = part * below  # uint16 throughout: 255 × 255 fits
            mixed += self.light[number][inner.slices(shrink)]
            mixed += 128
            mixed += mixed >> 8
            part[:] = mixed >> 8


def split(planes: Planes) -> list[Planes]:
    """Views of the three planes."""
    width, height = planes.shape[1], planes.shape[0] * 2 // 3
    flat, quarter = planes.reshape(-1), (height // 2) * (width // 2)
    return [
        flat[: width * height].reshape(height, width),
        flat[width * height : width * height + quarter].reshape(height // 2, width // 2),
        flat[width * height + quarter :].reshape(height // 2, width // 2),
    ]


def sprite_of(pixels: Rgba, area: Area, standard: Standard) -> Sprite:
    """From RGBA of the even area's size whose colours are multiplied by their alpha."""
    light = pixels.astype(np.float32)
    small = (light[0::2, 0::2] + light[1::2, 0::2] + light[0::2, 1::2] + light[1::2, 1::2]) * np.float32(0.25)
    luma = _weighed(light, standard.luma) + light[..., 3] * np.float32(16 / 255)
    chroma = [
        _weighed(small, row) + small[..., 3] * np.float32(128 / 255)
        for row in (standard.blue, standard.red)
    ]  # fmt: skip
    made = [np.clip(plane * 255 + 0.5, 0, 65025).astype(np.uint16) for plane in (luma, *chroma)]
    return Sprite(
        area=area,
        light=(made[0], made[1], made[2]),
        ground=(
            (255 - pixels[..., 3]).astype(np.uint16),
            np.rint(255 - small[..., 3]).astype(np.uint16),
        ),
    )


def _weighed(light: npt.NDArray[np.float32], shares: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    red, green, blue = (light[..., channel] * shares[channel] for channel in range(3))
    weighed: npt.NDArray[np.float32] = red + green + blue
    return weighed


def straight(pixels: Rgba) -> Rgba:
    """Colours that were multiplied by their alpha, as they were before."""
    alpha = pixels[..., 3:].astype(np.uint16)
    colours = (pixels[..., :3].astype(np.uint16) * 255 + alpha // 2) // np.maximum(alpha, 1)
    return np.dstack([np.minimum(colours, 255).astype(np.uint8), pixels[..., 3]])


def multiplied(pixels: Rgba) -> Rgba:
    """Straight RGBA with its colours multiplied by their alpha."""
    alpha = pixels[..., 3:].astype(np.uint16)
    colours = (pixels[..., :3].astype(np.uint16) * alpha + 127) // 255
    return np.dstack([colours.astype(np.uint8), pixels[..., 3]])
