"""Head + main + tail → exact offsets in frames, samples and milliseconds. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.model.facts import AudioTrack, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Canvas, Clip, Cue, PlacedCue, Role, shown_size

_NTSC = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))
_STANDARD = (*(Fraction(n) for n in (15, 24, 25, 30, 48, 50, 60)), *_NTSC[:2])
_HIGHEST_RATE = Fraction(120)
_SOUND_RATES = (44100, 48000)
_SOUND_PAST_PICTURE = 0.1  # seconds; up to here it is a codec's padding, beyond it is content


def exact_rate(facts: VideoFacts) -> Fraction:
    """The rate of `facts` as an exact fraction of frames per second.

    A measured 29.970 becomes 30000/1001; a variable rate becomes the one that nearly all pictures keep to, else the
    standard one nearest to its average. Raises BadAsset when no rate was measured.
    """
    fps = facts.usual_fps or facts.fps
    if fps is None or not math.isfinite(fps) or fps <= 0:
        raise BadAsset(
            "the main video's frame rate could not be measured; transcode it first (mediaprep fix)",
            "无法测出主视频帧率；请先用 mediaprep fix 转码",
        )
    if facts.variable_rate and not facts.usual_fps:
        return min(_STANDARD, key=lambda rate: abs(float(rate) - fps))
    for rate in (Fraction(round(fps)), *_NTSC):
        if rate and abs(float(rate) - fps) < 2e-4 * fps:
            return rate
    return min(Fraction(fps).limit_denominator(1001), _HIGHEST_RATE)


def canvas_of(main: VideoFacts) -> Canvas:
    """The finished picture and sound: main's displayed size (even sides), its rate, 44.1 or 48 kHz stereo."""
    rate = main.audio.sample_rate if isinstance(main.audio, AudioTrack) else 48000
    width, height = shown_size(main)
    return Canvas(
        width=max(2, width // 2 * 2),
        height=max(2, height // 2 * 2),
        fps=exact_rate(main),
        sample_rate=rate if rate in _SOUND_RATES else 48000,
    )


def frames_on(canvas: Canvas, facts: VideoFacts) -> tuple[int, int]:
    """How many canvas frames a clip's pictures fill, and for how many more its sound goes on past them."""
    same_rate = facts.fps is not None and not facts.variable_rate and exact_rate(facts) == canvas.fps
    if same_rate and facts.frames is not None:
        pictures = facts.frames
    elif facts.seconds is not None:
        pictures = round(Fraction(facts.seconds) * canvas.fps)
    elif facts.frames is not None and facts.fps:
        pictures = round(facts.frames / Fraction(facts.fps) * canvas.fps)
    else:
        raise BadAsset(
            "a clip's length could not be measured; transcode it first (mediaprep fix)",
            "无法测出片段时长；请先用 mediaprep fix 转码",
        )
    late, sound_ends = _starts_and_ends(facts)
    pictures = max(1, pictures + round(Fraction(late) * canvas.fps))
    if sound_ends - float(pictures / canvas.fps) <= _SOUND_PAST_PICTURE:
        return pictures, 0
    return pictures, math.ceil(Fraction(sound_ends) * canvas.fps) - pictures


def length_ms(facts: VideoFacts) -> int:
    """How long a clip will be when it sets the canvas itself, in whole milliseconds."""
    canvas = canvas_of(facts)
    return canvas.milliseconds_at(sum(frames_on(canvas, facts)))


def _starts_and_ends(facts: VideoFacts) -> tuple[float, float]:
    """How long after the clip's sound its picture begins (its first picture stands until then), and when its
    sound ends; seconds from whichever begins first."""
    if not isinstance(facts.audio, AudioTrack) or facts.audio.seconds is None:
        return 0.0, 0.0
    picture, sound = facts.picture_starts or 0.0, facts.audio.starts or 0.0
    origin = min(picture, sound)
    return picture - origin, sound - origin + facts.audio.seconds


def lay(
    canvas: Canvas, clips: Sequence[tuple[Role, Path, VideoFacts]], *, overlap_frames: int = 0
) -> tuple[Clip, ...]:
    """Put the clips one after the other; every clip's samples are the difference of two rounded offsets.
    Neighbours share `overlap_frames`. Raises BadConfig when a clip is too short for that."""
    laid: list[Clip] = []
    at = 0
    for role, path, facts in clips:
        pictures, held = frames_on(canvas, facts)
        frames = pictures + held
        if overlap_frames and len(clips) > 1 and 2 * overlap_frames > frames:
            longest = float(frames / canvas.fps) / 2
            raise BadConfig(
                f"a crossfade of {float(overlap_frames / canvas.fps):.2f} s is too long for {role.value} "
                f"{path.name}: at most {longest:.2f} s",
                f"交叉淡化 {float(overlap_frames / canvas.fps):.2f} 秒对{role.zh} {path.name} 过长："
                f"最长 {longest:.2f} 秒",
            )
        if laid and overlap_frames:
            laid[-1] = replace(laid[-1], fades_out=overlap_frames)
            at -= overlap_frames
        first_sample = canvas.samples_at(at)
        laid.append(
            Clip(
                path=path,
                facts=facts,
                role=role,
                first_frame=at,
                frames=frames,
                first_sample=first_sample,
                samples=canvas.samples_at(at + frames) - first_sample,
                held_frames=held,
                fades_in=overlap_frames if laid else 0,
            )
        )
        at += frames
    return tuple(laid)


def place(canvas: Canvas, main: Clip, cues: Sequence[Cue]) -> tuple[tuple[PlacedCue, ...], int]:
    """Shift cues of main to the finished timeline and cut them at main's end; returns them and how many fell
    outside it. A cue shows on every frame whose time lies in [start, end)."""
    offset = canvas.milliseconds_at(main.first_frame)
    placed: list[PlacedCue] = []
    for cue in cues:
        first = main.first_frame + _first_frame_at(canvas, cue.start_ms)
        end = min(main.first_frame + _first_frame_at(canvas, cue.end_ms), main.end_frame)
        if placed and first < placed[-1].end_frame:
            first = placed[-1].end_frame
        if first >= end:
            continue
        limit = canvas.milliseconds_at(main.end_frame)
        shifted = replace(
            cue,
            start_ms=cue.start_ms + offset,
            end_ms=min(cue.end_ms + offset, limit),
            spoken_ms=tuple(min(at + offset, limit) for at in cue.spoken_ms),
        )
        placed.append(PlacedCue(cue=shifted, first_frame=first, end_frame=end))
    return tuple(placed), len(cues) - len(placed)


def _first_frame_at(canvas: Canvas, ms: int) -> int:
    return max(0, math.ceil(Fraction(ms) * canvas.fps / 1000))


def notes(canvas: Canvas, clips: Sequence[Clip]) -> tuple[Text, ...]:
    """What the plan does to clips that a user should know: scaled, converted, silent, held."""
    said: list[Text] = []
    roles = [clip.role for clip in clips]
    for clip in clips:
        facts, role, role_zh = clip.facts, clip.role.value, clip.role.zh
        if roles.count(clip.role) > 1:
            role, role_zh = f"{role} {clip.path.name}", f"{role_zh} {clip.path.name} "
        said += _picture_notes(canvas, role, role_zh, facts)
        if facts.audio_tracks == 0 and not clip.still:
            said.append(Text(f"{role} has no sound: silence is put in", f"{role_zh}没有声音：以静音补齐"))
        if clip.held_frames:
            said.append(
                Text(
                    f"{role}'s sound is longer than its picture: the last picture is held",
                    f"{role_zh}的声音比画面长：末帧定格补齐",
                )
            )
    return tuple(said)


def _picture_notes(canvas: Canvas, role: str, role_zh: str, facts: VideoFacts) -> list[Text]:
    said: list[Text] = []
    size = f"{canvas.width}×{canvas.height}"
    width, height = shown_size(facts)
    if (width, height) != (canvas.width, canvas.height):
        said.append(
            Text(
                f"{role} is {width}×{height}: fitted into {size}",
                f"{role_zh}为 {width}×{height}：适配到 {size}",
            )
        )
    if facts.fps is not None and abs(facts.fps - float(canvas.fps)) > 0.01:
        said.append(
            Text(
                f"{role} runs at {facts.fps:.3f} fps: converted to {float(canvas.fps):.3f}",
                f"{role_zh}帧率 {facts.fps:.3f}：转换为 {float(canvas.fps):.3f}",
            )
        )
    if facts.undecodable_seconds:
        seconds = f"{facts.undecodable_seconds:.2f}"
        said.append(
            Text(
                f"the first {seconds} s of {role} do not decode: the first picture that does stands there",
                f"{role_zh}的前 {seconds} 秒无法解码：以首个可解码的画面定格补齐",
            )
        )
    if facts.interlaced:
        said.append(Text(f"{role} is interlaced: its fields are joined", f"{role_zh}为隔行扫描：已去隔行"))
    if facts.alpha:
        said.append(Text(f"what is transparent in {role} is laid on black", f"{role_zh}的透明部分合成到黑底"))
    if facts.hdr:
        said.append(Text(f"{role} is HDR: tone-mapped", f"{role_zh}为 HDR：已做色调映射"))
    return said
