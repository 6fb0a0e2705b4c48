"""How late the sound is against the mouth. What is heard round a moment foretells the lips' shape (inner width, pushed
forward, height of the lower lip) by weights that were fitted on other speakers; the offset is where foretold and seen
agree best. Vowels tell more than loudness: how far a mouth opens agrees with how loud it is by chance as often.

The weights in `voice_to_mouth.npy` are made by `scripts/torture-lips --fit`."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.people import voice_shape

WEIGHTS: Final = "voice_to_mouth.npy"
LEAST_SECONDS: Final = 4.0
_LAGS: Final = np.arange(-35, 36) * 0.02  # seconds the sound may be late
_STRETCH: Final = 1.5  # seconds of one face without a gap that are enough to be read
_GAP: Final = 0.25  # seconds
_CUT: Final = 0.15  # by which a face's size changes from one picture to the next when it is another shot
_NEAR: Final = 0.15  # seconds round the best offset that are no rival of it
_CLEAR: Final = 5.0  # what stands less than a fifth above its rival counts for less
_FULL: Final = 8.0  # seconds in whose evidence strength is told
_RIDGE: Final = 300.0
_LONGEST: Final = 300.0  # seconds that are compared: more tell nothing more

Floats = NDArray[np.float64]
SeenLips = tuple[float, float, tuple[float, float, float]]
"""Seconds, the face's share of the picture's height, MeshedFace.lips."""


@dataclass(frozen=True, kw_only=True)
class LipTiming:
    """`offset`: seconds that the sound is late. `strength`: correlation of the foretold and the seen lips there, as 8
    seconds of chance would have to show it: what chance reaches grows with the root of the length, and so does this;
    less where another offset is nearly as good.
    `seconds` that were compared."""

    offset: float
    strength: float
    seconds: float


def timing(
    seen: Sequence[SeenLips], voice: NDArray[np.float32], by: Floats | None = None
) -> LipTiming | None:
    """The lips of every picture that shows them and the voice (`voice_shape.shapes`) on one clock; `by` other weights.
    None where there is too little of both."""
    parts = stretches(seen, until=len(voice) * voice_shape.HOP)
    seconds = sum(float(moments[-1] - moments[0]) for moments, _ in parts)
    if seconds < LEAST_SECONDS:
        return None
    smooth, by = voice_shape.smoothed(voice), weights() if by is None else by
    scores = np.array([_score(parts, smooth, float(lag), by) for lag in _LAGS])
    best = int(scores.argmax())
    rival = float(scores[np.abs(_LAGS - _LAGS[best]) > _NEAR].max())
    stands = min(float(scores[best]), _CLEAR * (float(scores[best]) - rival))
    strength = max(0.0, stands) * float(np.sqrt(seconds / _FULL))
    return LipTiming(offset=_peak(scores, best), strength=strength, seconds=seconds)


def fit(clips: Sequence[tuple[Sequence[SeenLips], NDArray[np.float32]]]) -> Floats:
    """Weights (what is heard, three measures of the lips) by clips that are in step."""
    heard, shown = [], []
    for seen, voice in clips:
        smooth = voice_shape.smoothed(voice)
        for part in stretches(seen, until=len(voice) * voice_shape.HOP):
            one, other = _pair(part, smooth, 0.0)
            heard.append(voice_shape.standard(one))
            shown.append(voice_shape.standard(other))
    x, y = np.concatenate(heard), np.concatenate(shown)
    return np.asarray(np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ y), np.float64)


@functools.cache
def weights() -> Floats:
    """Those that come with the package."""
    data = resources.files("mediaprep.media").joinpath("data", WEIGHTS).read_bytes()
    return np.asarray(np.load(io.BytesIO(data), allow_pickle=False), np.float64)


def stretches(seen: Sequence[SeenLips], *, until: float) -> list[tuple[Floats, Floats]]:
    """(moments, lips) of one face in one shot each."""
    found: list[list[SeenLips]] = [[]]
    for before, one in itertools.pairwise([*seen[:1], *seen]):
        if one[0] > min(until, _LONGEST):
            break
        if one[0] - before[0] > _GAP or abs(one[1] / max(before[1], 1e-6) - 1) > _CUT:
            found.append([])
        found[-1].append(one)
    return [
        (np.array([one[0] for one in part]), np.array([one[2] for one in part]))
        for part in found
        if part and part[-1][0] - part[0][0] >= _STRETCH
    ]


def _pair(part: tuple[Floats, Floats], smooth: Floats, late: float) -> tuple[Floats, Floats]:
    moments, lips = part
    heard = voice_shape.around(smooth, moments + late)
    return voice_shape.swing(heard, moments), voice_shape.swing(lips, moments)


def _score(parts: Sequence[tuple[Floats, Floats]], smooth: Floats, late: float, by: Floats) -> float:
    pairs = [_pair(part, smooth, late) for part in parts]
    heard = voice_shape.standard(np.concatenate([heard for heard, _ in pairs]))
    shown = np.concatenate([voice_shape.standard(shown) for _, shown in pairs])
    return float((voice_shape.standard(heard @ by) * shown).mean())


def _peak(scores: Floats, best: int) -> float:
    """Where a parabola through the best score and its neighbours is highest, seconds."""
    if not 0 < best < len(scores) - 1:
        return float(_LAGS[best])
    before, here, after = scores[best - 1 : best + 2]
    bend = before - 2 * here + after
    return float(_LAGS[best] + (0.01 * (before - after) / bend if bend else 0.0))
