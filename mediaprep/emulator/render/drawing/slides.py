"""One page of a presentation as frames: its picture, the presenter over it, logos over both.

A page stands still but for the mouth: the frame is made once, and for each position of the mouth only the pixels that
differ are made again.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.contract import placement
from mediaprep.emulator.account.catalogue import CatalogueAvatar
from mediaprep.emulator.render.drawing import presenter_card
from mediaprep.emulator.render.planes import BT709, planes_of
from mediaprep.media import pictures

Rgb = npt.NDArray[np.uint8]
Rgba = npt.NDArray[np.uint8]


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
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, eq=False)
class Layer:
    """A picture over the page: `pixels` (RGBA) fill `area`, which lies within the frame."""

    pixels: Rgba
    area: Area


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where an avatar stands: the docs' numbers, and the avatar they are of. Its Angle is not drawn."""

    avatar: CatalogueAvatar
    horizontal: float = 0.0
    vertical: float = 0.0
    scale: float = 1.0

    def area(self, width: int, height: int) -> Area:
        """The avatar's picture in a frame of that size, by the docs' formulas; it may reach out of it."""
        pose = placement.Size(width=self.avatar.pose[0], height=self.avatar.pose[1])
        size = placement.scaled(pose, self.avatar.origin_zoom, self.scale)
        at = placement.Position(horizontal=self.horizontal, vertical=self.vertical)
        x, y = placement.corner(placement.Size(width=width, height=height), size, at)
        left, top = round(x), round(y)
        return Area(
            left=left,
            top=top,
            right=left + max(1, round(size.width)),
            bottom=top + max(1, round(size.height)),
        )


def logo(path: Path, x: int, y: int, scale: float, frame: tuple[int, int]) -> Layer | None:
    """A logo with its top left corner at (x, y), in its own size × scale; None where nothing of it is seen. Only what
    is seen is made. Raises BadAsset."""
    header = pictures.read_header(path)
    size = (max(1, round(header.width * scale)), max(1, round(header.height * scale)))
    seen = Area(left=x, top=y, right=x + size[0], bottom=y + size[1]).within(*frame)
    if seen.empty:
        return None
    window = (seen.left - x, seen.top - y, seen.right - x, seen.bottom - y)
    return Layer(pictures.read_layer(path, size, window), seen)


def frames(
    page: Rgb, stand: Stand | None, logos: Sequence[Layer], openings: Iterable[float]
) -> Iterator[bytes]:
    """One raw frame (yuv420p, BT.709) for each opening of the mouth, 0–1. `page` is RGB of the frame's size."""
    height, width = page.shape[:2]
    still = _composed(page, stand, logos, 0)
    planes = planes_of(still, BT709)
    if stand is None:
        whole = planes.tobytes()
        yield from (whole for _ in openings)
        return
    mouth = _mouth(stand, width, height)

    @functools.cache
    def patch(position: int) -> npt.NDArray[np.uint8]:
        return planes_of(_composed(page, stand, logos, position)[mouth.slices], BT709)

    for opening in openings:
        position = round(float(opening) * presenter_card.POSITIONS)
        if position == 0 or mouth.empty:
            yield planes.tobytes()
        else:
            yield _patched(planes, patch(position), mouth, width, height)


def _composed(page: Rgb, stand: Stand | None, logos: Sequence[Layer], position: int) -> Rgb:
    height, width = page.shape[:2]
    figure = [] if stand is None else [_figure(stand, width, height, position)]
    frame = page.copy()
    for layer in (*figure, *logos):
        if layer.area.empty:
            continue
        below = frame[layer.area.slices]
        share = layer.pixels[..., 3:].astype(np.float32) / 255
        mixed = below + (layer.pixels[..., :3].astype(np.float32) - below) * share
        frame[layer.area.slices] = np.rint(mixed).astype(np.uint8)
    return frame


@functools.lru_cache(maxsize=2 * (presenter_card.POSITIONS + 1))
def _figure(stand: Stand, width: int, height: int, position: int) -> Layer:
    """The drawn presenter in its avatar's picture, standing on its lower edge and never outside it."""
    area = stand.area(width, height)
    seen = area.within(width, height)
    pixels = np.zeros((seen.bottom - seen.top, seen.right - seen.left, 4), dtype=np.uint8)
    tall, wide = area.bottom - area.top, area.right - area.left
    foot = ((area.left + area.right) / 2 - seen.left, float(area.bottom - seen.top))
    presenter_card.figure(
        pixels, foot, min(tall, wide / presenter_card.WIDTH_SHARE), position / presenter_card.POSITIONS
    )
    return Layer(pixels, seen)


def _mouth(stand: Stand, width: int, height: int) -> Area:
    """Where an open mouth differs from a closed one."""
    shut, wide = (_figure(stand, width, height, position) for position in (0, presenter_card.POSITIONS))
    rows, columns = np.nonzero((shut.pixels != wide.pixels).any(axis=2))
    if not len(rows):
        return Area(left=0, top=0, right=0, bottom=0)
    return Area(
        left=shut.area.left + int(columns.min()),
        top=shut.area.top + int(rows.min()),
        right=shut.area.left + int(columns.max()) + 1,
        bottom=shut.area.top + int(rows.max()) + 1,
    ).even()


def _patched(
    planes: npt.NDArray[np.uint8], patch: npt.NDArray[np.uint8], area: Area, width: int, height: int
) -> bytes:
    """`planes` with those of `patch` in `area`."""
    frame = planes.copy().reshape(-1)
    high, wide = area.bottom - area.top, area.right - area.left
    parts, at, taken = patch.reshape(-1), 0, 0
    for shrink in (1, 2, 2):
        rows, columns = height // shrink, width // shrink
        plane = frame[at : at + rows * columns].reshape(rows, columns)
        size = (high // shrink) * (wide // shrink)
        plane[area.top // shrink : area.bottom // shrink, area.left // shrink : area.right // shrink] = parts[
            taken : taken + size
        ].reshape(high // shrink, wide // shrink)
        at, taken = at + rows * columns, taken + size
    return frame.tobytes()
