"""The only way out: every picture that leaves the emulator is marked, encoded and proved here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from mediaprep.emulator.render import mark
from mediaprep.emulator.render.planes import BT601, BT709, Standard
from mediaprep.errors import ToolFailed
from mediaprep.media import fonts
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary, graph, run

COMMENT = mark.WORD
_KEYFRAME_SECONDS = 2
_LARGEST_OFFSET_SECONDS = 0.040
_STALL_SECONDS = 300.0
_MP3_PADDING_SECONDS = 0.1  # whole frames, and the encoder's delay


class Container(StrEnum):
    """What comes out; the value is the file's suffix."""

    MP4 = "mp4"
    WEBM = "webm"
    MOV = "mov"

    @property
    def frame_format(self) -> str:
        """The raw format of the frames that are fed."""
        return "yuv420p" if self is Container.MP4 else "rgba"


@dataclass(frozen=True, kw_only=True)
class Burnt:
    """Subtitles to be drawn below the mark: `folder` holds captions.ass and fonts/, `environment` keeps libass to
    them."""

    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Reel:
    """Frames to come: `pictures` yields exactly `frames` of them, raw in the container's frame_format.
    `bitrate` in bit/s; None means constant quality (`crf`, of mp4). `bt709` = planes are of that standard, and it
    is written into the file; else they are untagged. `note` goes into the container's description."""

    width: int
    height: int
    fps: Fraction
    frames: int
    pictures: Iterable[bytes]
    container: Container = Container.MP4
    bitrate: int | None = None
    crf: int = 14
    bt709: bool = False
    burnt: Burnt | None = None
    note: str = ""

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)


def encode(binary: Binary, reel: Reel, sound: Path, target: Path, *, comment: str = COMMENT) -> Path:
    """Write `reel` with `sound` (cut or padded to the reel's length) to `target` and prove it; `comment` goes
    into the container. Raises ToolFailed when the result does not hold what was planned; nothing is left at
    `target` then."""
    box = mark.box_of(reel.width, reel.height)
    label = mark.write(box, target.with_suffix(".mark"), _standard(reel))
    part = target.with_suffix(f".part.{reel.container.value}")
    try:
        log = run(
            binary,
            graph.get_args(_graph(reel, sound, label, part, comment)),
            feed=reel.pictures,
            stall_seconds=_STALL_SECONDS,
            cwd=reel.burnt.folder if reel.burnt else None,
            env=reel.burnt.environment if reel.burnt else None,
        )
        if reel.burnt:
            fonts.judge_log(log)
        _prove(part, reel)
        part.replace(target)
    finally:
        label.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return target


def encode_sound(
    binary: Binary, sound: Path, seconds: float, target: Path, *, comment: str = COMMENT
) -> Path:
    """Write a wave file of `seconds` as mp3 or wav (by the target's suffix), commented and proved."""
    part = target.with_suffix(f".part{target.suffix}")
    codec = {"c:a": "libmp3lame", "b:a": "64k"} if target.suffix == ".mp3" else {"c:a": "pcm_s16le"}
    heard = graph.input(str(sound)).audio
    try:
        run(
            binary,
            graph.get_args(
                graph.output(heard, str(part), **codec, metadata=f"comment={comment}", map_metadata=-1)
            ),
        )
        report = packets.decode_report(part)
        made = report.first("audio")
        if report.errors or made is None or abs((made.seconds or 0.0) - seconds) > _MP3_PADDING_SECONDS:
            length = None if made is None else made.seconds
            raise ToolFailed(f"{length} s of sound were written, {seconds:.3f} s were planned")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _standard(reel: Reel) -> Standard | None:
    """Of the planes that are fed; None where RGBA is."""
    if reel.container is not Container.MP4:
        return None
    return BT709 if reel.bt709 else BT601


def _graph(reel: Reel, sound: Path, label: Path, part: Path, comment: str) -> Any:
    planar = reel.container is Container.MP4
    rate = f"{reel.fps.numerator}/{reel.fps.denominator}"
    box = mark.box_of(reel.width, reel.height)
    picture = graph.input(
        "pipe:0", format="rawvideo", pix_fmt=reel.container.frame_format, framerate=rate,
        video_size=(reel.width, reel.height),
    )  # fmt: skip
    # planes over planes: were one of them RGBA, ffmpeg would turn every frame into that and back
    stamp = graph.input(
        str(label.resolve()), format="rawvideo", pix_fmt="yuva420p" if planar else "rgba", framerate=rate,
        video_size=(box.width, box.height),
    )  # fmt: skip
    if reel.bt709:
        tags = dict.fromkeys(("colorspace", "color_primaries", "color_trc"), "bt709")
        picture, stamp = (stream.filter("setparams", range="tv", **tags) for stream in (picture, stamp))
    if reel.burnt:
        picture = picture.filter("ass", filename="captions.ass", fontsdir="fonts")
    inner = "yuv420" if planar else "rgb"  # rgb keeps the alpha of what lies below
    marked = graph.overlay(picture, stamp, x=box.x, y=box.y, eof_action="repeat", format=inner)
    heard = graph.input(str(sound.resolve())).audio
    heard = heard.filter("apad").filter("atrim", duration=f"{reel.seconds:.6f}")
    told = {"metadata": f"comment={comment}"}
    if reel.note:
        told["metadata:g"] = f"description={reel.note}"  # the same option: ffmpeg-python takes no list
    return graph.output(
        marked, heard, str(part.resolve()), **_settings(reel), **told, map_metadata=-1, fflags="+bitexact"
    )


def _settings(reel: Reel) -> dict[str, Any]:
    container, bitrate = reel.container, reel.bitrate
    every = max(1, round(_KEYFRAME_SECONDS * reel.fps))
    if container is Container.WEBM:
        return {
            "c:v": "libvpx-vp9", "pix_fmt": "yuva420p", "deadline": "realtime", "cpu-used": 8, "row-mt": 1,
            "b:v": bitrate or 0, "crf": 24, "g": every, "auto-alt-ref": 0, "c:a": "libopus", "b:a": "96k",
        }  # fmt: skip
    sound = {"c:a": "aac", "b:a": "128k", "movflags": "+faststart"}
    if container is Container.MOV:
        return {"c:v": "qtrle", "pix_fmt": "argb", "g": every, **sound}
    quality: dict[str, Any] = {"crf": reel.crf}
    if bitrate is not None:
        # filler where the picture needs less, and a short buffer where it would take more
        quality = {"b:v": bitrate, "minrate": bitrate, "maxrate": bitrate, "bufsize": bitrate // 5}
        quality["x264-params"] = "nal-hrd=cbr:force-cfr=1:vbv-init=0.9"
    return {
        "c:v": "libx264", "preset": "superfast", "profile:v": "high", "pix_fmt": "yuv420p",
        "g": every, "keyint_min": every, "sc_threshold": 0, **quality, **sound,
    }  # fmt: skip


def _prove(path: Path, reel: Reel) -> None:
    """Decode all of it once: no complaint, as many frames as planned, sound and picture of one length."""
    report = packets.decode_report(path)
    picture, sound = report.first("video"), report.first("audio")
    if report.errors or picture is None or sound is None:
        words = "; ".join(report.messages) or "a stream is missing"
        raise ToolFailed(f"the rendered video does not decode cleanly: {words[:300]}")
    if abs(picture.frames - reel.frames) > 1:
        raise ToolFailed(f"{picture.frames} frames were rendered, {reel.frames} were planned")
    starts = (sound.first or 0.0) - (picture.first or 0.0)
    ends = (sound.end or 0.0) - (picture.end or 0.0)
    if max(abs(starts), abs(ends)) > _LARGEST_OFFSET_SECONDS:
        raise ToolFailed(
            f"the sound starts {starts * 1000:+.0f} ms and ends {ends * 1000:+.0f} ms from the picture"
        )
