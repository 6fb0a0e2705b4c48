"""Background, reframing, music and fades as pieces of ffmpeg's graph; chapters as its metadata.

Each piece takes a stream and gives one; with nothing wished it gives back what it got.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mediaprep.media.compose import colours, keying
from mediaprep.media.compose.colours import Colours
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import graph
from mediaprep.model.finishing.plans import Canvas, Clip, RenderPlan, shown_size
from mediaprep.model.finishing.scenery import Background, Music, Reframe, Scenery

IMAGE_DEMUXERS = {"png": "png_pipe", "jpg": "jpeg_pipe", "webp": "webp_pipe", "bmp": "bmp_pipe"}
_QUEUE = 512  # differs from those of clips, so that one file given twice stays two inputs
DUCK = {"threshold": 0.008, "ratio": 20, "attack": 15, "release": 450, "makeup": 1, "detection": "rms"}
"""The voice, brought to −18 LUFS, lies some 24 dB above the threshold: music falls by about 20 dB under it."""


# --- picture ----------------------------------------------------------------------------------------------------


def restaged(plan: RenderPlan, clip: Clip) -> bool:
    """Whether this clip is set before a background or reframed."""
    return plan.scenery is not None and plan.scenery.restages and clip is plan.main


def staged(plan: RenderPlan, clip: Clip, stream: Any, coded: Colours) -> Any:
    """Main's pictures (transparency kept) on the canvas, before their background, through their window."""
    scenery = plan.scenery
    assert scenery is not None
    background, reframe = scenery.background, scenery.reframe
    if background is None:
        assert reframe is not None
        return coded.fitted(_windowed(stream, clip, plan.canvas, reframe), clip)
    stream = _cut_out(stream, clip, background, coded)
    if reframe is None:
        stream = _whole(stream, clip, plan.canvas)
    else:
        stream = _windowed(stream, clip, plan.canvas, reframe)
    behind = _behind(plan.canvas, background, coded)
    before = behind.overlay(stream, x="(W-w)/2", y="(H-h)/2", shortest=1, format="yuv444")
    return coded.tagged(before)


def _cut_out(stream: Any, clip: Clip, background: Background, coded: Colours) -> Any:
    if colours.full_range(clip):
        stream = coded.drawn(stream, "yuva444p")
    if background.key is not None:
        stream = keying.keyed(stream, background.key, coded)
    return stream.filter("format", pix_fmts="yuva444p")


def _whole(stream: Any, clip: Clip, canvas: Canvas) -> Any:
    width, height = shown_size(clip.facts)
    factor = min(canvas.width / width, canvas.height / height)
    if (width, height) == (canvas.width, canvas.height):
        return stream
    sides = (max(2, round(side * factor / 2) * 2) for side in (width, height))
    return stream.filter("scale", *sides, flags="bicubic")


def _behind(canvas: Canvas, background: Background, coded: Colours) -> Any:
    """The background, as long as one likes, filling the canvas."""
    rate = str(canvas.fps)
    if background.path is None:
        colour = f"color=c=0x{background.colour}:s={canvas.width}x{canvas.height}:r={rate}"
        plain = graph.input(colour, f="lavfi").video.filter("format", pix_fmts="rgb24")
        return coded.drawn(plain, "yuv444p")
    options: dict[str, object] = {"protocol_whitelist": "file", "thread_queue_size": _QUEUE}
    if background.format is not None:
        options |= {"f": IMAGE_DEMUXERS[background.format], "loop": 1, "framerate": rate}
    else:
        options |= {
            "f": background.demuxer, "format_whitelist": background.demuxer, "stream_loop": -1,
            "max_pixels": packets.MAX_PIXELS, "an": None,
        }  # fmt: skip
    stream = graph.input(f"file:{background.path.resolve()}", **options).video
    if background.format is None:
        stream = stream.filter("fps", fps=rate, start_time=0)
    filling = (
        stream.filter(
            "scale", canvas.width, canvas.height, force_original_aspect_ratio="increase", flags="bicubic"
        )
        .filter("crop", canvas.width, canvas.height)
        .filter("setsar", sar="1")
    )
    return coded.drawn(filling, "yuv444p")


def _windowed(stream: Any, clip: Clip, canvas: Canvas, reframe: Reframe) -> Any:
    width, height = shown_size(clip.facts)
    if (width, height) != (clip.facts.width, clip.facts.height):
        stream = stream.filter("scale", width, height, flags="bicubic")
    x, y = (_course([(point[0], point[axis]) for point in reframe.path]) for axis in (1, 2))
    stream = stream.filter("crop", *reframe.window, x, y)
    if reframe.window == (canvas.width, canvas.height):
        return stream
    return stream.filter("scale", canvas.width, canvas.height, flags="lanczos")


def _course(points: list[tuple[int, int]]) -> str:
    """Values at frames as an expression of n, straight on between them; a tree, so that it stays shallow."""
    if len(points) == 1 or all(value == points[0][1] for _, value in points):
        return str(points[0][1])
    if len(points) == 2:
        (first, start), (last, end) = points
        share = f"clip((n-{first})/{last - first},0,1)"
        return f"({start}+({end - start})*{share})"
    middle = len(points) // 2
    left, right = _course(points[: middle + 1]), _course(points[middle:])
    return f"if(lt(n,{points[middle][0]}),{left},{right})"


def faded(plan: RenderPlan, stream: Any) -> Any:
    """The finished picture, or a part of it, from black and back to it; its stamps are those of the whole."""
    scenery = plan.scenery
    if scenery is None:
        return stream
    rate = plan.canvas.fps
    if scenery.fade_in:
        stream = stream.filter("fade", type="in", start_time="0", duration=_seconds(scenery.fade_in / rate))
    if scenery.fade_out:
        first = (plan.expected_frames - scenery.fade_out) / rate
        stream = stream.filter(
            "fade", type="out", start_time=_seconds(first), duration=_seconds(scenery.fade_out / rate)
        )
    return stream


def _seconds(exact: Fraction) -> str:
    return f"{float(exact):.6f}"


# --- sound ------------------------------------------------------------------------------------------------------


def accompanied(plan: RenderPlan, voice: Any) -> Any:
    """The programme with its music under it, and faded."""
    scenery = plan.scenery
    if scenery is None:
        return voice
    if scenery.music is not None:
        voice, key = _split(voice)
        music = ducked(scenery.music, key, plan)
        voice = graph.filter([voice, music], "amix", inputs=2, duration="first", normalize=0)
    return _sound_faded(plan, scenery, voice)


def ducked(music: Music, key: Any, plan: RenderPlan) -> Any:
    """The music, pushed down where `key` (the voice) sounds."""
    key = key.filter("volume", volume=f"{music.key_gain_db:.2f}dB", precision="float")
    return graph.filter([bed(music, plan), key], "sidechaincompress", **DUCK)


def bed(music: Music, plan: RenderPlan) -> Any:
    """The music at its level, as long as the video, out softly at the end."""
    canvas = plan.canvas
    source = graph.input(
        f"file:{music.path.resolve()}", f=music.demuxer, format_whitelist=music.demuxer, protocol_whitelist="file",
        stream_loop=-1, vn=None, thread_queue_size=_QUEUE + 1,
    )  # fmt: skip
    layout = "stereo" if canvas.channels == 2 else "mono"
    out = min(2.0, plan.seconds / 4)
    return (
        source.audio.filter("aresample", canvas.sample_rate)
        .filter("aformat", sample_fmts="fltp", sample_rates=canvas.sample_rate, channel_layouts=layout)
        .filter("atrim", end_sample=plan.expected_samples)
        .filter("asetpts", expr="N/SR/TB")
        .filter("volume", volume=f"{music.gain_db:.2f}dB", precision="float")
        .filter("afade", type="out", start_time=f"{plan.seconds - out:.6f}", duration=f"{out:.6f}")
    )


def _split(stream: Any) -> tuple[Any, Any]:
    both = stream.filter_multi_output("asplit", 2)
    return both[0], both[1]


def _sound_faded(plan: RenderPlan, scenery: Scenery, stream: Any) -> Any:
    samples = plan.canvas.samples_at
    if scenery.fade_in:
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=samples(scenery.fade_in))
    if scenery.fade_out:
        first = samples(plan.expected_frames - scenery.fade_out)
        stream = stream.filter(
            "afade", type="out", start_sample=first, nb_samples=plan.expected_samples - first
        )
    return stream


# --- chapters ---------------------------------------------------------------------------------------------------


def chapter_metadata(scenery: Scenery) -> str:
    """The chapters in ffmpeg's own metadata format."""
    lines = [";FFMETADATA1"]
    for chapter in scenery.chapters:
        title = "".join("\\" + c if c in "=;#\\\n" else c for c in chapter.title.replace("\r", ""))
        lines += [
            "[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start_ms}", f"END={chapter.end_ms}", f"title={title}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
