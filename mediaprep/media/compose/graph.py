"""A render plan as one ffmpeg graph: clips joined, logo, captions and levelled sound; the whole or a part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import BadAsset
from mediaprep.media import ffmpeg
from mediaprep.media.compose import clips, colours, loudness, scenery
from mediaprep.media.compose.colours import Colours
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary, graph, h264
from mediaprep.media.files import atomic
from mediaprep.model.finishing.plans import Clip, Logo, RenderPlan

_KEYFRAME_SECONDS = 4
_QUEUE = 1024  # differs, so that one logo given twice stays two inputs


def arguments(plan: RenderPlan, part: Path) -> list[str]:
    """ffmpeg's arguments for the whole pass; to be run in the plan's workroom."""
    sources = [clips.open_clip(clip, number) for number, clip in enumerate(plan.clips)]
    pieces = [
        (clip.first_frame, clip.end_frame, clips.picture(plan, clip, source))
        for clip, source in zip(plan.clips, sources, strict=True)
    ]
    output = graph.output(
        _dressed(plan, pieces), _sound(plan, sources), str(part), **picture_options(plan), **_sound_options(plan)
    )  # fmt: skip
    main = plan.clips.index(plan.main)
    return [
        "-max_error_rate", "0", *output.get_args()[:-1],
        "-map_metadata", str(main), "-map_chapters", "-1", str(part),
    ]  # fmt: skip


def sound_arguments(
    plan: RenderPlan, target: Path, samples: range | None = None, *, silence: int = 0
) -> list[str]:
    """ffmpeg's arguments for the finished sound alone, one continuous encode; with `samples` only of these,
    which are the same as in the whole (all before them is decoded too), after so many samples of `silence`."""
    sources = [clips.open_clip(clip, number, sound_only=True) for number, clip in enumerate(plan.clips)]
    stream = _sound(plan, sources)
    if samples is not None:
        stream = stream.filter("atrim", start_sample=samples.start, end_sample=samples.stop).filter(
            "asetpts", expr="PTS-STARTPTS"
        )
    if silence:
        stream = stream.filter("adelay", delays=f"{silence}S", all=1)
    output = graph.output(stream, str(target), **_sound_options(plan))
    return ["-max_error_rate", "0", *output.get_args()[:-1], "-map_metadata", "-1", str(target)]


def part_arguments(
    plan: RenderPlan, first_frame: int, end_frame: int, target: Path, options: dict[str, object]
) -> list[str]:
    """ffmpeg's arguments for the pictures of some frames of the finished timeline, without sound. Main is
    entered at the last refresh before what is needed of it; `options` are added to the encoder's."""
    pieces = _pieces(plan, first_frame, end_frame)
    made = _dressed(plan, pieces).filter("setpts", expr="N")
    output = graph.output(
        made, str(target), an=None, **{**picture_options(plan), "movflags": "0", "f": "mp4", **options}
    )
    return ["-max_error_rate", "0", *output.get_args()[:-1], "-map_metadata", "-1", str(target)]


def _pieces(plan: RenderPlan, first_frame: int, end_frame: int) -> list[tuple[int, int, Any]]:
    """What the clips show of these frames, each with where it stands on the finished timeline."""
    pieces = []
    for number, clip in enumerate(plan.clips):
        first, end = max(first_frame, clip.first_frame), min(end_frame, clip.end_frame)
        if first < end:
            span = clips.FrameSpan(
                first=first - clip.first_frame,
                end=end - clip.first_frame,
                entry=_entry(plan, clip, first - clip.first_frame),
            )
            source = clips.open_clip(clip, number, entry_seconds=_seconds_of(plan, clip, span.entry))
            pieces.append((first, end, clips.picture(plan, clip, source, span)))
    return pieces


def picture_at(plan: RenderPlan, frame: int, *, binary: Binary) -> NDArray[np.uint8]:
    """One picture of the finished timeline, in (height, width, 3) RGB. Raises BadAsset, ToolFailed."""
    width, height = plan.canvas.width, plan.canvas.height
    made = _dressed(plan, _pieces(plan, frame, frame + 1))
    return _raw(made, width, height, plan.main.path.name, binary)


def picture_of(path: Path, demuxer: str, size: tuple[int, int], *, binary: Binary) -> NDArray[np.uint8]:
    """A user's still picture that fills `size` (width, height), its middle; as `picture_at`."""
    source = graph.input(
        f"file:{path.resolve()}", f=demuxer, protocol_whitelist="file", max_pixels=packets.MAX_PIXELS
    ).video
    width, height = size
    filled = source.filter("scale", width, height, force_original_aspect_ratio="increase", flags="lanczos")
    return _raw(filled.filter("crop", width, height), width, height, path.name, binary)


def _raw(stream: Any, width: int, height: int, name: str, binary: Binary) -> NDArray[np.uint8]:
    with atomic.workroom() as room:
        target = room / "picture.rgb"
        made = stream.filter("format", pix_fmts="rgb24")
        ffmpeg.run(
            binary, graph.output(made, str(target), f="rawvideo", an=None, **{"frames:v": 1}).get_args()
        )
        found = np.fromfile(target, np.uint8)
    if found.size < width * height * 3:
        raise BadAsset(f"{name}: no picture decodes", f"{name}：无法解码画面")
    return found[: width * height * 3].reshape(height, width, 3)


def first_picture(plan: RenderPlan, width: int, height: int, *, binary: Binary) -> NDArray[np.uint8]:
    """Main's first picture as it lies on the canvas, in (height, width, 3) RGB. Raises BadAsset, ToolFailed."""
    source = clips.open_clip(plan.main, 0)
    shown = clips.picture(plan, plan.main, source, clips.FrameSpan(first=0, end=1))
    return _raw(shown.filter("scale", width, height), width, height, plan.main.path.name, binary)


def _entry(plan: RenderPlan, clip: Clip, wanted: int) -> int:
    """The last frame at or before `wanted` of the clip at which its decoding can begin."""
    if plan.coded is None or clip is not plan.main:
        return 0
    return max((frame for frame in plan.coded.refreshes if frame <= wanted), default=0)


def _seconds_of(plan: RenderPlan, clip: Clip, frame: int) -> float | None:
    """Where ffmpeg has to seek so that `frame` comes first: a quarter of a frame before it."""
    if not frame:
        return None
    return float((frame - 0.25) / plan.canvas.fps) + clips.picture_late_seconds(clip)


def _dressed(plan: RenderPlan, pieces: list[tuple[int, int, Any]]) -> Any:
    """The pieces joined, at their places on the finished timeline, with logo and captions."""
    stream = clips.shown(pieces)
    rate, first_frame, end_frame = plan.canvas.fps, pieces[0][0], pieces[-1][1]
    stream = stream.filter("settb", expr=f"{rate.denominator}/{rate.numerator}").filter(
        "setpts", expr=f"N+{first_frame}" if first_frame else "N"
    )
    for number, logo in enumerate(plan.logos):
        stream = _with_logo(stream, logo, number, colours.of_plan(plan))
    written = plan.written
    if any(cue.first_frame < end_frame and first_frame < cue.end_frame for cue in written):
        # some versions of the filter draw by BT.601 in any case (5.1), others by what the picture tells (7.0)
        stream = stream.filter("setparams", colorspace=colours.DRAWN_IN).filter(
            "ass", filename="captions.ass", fontsdir="fonts"
        )
        stream = colours.of_plan(plan).tagged(stream)
    return scenery.faded(plan, stream).filter("format", pix_fmts="yuv420p")


def _with_logo(stream: Any, logo: Logo, number: int, coded: Colours) -> Any:
    source = graph.input(
        f"file:{logo.path.resolve()}", f=clips.IMAGE_DEMUXERS[logo.format], protocol_whitelist="file",
        thread_queue_size=_QUEUE + number,
    )  # fmt: skip
    picture = source.video.filter("scale", w=logo.width, h=logo.height, flags="lanczos")
    picture = picture.filter("format", pix_fmts="rgba")
    if logo.opacity < 1:
        picture = picture.filter("colorchannelmixer", aa=f"{logo.opacity:.3f}")
    picture = coded.drawn(picture, "yuva420p")
    return stream.overlay(picture, x=logo.x, y=logo.y, eof_action="repeat")


def _sound(plan: RenderPlan, sources: list[Any]) -> Any:
    return loudness.levelled(
        loudness.programme(plan, sources),
        plan.levelling,
        rate=plan.canvas.sample_rate,
        samples=plan.expected_samples,
    )


def picture_options(plan: RenderPlan) -> dict[str, object]:
    """How pixels are written."""
    canvas = plan.canvas
    return {
        **h264(plan.encoding),
        "r": str(canvas.fps), "fps_mode": "cfr",
        "g": max(1, round(canvas.fps * _KEYFRAME_SECONDS)),
        "movflags": "+faststart",
    }  # fmt: skip


def _sound_options(plan: RenderPlan) -> dict[str, object]:
    # the fast coder takes less than half the time; from about 64 kbit/s on it is as good (0.3 dB on speech)
    return {
        "c:a": "aac", "aac_coder": "fast", "b:a": plan.encoding.audio_bitrate,
        "ar": plan.canvas.sample_rate, "f": "mp4",
    }  # fmt: skip
