"""Packets of main and of encoded parts into one track, the finished sound beside them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mediaprep.errors import ToolFailed
from mediaprep.media.containers import h264_parameters, packets
from mediaprep.media.containers.h264_parameters import Malformed
from mediaprep.media.containers.streams import describe_open
from mediaprep.media.join import coded_track

_FINEST_TICK = 12800
_COPIED = ("creation_time", "comment", "title", "artist", "description", "copyright", "date")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Frames of one file, in order: `first` … `first + frames` − 1 of its picture, whose first is a refresh.
    Pieces of one file stand in the order of its frames."""

    path: Path
    first: int
    frames: int


@dataclass(frozen=True, kw_only=True)
class PacketStretch:
    """Sound of one file, as packets `first` … `end` − 1 (None = to the last); sample 0 of that file is sample
    `starts` of the finished track, of which nothing is heard from sample `stop` on."""

    path: Path
    first: int = 0
    end: int | None = None
    starts: int = 0
    stop: int | None = None


def write(
    target: Path,
    pieces: Sequence[Piece],
    *,
    main: Path,
    sound: Sequence[PacketStretch],
    fps: Fraction,
    reorder: int,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """One MP4 of all pieces, copied packet by packet, with the sound of all stretches; tags are main's.

    Every picture gets its exact place (its number over `fps`) and one reorder delay common to all pieces
    (`reorder` is main's, in pictures).
    Raises Malformed when the pieces' parameter sets do not go together, ToolFailed when a piece lacks
    pictures.
    """
    total = sum(piece.frames for piece in pieces)
    with contextlib.ExitStack() as stack:
        base = stack.enter_context(packets.opened(main))
        template, _ = coded_track.configuration(base, main)
        heard = [_heard(one, stack) for one in sound]
        container, (picture, audio) = stack.enter_context(packets.writing(target, [template, heard[0][1]]))
        picture.codec_context.extradata = _configuration(main, pieces)
        step = _ticks(fps)
        picture.time_base = Fraction(1, fps.numerator * (step // fps.denominator))
        for key, value in base.metadata.items():
            if key.lower() in _COPIED:
                container.metadata[key] = value
        delay = max(reorder, *(_delay(piece, fps) for piece in pieces if piece.path != main), 0)
        waiting = _Sound(container, _laid_sound(sound, heard), audio)
        rate, done = float(fps), 0
        for number, packet in _laid(pieces, fps):
            decoded_at = done - delay
            waiting.up_to(decoded_at / rate)
            made = packets.new_packet(
                packet.data, picture, pts=number * step, dts=decoded_at * step, duration=step, key=packet.key
            )
            container.mux(made)
            done += 1
            if on_progress and done % 250 == 0:
                on_progress(done / total)
        if done != total:
            raise ToolFailed(
                f"{done} pictures were joined instead of {total}", f"拼接得到 {done} 帧，应为 {total} 帧"
            )
        waiting.up_to(None)


def _ticks(fps: Fraction) -> int:
    """Ticks of one frame, on a clock of `fps.numerator` times a whole number a second."""
    times = max(1, -(-_FINEST_TICK // fps.numerator))
    return fps.denominator * times


def _configuration(main: Path, pieces: Sequence[Piece]) -> bytes:
    boxes = []
    for path in dict.fromkeys((main, *(piece.path for piece in pieces))):
        with packets.opened(path) as container:
            boxes.append(coded_track.configuration(container, path)[1])
    return h264_parameters.merged(boxes[0], boxes[1:])


def _delay(piece: Piece, fps: Fraction) -> int:
    """By how many pictures decoding of the piece runs ahead of showing."""
    seconds = [packet.seconds for packet in _packets_of(piece)]
    numbers = coded_track.frame_numbers(seconds, fps) if seconds else [0]
    return max(at - number for at, number in enumerate(numbers))


def _packets_of(piece: Piece) -> Iterator[coded_track.Coded]:
    with packets.opened(piece.path) as container:
        stream, _ = coded_track.configuration(container, piece.path)
        yield from itertools.islice(
            coded_track.coded(container, stream, piece.path), piece.first, piece.first + piece.frames
        )


def _laid(pieces: Sequence[Piece], fps: Fraction) -> Iterator[tuple[int, coded_track.Coded]]:
    """(number of the picture on the finished timeline, packet), in order of decoding."""
    at = 0
    with contextlib.ExitStack() as stack:
        running: dict[Path, _Reader] = {}
        for piece in pieces:
            reader = running.get(piece.path)
            if reader is None or reader.at > piece.first:
                reader = running[piece.path] = _Reader(piece.path, fps, stack)
            for number, packet in reader.take(piece.first, piece.frames):
                yield at + number, packet
            at += piece.frames


class _Reader:
    """Reads one file's packets once, piece after piece."""

    def __init__(self, path: Path, fps: Fraction, stack: contextlib.ExitStack) -> None:
        container = stack.enter_context(packets.opened(path))
        stream, _ = coded_track.configuration(container, path)
        self.source = coded_track.coded(container, stream, path)
        self.fps = fps
        self.at = 0

    def take(self, first: int, count: int) -> Iterator[tuple[int, coded_track.Coded]]:
        """`count` packets from number `first` on, with the picture's number counted from the first, which is
        a refresh: nothing of what follows is shown before it."""
        start, rate = 0.0, float(self.fps)
        wanted = range(first, first + count)
        for packet in itertools.islice(self.source, first - self.at + count):
            number, self.at = self.at, self.at + 1
            if number == first:
                start = packet.seconds
            if number in wanted:
                shown = round((packet.seconds - start) * rate)
                if not 0 <= shown < count:
                    raise Malformed(f"picture {number} of a copied part is shown outside it")
                yield shown, packet


def _heard(stretch: PacketStretch, stack: contextlib.ExitStack) -> tuple[Any, Any]:
    """The stretch's open container and its sound stream."""
    container = stack.enter_context(packets.opened(stretch.path))
    info = describe_open(container).first("audio")
    if info is None:
        raise ToolFailed("the finished sound was not made", "未能生成声音")
    return container, container.streams[info.index]


def _laid_sound(stretches: Sequence[PacketStretch], heard: Sequence[tuple[Any, Any]]) -> Iterator[Any]:
    """The packets of all stretches, at their places on the finished timeline."""
    for stretch, (container, stream) in zip(stretches, heard, strict=True):
        tick = stream.rate * stream.time_base  # in samples
        late = round(stretch.starts / tick)
        coded = (packet for packet in container.demux(stream) if packet.size)
        for packet in itertools.islice(coded, stretch.first, stretch.end):
            packet.pts += late
            packet.dts += late
            if stretch.stop is not None and packet.duration:
                packet.duration = min(packet.duration, round(stretch.stop / tick) - packet.pts)
            yield packet


class _Sound:
    """The finished sound's packets, handed over as the picture goes on."""

    def __init__(self, container: Any, source: Iterator[Any], target: Any) -> None:
        self.container = container
        self.packets = source
        self.target = target
        self.next = next(self.packets, None)
        self.tick = float(self.next.time_base) if self.next is not None else 0.0

    def up_to(self, seconds: float | None) -> None:
        """Write those that are due before `seconds`; None = all that are left."""
        while self.next is not None and (seconds is None or self.next.dts * self.tick <= seconds):
            self.next.stream = self.target
            self.container.mux(self.next)
            self.next = next(self.packets, None)
