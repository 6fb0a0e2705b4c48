"""A video's coded picture, read from its packets: what joining has to know before it copies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mediaprep.errors import BadAsset
from mediaprep.media.containers import h264_parameters, packets
from mediaprep.media.containers.h264_parameters import Configuration, Malformed, SequenceSet
from mediaprep.media.containers.streams import describe_open, index_of
from mediaprep.model.findings import Text
from mediaprep.model.finishing.joining import AAC_FRAME, CodedPicture, CodedSound, Unjoinable

MOST_DRIFT_SECONDS = 0.001
_LEAST_FRAMES = 2  # that tell a step


@dataclass(frozen=True, kw_only=True)
class Coded:
    """One packet: its bytes, in place, when it is shown (seconds, on the file's timeline), whether it is a key."""

    data: memoryview
    seconds: float
    key: bool
    hidden: bool = False


def configuration(container: Any, path: Path) -> tuple[Any, Configuration]:
    """The picture stream of an open container and its avcC. Raises Malformed."""
    info = describe_open(container).first("video")
    if info is None or info.codec != "h264":
        raise Malformed(f"{path.name} is {info.codec if info else 'no video'}")
    stream = container.streams[info.index]
    return stream, h264_parameters.read_configuration(bytes(stream.codec_context.extradata or b""))


def coded(container: Any, stream: Any, path: Path) -> Iterator[Coded]:
    """Its packets in order of decoding. Raises BadAsset where the file breaks off."""
    tick = float(stream.time_base)
    try:
        for packet in container.demux(stream):
            if packet.size:
                stamp = packet.pts if packet.pts is not None else packet.dts
                if stamp is None:
                    raise Malformed("a packet without a time")
                yield Coded(
                    data=memoryview(packet),
                    seconds=stamp * tick,
                    key=packet.is_keyframe,
                    hidden=packet.is_discard,
                )
    except packets.AV_ERRORS as error:
        raise packets.broken(path, error) from error


def look(path: Path, fps: Fraction) -> CodedPicture | Unjoinable:
    """How the picture at `path` is coded, its frames numbered at `fps`. Raises BadAsset when the file does
    not open; a picture that is no H.264 with an avcC, or whose packets are damaged, is Unjoinable."""
    with packets.opened(path) as container:
        try:
            stream, box = configuration(container, path)
            sets = [h264_parameters.read_sequence(one) for one in box.sequences]
            seen = _Seen(box)
            for packet in coded(container, stream, path):
                seen.add(packet)
            sound = _sound(container, seen)
        except (Malformed, BadAsset) as error:
            return Unjoinable(why=_not_h264(str(error)))
    if not seen.seconds:
        return Unjoinable(why=_not_h264("no pictures"))
    return replace(_summary(seen, sets, box, fps), sound=sound)


def _sound(container: Any, seen: _Seen) -> CodedSound | None:
    """The sound beside the picture, by the index alone; None where it is no AAC-LC or its frames have gaps."""
    info = describe_open(container).first("audio")
    if info is None or (info.codec, info.profile) != ("aac", "LC") or not seen.seconds:
        return None
    stream = container.streams[info.index]
    times = index_of(container, info.index, 0).times
    regular = stream.time_base == Fraction(1, info.sample_rate) and bool((np.diff(times) == AAC_FRAME).all())
    if len(times) < _LEAST_FRAMES or not regular:
        return None
    return CodedSound(
        rate=info.sample_rate,
        channels=info.channels,
        configuration=bytes(stream.codec_context.extradata or b""),
        first=round(int(times[0]) - min(seen.seconds) * info.sample_rate),
        stamp=int(times[0]),
        frames=len(times),
    )


def _not_h264(what: str) -> Text:
    return Text(
        f"main's picture is no H.264 that can be copied ({what})",
        f"主视频画面不是可直接复制的 H.264（{what}）",
    )


class _Seen:
    """What passed by of one picture stream."""

    def __init__(self, box: Configuration) -> None:
        self.box = box
        self.known = {*box.sequences, *box.pictures}
        self.seconds: list[float] = []
        self.refreshes: list[int] = []  # in order of decoding
        self.hidden = 0
        self.changes = False

    def add(self, packet: Coded) -> None:
        for nal in h264_parameters.units(packet.data, self.box.nal_length):
            kind = h264_parameters.nal_type(nal)
            if kind == h264_parameters.IDR and (
                not self.refreshes or self.refreshes[-1] != len(self.seconds)
            ):
                self.refreshes.append(len(self.seconds))
            if kind in {h264_parameters.SPS, h264_parameters.PPS} and bytes(nal) not in self.known:
                self.changes = True
        self.hidden += packet.hidden
        self.seconds.append(packet.seconds)


def _summary(seen: _Seen, sets: list[SequenceSet], box: Configuration, fps: Fraction) -> CodedPicture:
    numbers = frame_numbers(seen.seconds, fps)
    first = min(seen.seconds)
    drift = max(abs(s - first - float(n / fps)) for s, n in zip(seen.seconds, numbers, strict=True))
    one = sets[0]
    alike = {(s.width, s.height, s.chroma, s.depth, s.progressive) for s in sets}
    return CodedPicture(
        fps=fps,
        frames=len(numbers),
        even=sorted(numbers) == list(range(len(numbers))) and drift <= MOST_DRIFT_SECONDS,
        hidden=seen.hidden,
        reorder=max(at - number for at, number in enumerate(numbers)),
        refreshes=tuple(at for at in seen.refreshes if numbers[at] == at),
        starts_clean=bool(seen.refreshes) and seen.refreshes[0] == 0 and numbers[0] == 0,
        width=one.width,
        height=one.height,
        profile=one.profile,
        depth=one.depth,
        chroma=one.chroma,
        progressive=all(s.progressive for s in sets),
        nal_length=box.nal_length,
        references=max(s.references for s in sets),
        taken=frozenset(
            {s.identity for s in sets} | {h264_parameters.picture_ids(one)[0] for one in box.pictures}
        ),
        changes=seen.changes or len(alike) > 1,
    )


def frame_numbers(seconds: list[float], fps: Fraction) -> list[int]:
    """Which frame each packet shows, in order of decoding, counted from the first shown."""
    first = min(seconds)
    rate = float(fps)
    return [round((at - first) * rate) for at in seconds]
