"""Whose mouth moves: the lips of one person, followed through a working copy."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.drawing.footage import GROUP, WorkingCopy
from mediaprep.emulator.render.drawing.mouth import Lips
from mediaprep.media.containers import keyframes

log = logging.getLogger(__name__)

Picture = npt.NDArray[np.uint8]
_LONGER_SIDE = 640
_NO_STRANGER = 0.2  # likeness that a turning head keeps; most strangers stay below
_LOST_AFTER = 30  # frames without the person, before anybody else counts as the one


@dataclass(frozen=True, kw_only=True)
class Face:
    """One face: its centre and width, and its lips, in pixels; how much it is like the photos' person, where
    there are photos."""

    centre: tuple[float, float]
    width: float
    lips: Lips
    alike: float | None = None

    def scaled(self, factor: float) -> Face:
        def grown(point: tuple[float, float]) -> tuple[float, float]:
            return point[0] * factor, point[1] * factor

        lips = Lips(left=grown(self.lips.left), right=grown(self.lips.right))
        return replace(self, centre=grown(self.centre), width=self.width * factor, lips=lips)


Finder = Callable[[Picture], list[Face]]


def finder(photos: Sequence[Path] = ()) -> Finder | None:
    """Finds faces in a BGR picture, largest first, and compares them with the person of the photos; None (and
    a line in the log) where OpenCV is missing."""
    try:
        from mediaprep.media import faces, pixels
    except ImportError as error:
        log.warning("mouths stay as they are: OpenCV does not load (%s)", error)
        return None
    weights = resources.files("mediaprep.media").joinpath("data", faces.WEIGHTS).read_bytes()
    find = pixels.face_finder(weights, faces.THRESHOLD)
    compare = _likeness(photos)

    def found(picture: Picture) -> list[Face]:
        rows = (row for row in find(picture) if min(row[2], row[3]) >= faces.SMALLEST)
        return sorted((_face(row, compare(picture, row)) for row in rows), key=lambda face: -face.width)

    return found


def _likeness(photos: Sequence[Path]) -> Callable[[Picture, npt.NDArray[np.float32]], float | None]:
    """How much a found face is like the photos' person; None without photos."""
    if not photos:
        return lambda picture, row: None
    from mediaprep.media import faces
    from mediaprep.media.people import compare, likeness

    found = [compare.likeness_of(photo)[0] for photo in photos]
    wanted = [one for one in found if one is not None]
    embed = likeness.embedder()

    def alike(picture: Picture, row: npt.NDArray[np.float32]) -> float | None:
        points = row[4:14].astype(np.float64).reshape(5, 2)
        seen = embed(faces.upright_of(picture, points)[0])
        return max((likeness.cosine(one, seen) for one in wanted), default=None)

    return alike


def _face(row: npt.NDArray[np.float32], alike: float | None) -> Face:
    """From YuNet: x, y, width, height, then eyes, nose and the corners of the mouth."""
    values = [float(value) for value in row]
    corners = sorted([(values[10], values[11]), (values[12], values[13])])
    return Face(
        centre=(values[0] + values[2] / 2, values[1] + values[3] / 2),
        width=values[2],
        lips=Lips(left=corners[0], right=corners[1]),
        alike=alike,
    )


@dataclass(frozen=True)
class LipTrack:
    """Lips on the frames that were looked at (frame number, lips or None), rising."""

    seen: tuple[tuple[int, Lips | None], ...]

    @property
    def empty(self) -> bool:
        return all(lips is None for _, lips in self.seen)

    def at(self, frame: int) -> Lips | None:
        """The lips on a frame; between two sightings in proportion, beside a lone one nowhere."""
        place = bisect_right(self.seen, frame, key=lambda sighting: sighting[0])
        if place == 0:
            return None
        number, here = self.seen[place - 1]
        if here is None or number == frame or place == len(self.seen):
            return here if number == frame else None
        after, there = self.seen[place]
        return None if there is None else here.towards(there, (frame - number) / (after - number))


def follow(
    footage: WorkingCopy, find: Finder, *, everyone: bool = False, enough: float | None = None
) -> LipTrack:
    """First is the largest face of the first picture that has one, then whoever is next to where it was; with
    `everyone` the largest face of each picture; with `enough` whoever is at least so much like the photos'
    person, and who moves on from there without becoming a stranger. Keyframes are looked at, and every frame
    of a group in which the face comes, goes or jumps (a cut), so that no mouth opens where there is none."""
    watch = _Watch(footage, find, enough)
    keys = range(0, footage.frames, GROUP)
    for number in keys:
        watch.look(number, 0)
    rough = watch.chosen(everyone=everyone)
    for number, following in pairwise(keys):
        if _parted(rough[number], rough[following]):
            watch.look(number, GROUP - 1)
    if keys and rough[keys[-1]] is not None:
        watch.look(keys[-1], GROUP - 1)
    found = watch.chosen(everyone=everyone)
    return LipTrack(tuple((n, None if face is None else face.lips) for n, face in found.items()))


def _parted(one: Face | None, other: Face | None) -> bool:
    """Whether these cannot be two sightings of one quiet movement."""
    if one is None or other is None:
        return one is not other
    return _distance(one)(other) > one.width / 3


class _Watch:
    """All faces on the frames that were looked at, in the footage's pixels."""

    def __init__(self, footage: WorkingCopy, find: Finder, enough: float | None) -> None:
        self._enough = enough
        self._footage = footage
        self._find = find
        self._faces: dict[int, list[Face]] = {}

    def look(self, key: int, following: int) -> None:
        """At a keyframe, and at `following` frames behind it."""
        footage = self._footage
        longer = min(_LONGER_SIDE, max(footage.width, footage.height))
        shown = keyframes.pictures_at(
            footage.group(key // GROUP), [0.0], following=following, longer_side=longer
        )
        for index, (_, picture) in enumerate(shown):
            scale = footage.width / picture.shape[1]
            faces = self._find(np.ascontiguousarray(picture))
            self._faces[key + index] = [face.scaled(scale) for face in faces]

    def chosen(self, *, everyone: bool) -> dict[int, Face | None]:
        """The face that speaks, by frame, rising."""
        choose = _Person(everyone=everyone, enough=self._enough).choose
        return {number: choose(number, self._faces[number]) for number in sorted(self._faces)}


class _Person:
    """Keeps to one face from picture to picture."""

    def __init__(self, *, everyone: bool, enough: float | None = None) -> None:
        self._everyone = everyone
        self._enough = enough
        self._known: Face | None = None
        self._last = 0

    def choose(self, number: int, faces: Sequence[Face]) -> Face | None:
        found = (
            self._near(number, faces) if self._enough is None else self._wanted(number, faces, self._enough)
        )
        if found is not None:
            self._known, self._last = found, number
        return found

    def _wanted(self, number: int, faces: Sequence[Face], enough: float) -> Face | None:
        best = max(faces, key=_alike, default=None)
        if best is not None and _alike(best) >= enough:
            return best
        known = self._known
        if known is None or number - self._last > _LOST_AFTER:
            return None
        same = [face for face in faces if _alike(face) >= _NO_STRANGER]
        near = min(same, key=_distance(known), default=None)
        return near if near is not None and _distance(known)(near) <= known.width else None

    def _near(self, number: int, faces: Sequence[Face]) -> Face | None:
        known = self._known
        if not faces or known is None or self._everyone or number - self._last > _LOST_AFTER:
            return faces[0] if faces else None
        near = min(faces, key=_distance(known))
        return near if _distance(known)(near) <= known.width else None


def _alike(face: Face) -> float:
    return -1.0 if face.alike is None else face.alike


def _distance(known: Face) -> Callable[[Face], float]:
    return lambda face: float(np.hypot(face.centre[0] - known.centre[0], face.centre[1] - known.centre[1]))


def of_picture(picture: Picture, find: Finder) -> Lips | None:
    """The lips of the largest face of one BGR picture."""
    scale = max(1.0, max(picture.shape[:2]) / _LONGER_SIDE)
    small = picture
    if scale > 1:
        from mediaprep.media import pixels

        small = pixels.resize(picture, round(picture.shape[1] / scale), round(picture.shape[0] / scale))
    faces = find(small)
    return faces[0].scaled(scale).lips if faces else None
