"""When the samples of an MP4's track are shown. libavformat's index has them in order of decoding only, with its
decoding stamps; two small tables tell the rest, so that no packet has to be read for it."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from mediaprep.media import boxes
from mediaprep.media.containers.timing import Index, Ints

_IGNORED = 2  # libavformat passes over the last entries where it looks for negative offsets
_ABSURD = 1 << 28  # an offset from which on it takes no offset of the table for true


def presented(file: BinaryIO, track: boxes.BoxTrack, index: Index) -> Index | None:
    """`index` in order of showing; None where its entries are not the track's samples one by one (an edit list
    left some out or shows some twice), so that only packets tell."""
    whole = index.positions is not None and len(np.unique(index.positions)) == len(index.times)
    if not whole or len(index.times) != track.samples:
        return None
    return index.presented(_offsets(file, track), _last_step(file, track))


def _offsets(file: BinaryIO, track: boxes.BoxTrack) -> Ints:
    """What is added to each sample's decoding stamp in the index, in ticks."""
    if track.offsets is None:
        return np.zeros(track.samples, dtype=np.int64)
    runs = boxes.read_runs(file, track.offsets)
    runs = runs[runs[:, 0] > 0]
    early = runs[:-_IGNORED, 1]
    if (np.abs(early) > _ABSURD).any():
        return np.zeros(track.samples, dtype=np.int64)
    shift = max(0, -int(early.min())) if len(early) else 0  # the index's stamps are so much earlier
    counts = np.minimum(runs[:, 0], track.samples)
    counts = np.clip(track.samples - np.cumsum(counts) + counts, 0, counts)  # no more than there are samples
    told = np.repeat(runs[:, 1] + shift, counts)
    return np.append(told, np.zeros(track.samples - len(told), dtype=np.int64))


def _last_step(file: BinaryIO, track: boxes.BoxTrack) -> int:
    """How long the last sample lasts, in ticks; 0 = not told."""
    if track.steps is None:
        return 0
    runs = boxes.read_runs(file, track.steps)
    return max(0, int(runs[-1, 1])) if len(runs) else 0
