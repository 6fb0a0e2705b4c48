"""What a voice sounds like over its time, in the bands that tell vowels apart: what foretells the shape of a mouth."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.containers import packets

Floats = NDArray[np.floating]

_RATE: Final = 16_000
BANDS: Final = 8  # of the ear's scale between these, hertz
_LOW, _HIGH = 150.0, 5500.0
HOP: Final = 0.01  # seconds
_WINDOW: Final = 512  # samples
_PIECES: Final = 4096  # hops at a time
_FLOOR: Final = 5.0  # decades below the loudest twentieth
_TAPS: Final = np.arange(-6, 7) * 0.04  # seconds round a moment
_SMOOTH: Final = 0.03  # seconds


def _mel(hertz: Floats | float) -> Floats:
    return 1127 * np.log1p(np.asarray(hertz) / 700)


def read(path: Path, starts: float) -> bytes:
    """(hops of 10 ms, BANDS + 1) as float32, from `starts` on the file's timeline: log10 of the power in each band
    against all of them, and of all of them. Empty without a track. Raises BadAsset."""
    track = packets.describe(path).first("audio")
    if track is None:
        return b""
    parts = [np.zeros(round(max(0.0, (track.starts or 0.0) - starts) * _RATE), np.float32)]
    parts += [
        block[:, 0]
        for block in packets.decode_audio(
            path, rate=_RATE, channels=1, sample_format="flt", start=starts, fills=True
        )
    ]
    return shapes(np.nan_to_num(np.concatenate(parts))).tobytes()


def from_bytes(data: bytes) -> NDArray[np.float32]:
    """What `read` made."""
    return np.frombuffer(data, np.float32).reshape(-1, BANDS + 1)


def shapes(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same of mono samples at 16 kHz."""
    step = round(HOP * _RATE)
    hops = len(sound) // step
    padded = np.pad(sound, (_WINDOW // 2, _WINDOW))
    edges = np.linspace(_mel(_LOW), _mel(_HIGH), BANDS + 1)
    which = np.digitize(_mel(np.fft.rfftfreq(_WINDOW, 1 / _RATE)), edges) - 1
    chosen = np.stack([which == band for band in range(BANDS)], axis=1).astype(np.float64)
    levels = np.empty((hops, BANDS + 1))
    for first in range(0, hops, _PIECES):
        last = min(hops, first + _PIECES)
        at = (np.arange(first, last) * step)[:, None] + np.arange(_WINDOW)
        power = np.abs(np.fft.rfft(padded[at] * np.hanning(_WINDOW), axis=1)) ** 2 @ chosen
        levels[first:last] = np.log10(np.column_stack([power, power.sum(axis=1)]) + 1e-7)
    if hops:
        levels = np.maximum(levels, np.percentile(levels[:, -1], 95) - _FLOOR)
    levels[:, :-1] -= levels[:, -1:]
    return levels.astype(np.float32)


def smoothed(levels: Floats) -> NDArray[np.float64]:
    """Levels as slow as mouths are."""
    reach = round(5 * _SMOOTH / HOP)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * HOP / _SMOOTH) ** 2)
    padded = np.pad(np.asarray(levels, np.float64), ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel / kernel.sum(), "valid") for column in padded.T], axis=1)


def around(levels: Floats, moments: Floats) -> NDArray[np.float64]:
    """(moments, taps × (BANDS + 1)): the smoothed levels round each moment, seconds of the sound's timeline."""
    times = np.arange(len(levels)) * HOP
    asked = np.asarray(moments)[:, None] + _TAPS
    columns = [np.interp(asked, times, levels[:, band]) for band in range(levels.shape[1])]
    return np.stack(columns, axis=2).reshape(len(asked), -1)


def swing(values: Floats, moments: Floats, *, seconds: float = 1.0) -> NDArray[np.float64]:
    """What is left of columns without what changes more slowly than that."""
    if len(moments) < 3:
        return np.zeros_like(values, dtype=np.float64)
    width = max(3, round(seconds / float(np.median(np.diff(moments)))) | 1)
    kernel = np.hanning(width + 2)[1:-1]
    padded = np.pad(np.asarray(values, np.float64), ((width // 2, width // 2), (0, 0)), mode="edge")
    slow = np.stack([np.convolve(column, kernel / kernel.sum(), "valid") for column in padded.T], axis=1)
    return np.asarray(values - slow, np.float64)


def standard(values: Floats) -> NDArray[np.float64]:
    """Columns with mean 0 and spread 1."""
    return np.asarray((values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9), np.float64)
