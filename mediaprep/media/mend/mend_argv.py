"""Steps → the arguments of one ffmpeg run. Streams that no step makes anew are copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mediaprep.media import ffmpeg
from mediaprep.model.facts import AudioFacts, AudioTrack, VideoFacts
from mediaprep.model.finishing.plans import Encoding
from mediaprep.model.sound_steps import Denoise, Level
from mediaprep.model.steps import (
    ConvertAudio,
    DropTracks,
    EncodePicture,
    EncodeTrack,
    Pad,
    Remux,
    Step,
    Trim,
)

# Container as the facts name it → ffmpeg's muxer.
_MUXERS = {
    "mp4": "mp4", "mov": "mov", "wav": "wav", "mp3": "mp3", "aac": "adts", "ogg": "ogg", "asf": "asf",
}  # fmt: skip
_AUDIO_ENCODERS = {"mp3": "libmp3lame", "wav": "pcm_s16le", "m4a": "aac"}
# HDR to SDR: linear light, BT.709 primaries, the highlights rolled off. What is tagged PQ or HLG is BT.2020.
_TONE_MAP = (
    "zscale=pin=bt2020:min=bt2020nc:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
    "tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv"
)
_LIMIT_FLOOR = 512 << 20  # bytes any output may have; beyond it and 8 × the source something runs away


@dataclass(frozen=True, kw_only=True)
class StreamCut:
    """Where a copied picture stream can end without holes: packets in file order, and their length."""

    packets: int
    seconds: float


def video(
    source: Path,
    demuxer: str,
    facts: VideoFacts,
    steps: tuple[Step, ...],
    part: Path,
    *,
    cut: StreamCut | None,
) -> list[str]:
    """One run that writes the whole plan. `cut` ends a trimmed picture stream that is copied."""
    plan = {type(step): step for step in steps}
    picture, trim = plan.get(EncodePicture), plan.get(Trim)
    container = plan.get(Remux, Remux())
    assert isinstance(container, Remux)
    maps = ["0:V:0", "0:a:0?"] if DropTracks in plan else ["0:V", "0:a?"]
    arguments = [*_input(source, demuxer), "-map", maps[0], "-map", maps[1], "-map_chapters", "0"]
    if isinstance(picture, EncodePicture):
        arguments += _picture(picture)
    else:
        arguments += ["-c:v", "copy"]
    sound = plan.get(EncodeTrack)
    arguments += (
        ["-c:a", "aac", "-b:a", str(sound.bitrate)] if isinstance(sound, EncodeTrack) else ["-c:a", "copy"]
    )
    if isinstance(trim, Trim):
        if trim.start:  # behind the input, so that it is exact; such a picture is encoded
            arguments += ["-ss", f"{trim.start:.6f}"]
        if cut is not None:
            arguments += ["-frames:v", str(cut.packets)]
        arguments += ["-t", f"{cut.seconds if cut else trim.seconds:.6f}"]
    elif facts.seconds is not None:
        # a gap of hours in the stamps would be filled with frames for ever
        sound_seconds = facts.audio.seconds or 0.0 if isinstance(facts.audio, AudioTrack) else 0.0
        arguments += ["-t", f"{max(facts.seconds, sound_seconds) + 2:.3f}"]
    return [*arguments, *_output(container.container, facts.size_bytes, part)]


def audio(source: Path, demuxer: str, facts: AudioFacts, steps: tuple[Step, ...], part: Path) -> list[str]:
    """One run for a sound file: cut, and copied or encoded."""
    plan = {type(step): step for step in steps}
    trim, convert, pad, level = (plan.get(kind) for kind in (Trim, ConvertAudio, Pad, Level))
    arguments = [*_input(source, demuxer), "-map", "0:a:0", "-map_chapters", "-1"]
    if isinstance(convert, ConvertAudio):
        arguments += ["-c:a", _AUDIO_ENCODERS[convert.format]]
        arguments += ["-ar", str(convert.sample_rate), "-ac", str(convert.channels)]
        if convert.bitrate:
            arguments += ["-b:a", str(convert.bitrate)]
        noise = plan.get(Denoise)
        filters = (
            [f"afftdn=nr={noise.reduction_db:g}:nf={noise.floor_dbfs:.1f}"]
            if isinstance(noise, Denoise)
            else []
        )
        filters += [f"volume={level.gain_db:.2f}dB:precision=float"] if isinstance(level, Level) else []
        filters += [f"apad=whole_dur={pad.seconds:.3f}"] if isinstance(pad, Pad) else []
        arguments += ["-af", ",".join(filters)] if filters else []
    else:
        arguments += ["-c:a", "copy"]
    if isinstance(trim, Trim):
        # behind the input: every packet is looked at, so that formats which seek by pages are cut exactly too
        arguments += ["-ss", f"{trim.start:.6f}", "-t", f"{trim.seconds:.6f}"]
    container = "mp4" if isinstance(convert, ConvertAudio) and convert.format == "m4a" else facts.container
    if isinstance(convert, ConvertAudio) and convert.format != "m4a":
        container = convert.format
    return [*arguments, *_output(container, facts.size_bytes, part)]


def _input(source: Path, demuxer: str) -> list[str]:
    return ["-f", demuxer, *ffmpeg.untrusted_input(source, demuxer)]


def _output(container: str, size_bytes: int | None, part: Path) -> list[str]:
    muxer = _MUXERS[container]
    index = ["-movflags", "+faststart"] if muxer in {"mp4", "mov"} else []
    most = max(8 * (size_bytes or 0), _LIMIT_FLOOR)
    return [*index, "-fs", str(most), "-f", muxer, f"file:{part.absolute()}"]


def _picture(step: EncodePicture) -> list[str]:
    filters = ["bwdif=mode=send_frame"] if step.deinterlace else []
    if step.tone_map:
        filters.append(_TONE_MAP)
    filters.append(f"scale=w={step.width}:h={step.height}:flags=bicubic:out_range=tv,setsar=1")
    rate = ["-fps_mode", "cfr"]
    if step.rate:
        # the filter keeps the first picture's place; cfr alone would fill what is before it
        filters.append(f"fps=fps={step.rate}")
        rate = ["-fps_mode", "passthrough"]
    cap = (
        ["-maxrate", str(step.max_bitrate), "-bufsize", str(2 * step.max_bitrate)] if step.max_bitrate else []
    )
    coded = ffmpeg.h264(Encoding(preset=step.preset, crf=step.crf))
    words = [word for name, value in coded.items() for word in (f"-{name}", str(value))]
    return ["-vf", ",".join(filters), *rate, *words, *cap]
