"""Small pictures of a file for the report, and where it is black or silent; made in a guarded child."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mediaprep.errors import MediaprepError
from mediaprep.media.isolation import guard
from mediaprep.model.facts import ABSENT, AudioFacts, Facts, PhotoFacts, Sheet, SheetPicture, VideoFacts

if TYPE_CHECKING:  # only children need numpy: a command line of cached files starts without it
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Moment = tuple[float, Picture]

PICTURES = 6
SIDE = 168  # pixels of a small picture's longer side
_LOOKED_AT = 48  # pictures of a video that are held for a moment
_SHORT = 15.0  # seconds; up to that every picture is decoded, beyond it keyframes
_SAME = 0.02  # seconds within which two stamps name one picture
_BLACK, _BLACK_SHARE = 32, 0.98  # a black picture is this dark almost everywhere; a dark scene is not
_QUIET_SECONDS = 1.0  # shorter pauses are speech
_LONGEST_HEARD = 3600.0
_QUALITIES = (72, 55, 40, 28)
_PATIENCE = 60.0


def sheet(path: Path, facts: Facts, budget_bytes: int) -> Sheet | None:
    """Pictures (together at most `budget_bytes`), black and silent stretches of a measured file; None for what
    has none, or when it cannot be had."""
    if not isinstance(facts, (VideoFacts, AudioFacts, PhotoFacts)):
        return None
    found = guard.ask("pictures", "sheet", path, facts, budget_bytes, wall_seconds=_PATIENCE)
    return found if isinstance(found, Sheet) else None


def make(path: Path, facts: Facts, budget_bytes: int) -> Sheet:
    """The same, inside the child. What does not decode is left out."""
    moments: list[Moment] = []
    black: tuple[tuple[float, float], ...] = ()
    if isinstance(facts, PhotoFacts):
        moments = _photo(path)
    elif isinstance(facts, VideoFacts):
        with contextlib.suppress(MediaprepError):
            moments = _moments(path, facts)
        black = _black(moments, (facts.picture_starts or 0.0) + (facts.seconds or 0.0))
    chosen = _chosen(moments, _seen(facts))
    return Sheet(pictures=_written(chosen, budget_bytes), black=black, silent=_silent(path, facts))


def _photo(path: Path) -> list[Moment]:
    from mediaprep.media import pictures

    _, rgb, _ = pictures.read_pixels(path, longer_side=SIDE)
    return [(0.0, rgb[:, :, ::-1].copy())]


def _seen(facts: Facts) -> list[float]:
    """When the pictures were taken on which faces were looked for: boxes are known for these."""
    faces = facts.faces if isinstance(facts, VideoFacts) else None
    return [picture.seconds for picture in faces.pictures] if faces else []


def _moments(path: Path, facts: VideoFacts) -> list[Moment]:
    from mediaprep.media.containers import keyframes, packets, timing

    seconds, wanted = facts.seconds or 0.0, _seen(facts)
    start = facts.picture_starts or 0.0
    if seconds > _SHORT:
        at = timing.spread(wanted, _LOOKED_AT) or [
            start + seconds * number / _LOOKED_AT for number in range(_LOOKED_AT)
        ]
        return _apart(keyframes.pictures_at(path, at, longer_side=SIDE))
    every = seconds / _LOOKED_AT
    held: list[Moment] = []
    for when, picture in packets.decode_frames(path, pixel_format="bgr24", longer_side=SIDE):
        near = any(abs(when - moment) <= _SAME for moment in wanted)
        if near or not held or when - held[-1][0] >= every:
            held.append((when, picture))
    return held


def _apart(pictures: Iterable[Moment]) -> list[Moment]:
    """Without pictures shown twice: between two keyframes a seek finds the first again."""
    held: dict[float, Picture] = {}
    for when, picture in pictures:
        held.setdefault(round(when, 3), picture)
    return sorted(held.items(), key=lambda moment: moment[0])


def _black(moments: Sequence[Moment], end: float) -> tuple[tuple[float, float], ...]:
    """From each first black picture to the next that is not."""
    stretches: list[tuple[float, float]] = []
    times = [when for when, _ in moments] + [end]
    for (_, picture), (since, until) in zip(moments, itertools.pairwise(times), strict=True):
        if float((picture.max(axis=2) < _BLACK).mean()) < _BLACK_SHARE:
            continue
        began = stretches.pop()[0] if stretches and stretches[-1][1] == since else since
        stretches.append((began, until))
    return tuple((round(since, 3), round(until, 3)) for since, until in stretches)


def _chosen(moments: list[Moment], seen: list[float]) -> list[Moment]:
    from mediaprep.media.containers import timing

    known = [moment for moment in moments if any(abs(moment[0] - when) <= _SAME for when in seen)]
    kept = known if len(known) >= min(PICTURES, len(moments)) else moments
    places = timing.spread([float(number) for number in range(len(kept))], PICTURES)
    return [kept[round(place)] for place in places]


def _written(moments: list[Moment], budget_bytes: int) -> tuple[SheetPicture, ...]:
    """As JPEG, coarser until they fit, then fewer."""
    from mediaprep.media import pixels

    while moments:
        for quality in _QUALITIES:
            made = tuple(
                SheetPicture(seconds=round(when, 3), jpeg=pixels.encode(picture, ".jpg", quality))
                for when, picture in moments
            )
            if sum(len(picture.jpeg) for picture in made) <= budget_bytes:
                return made
        moments = moments[: len(moments) // 2]
    return ()


def _silent(path: Path, facts: Facts) -> tuple[tuple[float, float], ...] | None:
    """Where its sound rests for a second and more; None where there is none or it was not listened to."""
    if isinstance(facts, VideoFacts) and (facts.audio is ABSENT or facts.audio is None):
        return None
    if isinstance(facts, PhotoFacts) or (getattr(facts, "seconds", None) or 0.0) > _LONGEST_HEARD:
        return None
    from mediaprep.media.sound import pauses

    try:
        heard = pauses.silence_map(path)
    except MediaprepError:
        return None
    return tuple(
        (start / 1000, end / 1000) for start, end in heard.pauses if end - start >= _QUIET_SECONDS * 1000
    )
