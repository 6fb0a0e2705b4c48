"""Which pictures of a video are looked at: a few spread over it first, then all that absence needs as proof."""

from __future__ import annotations

import bisect
import contextlib
import itertools
import math
import time
from collections.abc import Iterator
from pathlib import Path

from mediaprep.errors import MediaprepError
from mediaprep.media.containers import keyframes, packets, timing
from mediaprep.media.containers.scaling import Pixels
from mediaprep.model.facts import VideoFacts

SAMPLES = 16
LONGEST_GAP = 4.0  # seconds between pictures looked at, beyond which absence is not proved
_NEAR = 1.0  # keyframes closer than that show the same (all-intra footage has 25 a second)
_STRIDE = 2.0  # seconds between pictures where keyframes are further apart than LONGEST_GAP
_USUAL_FPS = 25.0
_EXTRA_FRAMES = 240  # decoded beside keyframes where there are few of them

Shown = Iterator[tuple[float, Pixels]]  # seconds, upright bgr24


class Walk:
    """One way through a video with these keyframes (seconds). Both iterators end after `budget_seconds`."""

    def __init__(
        self,
        path: Path,
        moments: list[float],
        facts: VideoFacts,
        *,
        budget_seconds: float,
        longer_side: int,
        thorough: bool = False,
    ) -> None:
        self._path = path
        self._frames = facts.frames
        self._start = facts.picture_starts or 0.0
        self.end = self._start + (facts.seconds or 0.0)
        self._deadline = time.monotonic() + budget_seconds
        self._side = longer_side
        self._chosen = moments if thorough and moments else timing.spread(moments or [0.0], SAMPLES)
        few = thorough or len(moments) <= SAMPLES
        self._keys = moments if few else timing.thinned(moments, _NEAR)
        self._same = 1.5 / (facts.fps or _USUAL_FPS)
        self._late = False
        self.times: set[float] = set()  # of the pictures that were looked at

    def sampled(self) -> Shown:
        """About 16 pictures: keyframes, or more of the picture where there are few; all keyframes when it is
        to be thorough."""
        following, every = 0, 1
        if len(self._chosen) < SAMPLES:
            following = min(_EXTRA_FRAMES, self._frames or _EXTRA_FRAMES) // len(self._chosen)
            every = max(1, math.ceil((following + 1) * len(self._chosen) / SAMPLES))
        return self._noted(
            keyframes.pictures_at(
                self._path, self._chosen, following=following, every=every, longer_side=self._side
            )
        )

    def left(self) -> Shown:
        """Every other keyframe (one a second is enough) and, where those are far apart, pictures between."""
        rest = self._unseen()
        if rest:
            yield from self._noted(keyframes.pictures_at(self._path, rest, longer_side=self._side))
        if self.times and self._gap() > LONGEST_GAP:
            every_few_seconds = packets.decode_frames(
                self._path, pixel_format="bgr24", longer_side=self._side, apart=_STRIDE
            )
            with contextlib.suppress(MediaprepError):
                yield from self._noted(every_few_seconds)

    @property
    def complete(self) -> bool:
        """Whether what was not seen by now is not there: by the times of the pictures that decoded, not of those that
        were asked for."""
        return bool(self.times) and not self._late and not self._unseen() and self._gap() <= LONGEST_GAP

    def _unseen(self) -> list[float]:
        """The keyframes that have to be looked at (one a second is enough) and of which no picture came."""
        seen = sorted(self.times)
        return [key for key in self._keys if not _holds(seen, key, self._same)]

    def _gap(self) -> float:
        """Longest stretch of the video, in seconds, of which no picture was looked at."""
        marks = sorted([self._start, *self.times, self.end])
        return max(later - earlier for earlier, later in itertools.pairwise(marks))

    def _noted(self, pictures: Shown) -> Shown:
        for seconds, picture in pictures:
            if seconds not in self.times:  # two places may lead to one keyframe
                self.times.add(seconds)
                yield seconds, picture
            if time.monotonic() > self._deadline:
                self._late = True
                return


def _holds(ordered: list[float], moment: float, slack: float) -> bool:
    """Whether one of `ordered` is within `slack` of a moment."""
    at = bisect.bisect_left(ordered, moment - slack)
    return at < len(ordered) and ordered[at] <= moment + slack
