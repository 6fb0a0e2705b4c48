"""The clips of a plan as nodes of an ffmpeg graph: opened safely, fitted to the canvas, of exact lengths."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from mediaprep.errors import BadAsset
from mediaprep.media import sniff
from mediaprep.media.compose import colours, scenery
from mediaprep.media.containers import packets
from mediaprep.media.containers.streams import StreamInfo
from mediaprep.media.ffmpeg import graph
from mediaprep.model.facts import AudioTrack
from mediaprep.model.finishing.plans import Canvas, Clip, RenderPlan, shown_size

_TONE_MAP = (  # HDR (PQ, HLG) → BT.709: linear light, mapped, back
    ("zscale", {"t": "linear", "npl": "100"}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": "0"}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # the default ones drop transparency silently
IMAGE_DEMUXERS = {"png": "png_pipe", "jpg": "jpeg_pipe", "webp": "webp_pipe", "bmp": "bmp_pipe"}
_STILL_RATE = 10  # pictures a second read of a still; the canvas's rate is made of them
_SPARE_PICTURES = 2  # a clip may lack this many at its end before the proof calls it short


@dataclass(frozen=True, kw_only=True)
class FrameSpan:
    """Some of a clip's frames: `first` … `end` − 1, read from its frame `entry` on."""

    first: int
    end: int
    entry: int = 0


def open_clip(
    clip: Clip, number: int, *, sound_only: bool = False, entry_seconds: float | None = None
) -> Any:
    """The clip as input `number`, opened as what its bytes say and as nothing else, from `entry_seconds` on.
    Raises BadAsset."""
    if clip.still:
        return graph.input(
            f"file:{clip.path.resolve()}", f=IMAGE_DEMUXERS[clip.facts.codec], protocol_whitelist="file", loop=1,
            framerate=_STILL_RATE, t=f"{(clip.facts.seconds or 0) + 1:.3f}", thread_queue_size=64 + number,
        )  # fmt: skip
    demuxer = sniff.identify(clip.path).demuxer
    if demuxer is None:
        raise BadAsset(
            f"{clip.role.value} {clip.path.name}: not a video that can be opened",
            f"{clip.role.zh} {clip.path.name}：不是可以打开的视频",
        )
    options: dict[str, object] = {
        "f": demuxer,
        "format_whitelist": demuxer,
        "protocol_whitelist": "file",
        "max_pixels": packets.MAX_PIXELS,
        "thread_queue_size": 64 + number,  # differs, so that one file given twice stays two inputs
    }
    if entry_seconds is not None:
        options["ss"] = f"{entry_seconds:.6f}"
    if sound_only:
        options["vn"] = None
    elif clip.facts.codec in _ALPHA_DECODERS:
        options["c:v"] = _ALPHA_DECODERS[clip.facts.codec]
    return graph.input(f"file:{clip.path.resolve()}", **options)


def picture_late_seconds(clip: Clip) -> float:
    """How long after the clip's sound its picture begins."""
    sound = clip.facts.audio
    if not isinstance(sound, AudioTrack) or clip.facts.picture_starts is None or sound.starts is None:
        return 0.0
    return max(0.0, clip.facts.picture_starts - sound.starts)


def picture(plan: RenderPlan, clip: Clip, source: Any, span: FrameSpan | None = None) -> Any:
    """The clip's picture at the canvas's rate and size (bars where needed), exactly `clip.frames` long, or
    the frames of `span`."""
    span = span or FrameSpan(first=0, end=clip.frames)
    info = _picture_info(clip)
    stream = source.video if clip.still else source[str(info.index)]
    if clip.facts.interlaced:
        stream = stream.filter("bwdif", mode="send_frame")
    stream = stream.filter("fps", fps=str(plan.canvas.fps), start_time=0)
    if clip.facts.hdr:  # before anything is laid under it
        stream = _tone_mapped(stream, clip)
    coded = colours.of_plan(plan)
    if scenery.restaged(plan, clip):
        stream = scenery.staged(plan, clip, stream, coded)
    else:
        stream = coded.fitted(_sized(_on_black(stream, clip), plan.canvas, clip), clip)
    return (
        stream.filter("format", pix_fmts="yuv420p")
        .filter("setsar", sar="1")
        .filter("tpad", stop_mode="clone", stop=clip.held_frames + _SPARE_PICTURES)
        .filter("trim", start_frame=span.first - span.entry, end_frame=span.end - span.entry)
        .filter("setpts", expr="PTS-STARTPTS")
    )


def _on_black(stream: Any, clip: Clip) -> Any:
    """What is transparent shows black, not the colour hidden in it."""
    if clip.still or (clip.facts.alpha and colours.is_rgb(clip.facts.pixel_format)):
        stream = stream.filter("format", pix_fmts="gbrap").filter("premultiply", inplace=1)
        return stream.filter("format", pix_fmts="gbrp")
    if clip.facts.alpha:
        return stream.filter("format", pix_fmts="yuva444p").filter("premultiply", inplace=1)
    return stream


def _tone_mapped(stream: Any, clip: Clip) -> Any:
    """As on a BT.709 screen, what is transparent as before."""
    for name, options in _TONE_MAP:
        kept = {"pix_fmts": "gbrapf32le"} if name == "format" and clip.facts.alpha else options
        stream = stream.filter(name, **kept)
    return stream


def _picture_info(clip: Clip) -> StreamInfo:
    if clip.still:
        return StreamInfo(index=0, kind="video", track_id=0, codec=clip.facts.codec)
    info = packets.describe(clip.path).first("video")
    if info is None:
        raise BadAsset(f"{clip.path.name}: has no picture", f"{clip.path.name}：没有画面")
    return info


def _sized(stream: Any, canvas: Canvas, clip: Clip) -> Any:
    """Untouched when it has the canvas's size already."""
    coded = (clip.facts.width, clip.facts.height)
    same = coded == (canvas.width, canvas.height) and shown_size(clip.facts) == coded
    return stream if same else _fitted(stream, canvas)


def _fitted(stream: Any, canvas: Canvas) -> Any:
    """Scaled as displayed (square pixels) into the canvas, centred between black bars."""
    width, height = canvas.width, canvas.height
    return stream.filter(
        "scale",
        w=f"max(2,min({width},trunc({height}*dar/2+0.5)*2))",
        h=f"max(2,min({height},trunc({width}/dar/2+0.5)*2))",
        flags="bicubic",
    ).filter("pad", width=width, height=height, x="(ow-iw)/2", y="(oh-ih)/2")


def fitted_box(clip: Clip, canvas: Canvas) -> tuple[int, int, int, int]:
    """Where `_fitted` puts the clip: x, y, width, height in canvas pixels."""
    shown = shown_size(clip.facts)
    shape = shown[0] / shown[1]
    width = max(2, min(canvas.width, int(canvas.height * shape / 2 + 0.5) * 2))
    height = max(2, min(canvas.height, int(canvas.width / shape / 2 + 0.5) * 2))
    return (canvas.width - width) // 2, (canvas.height - height) // 2, width, height


def sound(plan: RenderPlan, clip: Clip, source: Any) -> Any:
    """The clip's sound (silence where it has none), exactly `clip.samples` long, gaps filled in place."""
    rate = plan.canvas.sample_rate
    layout = "stereo" if plan.canvas.channels == 2 else "mono"
    if not clip.has_sound:
        silence = graph.input(
            f"anullsrc=r={rate}:cl={layout}", f="lavfi", thread_queue_size=64 + clip.first_frame
        )
        return silence.audio.filter("atrim", end_sample=clip.samples).filter("asetpts", expr="PTS-STARTPTS")
    stream = source.audio
    if isinstance(clip.facts.audio, AudioTrack) and clip.facts.audio.channels == 1 and layout == "stereo":
        stream = stream.filter("pan", args="stereo|c0=c0|c1=c0")  # the resampler would take 3 dB off
    late = picture_late_seconds(clip)
    if plan.parts and clip is plan.main and late:
        # copied pictures cannot move: the sound is brought to them, to the sample
        stream = stream.filter("asetpts", expr=f"PTS-{late:.6f}/TB")
    resampled = stream.filter(
        "aresample", rate, **{"async": 1, "first_pts": 0, "min_hard_comp": 0.03}
    ).filter("aformat", sample_fmts="fltp", sample_rates=rate, channel_layouts=layout)
    return (
        resampled.filter("apad", whole_len=clip.samples)
        .filter("atrim", end_sample=clip.samples)
        .filter("asetpts", expr="PTS-STARTPTS")
    )


def shown(pieces: list[tuple[int, int, Any]]) -> Any:
    """Pictures one after the other: (first frame on the finished timeline, end frame, stream) in order;
    neighbours that overlap fade into each other."""
    shared = [max(0, before[1] - piece[0]) for before, piece in itertools.pairwise(pieces)]
    stretches: list[Any] = []
    leaving = None
    for (first, end, stream), into, out in zip(pieces, (0, *shared), (*shared, 0), strict=True):
        cuts = [(0, into), (into, end - first - out), (end - first - out, end - first)]
        entering, body, following = _cut(stream, cuts)
        if leaving is not None and entering is not None:
            stretches.append(_faded(leaving, entering, into))
        if body is not None:
            stretches.append(body)
        leaving = following
    return _concatenated(stretches, pictures=True)


def _cut(stream: Any, cuts: list[tuple[int, int]]) -> list[Any]:
    """The frames of each (first, end), from 0 on each; None where there are none."""
    wanted = [(first, end) for first, end in cuts if first < end]
    if len(wanted) == 1:
        return [stream if first < end else None for first, end in cuts]
    copies = stream.filter_multi_output("split", len(wanted))
    made = iter(
        copies[number].filter("trim", start_frame=first, end_frame=end).filter("setpts", expr="PTS-STARTPTS")
        for number, (first, end) in enumerate(wanted)
    )
    return [next(made) if first < end else None for first, end in cuts]


def _faded(leaving: Any, entering: Any, frames: int) -> Any:
    """The one lies over the other and becomes solid; counted in frames, so that none is lost to rounding."""
    over = entering.filter("format", pix_fmts="yuva420p").filter(
        "fade", type="in", start_frame=0, nb_frames=frames + 1, alpha=1
    )
    return leaving.overlay(over, eof_action="pass").filter("format", pix_fmts="yuv420p")


def heard(plan: RenderPlan, parts: list[Any]) -> Any:
    """The sound of all clips one after the other; neighbours that overlap fade into each other."""
    if not any(clip.fades_out for clip in plan.clips):
        return _concatenated(parts, pictures=False)
    stream = parts[0]
    for before, clip, following in zip(plan.clips, plan.clips[1:], parts[1:], strict=False):
        shared = before.first_sample + before.samples - clip.first_sample
        stream = graph.filter([stream, following], "acrossfade", ns=shared, c1="tri", c2="tri")
    return stream.filter("apad", whole_len=plan.expected_samples).filter(
        "atrim", end_sample=plan.expected_samples
    )


def _concatenated(parts: list[Any], *, pictures: bool) -> Any:
    if len(parts) == 1:
        return parts[0]
    kinds = {"v": 1, "a": 0} if pictures else {"v": 0, "a": 1}
    return graph.filter(parts, "concat", n=len(parts), **kinds)
