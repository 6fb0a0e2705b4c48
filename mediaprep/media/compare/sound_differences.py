"""Where the sound of two videos differs: how late, how loud, and whether it is the same. Runs in a guarded child;
answers plain values."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import BadAsset
from mediaprep.media.prove import alignment

PIECE_SECONDS: Final = 3.0
_MOST_LAG: Final = 0.5  # seconds, as `alignment.best_lag` looks
_SILENT: Final = 10 ** (-60 / 20)
_BIN_SECONDS: Final = 0.05
_HEARD: Final = 10 ** (-50 / 20)  # bins in which both are louder tell how loud one is against the other

Piece = tuple[float, float, str, float | None, float | None, float | None]


def differences(old: Path, new: Path, old_starts: float, new_starts: float, seconds: float) -> list[Piece]:
    """[(start, end, state, seconds late, dB louder, likeness 0–1)] for every piece of `seconds` from where the pictures
    start; state is "heard", "gone", "added" or "silent". Raises BadAsset."""
    pieces = max(1, round(seconds / PIECE_SECONDS))
    edges = np.linspace(0.0, seconds, pieces + 1)
    return [
        _piece((old, old_starts), (new, new_starts), start, end)
        for start, end in itertools.pairwise(edges.tolist())
    ]


def _piece(old: tuple[Path, float], new: tuple[Path, float], start: float, end: float) -> Piece:
    own = _mono(old[0], old[1] + start, old[1] + end)
    there = _mono(new[0], new[1] + start - _MOST_LAG, new[1] + end + _MOST_LAG)
    most = round(_MOST_LAG * alignment.RATE)
    same_time = there[most : most + own.size]
    states = {(False, True): "gone", (True, False): "added", (True, True): "silent"}
    state = states.get((_silent(own), _silent(same_time)), "heard")
    if state != "heard":
        return start, end, state, None, None, None
    fit = alignment.best_lag(own, there)
    if fit.lag is None:
        return start, end, state, None, None, fit.likeness
    shifted = np.trim_zeros(there[most + round(fit.lag * alignment.RATE) :][: own.size], "b")
    own = own[: shifted.size]  # what comes later may lie behind the end of the file
    return start, end, state, fit.lag, _louder(own, shifted), _likeness(own, shifted)


def _mono(path: Path, start: float, stop: float) -> NDArray[np.float32]:
    """Silence where the file has none any more, or not yet."""
    count = round((stop - start) * alignment.RATE)
    try:
        found = alignment.mono(path, start, stop)
    except (BadAsset, ValueError):  # nothing of it decodes there, or there is no sound at all
        found = np.zeros(0, np.float32)
    found = np.concatenate([np.zeros(max(0, round(-start * alignment.RATE)), np.float32), found])[:count]
    return np.pad(found, (0, count - found.size))


def _silent(sound: NDArray[np.float32]) -> bool:
    return not sound.size or float(np.sqrt(np.mean(sound.astype(np.float64) ** 2))) < _SILENT


def _likeness(own: NDArray[np.float32], there: NDArray[np.float32]) -> float:
    norm = float(np.linalg.norm(own) * np.linalg.norm(there))
    return float(np.dot(own, there)) / norm if norm > 0 else 0.0


def _louder(own: NDArray[np.float32], there: NDArray[np.float32]) -> float | None:
    """The median over moments that are heard in both, dB."""
    step = round(_BIN_SECONDS * alignment.RATE)
    count = min(own.size, there.size) // step
    rms = [
        np.sqrt(np.mean(one[: count * step].reshape(count, step).astype(np.float64) ** 2, axis=1))
        for one in (own, there)
    ]
    heard = (rms[0] > _HEARD) & (rms[1] > _HEARD)
    if not heard.any():
        return None
    return float(np.median(20 * np.log10(rms[1][heard] / rms[0][heard])))
