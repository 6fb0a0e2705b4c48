"""How late the sound is against the mouth, learned from the video itself: what the sound says of the mouth is fitted on
parts of the clip and judged on the others, at every shift. No training, no other voice: so a short clip proves little,
and says so by `strength`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.prove.bands import HOP_SECONDS, Bands

RATE: Final = round(1 / HOP_SECONDS)
LEAST_SECONDS: Final = 6.0
_MOST_SHIFT: Final = 50  # hops: one second
_FAR: Final = 25  # hops beyond that, from where on the sound is one that has nothing to do with the mouth
_CHANCES: Final = 40
_CONTEXT: Final = (-4, -2, 0, 2, 4)
_FOLDS: Final = 4
_GUARD: Final = 15  # hops between what is learned from and what is judged
_RIDGE: Final = 0.5  # of the number of hops
_HZ: Final = (0.7, 7.0)
_USUAL_LEAD: Final = 0.10
"""Seconds by which a mouth opens before it is heard; measured on two talking faces in step (0.08, 0.16)."""

Rows = NDArray[np.float64]  # (features, hops)


@dataclass(frozen=True, kw_only=True)
class LipTiming:
    """`offset`: seconds that the sound is late. `strength`: by how many of their spreads the best shift fits better
    than the sound of other moments does, which is chance."""

    offset: float
    strength: float


def timing(mouth: Rows, bands: Bands) -> LipTiming | None:
    """`mouth` (features, hops) and the sound's bands on one clock of RATE hops a second. None where there is too little
    of both."""
    hops = min(mouth.shape[1], len(bands))
    if hops < LEAST_SECONDS * RATE:
        return None
    seen, heard = _even(mouth[:, :hops]), _even(bands[:hops].T.astype(np.float64))
    if not (seen.any() and heard.any()):
        return None
    shifts = range(-_MOST_SHIFT, _MOST_SHIFT + 1)
    fits = np.array([_fit(seen, heard, shift) for shift in shifts])
    best = int(fits.argmax())
    far = np.linspace(_MOST_SHIFT + _FAR, hops - _MOST_SHIFT - _FAR, _CHANCES).astype(int)
    chance = np.array([_fit(seen, np.roll(heard, int(turn), axis=1), 0) for turn in far])
    strength = float(fits[best] - chance.mean()) / max(float(chance.std()), 1e-6)
    return LipTiming(offset=shifts[best] * HOP_SECONDS - _USUAL_LEAD, strength=strength)


def resampled(seconds: Sequence[float], values: Sequence[float], hops: int) -> NDArray[np.float64]:
    """Values at these seconds, on the clock of bands."""
    return np.asarray(np.interp(np.arange(hops) * HOP_SECONDS, seconds, values), np.float64)


def _even(rows: Rows) -> Rows:
    """The pace of syllables alone, of one size."""
    spectrum = np.fft.rfft(rows - rows.mean(axis=1, keepdims=True), axis=1)
    hertz = np.fft.rfftfreq(rows.shape[1], HOP_SECONDS)
    spectrum[:, (hertz < _HZ[0]) | (hertz > _HZ[1])] = 0
    paced = np.fft.irfft(spectrum, rows.shape[1], axis=1)
    size = paced.std(axis=1, keepdims=True)
    return np.where(size > 1e-9, paced / np.maximum(size, 1e-9), 0.0)


def _fit(seen: Rows, heard: Rows, shift: int) -> float:
    """How well the mouth is foretold by the sound that comes `shift` hops later, on parts that were not learned from:
    the mean correlation."""
    edge = max(_CONTEXT)
    first, last = max(0, -shift) + edge, seen.shape[1] - max(0, shift) - edge
    given = np.concatenate([heard[:, first + shift + near : last + shift + near] for near in _CONTEXT])
    wanted = seen[:, first:last]
    hops = wanted.shape[1]
    foretold = np.zeros_like(wanted)
    for part in np.array_split(np.arange(hops), _FOLDS):
        known = np.ones(hops, bool)
        known[max(0, part[0] - _GUARD) : part[-1] + 1 + _GUARD] = False
        x, y = given[:, known], wanted[:, known]
        weights = np.linalg.solve(x @ x.T + _RIDGE * x.shape[1] * np.eye(len(x)), x @ y.T)
        foretold[:, part] = weights.T @ given[:, part]
    return float(np.mean([_correlation(one, other) for one, other in zip(foretold, wanted, strict=True)]))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b = one - one.mean(), other - other.mean()
    return float((a * b).sum() / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))
