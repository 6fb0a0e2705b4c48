"""A render plan → one ffmpeg graph, run once: clips joined, captions, logo and loudness in a single encode.

The result is proved under a part name and gets its own name only when every check holds.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media import clips, ffmpeg, fonts, landing, loudness, packets, prove, subtitles
from mediaprep.media.ffmpeg import Binary, Progress, graph
from mediaprep.model.plans import Clip, Logo, RenderPlan
from mediaprep.model.proof import Check, Expectation, broken

OnProgress = Callable[[str, float], None]
"""Told the stage (encode, prove) and how much of it is done, 0–1."""

_BITS_A_PIXEL = 0.12  # more than x264 takes at the default quality, to judge disk space
_LOGO_DEMUXERS = {"png": "png_pipe", "jpg": "jpeg_pipe", "webp": "webp_pipe", "bmp": "bmp_pipe"}
_KEYFRAME_SECONDS = 4


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The finished file and what was checked of it."""

    path: Path
    checks: tuple[Check, ...]


def render(plan: RenderPlan, *, binary: Binary, on_progress: OnProgress | None = None) -> Rendered:
    """Make `plan.output` in one pass and prove it.

    Raises BadAsset when a clip is damaged, ToolFailed when the encoder fails or a check does not hold;
    nothing is left behind then, and a file that stood at `plan.output` is untouched.
    """
    for clip in plan.clips:
        landing.refuse_same(clip.path, plan.output)
    with landing.landing(plan.output) as part:
        landing.need_space(plan.output.parent, estimated_bytes(plan))
        with workroom(plan) as room:
            _encode(plan, room, part, binary, on_progress)
        if on_progress:
            on_progress("prove", 0.0)
        checks = prove.prove(part, expectation(plan), binary=binary)
        failed = broken(checks)
        if failed:
            said = "; ".join(check.say() for check in failed)
            raise ToolFailed(
                f"the finished video does not hold and was not kept: {said}",
                f"成片未通过校验，未保留：{said}",
            )
        if on_progress:
            on_progress("prove", 1.0)
    return Rendered(path=plan.output, checks=checks)


def expectation(plan: RenderPlan) -> Expectation:
    """What the output of `plan` must show."""
    return Expectation(
        canvas=plan.canvas,
        clips=plan.clips,
        cues=plan.cues if plan.burn else (),
        style=plan.style,
        font=plan.font,
        levelling=plan.levelling,
    )


def estimated_bytes(plan: RenderPlan) -> int:
    """An upper guess of the output's size."""
    pixels = plan.canvas.width * plan.canvas.height * plan.expected_frames
    return int((pixels * _BITS_A_PIXEL + plan.seconds * plan.encoding.audio_bitrate) / 8)


# --- the room a run works in


@dataclass(frozen=True, kw_only=True)
class Workroom:
    """A private folder with our captions and their font, and the environment that keeps libass to it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def workroom(plan: RenderPlan) -> Iterator[Workroom]:
    """The folder ffmpeg runs in: captions.ass and fonts/ when captions are burnt; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mediaprep-") as name:
        folder = Path(name)
        environment: dict[str, str] = {}
        if plan.burn and plan.cues:
            if plan.style is None or plan.font is None:
                raise ValueError("captions to burn need a style and a font")
            environment = fonts.lay_out(plan.font, folder)
            script = subtitles.ass(plan.cues, canvas=plan.canvas, style=plan.style, font=plan.font)
            (folder / "captions.ass").write_text(script, encoding="utf-8")
        yield Workroom(folder=folder, environment=environment)


# --- the graph


def arguments(plan: RenderPlan, part: Path) -> list[str]:
    """ffmpeg's arguments for the whole pass; to be run in the plan's workroom."""
    sources = [clips.open_clip(clip, number) for number, clip in enumerate(plan.clips)]
    output = graph.output(_picture(plan, sources), _sound(plan, sources), str(part), **_written(plan))
    main = plan.clips.index(plan.main)
    return [
        "-max_error_rate", "0", *output.get_args()[:-1],
        "-map_metadata", str(main), "-map_chapters", "-1", str(part),
    ]  # fmt: skip


def _picture(plan: RenderPlan, sources: list[Any]) -> Any:
    parts = [clips.picture(plan, clip, source) for clip, source in zip(plan.clips, sources, strict=True)]
    stream = clips.joined(parts, pictures=True)
    rate = plan.canvas.fps
    stream = stream.filter("settb", expr=f"{rate.denominator}/{rate.numerator}").filter("setpts", expr="N")
    if plan.logo is not None:
        stream = _with_logo(stream, plan.logo)
    if plan.burn and plan.cues:
        stream = stream.filter("ass", filename="captions.ass", fontsdir="fonts")
    return stream.filter("format", pix_fmts="yuv420p")


def _with_logo(stream: Any, logo: Logo) -> Any:
    source = graph.input(
        f"file:{logo.path.resolve()}", f=_LOGO_DEMUXERS[logo.format], protocol_whitelist="file"
    )
    picture = source.video.filter("scale", w=logo.width, h=logo.height, flags="lanczos")
    picture = picture.filter("format", pix_fmts="rgba")
    if logo.opacity < 1:
        picture = picture.filter("colorchannelmixer", aa=f"{logo.opacity:.3f}")
    return stream.overlay(picture, x=logo.x, y=logo.y, eof_action="repeat")


def _sound(plan: RenderPlan, sources: list[Any]) -> Any:
    return loudness.levelled(
        loudness.programme(plan, sources),
        plan.levelling,
        rate=plan.canvas.sample_rate,
        samples=plan.expected_samples,
    )


def _written(plan: RenderPlan) -> dict[str, object]:
    encoding, canvas = plan.encoding, plan.canvas
    return {
        "c:v": "libx264", "preset": encoding.preset, "crf": encoding.crf, "pix_fmt": "yuv420p",
        "profile:v": "high", "r": str(canvas.fps), "fps_mode": "cfr",
        "g": max(1, round(canvas.fps * _KEYFRAME_SECONDS)),
        "c:a": "aac", "b:a": encoding.audio_bitrate, "ar": canvas.sample_rate,
        "movflags": "+faststart", "f": "mp4",
    }  # fmt: skip


# --- the run


def _encode(
    plan: RenderPlan, room: Workroom, part: Path, binary: Binary, on_progress: OnProgress | None
) -> None:
    def tell(progress: Progress) -> None:
        if on_progress:
            on_progress("encode", min(1.0, progress.frames / plan.expected_frames))

    try:
        log = ffmpeg.run(
            binary, arguments(plan, part.resolve()), on_progress=tell, cwd=room.folder, env=room.environment
        )
    except ToolFailed as error:
        for clip in plan.clips:
            _blame(clip, error)
        raise
    fonts.judge_log(log)


def _blame(clip: Clip, error: ToolFailed) -> None:
    """Raise BadAsset if `clip` does not decode without errors: then the file is at fault, not the tool."""
    report = packets.decode_report(clip.path)
    if report.errors:
        what = report.messages[0] if report.messages else f"{report.errors} errors"
        raise BadAsset(
            f"{clip.role.value} {clip.path.name} is damaged ({what}): export or download it again",
            f"{clip.role.value} {clip.path.name} 已损坏（{what}）：请重新导出或下载",
        ) from error
