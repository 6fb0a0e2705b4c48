"""Whether something lies before a mouth: what is seen there is plain, or unlike what the footage mostly shows there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.drawing.footage import WorkingCopy
from mediaprep.emulator.render.drawing.lips import LipTrack
from mediaprep.emulator.render.drawing.mouth import Lips

Patch = npt.NDArray[np.float32]
_ROWS, _COLUMNS = 14, 22
_REACH = 0.8  # of the mouth's width, to each side of its middle
_PLAIN = 5.0  # deviation of luma below which nothing of a mouth is seen
_ALIKE = 0.25  # correlation with the usual mouth; one that speaks stays above 0.5
_SAMPLES = 15


class MouthCover:
    """Knows the mouth of one track of footage."""

    def __init__(self, usual: Iterable[Patch]) -> None:
        clear = [patch for patch in usual if float(patch.std()) >= _PLAIN]
        self._usual = np.median(clear, axis=0) if clear else None

    @classmethod
    def of(cls, copy: WorkingCopy, track: LipTrack) -> MouthCover:
        """From up to fifteen pictures of the footage."""
        seen = [number for number, lips in track.seen if lips is not None and number < copy.frames]
        chosen = seen[:: max(1, len(seen) // _SAMPLES)]
        found = []
        for number, planes in copy.pictures(chosen):
            here = track.at(number)
            if here is not None:
                found.append(_patch(planes, here))
        return cls(found)

    def covers(self, planes: npt.NDArray[np.uint8], lips: Lips) -> bool:
        """Whether the mouth is hidden on this frame."""
        patch = _patch(planes, lips)
        if float(patch.std()) < _PLAIN or self._usual is None:
            return True
        return float(np.corrcoef(patch.ravel(), self._usual.ravel())[0, 1]) < _ALIKE


def _patch(planes: npt.NDArray[np.uint8], lips: Lips) -> Patch:
    """The luma around the lips, along them, on a small grid of averages."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    luma = planes.reshape(-1)[: width * height].reshape(height, width)
    (x, y), reach = lips.middle, lips.width * _REACH
    tilt = np.arctan2(lips.right[1] - lips.left[1], lips.right[0] - lips.left[0])
    fine = 3
    across = np.linspace(-reach, reach, _COLUMNS * fine)[None, :]
    down = np.linspace(-reach, reach, _ROWS * fine)[:, None] * (_ROWS / _COLUMNS)
    columns = np.clip(np.rint(x + across * np.cos(tilt) - down * np.sin(tilt)), 0, width - 1).astype(int)
    rows = np.clip(np.rint(y + across * np.sin(tilt) + down * np.cos(tilt)), 0, height - 1).astype(int)
    seen = luma[rows, columns].astype(np.float32)
    grid: Patch = seen.reshape(_ROWS, fine, _COLUMNS, fine).mean(axis=(1, 3))
    return grid
