"""Whose mouth moves: the lips of one person, followed through a working copy's keyframes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.footage import GROUP, Footage
from mediaprep.emulator.render.mouth import Lips
from mediaprep.media import packets

log = logging.getLogger(__name__)

Picture = npt.NDArray[np.uint8]
_LONGER_SIDE = 640
_LOST_AFTER = 5  # keyframes without the person, before anybody else counts as the one


@dataclass(frozen=True, kw_only=True)
class Face:
    """One face: its centre and width, and its lips, in pixels."""

    centre: tuple[float, float]
    width: float
    lips: Lips


Finder = Callable[[Picture], list[Face]]


def finder() -> Finder | None:
    """Finds faces in a BGR picture, largest first; None (and a line in the log) where OpenCV is missing."""
    try:
        from mediaprep.media import faces, pixels
    except ImportError as error:
        log.warning("mouths stay as they are: OpenCV does not load (%s)", error)
        return None
    weights = resources.files("mediaprep.media").joinpath("data", faces.WEIGHTS).read_bytes()
    find = pixels.face_finder(weights, faces.THRESHOLD)

    def found(picture: Picture) -> list[Face]:
        return sorted((_face(row) for row in find(picture)), key=lambda face: -face.width)

    return found


def _face(row: npt.NDArray[np.float32]) -> Face:
    """From YuNet: x, y, width, height, then eyes, nose and the corners of the mouth."""
    values = [float(value) for value in row]
    corners = sorted([(values[10], values[11]), (values[12], values[13])])
    return Face(
        centre=(values[0] + values[2] / 2, values[1] + values[3] / 2),
        width=values[2],
        lips=Lips(left=corners[0], right=corners[1]),
    )


@dataclass(frozen=True)
class Track:
    """Lips on keyframes (frame number, lips or None), rising."""

    seen: tuple[tuple[int, Lips | None], ...]

    @property
    def empty(self) -> bool:
        return all(lips is None for _, lips in self.seen)

    def at(self, frame: int) -> Lips | None:
        """The lips on a frame: between two sightings in proportion, beside a lone one as there."""
        place = int(np.searchsorted([number for number, _ in self.seen], frame, side="right"))
        before = self.seen[place - 1] if place else None
        after = self.seen[place] if place < len(self.seen) else None
        here = before[1] if before else None
        there = after[1] if after else None
        if here is not None and there is not None and before and after:
            return here.towards(there, (frame - before[0]) / (after[0] - before[0]))
        if here is not None and before and (after is None or frame - before[0] <= GROUP // 2):
            return here
        return there if there is not None and after and after[0] - frame <= GROUP // 2 else None


def follow(footage: Footage, find: Finder, *, everyone: bool = False) -> Track:
    """Walk the keyframes. First is the largest face of the first picture that has one, then whoever is next
    to where it was; with `everyone` the largest face of each picture."""
    longer = min(_LONGER_SIDE, max(footage.width, footage.height))
    chosen = _largest if everyone else _same_person()
    seen: list[tuple[int, Lips | None]] = []
    for number in range(0, footage.frames, GROUP):
        face, scale = None, 1.0
        for _, picture in packets.pictures_at(footage.group(number // GROUP), [0.0], longer_side=longer):
            scale = footage.width / picture.shape[1]
            face = chosen(find(np.ascontiguousarray(picture)))
        seen.append((number, None if face is None else _scaled(face.lips, scale)))
    return Track(tuple(seen))


def _largest(faces: Sequence[Face]) -> Face | None:
    return faces[0] if faces else None


def _same_person() -> Callable[[Sequence[Face]], Face | None]:
    known: Face | None = None
    lost = 0

    def choose(faces: Sequence[Face]) -> Face | None:
        nonlocal known, lost
        if known is None or lost > _LOST_AFTER:
            near = _largest(faces)
        else:
            near = min(faces, key=_distance(known), default=None)
            if near is not None and _distance(known)(near) > known.width:
                near = None
        lost = 0 if near is not None else lost + 1
        known = near or known
        return near

    return choose


def _distance(known: Face) -> Callable[[Face], float]:
    return lambda face: float(np.hypot(face.centre[0] - known.centre[0], face.centre[1] - known.centre[1]))


def _scaled(lips: Lips, scale: float) -> Lips:
    return Lips(
        left=(lips.left[0] * scale, lips.left[1] * scale),
        right=(lips.right[0] * scale, lips.right[1] * scale),
    )


def of_picture(picture: Picture, find: Finder) -> Lips | None:
    """The lips of the largest face of one BGR picture."""
    scale = max(1.0, max(picture.shape[:2]) / _LONGER_SIDE)
    small = picture
    if scale > 1:
        from mediaprep.media import pixels

        small = pixels.resize(picture, round(picture.shape[1] / scale), round(picture.shape[0] / scale))
    face = _largest(find(small))
    return None if face is None else _scaled(face.lips, scale)


def sightings(track: Track) -> Iterator[int]:
    """The keyframes on which the person was seen."""
    yield from (number for number, lips in track.seen if lips is not None)
