"""Compares the faces of reference photos with those of a video. Runs in a guarded child (see `match`)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mediaprep.errors import BadAsset
from mediaprep.media import faces, pictures
from mediaprep.media.people import likeness
from mediaprep.media.people.tracks import Crowd
from mediaprep.media.people.walking import Shown, Walk
from mediaprep.media.probing import video
from mediaprep.model.facts import FaceBox, PersonMatch, PhotoMatch, VideoFacts

_LONGER_SIDE = 1280  # a face of 60 pixels in 4K is too small to compare anyway
_SURE = 0.5  # nobody else comes near: the rest need not be walked


class _Best:
    """The face of the video that is most like one photo's."""

    def __init__(self, path: Path) -> None:
        self.wanted, self.faces = likeness_of(path)
        self.similarity: float | None = None
        self.seconds: float | None = None
        self.face: FaceBox | None = None

    def compare(self, other: likeness.Likeness, seconds: float, face: FaceBox) -> None:
        if self.wanted is None:
            return
        similarity = likeness.cosine(self.wanted, other)
        if self.similarity is None or similarity > self.similarity:
            self.similarity, self.seconds, self.face = similarity, seconds, face

    def told(self) -> PhotoMatch:
        return PhotoMatch(
            similarity=None if self.similarity is None else round(self.similarity, 3),
            faces=self.faces,
            seconds=None if self.seconds is None else round(self.seconds, 3),
            face=self.face,
        )


def likeness_of(photo: Path) -> tuple[likeness.Likeness | None, int]:
    """The likeness of the largest face of a photo, and how many faces it shows. Raises BadAsset."""
    if not pictures.read_header(photo).decodable:
        raise BadAsset(
            f"{photo.name} is not decoded here: export it as jpg", f"此处不解码 {photo.name}：请导出为 jpg"
        )
    rgb = pictures.read_pixels(photo, longer_side=_LONGER_SIDE)[1]
    seen = faces.detector().sightings(np.ascontiguousarray(rgb[:, :, ::-1]))
    return (likeness.embedder()(seen[0].upright) if seen else None), len(seen)


def compare(
    photos: Sequence[Path],
    footage: Path,
    container: str,
    demuxer: str,
    budget_seconds: float,
) -> PersonMatch:
    """What `match` tells, measured here. Raises BadAsset, ToolMissing."""
    wanted = [_Best(photo) for photo in photos]
    facts, moments = video.measure(footage, container, demuxer, False)
    if not isinstance(facts, VideoFacts):
        raise BadAsset("has no picture track", "没有视频轨道")
    longer = min(_LONGER_SIDE, max(facts.width, facts.height))
    walk = Walk(footage, moments, facts, budget_seconds=budget_seconds, longer_side=longer)
    look = _Look(wanted, facts.width)
    if any(best.wanted is not None for best in wanted):
        look.at(walk.sampled())
        if not look.sure:
            look.at(walk.left())
    return PersonMatch(
        photos=tuple(best.told() for best in wanted),
        sampled=len(walk.times),
        compared=look.compared,
        people=look.crowd.people,
        unsure=look.crowd.unsure,
        complete=walk.complete,
    )


class _Look:
    """All faces of the video against all photos; ends early once a lone photo was surely found."""

    def __init__(self, wanted: Sequence[_Best], width: int) -> None:
        self.crowd = Crowd()
        self.compared = 0
        self._wanted = wanted
        self._width = width
        self._detector = faces.detector()

    @property
    def sure(self) -> bool:
        """Every photo was found beyond doubt."""
        return all((best.similarity or 0.0) >= _SURE for best in self._wanted)

    def at(self, shown: Shown) -> None:
        with contextlib.closing(shown):  # type: ignore[type-var]
            for seconds, picture in shown:
                self._see(seconds, picture)
                if self.sure:
                    return

    def _see(self, seconds: float, picture: faces.Picture) -> None:
        factor = self._width / picture.shape[1]
        for seen in self._detector.sightings(picture):
            taken = self.crowd.add(seen, factor)
            if taken is None:
                continue
            self.compared += 1
            for best in self._wanted:
                best.compare(taken, seconds, faces.grown(seen.box, factor))
