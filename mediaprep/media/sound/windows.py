"""The door to pydub: operations on windows of samples that our own door decoded, never on a user's file.

Samples are int16 arrays of shape (samples, channels); a window is seconds long, not hours.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import InputError

with warnings.catch_warnings():
    # it warns of a missing ffmpeg on import; nothing here asks it to start one
    warnings.simplefilter("ignore")
    from pydub import AudioSegment, silence

Samples = NDArray[np.int16]
MAX_SECONDS = 600  # a window: pydub copies what it is given several times over
SILENT_DB = -40.0
WINDOW_MS = 300


def _segment(samples: Samples, rate: int) -> Any:
    if samples.ndim != 2 or samples.dtype != np.int16:
        raise ValueError(
            f"samples of shape (n, channels) and int16 wanted, not {samples.shape} {samples.dtype}"
        )
    if len(samples) > MAX_SECONDS * rate:
        raise InputError(
            f"{len(samples) / rate:.0f} s of sound at once, the limit is {MAX_SECONDS} s: work on its edges",
            f"一次处理 {len(samples) / rate:.0f} 秒音频，上限 {MAX_SECONDS} 秒：请只处理首尾",
        )
    data = np.ascontiguousarray(samples).tobytes()
    return AudioSegment(data=data, sample_width=2, frame_rate=rate, channels=samples.shape[1])


def _samples(segment: Any) -> Samples:
    return np.frombuffer(segment.raw_data, dtype=np.int16).reshape(-1, segment.channels).copy()


def silent_spans(samples: Samples, rate: int, *, shortest: float = 0.3) -> list[tuple[float, float]]:
    """Spans (start, end) in seconds whose windowed RMS (300 ms) stays below −40 dBFS for `shortest` or
    more."""
    found = silence.detect_silence(
        _segment(samples, rate), max(WINDOW_MS, round(shortest * 1000)), SILENT_DB, seek_step=10
    )
    return [(start / 1000, end / 1000) for start, end in found]


def fade(samples: Samples, rate: int, *, seconds_in: float = 0.0, seconds_out: float = 0.0) -> Samples:
    """Fade in and out; the length stays."""
    segment = _segment(samples, rate)
    longest = len(segment)
    if seconds_in > 0:
        segment = segment.fade_in(min(longest, round(seconds_in * 1000)))
    if seconds_out > 0:
        segment = segment.fade_out(min(longest, round(seconds_out * 1000)))
    return _samples(segment)


def join(parts: list[Samples], rate: int, *, crossfade: float = 0.0) -> Samples:
    """The parts one after the other, overlapping by `crossfade` seconds. All with the same channels."""
    if not parts:
        return np.zeros((0, 1), dtype=np.int16)
    whole = _segment(parts[0], rate)
    for part in parts[1:]:
        following = _segment(part, rate)
        overlap = min(round(crossfade * 1000), len(whole), len(following))
        whole = whole.append(following, crossfade=overlap)
    return _samples(whole)


def gain(samples: Samples, rate: int, db: float) -> Samples:
    """Louder or softer by `db`; what would exceed full scale is clipped."""
    return _samples(_segment(samples, rate).apply_gain(db))


def quiet(seconds: float, rate: int, channels: int = 1) -> Samples:
    """Digital silence."""
    return np.zeros((max(0, round(seconds * rate)), channels), dtype=np.int16)


def loudness_dbfs(samples: Samples, rate: int) -> float:
    """RMS over all of it, dBFS; −inf for digital silence."""
    return float(_segment(samples, rate).dBFS)
