"""The voice of a task: its script spoken, or the sound file it came with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediaprep.contract.endpoints import MODULATED
from mediaprep.contract.script import ssml
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.markup import pieces_of
from mediaprep.emulator.render.voice.modulation import RATE, modulated
from mediaprep.emulator.render.voice.sentences import Layout, srt
from mediaprep.emulator.render.voice.speech import SpokenSound, speak
from mediaprep.emulator.render.voice.voices import SpeakingStyle
from mediaprep.emulator.work import Spoiled, Work
from mediaprep.errors import MediaprepError
from mediaprep.media.ffmpeg import Binary

_SPEECH_FAILED, _AUDIO_FAILED = 801404, 801510
_TEXT = ("", "Text")


@dataclass(frozen=True, kw_only=True)
class Voiced:
    """What drives the mouth, and the speech behind it; None where a sound file was given."""

    drive: drive.DrivingSound
    speech: SpokenSound | None


def speech_of(
    text: str,
    style: SpeakingStyle,
    target: Path,
    *,
    sample_rate: int = 24000,
) -> SpokenSound:
    """Raises Spoiled(801404)."""
    try:
        return speak(pieces_of(ssml.read(text), style.language), target, style, sample_rate=sample_rate)
    except MediaprepError as error:
        raise Spoiled(_SPEECH_FAILED, f"{error.zh} ({error.en})") from error


def style_of(manner: Mapping[str, Any], virtualman: str, known: Catalogue, seed: int) -> SpeakingStyle:
    """`manner` holds what SpeechParam (or a tts request) does; 0 and "" mean unset. Without a TimbreKey the avatar's
    own voice speaks; only voices that have emotions hear EmotionCategory."""
    avatar = known.avatar(virtualman)
    timbre = str(manner.get("TimbreKey") or (avatar.voice if avatar else virtualman))
    voice = known.voice(timbre)
    moved = voice is not None and bool(voice.emotions or voice.made_up)
    return SpeakingStyle(
        timbre=timbre,
        gender=voice.gender if voice else "",
        speed=float(manner.get("Speed") or 1.0),
        volume=int(manner.get("Volume") or 0),
        emotion=str(manner.get("EmotionCategory") or "") if moved else "",
        intensity=int(manner.get("EmotionIntensity") or 100),
        language=str(manner.get("TimbreLanguage") or ""),
        seed=seed,
    )


def voice_of_task(
    work: Work,
    binary: Binary,
    part: Mapping[str, Any],
    *,
    path: str = "",
    manner: Mapping[str, Any] | None = None,
    name: str = "voice",
) -> Voiced:
    """The voice of a request, or of one page of it (`part` = its object, `path` = its wire path with a dot
    behind it). Raises Spoiled with the speech's or the audio's code."""
    target, driver = work.folder / f"{name}.wav", str(part.get("DriverType") or "")
    manner = part.get("SpeechParam") or {} if manner is None else manner
    style = style_of(manner, str(part.get("VirtualmanKey") or ""), work.catalogue, work.seed)
    if driver in _TEXT:
        speech = speech_of(str(part.get("InputSsml") or ""), style, target)
        return Voiced(drive=drive.measured(speech.path), speech=speech)
    source = work.files.get(f"{path}InputAudioUrl")
    if source is None:
        raise Spoiled(_AUDIO_FAILED, "没有驱动音频 (no driving audio)")
    try:
        if driver == MODULATED:
            given = drive.decoded(
                binary, source, work.folder / f"{name}-given.wav", rate=RATE, layouts="mono"
            )
            return Voiced(drive=drive.measured(modulated(given.path, target, style)), speech=None)
        return Voiced(drive=drive.decoded(binary, source, target), speech=None)
    except MediaprepError as error:
        raise Spoiled(_AUDIO_FAILED, f"{error.zh} ({error.en})") from error


def subtitles(work: Work, voiced: Voiced, layout: Layout | None = None, *, later: float = 0.0) -> Path | None:
    """The SRT file of a text-driven task that is to have one, `later` seconds behind its voice's beginning."""
    if not work.subtitles or voiced.speech is None:
        return None
    path = work.folder / f"{work.task_id}.srt"
    path.write_text(srt(voiced.speech, layout, later=later), encoding="utf-8")
    return path
