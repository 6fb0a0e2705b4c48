"""Where an avatar stands in the video, and its frames: the figure over its ground, logos over both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mediaprep.contract import placement
from mediaprep.emulator.account.catalogue import CatalogueAvatar
from mediaprep.emulator.render.drawing import figure
from mediaprep.emulator.render.drawing.canvas import VectorCanvas
from mediaprep.emulator.render.drawing.figure import Pose
from mediaprep.emulator.render.drawing.gestures import Hands
from mediaprep.emulator.render.drawing.sprites import (
    Area,
    Planes,
    Rgba,
    Sprite,
    multiplied,
    split,
    sprite_of,
    straight,
)
from mediaprep.emulator.render.drawing.wardrobe import Wardrobe
from mediaprep.emulator.render.planes import BT709
from mediaprep.media import pictures

_BODIES, _FACES = 6, 160  # pictures kept: of whole figures, and of faces


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where an avatar stands: the docs' numbers, and the avatar they are of. `degrees` count for 3D avatars
    only."""

    avatar: CatalogueAvatar
    worn: Wardrobe
    horizontal: float = 0.0
    vertical: float = 0.0
    scale: float = 1.0
    degrees: int = 0

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


@dataclass(frozen=True, kw_only=True)
class Framed:
    """How the figure fills its picture: pixels a unit, and the pixel of its (0, 0). It is as wide as the picture, and
    stands on its lower edge; what a flat picture does not hold is cut off below."""

    scale: float
    origin: tuple[float, float]

    @classmethod
    def of(cls, area: Area) -> Framed:
        width, height = area.size
        scale = min(width / figure.WIDTH, height / figure.LEAST)
        top = area.top if scale >= height else area.bottom - scale
        return cls(scale=scale, origin=((area.left + area.right) / 2, float(top)))

    def head(self) -> Area:
        """Around what moves in the face."""
        left, top, right, bottom = (side * self.scale for side in figure.HEAD)
        x, y = self.origin
        return Area(
            left=int(x + left), top=int(y + top), right=int(x + right) + 1, bottom=int(y + bottom) + 1
        )


class Figure:
    """The drawn avatar of a stand in frames of one size."""

    def __init__(self, stand: Stand, size: tuple[int, int]) -> None:
        area = stand.area(*size)
        self._stand, self._framed = stand, Framed.of(area)
        self._clip = area
        self.area = area.within(*size).even()
        self.head = self._framed.head().meeting(self.area).even().meeting(self.area)

    def drawn(self, pose: Pose, area: Area) -> Rgba:
        """RGBA of an area of the frame, colours multiplied by their alpha; nothing outside the avatar's picture."""
        canvas = VectorCanvas(
            area.size, corner=(area.left, area.top), origin=self._framed.origin, scale=self._framed.scale
        )
        figure.draw(canvas, self._stand.worn, pose, self._stand.degrees)
        pixels, seen = canvas.pixels, self._clip
        for axis, (low, high) in enumerate(((seen.top - area.top, seen.bottom - area.top),
                                            (seen.left - area.left, seen.right - area.left))):  # fmt: skip
            lines = np.moveaxis(pixels, axis, 0)
            lines[: max(0, low)] = 0
            lines[max(0, high) :] = 0
        return pixels


class Stage:
    """Frames of `size` with a figure (None: nobody) and `logos` over whatever ground is given, as BT.709 planes."""

    def __init__(self, size: tuple[int, int], stand: Stand | None, logos: Sequence[Sprite] = ()) -> None:
        self._size = size
        self._logos = [logo for logo in logos if not logo.area.empty]
        self._figure = None if stand is None else Figure(stand, size)
        self._body = functools.lru_cache(_BODIES)(self._new_body)
        self._face = functools.lru_cache(_FACES)(self._new_face)

    def over(self, ground: Planes, pose: Pose) -> None:
        """Draw on one frame's planes, in place."""
        if self._figure is not None and not self._figure.area.empty:
            self._lay(self._figure, ground, pose)
        for logo in self._logos:
            logo.lay(ground)

    def _lay(self, shown: Figure, ground: Planes, pose: Pose) -> None:
        if pose == pose.faceless or shown.head.empty:
            self._body(pose.hands).lay(ground)
            return
        parts = _parts(ground, shown.head)
        below = [part.copy() for part in parts]
        self._body(pose.hands).lay(ground)
        for part, kept in zip(parts, below, strict=True):
            part[:] = kept
        self._face(pose).lay(ground)

    def _new_body(self, hands: Hands) -> Sprite:
        assert self._figure is not None
        area = self._figure.area
        return sprite_of(self._figure.drawn(Pose(hands=hands), area), area, BT709)

    def _new_face(self, pose: Pose) -> Sprite:
        assert self._figure is not None
        head = self._figure.head
        return sprite_of(self._figure.drawn(pose, head), head, BT709)

    def before(self, grounds: Iterable[Planes], poses: Iterable[Pose]) -> Iterator[bytes]:
        """Raw frames before a ground that moves."""
        for ground, pose in zip(grounds, poses, strict=True):
            self.over(ground, pose)
            yield ground.tobytes()

    def before_still(self, ground: Planes, poses: Iterable[Pose]) -> Iterator[bytes]:
        """Raw frames before one ground: what moves is only the face, most of the time."""
        head = None if self._figure is None else self._figure.head

        @functools.lru_cache(_BODIES)
        def whole(hands: Hands) -> Planes:
            return self._on(ground, Pose(hands=hands))

        @functools.lru_cache(_FACES)
        def face(pose: Pose) -> list[Planes]:
            assert head is not None
            return [part.copy() for part in _parts(self._on(ground, pose), head)]

        for pose in poses:
            frame = whole(pose.hands)
            if head is not None and not head.empty and pose != pose.faceless:
                frame = frame.copy()
                for part, new in zip(_parts(frame, head), face(pose), strict=True):
                    part[:] = new
            yield frame.tobytes()

    def _on(self, ground: Planes, pose: Pose) -> Planes:
        frame = ground.copy()
        self.over(frame, pose)
        return frame


def clear_frames(size: tuple[int, int], stand: Stand, poses: Iterable[Pose]) -> Iterator[bytes]:
    """Raw RGBA frames: the figure, and nothing around it."""
    shown = Figure(stand, size)
    whole = functools.lru_cache(_BODIES)(
        _clear(shown, shown.area, np.zeros((size[1], size[0], 4), dtype=np.uint8))
    )
    for pose in poses:
        frame = whole(pose.faceless)
        if not shown.head.empty and pose != pose.faceless:
            frame = _clear(shown, shown.head, frame)(pose)
        yield frame.tobytes()


def _clear(shown: Figure, area: Area, below: Rgba) -> Callable[[Pose], Rgba]:
    def drawn(pose: Pose) -> Rgba:
        frame = below.copy()
        if not area.empty:
            frame[area.slices()] = straight(shown.drawn(pose, area))
        return frame

    return drawn


def _parts(planes: Planes, area: Area) -> list[Planes]:
    """Views of an even area in the three planes."""
    return [plane[area.slices(1 if number == 0 else 2)] for number, plane in enumerate(split(planes))]


def logo(path: Path, x: int, y: int, scale: float, frame: tuple[int, int]) -> Sprite | None:
    """A logo with its top left corner at (x, y), in its own size × scale; None where nothing of it is seen. Only what
    is seen is made. Raises BadAsset."""
    header = pictures.read_header(path)
    size = (max(1, round(header.width * scale)), max(1, round(header.height * scale)))
    seen = Area(left=x, top=y, right=x + size[0], bottom=y + size[1]).within(*frame)
    if seen.empty:
        return None
    window = (seen.left - x, seen.top - y, seen.right - x, seen.bottom - y)
    area = seen.even()
    pixels = np.zeros((area.size[1], area.size[0], 4), dtype=np.uint8)
    inner = Area(
        left=seen.left - area.left, top=seen.top - area.top,
        right=seen.right - area.left, bottom=seen.bottom - area.top,
    )  # fmt: skip
    pixels[inner.slices()] = multiplied(pictures.read_layer(path, size, window))
    return sprite_of(pixels, area, BT709)
