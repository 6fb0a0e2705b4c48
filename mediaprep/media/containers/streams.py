"""What PyAV's objects say, as values of ours. Knows their shape, not the library: `packets` is the door."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.containers import timing

_MICRO = 1_000_000  # ticks a second of a container's own duration
_ALPHA = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya")
_COVER = 0x400 | 0x800  # dispositions: attached picture, timed thumbnails


def is_cover(stream: Any) -> bool:
    """Whether a stream of PyAV's is a still beside the sound or the moving picture."""
    return bool(int(stream.disposition) & _COVER)


@dataclass(frozen=True, kw_only=True)
class StreamInfo:
    """What a container says of one stream; everything but `timeline` is a claim. Times in seconds."""

    index: int
    kind: str  # video | audio | other
    track_id: int
    codec: str
    profile: str | None = None
    pixel_format: str | None = None
    width: int = 0
    height: int = 0
    pixel_aspect: float = 1.0
    rate: float | None = None
    field_order: int = 0  # 0 = unknown, 1 = progressive
    transfer: int = 2  # ISO/IEC 23091-2 transfer characteristics: 16 = PQ, 18 = HLG
    matrix: int = 2  # ISO/IEC 23091-2 matrix coefficients: 1 = BT.709, 5 and 6 = BT.601, 2 = not told
    sample_rate: int = 0
    channels: int = 0
    alpha: bool = False  # pictures have transparency, some of them beside their own coding
    picture: bool = False  # a cover, not a moving picture
    starts: float | None = None
    claimed_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A container as it describes itself."""

    name: str  # sniff's name of the container
    claimed_seconds: float | None
    bitrate: int | None
    streams: tuple[StreamInfo, ...]

    def first(self, kind: str) -> StreamInfo | None:
        """The stream that players show: the first of its kind that is no cover."""
        return next((s for s in self.streams if s.kind == kind and not s.picture), None)


def describe_open(container: Any) -> Opened:
    """All streams of an open container."""
    claimed = container.duration
    return Opened(
        name=container.format.name,
        claimed_seconds=None if claimed is None or claimed < 0 else claimed / _MICRO,
        bitrate=container.bit_rate or None,
        streams=tuple(_info(stream) for stream in container.streams),
    )


def _has_alpha(pixel_format: str, tags: Mapping[str, str]) -> bool:
    """WebM keeps transparency beside the picture (a tag says so), all others in the pixels."""
    beside = any(name.lower() == "alpha_mode" and value == "1" for name, value in tags.items())
    return beside or pixel_format.startswith(_ALPHA)


def _info(stream: Any) -> StreamInfo:
    context = stream.codec_context
    tick = stream.time_base or 0
    common: dict[str, Any] = {
        "index": stream.index,
        "track_id": stream.id,
        "starts": None if stream.start_time is None else float(stream.start_time * tick),
        "claimed_seconds": None if stream.duration is None else float(stream.duration * tick),
        "codec": context.codec.canonical_name if context is not None else "unknown",
    }
    if stream.type == "video" and context is not None:
        rate = stream.average_rate or stream.guessed_rate
        return StreamInfo(
            kind="video",
            profile=context.profile,
            pixel_format=context.pix_fmt,
            width=context.width,
            height=context.height,
            pixel_aspect=float(stream.sample_aspect_ratio or context.sample_aspect_ratio or 1),
            rate=float(rate) if rate else None,
            field_order=context.field_order,
            transfer=context.color_trc,
            matrix=context.colorspace,
            alpha=_has_alpha(context.pix_fmt or "", stream.metadata),
            picture=is_cover(stream),
            **common,
        )
    if stream.type == "audio" and context is not None:
        return StreamInfo(
            kind="audio", sample_rate=context.sample_rate or 0, channels=context.channels or 0,
            profile=context.profile, **common,
        )  # fmt: skip
    kind = stream.type if stream.type in {"video", "audio"} else "other"
    return StreamInfo(kind=kind, **common)


def index_of(container: Any, number: int, file_bytes: int) -> timing.Index:
    """The demuxer's index of stream `number`, as arrays; entries beyond the file's end are marked."""
    stream = container.streams[number]
    entries = list(stream.index_entries)
    columns = attrgetter("timestamp", "pos", "size", "is_keyframe", "is_discard")
    flat = chain.from_iterable(
        map(columns, entries)
    )  # in one go: an entry is a Python object, and there are many
    table = np.fromiter(flat, dtype=np.int64, count=5 * len(entries)).reshape(-1, 5)
    times, positions, sizes, keys, hidden = np.ascontiguousarray(table.T)
    return timing.Index(
        times=times,
        sizes=sizes,
        keys=keys.astype(bool),
        hidden=hidden.astype(bool),
        present=positions + sizes <= file_bytes,
        tick=float(stream.time_base or 0),
        positions=positions,
    )


def cut_out(file: BinaryIO, index: timing.Index, numbers: range | None) -> Iterator[bytes]:
    """The bytes of the packets that an index names, all or those `numbers`. Raises EOFError where the file ends
    early."""
    assert index.positions is not None
    every = range(len(index.times))
    for number in every if numbers is None else every[numbers.start : numbers.stop]:
        size = int(index.sizes[number])
        file.seek(int(index.positions[number]))
        data = file.read(size)
        if len(data) < size:
            raise EOFError("the file ends early")
        yield data


def walk(
    container: Any, numbers: tuple[int, ...], errors: tuple[type[Exception], ...]
) -> dict[int, timing.Index]:
    """Read every packet of those streams: what is really there, sorted by presentation time. At one of
    `errors` the reading ends: what came before is there, the rest is not."""
    rows: dict[int, list[tuple[int, int, int, bool, bool]]] = {number: [] for number in numbers}
    with contextlib.suppress(*errors):
        for packet in container.demux([container.streams[number] for number in numbers]):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None or packet.size == 0:
                continue
            rows[packet.stream_index].append(
                (stamp, packet.size, packet.duration or 0, packet.is_keyframe, packet.is_discard)
            )
    found = {}
    decoded = "mov" in container.format.name.split(",")  # such packets last until the next one is decoded
    for number, list_of_rows in rows.items():
        table = np.array(sorted(list_of_rows), dtype=np.int64).reshape(-1, 5)
        last = list_of_rows[-1] if decoded and list_of_rows else table[-1] if len(table) else (0, 0, 0)
        found[number] = timing.Index(
            times=table[:, 0],
            sizes=table[:, 1],
            keys=table[:, 3].astype(bool),
            hidden=table[:, 4].astype(bool),
            present=np.ones(len(table), dtype=bool),
            tick=float(container.streams[number].time_base or 0),
            last_duration=int(last[2]),
        )
    return found


def scaled(width: int, height: int, longer_side: int | None) -> tuple[int, int]:
    """Sides with the longer one made `longer_side` pixels."""
    if longer_side is None:
        return width, height
    factor = longer_side / max(width, height)
    return max(2, round(width * factor)), max(2, round(height * factor))


_KINDS = {"u8": np.uint8, "s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}


def _raw(frame: Any) -> NDArray[Any]:
    """(samples, channels) as they were decoded. Where one plane holds them all they are looked at in place: a
    codec's thousand at a time, what PyAV does to copy them costs as much as decoding."""
    form, channels = frame.format, frame.layout.nb_channels
    kind = _KINDS.get(form.name.removesuffix("p"))
    if kind is None or (form.is_planar and channels > 1):
        array: NDArray[Any] = frame.to_ndarray()
        return array.T if form.is_planar else array.reshape(-1, channels)
    return np.frombuffer(frame.planes[0], dtype=kind, count=frame.samples * channels).reshape(-1, channels)


def as_samples(frame: Any, sample_format: str) -> NDArray[Any]:
    """(samples, channels) of a decoded sound frame as "flt" (float32, −1…1) or "s16" (int16)."""
    samples = _raw(frame)
    if sample_format == "s16" and samples.dtype == np.int16:
        return np.ascontiguousarray(samples)
    offset, full = 0.0, 1.0
    if samples.dtype == np.uint8:
        offset, full = 128.0, 128.0
    elif samples.dtype.kind == "i":
        full = float(1 << (8 * samples.dtype.itemsize - 1))
    floats: NDArray[Any] = samples.astype(np.float32, copy=False)
    if full != 1.0:
        floats = (floats - np.float32(offset)) / np.float32(full)
    if sample_format == "flt":
        return np.ascontiguousarray(floats)
    return np.clip(np.rint(floats * np.float32(32768)), -32768, 32767).astype(np.int16)


@dataclass(frozen=True, kw_only=True)
class StreamReport:
    """One stream, fully decoded. Times in seconds on the file's timeline; `frames` pictures or samples."""

    kind: str
    codec: str
    packets: int
    frames: int
    first: float | None
    end: float | None
    errors: int
    first_error: float | None = None

    @property
    def seconds(self) -> float | None:
        return None if self.first is None or self.end is None else self.end - self.first


@dataclass(frozen=True, kw_only=True)
class DecodeReport:
    """What decoding everything showed. `messages` are the decoder's own words, at most ten."""

    streams: tuple[StreamReport, ...]
    errors: int
    messages: tuple[str, ...]

    def first(self, kind: str) -> StreamReport | None:
        return next((s for s in self.streams if s.kind == kind), None)


class Tally:
    """Counts one stream while it is decoded; `look` is shown every picture with its number.

    `spans`: only these packets (numbers in order of decoding, each span beginning at a refresh) are decoded,
    the others are counted as they stand."""

    def __init__(
        self,
        info: StreamInfo,
        refused: type[Exception],
        look: Callable[[int, Any], None] | None = None,
        spans: Sequence[range] | None = None,
    ) -> None:
        self.info = info
        self.look = look
        self.spans = spans
        self.tick = 0.0  # seconds, of packets and so of what is decoded from them
        self.refused = refused  # what the library raises for a packet that does not decode
        self.packets = self.frames = self.errors = 0
        self.first: float | None = None
        self.end: float | None = None
        self.first_error: float | None = None

    def add(self, packet: Any) -> None:
        if not self.packets:
            self.tick = float(packet.time_base)
        number = self.packets
        self.packets += bool(packet.size)
        if self.spans is not None and packet.size:
            if not any(number in span for span in self.spans):
                self._pass_by(packet)
                return
            if any(number == span.start for span in self.spans):
                self.frames = number
        self._decode(packet)
        if self.spans is not None and any(number == span.stop - 1 for span in self.spans):
            self._drain(packet.stream.codec_context)

    def _drain(self, context: Any) -> None:
        """All pictures that the decoder still holds; it begins afresh then."""
        try:
            for frame in context.decode(None):
                self._see(frame)
        except self.refused:
            self.errors += 1
        context.flush_buffers()

    def _pass_by(self, packet: Any) -> None:
        self.frames += 1
        seconds = (packet.pts or 0) * self.tick
        self.first = seconds if self.first is None else min(self.first, seconds)
        self.end = max(self.end or 0.0, seconds + (packet.duration or 0) * self.tick)

    def _decode(self, packet: Any) -> None:
        try:
            for frame in packet.decode():
                self._see(frame)
        except self.refused:
            self._err((packet.pts or 0) * self.tick)

    def _err(self, seconds: float) -> None:
        self.errors += 1
        self.first_error = seconds if self.first_error is None else min(self.first_error, seconds)

    def _see(self, frame: Any) -> None:
        seconds = (frame.pts or 0) * self.tick
        if frame.is_corrupt:
            self._err(seconds)
        if self.info.kind == "audio":
            self.frames += frame.samples
            length = frame.samples / frame.sample_rate
        else:
            if self.look is not None:
                self.look(self.frames, frame)
            self.frames += 1
            length = frame.duration * self.tick if frame.duration else 1 / (self.info.rate or 25)
        self.first = seconds if self.first is None else min(self.first, seconds)
        self.end = max(self.end or 0.0, seconds + length)

    def report(self) -> StreamReport:
        return StreamReport(
            kind=self.info.kind, codec=self.info.codec, packets=self.packets, frames=self.frames,
            first=self.first, end=self.end, errors=self.errors, first_error=self.first_error,
        )  # fmt: skip
