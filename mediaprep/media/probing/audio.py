"""A sound file's facts beyond its header: exact length, silence at the edges, peak; decoded once, in
blocks."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import BadAsset, ToolMissing
from mediaprep.media.containers import packets, streams
from mediaprep.media.probing import voice_activity
from mediaprep.model.facts import Unmeasured

HOP_SECONDS = 0.01
WINDOW_SECONDS = 0.3
SILENT_DB = -40.0
_BATCH = 1 << 16  # samples
_NOTHING = 1e-9  # mean square, −90 dBFS: digital silence is no background
_FULL_SCALE = 0.9995
_FLAT = 3  # samples at full scale one after the other: a wave that was cut off there
_PIECE = 10  # hops of which a level is taken
_UNEVEN_DB = 0.7
_CLEARLY_DB = 20.0  # only speech, or what is not sound at all most of the time, varies by so much
_LISTENED = 8.0  # seconds
_VOICE = 0.5
_VOICED_SHARE = 0.2
_DOCS_NAMES = {"wav": "wav", "mp3": "mp3", "aac": "aac", "ogg": "ogg", "mp4": "m4a", "3gp": "3gp"}


def docs_format(container: str, codec: str) -> str:
    """The format as the docs name it: wav, mp3, wma, m4a, aac, ogg; else the container."""
    if container == "asf" and codec.startswith("wma"):
        return "wma"
    if container == "mp3" and codec == "mp2":
        return "mp2"
    return _DOCS_NAMES.get(container, container)


Measured = tuple[float, float, float, float | None, float, float | None, float | None]


def measure(path: Path) -> Measured | Unmeasured:
    """(seconds, leading silence, trailing silence, peak in dBFS, share that is clipped, dB of the voice above what is
    heard in its pauses, level of that in dBFS) of a file's first sound track; the peak is None for digital silence, the
    last two where nobody speaks. Unmeasured where nothing decodes."""
    envelope = None
    with packets.opened(path) as container:
        info = streams.describe_open(container).first("audio")
    if info is not None:
        envelope = Envelope(info.sample_rate)
        # an encrypted frame may decode by chance, as a layout that nothing converts
        with contextlib.suppress(BadAsset, *packets.AV_ERRORS):
            for block in _in_batches(packets.decode_audio(path, sample_format="flt")):
                envelope.add(block)
    if envelope is None or not envelope.samples:
        return Unmeasured(
            measure="decoded_share",
            en="none of its sound decodes: it is encrypted or damaged; export it again without protection",
            zh="声音无法解码：文件已加密或损坏；请去除保护后重新导出",
        )
    leading, trailing = envelope.edges()
    peak = 20 * math.log10(envelope.peak) if envelope.peak > 0 else None
    clipped = round(envelope.clipped / envelope.samples, 6)
    return (
        envelope.seconds,
        leading,
        trailing,
        None if peak is None else round(peak, 2),
        clipped,
        *_above(path, envelope),
    )


def _above(path: Path, envelope: Envelope) -> tuple[float | None, float | None]:
    """What is as even as noise and tones is no voice; where the margin leaves a doubt, the middle is listened to."""
    low, high = envelope.levels() or (0.0, 0.0)
    margin = high - low
    if margin < _UNEVEN_DB or (margin < _CLEARLY_DB and not _speaks(path, envelope.seconds / 2)):
        return None, None
    return round(margin, 1), round(low, 1)


def _speaks(path: Path, middle: float) -> bool:
    with contextlib.suppress(BadAsset, ToolMissing, *packets.AV_ERRORS):
        start, stop = max(0.0, middle - _LISTENED / 2), middle + _LISTENED / 2
        heard = voice_activity.voice_of(
            packets.decode_audio(
                path, rate=voice_activity.RATE, channels=1, sample_format="flt", start=start, stop=stop
            )
        )
        return bool(len(heard)) and float((heard >= _VOICE).mean()) >= _VOICED_SHARE
    return False


def _in_batches(blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """The same samples in fewer, larger blocks: arithmetic on a codec's thousand at a time is mostly overhead."""
    batch: list[NDArray[np.float32]] = []
    size = 0
    for block in blocks:
        batch.append(block)
        size += len(block)
        if size >= _BATCH:
            yield np.concatenate(batch)
            batch, size = [], 0
    if batch:
        yield np.concatenate(batch)


class Envelope:
    """Mean square of every 10 ms, gathered block by block: 60 minutes take 3 MB."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.hop = max(1, round(rate * HOP_SECONDS))
        self.samples = 0
        self.peak = 0.0
        self.clipped = 0
        self._squares: list[NDArray[np.float32]] = []
        self._rest: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    def add(self, block: NDArray[np.float32]) -> None:
        """A block of shape (samples, channels), −1…1."""
        self.samples += len(block)
        if not block.size:
            return
        if not np.isfinite(block).all():  # float formats may hold anything
            block = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
        self.peak = max(self.peak, float(block.max()), -float(block.min()))
        if self.peak >= _FULL_SCALE:
            self.clipped += _flat(block)
        # by channel: a mean along an axis of two costs five times as much
        square = sum(np.square(block[:, channel]) for channel in range(block.shape[1])) / block.shape[1]
        power = np.concatenate([self._rest, square])
        whole = len(power) // self.hop * self.hop
        self._squares.append(power[:whole].reshape(-1, self.hop).mean(axis=1))
        self._rest = power[whole:]

    def levels(self) -> tuple[float, float] | None:
        """dBFS that the quiet tenth and the loud tenth of 100 ms pieces have: background and voice. None where there
        is less than a second of sound."""
        hops = self.hops().astype(np.float64)
        pieces = hops[: len(hops) // _PIECE * _PIECE].reshape(-1, _PIECE).mean(axis=1)
        pieces = pieces[(pieces > _NOTHING) & np.isfinite(pieces)]  # float formats may hold anything
        if len(pieces) < 1 / (HOP_SECONDS * _PIECE):
            return None
        low, high = (10 * math.log10(level) for level in np.percentile(pieces, (10, 90)))
        return low, high

    def hops(self) -> NDArray[np.float32]:
        """Mean square of each hop; the last may be shorter."""
        parts = list(self._squares)
        if len(self._rest):
            parts.append(np.array([self._rest.mean()], dtype=np.float32))
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)

    def edges(self) -> tuple[float, float]:
        """Silence at the start and at the end, seconds: windows of 300 ms whose RMS stays below −40 dB. A
        file silent throughout has all of it at the start."""
        hops = self.hops()
        leading = _silent_run(hops, self.seconds)
        if leading >= self.seconds:
            return round(self.seconds, 3), 0.0
        return round(leading, 3), round(_silent_run(hops[::-1], self.seconds), 3)


def _flat(block: NDArray[np.float32]) -> int:
    """Moments of a block in which a channel stays at full scale."""
    full = np.abs(block) >= _FULL_SCALE
    if not full.any() or len(full) < _FLAT:
        return 0
    lasting = full.copy()
    for late in range(1, _FLAT):
        lasting[:-late] &= full[late:]
        lasting[-late:] = False
    starts = lasting.any(axis=1)
    return (
        int(np.count_nonzero(np.convolve(starts.astype(np.int64), np.ones(_FLAT, np.int64))))
        if starts.any()
        else 0
    )


def _silent_run(hops: NDArray[np.float32], seconds: float) -> float:
    """Length of the silence that `hops` begin with."""
    width = min(len(hops), round(WINDOW_SECONDS / HOP_SECONDS))
    sums = np.cumsum(np.concatenate([[0.0], hops.astype(np.float64)]))
    loud = np.flatnonzero((sums[width:] - sums[:-width]) / width >= 10 ** (SILENT_DB / 10))
    if not len(loud):
        return seconds
    return 0.0 if loud[0] == 0 else float((loud[0] - 1 + width) * HOP_SECONDS)


def envelope_of(blocks: Iterable[NDArray[np.float32]], rate: int) -> Envelope:
    """The envelope of samples that were decoded already."""
    envelope = Envelope(rate)
    for block in blocks:
        envelope.add(block)
    return envelope
