"""Which pictures of a video are looked at: a few spread over it first, then all that absence needs as proof."""

from __future__ import annotations

import contextlib
import itertools
import math
import time
from collections.abc import Iterator
from pathlib import Path

from mediaprep.errors import MediaprepError
from mediaprep.media import packets, timing
from mediaprep.media.scaling import Pixels
from mediaprep.model.facts import VideoFacts

SAMPLES = 16
LONGEST_GAP = 12.0  # seconds between pictures looked at, beyond which absence is not proved
_NEAR = 1.0  # keyframes closer than that show the same (all-intra footage has 25 a second)
_STRIDE = 10.0  # seconds between pictures where keyframes are further apart than that
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
        self._moments = moments
        self._frames = facts.frames
        self._start = facts.picture_starts or 0.0
        self.end = self._start + (facts.seconds or 0.0)
        self._deadline = time.monotonic() + budget_seconds
        self._side = longer_side
        self._chosen = moments if thorough and moments else timing.spread(moments or [0.0], SAMPLES)
        self._all_keys = len(self._chosen) == len(moments)
        self._late = False
        self.times: list[float] = []

    def sampled(self) -> Shown:
        """About 16 pictures: keyframes, or more of the picture where there are few; all keyframes when it is
        to be thorough."""
        following, every = 0, 1
        if len(self._chosen) < SAMPLES:
            following = min(_EXTRA_FRAMES, self._frames or _EXTRA_FRAMES) // len(self._chosen)
            every = max(1, math.ceil((following + 1) * len(self._chosen) / SAMPLES))
        return self._noted(
            packets.pictures_at(
                self._path, self._chosen, following=following, every=every, longer_side=self._side
            )
        )

    def left(self) -> Shown:
        """Every other keyframe (one a second is enough) and, where those are far apart, pictures between."""
        if not self._all_keys:
            rest = sorted(set(timing.thinned(self._moments, _NEAR)) - set(self._chosen))
            yield from self._noted(packets.pictures_at(self._path, rest, longer_side=self._side))
            self._all_keys = True
        if self.times and self._gap() > LONGEST_GAP:
            every_few_seconds = packets.decode_frames(
                self._path, pixel_format="bgr24", longer_side=self._side, apart=_STRIDE
            )
            with contextlib.suppress(MediaprepError):
                yield from self._noted(every_few_seconds)

    @property
    def complete(self) -> bool:
        """Whether what was not seen by now is not there."""
        return self._all_keys and not self._late and bool(self.times) and self._gap() <= LONGEST_GAP

    def _gap(self) -> float:
        """Longest stretch of the video, in seconds, of which no picture was looked at."""
        marks = sorted([self._start, *self.times, self.end])
        return max(later - earlier for earlier, later in itertools.pairwise(marks))

    def _noted(self, pictures: Shown) -> Shown:
        for seconds, picture in pictures:
            self.times.append(seconds)
            yield seconds, picture
            if time.monotonic() > self._deadline:
                self._late = True
                return
