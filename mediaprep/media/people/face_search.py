"""Faces of a video: on sampled pictures, and on every keyframe before it says that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mediaprep.contract.rules.faces import BLURRED, DARK, FRONTAL_YAW, PEOPLE_WIDTH, TURNED
from mediaprep.media import faces
from mediaprep.media.containers.timing import spread
from mediaprep.media.people.tracks import Crowd
from mediaprep.media.people.walking import Walk
from mediaprep.model.facts import FaceBox, MeasuredRange, SeenPicture, Stretch, VideoFaces, VideoFacts

_MOST_PICTURES = 240  # that are kept with their boxes


def look_for_faces(
    path: Path, moments: list[float], facts: VideoFacts, thorough: bool, budget_seconds: float
) -> VideoFaces | None:
    """Faces on about 16 pictures spread over the video; before it says none, on every keyframe and, where
    those are far apart, on pictures between them. `thorough` looks at every keyframe at once and tells people
    apart by their likeness. None when no picture decodes. Raises ToolMissing without OpenCV, BadAsset when
    the file does not open."""
    detector = faces.detector()
    crowd = Crowd() if thorough else None
    walk = Walk(
        path,
        moments,
        facts,
        budget_seconds=budget_seconds,
        longer_side=min(faces.LONGER_SIDE, max(facts.width, facts.height)),
        thorough=thorough,
    )
    pictures: list[SeenPicture] = []

    def look(shown: Iterator[tuple[float, faces.Picture]]) -> None:
        for seconds, picture in shown:
            factor = facts.width / picture.shape[1]
            seen = detector.sightings(picture)
            if crowd is not None:
                for sighting in seen:
                    crowd.add(sighting, factor)
            boxes = tuple(faces.grown(sighting.box, factor) for sighting in seen)
            pictures.append(SeenPicture(seconds=round(seconds, 3), faces=boxes))

    look(walk.sampled())
    if not any(picture.faces for picture in pictures):
        look(walk.left())
    if not pictures:
        return None
    return summed(
        sorted(pictures, key=lambda picture: picture.seconds),
        walk.end,
        complete=walk.complete,
        people=None if crowd is None else crowd.people,
    )


def summed(
    pictures: Sequence[SeenPicture], end: float, *, complete: bool, people: int | None = None
) -> VideoFaces:
    """What these pictures, in order, show together; `end` of the video in seconds."""
    main = [picture.faces[0] for picture in pictures if picture.faces]
    pitches = [face.pitch for face in main if face.pitch is not None]
    yaws = [face.yaw for face in main if face.yaw is not None]
    return VideoFaces(
        sampled=len(pictures),
        with_face=len(main),
        most=max(len(picture.faces) for picture in pictures),
        complete=complete,
        gaps=tuple(_gaps(pictures, end)),
        people=max(people or 0, *(_frontal(picture.faces) for picture in pictures)),
        yaw=_range(yaws),
        pitch=_range(pitches),
        usual_pitch=round(float(np.percentile(np.abs(pitches), 90)), 1) if pitches else None,
        turned=sum(abs(yaw) > TURNED for yaw in yaws),
        dark=sum(face.brightness is not None and face.brightness < DARK for face in main),
        blurred=sum(face.sharpness is not None and face.sharpness < BLURRED for face in main),
        pictures=tuple(pictures[number] for number in _thinned(len(pictures))),
    )


def _gaps(pictures: Sequence[SeenPicture], end: float) -> Iterator[Stretch]:
    """From each first picture without a face to the next with one, or to the end."""
    since: float | None = None
    for picture in pictures:
        if picture.faces and since is not None:
            yield Stretch(start=since, end=picture.seconds)
            since = None
        elif not picture.faces and since is None:
            since = picture.seconds
    if since is not None:
        yield Stretch(start=since, end=round(max(end, since), 3))


def _frontal(boxes: tuple[FaceBox, ...]) -> int:
    return sum(box.width >= PEOPLE_WIDTH and abs(box.yaw or 0.0) <= FRONTAL_YAW for box in boxes)


def _range(values: Sequence[float]) -> MeasuredRange | None:
    return MeasuredRange(low=min(values), high=max(values)) if values else None


def _thinned(count: int) -> list[int]:
    return [round(number) for number in spread([float(n) for n in range(count)], _MOST_PICTURES)]
