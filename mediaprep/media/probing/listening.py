"""Whether a video's sound decodes, and whether anything is heard in it: a few moments of it tell, and all of it is
listened to only where they leave a doubt."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mediaprep.media.containers import packets
from mediaprep.media.containers.streams import StreamInfo, as_samples
from mediaprep.media.containers.timing import Index
from mediaprep.media.probing.audio import SILENT_DB, Envelope

_MOMENTS = 5
_SECONDS = 0.4  # of sound at each of them
_BATCH = 64  # frames
_PATIENCE = 15.0  # seconds of work for all of a track
_SURE = (
    0.8  # of the sound at the moments: packets do not end where a moment does, and some codecs need a run-up
)
_LOUDEST = 4.0  # of full scale: lossy sound overshoots it by a little, noise that is taken for it by far
_HEARD = 10 ** (SILENT_DB / 10)  # mean square

HeardShare = tuple[float | None, bool | None]


def listen(path: Path, container: Any, sound: StreamInfo, table: Index) -> HeardShare:
    """(share of its length that decodes, whether it is silent throughout) of a sound track; None for what cannot be
    told. Where it decodes and is heard at a few moments the share is 1."""
    stream = container.streams[sound.index]
    if stream.codec_context is None or not sound.sample_rate:
        return None, None
    if not table.shown:  # no packet of what it claims to hold can even be told from the next
        return (0.0 if sound.claimed_seconds else None), None
    ear, expected = _Ear(stream, sound), 0.0
    first, length = int(table.times[0]), table.seconds()
    for moment in range(_MOMENTS):
        at = length * moment / _MOMENTS
        expected += min(_SECONDS, length - at)
        source = _entered(container, stream, first + round(at / table.tick))
        ear.hear(source, until=first * table.tick + at + _SECONDS)
    if ear.seconds >= _SURE * expected and ear.heard:
        return 1.0, False
    with packets.opened(path) as fresh:
        stream = fresh.streams[sound.index]
        envelope, deadline = Envelope(sound.sample_rate), time.monotonic() + _PATIENCE
        ear = _Ear(stream, sound, envelope)
        last = ear.hear(_in_time(fresh.demux(stream), deadline))
    whole = time.monotonic() < deadline
    share = min(1.0, ear.seconds / (length if whole else max(last - first * table.tick, 1.0)))
    silent = envelope.edges()[0] >= round(envelope.seconds, 3)
    return round(share, 3), False if not silent else True if whole and share >= _SURE else None


def _entered(container: Any, stream: Any, stamp: int) -> Iterator[Any]:
    """The packets from `stamp` on, or from where such a file can be entered."""
    with contextlib.suppress(*packets.AV_ERRORS):
        container.seek(stamp, stream=stream)
        stream.codec_context.flush_buffers()
        for packet in container.demux(stream):
            if packet.pts is None or packet.pts >= stamp:
                yield packet


def _in_time(source: Iterator[Any], deadline: float) -> Iterator[Any]:
    with contextlib.suppress(*packets.AV_ERRORS):
        for packet in source:
            if time.monotonic() > deadline:
                return
            yield packet


class _Ear:
    """Decodes packets of one track, and gathers how much of it is sound and how loud that is."""

    def __init__(self, stream: Any, sound: StreamInfo, envelope: Envelope | None = None) -> None:
        self.context = stream.codec_context
        self.exact = sound.codec.startswith("pcm")  # whatever its bytes are, they are samples
        self.envelope = envelope
        self.seconds = 0.0
        self.heard = False

    def hear(self, source: Iterator[Any], *, until: float = float("inf")) -> float:
        """Decode what is stamped before `until` (seconds); the last stamp."""
        stamp, blocks = 0.0, []
        for packet in source:
            tick = float(packet.time_base or 0)
            stamp = stamp if packet.pts is None else packet.pts * tick
            if stamp >= until:
                break
            lasts = packet.duration * tick if packet.duration else float("inf")
            for frame in self._decoded(packet):
                seconds = min(frame.samples / frame.sample_rate, lasts)  # by chance it may last for any time
                lasts -= seconds
                blocks.append((seconds, as_samples(frame, "flt")))
            if len(blocks) >= _BATCH:
                self._weigh(blocks)
                blocks = []
        self._weigh(blocks)
        return stamp

    def _decoded(self, packet: Any) -> list[Any]:
        """The frames of a packet; none where it is refused."""
        try:
            frames: list[Any] = self.context.decode(packet)
        except packets.AV_ERRORS:
            return []
        return [] if any(frame.is_corrupt for frame in frames) else frames

    def _weigh(self, blocks: list[tuple[float, Any]]) -> None:
        """Count what is sound and no noise by how loud it is: a few blocks at a time, arithmetic on one is overhead."""
        kept = [
            (seconds, block)
            for seconds, block in blocks
            if self.exact or max(block.max(initial=0.0), -block.min(initial=0.0)) <= _LOUDEST
        ]
        if not kept:
            return
        self.seconds += sum(seconds for seconds, _ in kept)
        power = sum(float(np.vdot(block, block)) for _, block in kept) / sum(block.size for _, block in kept)
        self.heard |= power >= _HEARD
        if self.envelope is not None:
            for _, block in kept:
                self.envelope.add(block)
