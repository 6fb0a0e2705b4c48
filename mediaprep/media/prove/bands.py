"""Sounds as bands: the level of six bands every 20 ms, one byte each. Small, and still told apart and placed in
time, whatever codec, gain, limiter or quiet music came in between.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.containers import packets

Bands = NDArray[np.uint8]  # (hops, 6): dB above −90 dBFS
HOP_SECONDS = 0.02
BANDS = 6
_RATE = 8000
_HOP = round(_RATE * HOP_SECONDS)
_WINDOW = 512
_EDGES_HZ = (120, 300, 550, 900, 1500, 2300, 3600)
_FLOOR_DB = 90
_LOUD_BELOW_DB = 25  # of its loud places: what a sound has within that is meant to be heard
_QUIET_DB = 30  # above the floor, that is −60 dBFS: silence
_GONE_DB = 20  # below what was expected: missing
_SILENT_SECONDS = 0.5
_PIECE_HOPS = 500  # 10 s: drift shows between pieces
_MOST_LAG = 75  # hops, 1.5 s
_STEADY_DB = 6  # between its quietest and loudest tenth: less tells no time
_STEADY_APART_DB = 12
SAME = 0.6  # likeness from which two sounds are the same


@dataclass(frozen=True, kw_only=True)
class SoundMatch:
    """A sound looked for in another. `likeness` −1…1; `lag` seconds it comes late (None: steady or not
    found); `silent` = spans of seconds where it should be heard and nothing is."""

    likeness: float | None
    lag: float | None
    silent: tuple[tuple[float, float], ...] = ()


def bands_of(path: Path, *, start: float = 0.0, stop: float | None = None) -> Bands:
    """The first sound track's bands from `start` to `stop`, seconds on the file's timeline; silence where the
    track has not begun. (0, 6) without a track. Raises BadAsset."""
    track = packets.describe(path).first("audio")
    if track is None:
        return np.zeros((0, BANDS), dtype=np.uint8)
    before = max(0.0, (track.starts or 0.0) - start)
    parts = [np.zeros(round(before * _RATE), dtype=np.float32)]
    made: list[Bands] = []
    held = len(parts[0])
    for block in packets.decode_audio(
        path, rate=_RATE, channels=1, sample_format="flt", start=start, stop=stop, fills=True
    ):
        parts.append(block[:, 0])
        held += len(block)
        if held > 60 * _RATE:
            bands, rest = _bands(np.concatenate(parts))
            made.append(bands)
            parts, held = [rest], len(rest)
    bands, _ = _bands(np.concatenate([*parts, np.zeros(_WINDOW, dtype=np.float32)]))
    return np.concatenate([*made, bands])


def bands_as_bytes(path: Path, start: float, stop: float | None) -> bytes:
    """`bands_of`, as `from_bytes` reads them."""
    return bands_of(path, start=start, stop=stop).tobytes()


def _bands(samples: NDArray[np.float32]) -> tuple[Bands, NDArray[np.float32]]:
    """Bands of all whole windows, and the samples that the next ones begin with."""
    count = max(0, (len(samples) - _WINDOW) // _HOP + 1)
    if not count:
        return np.zeros((0, BANDS), dtype=np.uint8), samples
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP][:count]
    shape = np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(np.nan_to_num(windows) * shape, axis=1)) ** 2
    bins = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / _RATE), _EDGES_HZ)
    full = float(shape.sum() / 2) ** 2
    level = np.stack([power[:, low:high].sum(axis=1) for low, high in itertools.pairwise(bins)], axis=1)
    decibels = 10 * np.log10(np.maximum(level / full, 1e-12)) + _FLOOR_DB
    return np.clip(np.rint(decibels), 0, 255).astype(np.uint8), samples[count * _HOP :]


def from_bytes(raw: bytes) -> Bands:
    """Bands as a receipt keeps them."""
    return np.frombuffer(raw[: len(raw) // BANDS * BANDS], dtype=np.uint8).reshape(-1, BANDS)


def sounding_seconds(bands: Bands) -> float:
    """For how long something is heard."""
    return float((bands.max(axis=1, initial=0) >= _QUIET_DB).sum() * HOP_SECONDS)


def listen(wanted: Bands, output: Bands, *, starts: float) -> SoundMatch:
    """Look for `wanted` in `output`, where it should begin at `starts` seconds."""
    own = wanted.astype(np.float32)
    if not len(own) or float(own.max()) < _QUIET_DB:
        return SoundMatch(likeness=None, lag=None)
    first = round(starts / HOP_SECONDS)
    there = _padded(output, first - _MOST_LAG, len(own) + 2 * _MOST_LAG)
    if _swing(own) < _STEADY_DB:
        return _steady(own, there)
    whole = max(_fit(own, there), _fit(own, there, _loud(own)))
    likeness, hops = whole
    lag = None
    if likeness >= SAME:
        pieces = [
            _fit(own[at : at + _PIECE_HOPS], there[at : at + _PIECE_HOPS + 2 * _MOST_LAG])
            for at in range(0, len(own) - _PIECE_HOPS // 2, _PIECE_HOPS)
            if _swing(own[at : at + _PIECE_HOPS]) > 2 * _STEADY_DB
        ]
        lags = [found for like, found in (whole, *pieces) if like >= SAME]
        # what a whole track's start is rounded to stands beside it exactly
        lag = round(max(lags, key=abs) * HOP_SECONDS + (first * HOP_SECONDS - starts), 4)
    return SoundMatch(likeness=round(likeness, 3), lag=lag, silent=_silences(own, there, round(hops), starts))


def _padded(output: Bands, first: int, count: int) -> NDArray[np.float32]:
    part = output[max(0, first) : max(0, first + count)].astype(np.float32)
    before = min(count, max(0, -first))
    return np.pad(part, ((before, max(0, count - before - len(part))), (0, 0)))[:count]


def _loud(own: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The hops at which a sound is meant to be heard; between them music may lie."""
    level = own.max(axis=1)
    loud: NDArray[np.bool_] = level >= max(_QUIET_DB, float(np.percentile(level, 95)) - _LOUD_BELOW_DB)
    return loud


def _fit(
    own: NDArray[np.float32], there: NDArray[np.float32], where: NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """(likeness, hops late): correlation over time in every band, the best of all lags, between hops. `where`
    says which hops count."""
    lags = 2 * _MOST_LAG + 1
    at = np.arange(len(own)) if where is None else np.flatnonzero(where)
    own = own[at]
    base = own - own.mean(axis=0)
    scores = np.zeros(lags)
    for lag in range(lags):
        other = there[at + lag]
        other = other - other.mean(axis=0)
        scale = float(np.sqrt((base**2).sum() * (other**2).sum()))
        scores[lag] = float((base * other).sum()) / scale if scale > 1e-3 else 0.0
    best = int(scores.argmax())
    between = 0.0
    if 0 < best < lags - 1:
        left, middle, right = scores[best - 1 : best + 2]
        bend = left - 2 * middle + right
        between = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(scores[best]), float(best + between - _MOST_LAG)


def _swing(own: NDArray[np.float32]) -> float:
    """How many dB the band that moves most moves by, its edges in time left aside."""
    low, high = np.percentile(own, (10, 90), axis=0)
    return float((high - low).max())


def _steady(own: NDArray[np.float32], there: NDArray[np.float32]) -> SoundMatch:
    """A sound that never changes: only its colour can be compared, the gain left aside."""
    middle = there[_MOST_LAG : _MOST_LAG + len(own)]
    mine, others = own.mean(axis=0), np.median(middle, axis=0)
    if float(others.max()) < _QUIET_DB:
        return SoundMatch(likeness=0.0, lag=None, silent=((0.0, len(own) * HOP_SECONDS),))
    apart = float(np.abs((mine - mine.max()) - (others - others.max()))[mine > mine.max() - 40].mean())
    return SoundMatch(likeness=round(max(0.0, 1 - apart / (2 * _STEADY_APART_DB)), 3), lag=None)


def _silences(
    own: NDArray[np.float32], there: NDArray[np.float32], hops: int, starts: float
) -> tuple[tuple[float, float], ...]:
    """Where the sound is loud and the output holds nothing, seconds of the output."""
    level, loud = own.max(axis=1), _loud(own)
    at = max(0, min(_MOST_LAG + hops, 2 * _MOST_LAG))
    here = there[at : at + len(own)].max(axis=1)
    gone = (here < _QUIET_DB) & (here < level - _GONE_DB)
    found = []
    for first, end in runs(here < _QUIET_DB):
        # pauses inside the gap belong to it; what counts is how much was to be heard there
        if int((gone & loud)[first:end].sum()) * HOP_SECONDS >= _SILENT_SECONDS:
            found.append((round(starts + first * HOP_SECONDS, 2), round(starts + end * HOP_SECONDS, 2)))
    return tuple(found)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, end) of every unbroken run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
