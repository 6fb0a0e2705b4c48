"""The door to libavformat and libavcodec (PyAV): describe, index, demux, decode, write packets.

A file is opened by the one demuxer its bytes call for, through a Python file object: the library never sees a
name and may open nothing else (`protocol_whitelist=none`). Every `av` error leaves as BadAsset.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import av
import av.logging
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import boxes, sniff
from mediaprep.media.containers import seeking, timing
from mediaprep.media.containers.mp4_tables import NO_CODEC, OPTIONS, describe_brief
from mediaprep.media.containers.process_log import ProcessLog
from mediaprep.media.containers.resampling import Resampler
from mediaprep.media.containers.scaling import PixelFormat, Pixels, Scaler
from mediaprep.media.containers.streams import (
    DecodeReport,
    Opened,
    Tally,
    cut_out,
    describe_open,
    index_of,
    scaled,
    walk,
)
from mediaprep.media.isolation import posix
from mediaprep.media.orientation import UPRIGHT, Orientation, of_matrix

Samples = NDArray[Any]
to_pixels = Scaler(VideoReformatter)
_INDEXED = "mov"  # its index names every packet; a fragmented file's does not
MAX_PIXELS = 8192 * 8192
# av.open, demux and decode raise their own tree; the rest is what broken files make PyAV raise besides
AV_ERRORS = (av.FFmpegError, OSError, ValueError, OverflowError, EOFError, IndexError, ZeroDivisionError)

# With any level PyAV's log callback waits for the interpreter lock, and a decoder freed with its threads at work
# waits for them while holding it: both then wait for ever. None logs nothing and takes no lock.
av.logging.set_level(None)
_ear = threading.Lock()
_log = ProcessLog(av.logging.set_level, error=av.logging.ERROR, quiet=av.logging.PANIC)


@contextlib.contextmanager
def opened(
    path: Path, demuxer: str | None = None, *, brief: bool = False, text_errors: str = "replace"
) -> Iterator[av.container.InputContainer]:
    """The container at `path`, opened only as what its bytes say; with `brief` no packet is looked into. Tags that are
    no UTF-8 are read by `text_errors`. Raises BadAsset."""
    with posix.open_regular(path) as file, contextlib.ExitStack() as stack:
        if demuxer is None:
            sign = sniff.identify_open(file)
            if sign.demuxer is None:
                en, zh = sign.problem or (f"is no media file ({sign.kind})", f"不是媒体文件（{sign.kind}）")
                raise BadAsset(f"{path.name}: {en}", f"{path.name}：{zh}")
            demuxer = sign.demuxer
        file.seek(0)
        options = {
            "protocol_whitelist": "none", "format_whitelist": demuxer, "max_streams": "64",
            "max_pixels": str(MAX_PIXELS), **(OPTIONS if brief else {}),
        }  # fmt: skip
        stack.enter_context(_log.used())
        try:
            container = av.open(
                file, "r", format=demuxer, options=options, metadata_errors=text_errors, buffer_size=1 << 17
            )
        except AV_ERRORS as error:
            raise broken(path, error) from error
        with container:
            try:
                yield container
            finally:
                _rest(container)


def _rest(container: av.container.InputContainer) -> None:
    """Let decoder threads come to rest while the interpreter lock is free. A decoder is freed holding it and waits
    for its threads; one of these that logs an error while somebody listens (`_listening`) waits for the lock."""
    for stream in container.streams:
        if (decoder := getattr(stream, "codec_context", None)) is not None:
            decoder.flush_buffers()


@contextlib.contextmanager
def described(
    path: Path, demuxer: str, *, brief: bool
) -> Iterator[tuple[av.container.InputContainer, Opened]]:
    """The container at `path` and what it says of itself. `brief`: by its tables, where they tell all. Raises
    BadAsset."""
    if brief:
        with opened(path, demuxer, brief=True) as container:
            found = describe_brief(container)
            if found is not None:
                yield container, found
                return
    with opened(path, demuxer) as container:
        yield container, describe_open(container)


def broken(path: Path, error: Exception) -> BadAsset:
    """What a library said of a file, as our own error."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return BadAsset(
        f"{path.name}: cannot be read as media ({reason}): it is damaged or incomplete, export it again",
        f"{path.name}：无法作为媒体读取（{reason}）：文件损坏或不完整，请重新导出",
    )


def words(path: Path, demuxer: str) -> dict[str, str]:
    """What the file says of itself, by the names libavformat gives it; bytes that are no UTF-8 as surrogates. Ogg says
    it of its first stream. Raises BadAsset."""
    with opened(path, demuxer, brief=demuxer == _INDEXED, text_errors="surrogateescape") as container:
        of_first = container.streams[0].metadata if demuxer == "ogg" and len(container.streams) else {}
        return {**of_first, **container.metadata}


def stream_digests(path: Path) -> tuple[str, ...]:
    """sha256 (hex) of all packets of each stream, in the order of the streams: what no remux changes. Raises
    BadAsset."""
    with opened(path) as container:
        kept = [stream for stream in container.streams if stream.type in {"video", "audio", "subtitle"}]
        digests = {stream.index: hashlib.sha256() for stream in kept}
        try:
            for packet in container.demux(kept):
                if packet.size:
                    digests[packet.stream.index].update(memoryview(packet))
        except AV_ERRORS as error:
            raise broken(path, error) from error
        return tuple(digest.hexdigest() for digest in digests.values())


def describe(path: Path, demuxer: str | None = None) -> Opened:
    """All streams as the header tells them. Raises BadAsset."""
    with opened(path, demuxer) as container:
        return describe_open(container)


# ---- pictures ----------------------------------------------------------------------------------------------


def decode_frames(
    path: Path,
    *,
    pixel_format: PixelFormat = "rgb24",
    size: tuple[int, int] | None = None,
    longer_side: int | None = None,
    upright: bool = True,
    start: float = 0.0,
    stop: float | None = None,
    apart: float = 0.0,
    decoder: str | None = None,
) -> Iterator[tuple[float, Pixels]]:
    """Decode the picture in order: (seconds on the file's timeline, pixels), from `start` up to `stop`.

    rgb24, bgr24: (height, width, 3); rgba: 4 channels; gray: (height, width); yuv420p: (height·3/2, width) as
    planes. `size` (width, height) or `longer_side` scales, before turning. `upright` applies the file's
    rotation. `apart` leaves out pictures nearer than that many seconds to the one before. `decoder` names
    another decoder (libvpx-vp9 keeps alpha). Raises BadAsset when nothing decodes.
    """
    with opened(path) as container:
        stream = picture_stream(container, path)
        turn = orientation_of(path, stream.id) if upright else UPRIGHT
        feed = _decoder(stream, decoder)
        source = container.demux(stream)
        if start > 0:
            with contextlib.suppress(*AV_ERRORS):
                source = seeking.enter(container, stream, start)
        last = -apart - 1.0
        for seconds, frame in _frames(source, stream, feed, path):
            if seconds < start or seconds - last < apart:
                continue
            if stop is not None and seconds >= stop:
                return
            last = seconds
            sides = size or scaled(frame.width, frame.height, longer_side)
            yield seconds, to_pixels(frame, pixel_format, size=sides, turn=turn)


def _decoder(stream: Any, name: str | None) -> Any:
    """The codec context to feed: the stream's own, or another decoder with its parameters."""
    if name is None:
        stream.thread_type = "AUTO"
        return stream.codec_context
    other = av.CodecContext.create(name, "r")
    other.extradata = stream.codec_context.extradata
    return other


def _frames(source: Iterator[Any], stream: Any, feed: Any, path: Path) -> Iterator[tuple[float, VideoFrame]]:
    """(seconds, frame) of what decodes; a packet that does not is skipped, as players do."""
    decoded = failed = 0
    clock = timing.PictureClock(
        float(stream.time_base),
        float(stream.average_rate or 25),
        ordered=stream.container.format.name != "avi",
    )
    try:
        for packet in source:
            try:
                clock.start(packet.dts)
                for frame in feed.decode(packet if packet.size else None):
                    decoded += 1
                    yield clock.at(frame.pts), frame
            except av.FFmpegError:
                failed += 1
    except AV_ERRORS as error:
        raise broken(path, error) from error
    if failed and not decoded:
        raise BadAsset(
            f"{path.name}: no packet of {failed} decodes as {stream.codec_context.name}: export it again",
            f"{path.name}：{failed} 个数据包均无法按 {stream.codec_context.name} 解码：请重新导出",
        )


def orientation_of(path: Path, track_id: int) -> Orientation:
    """How players turn this track: from the MP4/MOV structure, else from its first frame."""
    with posix.open_regular(path) as file:
        sign = sniff.identify_open(file)
        if sign.demuxer == "mov":
            return boxes.read_movie(file, file.seek(0, 2)).orientation(track_id)
    if sign.demuxer != "matroska":
        return UPRIGHT  # no other container known here can say so
    return orientation_of_frame(first_frame(path))


def orientation_of_frame(frame: VideoFrame | None) -> Orientation:
    """How players turn a decoded picture, as its container told the decoder."""
    told: Any = None if frame is None else frame.side_data.get("DISPLAYMATRIX")
    if told is None:
        return UPRIGHT
    a, b, _, c, d = struct.unpack_from("=5i", bytes(told))
    return of_matrix((a, b, c, d))


def first_frame(path: Path, limit: int = 250) -> VideoFrame | None:
    """The first picture that decodes among the first `limit` packets."""
    with opened(path) as container:
        stream = picture_stream(container, path)
        for number, packet in enumerate(container.demux(stream)):
            if number >= limit:
                return None
            with contextlib.suppress(*AV_ERRORS):
                for frame in packet.decode():
                    return frame  # type: ignore[no-any-return]
    return None


def picture_stream(container: Any, path: Path) -> Any:
    """The first moving picture of an open container. Raises BadAsset."""
    info = describe_open(container).first("video")
    if info is None:
        raise BadAsset(f"{path.name}: has no picture track", f"{path.name}：没有视频轨道")
    return container.streams[info.index]


# ---- sound -------------------------------------------------------------------------------------------------


def decode_audio(
    path: Path,
    *,
    rate: int | None = None,
    channels: int | None = None,
    sample_format: Literal["s16", "flt"] = "s16",
    start: float = 0.0,
    stop: float | None = None,
    fills: bool = False,
) -> Iterator[Samples]:
    """Decode the first sound track in blocks of shape (samples, channels): int16, or float32 in −1…1.

    `rate` and `channels` (1 or 2) resample, None keeps the file's own. `start` and `stop` are seconds on the
    file's timeline, exact to the sample; `fills` puts silence where the track has gaps. Raises BadAsset. A file
    without sound yields nothing.
    """
    with opened(path) as container:
        info = describe_open(container).first("audio")
        if info is None:
            return
        stream: Any = container.streams[info.index]
        if not info.sample_rate or not info.channels:
            raise broken(path, ValueError(f"{info.sample_rate} Hz, {info.channels} channels"))
        wanted = rate or info.sample_rate
        layout = {1: "mono", 2: "stereo"}.get(channels or info.channels) or stream.layout.name
        resampler = Resampler(AudioResampler, sample_format, layout, wanted)
        window = timing.Window(start, stop, wanted, fills=fills)
        if start > 0:
            with contextlib.suppress(*AV_ERRORS):
                container.seek(int(start / stream.time_base), stream=stream)
        for frame in _sound_frames(container, stream, path):
            for seconds, block in resampler.take(frame):
                yield from window.cut(seconds, block)
            if window.over:
                return
        for seconds, block in resampler.take(None):
            yield from window.cut(seconds, block)


def _sound_frames(container: Any, stream: Any, path: Path) -> Iterator[AudioFrame]:
    failed = decoded = 0
    try:
        for packet in container.demux(stream):
            try:
                for frame in packet.decode():
                    decoded += 1
                    yield frame
            except av.FFmpegError:
                failed += 1
    except AV_ERRORS as error:
        raise broken(path, error) from error
    if failed and not decoded:
        raise BadAsset(
            f"{path.name}: none of its {failed} sound packets decodes: export it again",
            f"{path.name}：{failed} 个音频数据包均无法解码：请重新导出",
        )


# ---- writing -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def writing(path: Path, sources: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """A new MP4 at `path`, index first, with a stream like each of `sources` (streams of open containers) for
    packets to be copied into. Raises ToolFailed."""
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            yield container, [container.add_stream_from_template(source) for source in sources]
    except av.FFmpegError as error:
        raise ToolFailed(
            f"{path.name}: cannot be written: {error}", f"{path.name}：无法写入：{error}"
        ) from error


def new_packet(data: memoryview, stream: Any, *, pts: int, dts: int, duration: int, key: bool) -> Any:
    """A packet for a stream of `writing`; times in ticks of the stream's `time_base`."""
    packet = Packet(data)  # type: ignore[arg-type]  # takes any buffer
    packet.stream, packet.time_base = stream, stream.time_base
    packet.pts, packet.dts, packet.duration, packet.is_keyframe = pts, dts, duration, key
    return packet


# ---- proof -------------------------------------------------------------------------------------------------


def decode_report(
    path: Path,
    *,
    look: Callable[[int, VideoFrame], None] | None = None,
    spans: Sequence[range] | None = None,
) -> DecodeReport:
    """Decode every picture and sample and count what goes wrong: packets refused, pictures marked corrupt,
    and errors the decoder only logs. `look` is shown each picture of the first picture track with its number,
    from 0. With `spans` only those of its packets are decoded (see Tally). Raises BadAsset when the file does not
    even open."""
    tallies: dict[int, Tally] = {}
    with _listening() as logged, opened(path) as container:
        described = describe_open(container)
        for info in described.streams:
            if info.kind in {"video", "audio"} and not info.picture:
                stream: Any = container.streams[info.index]
                stream.thread_type = "AUTO"
                if info is described.first("video"):
                    tallies[info.index] = Tally(info, av.FFmpegError, look, spans)
                else:
                    tallies[info.index] = Tally(info, av.FFmpegError)
        try:
            for packet in container.demux([container.streams[number] for number in tallies]):
                tallies[packet.stream_index].add(packet)
        except AV_ERRORS as error:
            logged.append((av.logging.ERROR, "demux", str(error)))
    loud = [
        f"{name}: {message.strip()}"
        for level, name, message in logged
        if level <= av.logging.ERROR and NO_CODEC not in message  # of a file that another thread only opens
    ]
    reports = tuple(tally.report() for tally in tallies.values())
    counted = sum(report.errors for report in reports)
    return DecodeReport(streams=reports, errors=max(counted, len(loud)), messages=tuple(loud[:10]))


@contextlib.contextmanager
def _listening() -> Iterator[list[Any]]:
    """What decoders log, from whatever thread of theirs. FFmpeg has one log for the whole process and does not say
    which file a line is about: one listens at a time, or an error of one file would be found in another."""
    with _ear, _log.heard(), av.logging.Capture(local=False) as logged:
        yield logged


def packet_hashes(path: Path, kind: Literal["video", "audio"] = "video") -> tuple[str, ...]:
    """sha256 (hex) of every packet's bytes of the first stream of a kind, in file order: what was copied bit
    for bit keeps these. Empty when there is no such stream. Raises BadAsset."""
    return tuple(hashlib.sha256(data).hexdigest() for data in packet_bytes(path, kind))


def packet_bytes(
    path: Path, kind: Literal["video", "audio"] = "video", numbers: range | None = None
) -> Iterator[bytes]:
    """The bytes of every packet of the first stream of a kind, in file order, or of those `numbers`. Where an
    index says where each one lies, nothing else is read. Raises BadAsset."""
    with opened(path) as container, posix.open_regular(path) as file:
        info = describe_open(container).first(kind)
        if info is None:
            return
        stream = container.streams[info.index]
        try:
            index = (
                index_of(container, info.index, file.seek(0, 2))
                if container.format.name == _INDEXED
                else None
            )
            if index is not None and index.positions is not None and len(index.times) == stream.frames:
                yield from cut_out(file, index, numbers)
                return
            whole = (bytes(packet) for packet in container.demux(stream) if packet.size)
            yield from whole if numbers is None else itertools.islice(whole, numbers.start, numbers.stop)
        except AV_ERRORS as error:
            raise broken(path, error) from error


def chapters(path: Path) -> tuple[tuple[int, str], ...]:
    """(start in milliseconds, title) of every chapter. Raises BadAsset."""
    with opened(path) as container:
        return tuple(
            (round(c["start"] * (c["time_base"] or 0) * 1000), str(c["metadata"].get("title", "")))
            for c in container.chapters()
        )


def frame_count(path: Path) -> int:
    """Pictures that a player shows, counted from packets (those an edit list hides left out). Raises
    BadAsset."""
    with opened(path) as container:
        stream = picture_stream(container, path)
        return walk(container, (stream.index,), AV_ERRORS)[stream.index].shown
