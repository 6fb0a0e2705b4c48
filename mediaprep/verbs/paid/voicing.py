"""A script as a tts task; and voice: first, where it is a task of its own and the sound then drives the video."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.errors import BadConfig, ToolError
from mediaprep.model.facts import AudioFacts
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.judge import judge_file
from mediaprep.preflight.scripts.drafting import to_ssml
from mediaprep.verbs.check import measure
from mediaprep.verbs.paid.job_progress import Ongoing, folder_of, refuse

SUFFIX: Final = "~voice"
CODECS: Final = {".mp3": "mp3", ".wav": "wav"}
_OF_VOICES: Final = frozenset(
    {
        "TimbreKey",
        "VirtualmanKey",
        "Speed",
        "Volume",
        "SampleRate",
        "EmotionCategory",
        "EmotionIntensity",
        "TimbreLanguage",
    }
)


class NoVoice(ToolError):
    """The task that was to speak first failed or made no sound, and with it the job."""

    exit_code: ClassVar[int] = 4


def job_of(job: Job) -> Job:
    """The tts job that speaks for `job`, or its mark. Raises BadConfig where no voice is named."""
    if job.speaks_mark:
        target, request = folder_of(job) / "mark.mp3", _mark_request(job)
    else:
        target = folder_of(job) / "voice.mp3"
        request = _voice_request(job, target)
    return Job(id=f"{job.id}{SUFFIX}", endpoint="tts", request=request, output=target, base=job.base)


def _mark_request(job: Job) -> dict[str, Any]:
    """What `job` says, but for its text: the words of the mark in the same voice."""
    assert job.finish.mark_wish is not None
    kept = {name: value for name, value in job.request.items() if name in _OF_VOICES}
    return {**kept, "InputSsml": to_ssml(job.finish.mark_wish.words), "Codec": "mp3"}


def _voice_request(job: Job, target: Path) -> dict[str, Any]:
    speech = job.request.get("SpeechParam") or {}
    voice = str(speech.get("TimbreKey") or "")
    if not voice:
        raise BadConfig(
            f"job {job.id}: voice: first needs SpeechParam.TimbreKey",
            f"任务 {job.id}：voice: first 需要 SpeechParam.TimbreKey",
        )
    return tts_request(
        str(job.request["InputSsml"]), target, voice=voice, speed=float(speech.get("Speed") or 1.0),
        volume=int(speech.get("Volume") or 0), more=_extras(speech), is_ssml=True,
    )  # fmt: skip


def tts_request(
    text: str,
    output: Path,
    *,
    voice: str = "female_1",
    speed: float = 1.0,
    volume: int = 0,
    sample_rate: int | None = None,
    more: Mapping[str, Any] | None = None,
    is_ssml: bool = False,
) -> dict[str, Any]:
    """The Payload of a tts task whose sound fits `output`'s suffix. Raises BadConfig for another suffix."""
    codec = CODECS.get(output.suffix.lower())
    if codec is None:
        raise BadConfig(
            f"a voice is written as .mp3 or .wav, not {output.suffix or output.name}",
            f"语音只能保存为 .mp3 或 .wav，而不是 {output.suffix or output.name}",
        )
    if not text.strip():
        raise BadConfig("there is no text to say", "没有要朗读的文本")
    request: dict[str, Any] = {
        "TimbreKey": voice,
        "InputSsml": text if is_ssml else to_ssml(text),
        "Speed": float(speed),
        "Codec": codec,
    }
    if volume:
        request["Volume"] = volume
    if sample_rate is not None:
        request["SampleRate"] = sample_rate
    return {**request, **(more or {})}


def driven(work: Ongoing, request: Mapping[str, Any], sound: Path) -> dict[str, Any]:
    """`request` driven by `sound`, which is judged on its measured length. Raises Refused, NoVoice."""
    job = work.job
    facts = measure(sound)
    if not isinstance(facts, AudioFacts) or facts.seconds is None:
        raise NoVoice(
            f"job {job.id}: the spoken voice has no measurable sound: {sound}",
            f"任务 {job.id}：合成的语音没有可测量的音频：{sound}",
        )
    work.tell("say", f"spoken: {facts.seconds:.1f} s", f"已合成语音：{facts.seconds:.1f} 秒")
    made = _driven_by(request, sound)
    findings = judge_file(job.endpoint, "InputAudioUrl", facts, made, profile=work.settings.profile)
    work.grow(findings=(*work.outcome.findings, *findings))
    refuse(job, list(findings))
    return made


def sentences_of(sound: Path) -> tuple[Mapping[str, Any], ...]:
    """When what is said in `sound`, from the timestamps that were fetched with it; none where there are none."""
    try:
        document = json.loads(sound.with_suffix(".timestamps.json").read_bytes())
        found = document["TextTimestampResult"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()
    return tuple(row for row in found if isinstance(row, dict)) if isinstance(found, list) else ()


def _driven_by(request: Mapping[str, Any], sound: Path) -> dict[str, Any]:
    """The same request, driven by sound instead of text. Speed has been spoken already and must not act twice."""
    left = {name: value for name, value in request.items() if name not in {"InputSsml", "SpeechParam"}}
    made = {**left, "DriverType": ORIGINAL, "InputAudioUrl": str(sound)}
    if "VirtualmanKey" in request:  # basic and advanced want a SpeechParam with Speed even then
        made["SpeechParam"] = {"Speed": 1.0}
    return made


def _extras(speech: Mapping[str, Any]) -> dict[str, Any]:
    """What SpeechParam and a tts task have in common beyond voice, speed and volume."""
    names = ("EmotionCategory", "EmotionIntensity", "TimbreLanguage")
    return {name: speech[name] for name in names if speech.get(name)}
