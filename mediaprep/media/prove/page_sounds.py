"""When pages begin in a video whose sound is theirs, one after the other: each page's own sound is looked for where
the one before it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mediaprep.media.prove import alignment

_SECONDS = 20.0  # of a page's sound that are looked for
_LEAST_SECONDS = 0.05
_SILENT = 1e-3  # RMS, −60 dBFS
_REACH = 0.5  # seconds each way, what `aligned.best_lag` looks through


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What is heard on a page: a file and how long it is; None = silence."""

    path: Path | None
    seconds: float


def starts(video: Path, sounds: Sequence[Sound], *, start: float, stop: float) -> tuple[float, ...] | None:
    """When each page begins (seconds) in the stretch of the video from `start` to `stop`; None where the sound there
    is not theirs. A silent page begins where the one before it ends. Raises BadAsset when nothing decodes."""
    begins: list[float] = []
    expected = start
    for sound in sounds:
        begin = expected if sound.path is None else _found(video, sound.path, expected, stop)
        if begin is None:
            return None
        begins.append(max(begin, begins[-1] if begins else start))
        expected = begins[-1] + sound.seconds
    return tuple(begins) if abs(expected - stop) <= _REACH else None


def _found(video: Path, path: Path, expected: float, stop: float) -> float | None:
    """Where the sound begins, near where it should; there where it has nothing to hear."""
    own = alignment.mono(path, 0.0, _SECONDS)
    if own.size < _LEAST_SECONDS * alignment.RATE or float(np.sqrt(np.mean(own**2))) < _SILENT:
        return expected
    first = max(0.0, expected - _REACH)
    there = alignment.mono(video, first, min(stop, expected + own.size / alignment.RATE) + _REACH)
    missing = np.zeros(round((first - (expected - _REACH)) * alignment.RATE), np.float32)
    fit = alignment.best_lag(own, np.concatenate([missing, there]))
    return None if fit.lag is None else max(0.0, expected + fit.lag)
