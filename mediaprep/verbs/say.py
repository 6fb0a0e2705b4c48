"""say: a script as sound, by a tts task. The audition of a voice, and the first half of "voice first"."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, GatewayError
from mediaprep.model.facts import AudioFacts
from mediaprep.model.paid.jobs import Said, Waiting
from mediaprep.preflight.scripts.drafting import to_ssml
from mediaprep.preflight.scripts.estimate import product_bytes
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.fetch import fetch, script_seconds
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.submit import submit

CODECS: Final = {".mp3": "mp3", ".wav": "wav"}


def say(
    text: str,
    output: Path,
    *,
    settings: Settings,
    voice: str = "female_1",
    speed: float = 1.0,
    volume: int = 0,
    sample_rate: int | None = None,
    more: Mapping[str, Any] | None = None,
    is_ssml: bool = False,
    gateway: Gateway | None = None,
    ledger: Ledger | None = None,
    again: bool = False,
    overwrite: bool = False,
    wait_seconds: float = 0.0,
    deadline_seconds: float | None = None,
    on_submitted: Callable[[str], None] | None = None,
    on_event: Callable[[Waiting], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Said:
    """Speak `text` (plain, or markup if `is_ssml`) into `output` (.mp3 or .wav), timestamps beside it. `more`
    are further parameters of the tts request (EmotionCategory, TimbreLanguage …).

    Raises BadConfig for another suffix, or a file there that is not ours (unless `overwrite`),
    Refused for what the docs refuse, and what submit and fetch raise.
    """
    gateway = gateway or Gateway(settings)
    request = tts_request(
        text,
        output,
        voice=voice,
        speed=speed,
        volume=volume,
        sample_rate=sample_rate,
        more=more,
        is_ssml=is_ssml,
    )
    beside = [output, output.with_suffix(".timestamps.json")]
    output_claims.claim(beside, overwrite=overwrite)
    output_claims.make_room(beside, product_bytes("tts", request, script_seconds(request)))
    submitted = submit(
        "tts",
        request,
        settings=settings,
        gateway=gateway,
        ledger=ledger,
        again=again,
        wait_seconds=wait_seconds,
        sleep=sleep,
    )
    if on_submitted:
        on_submitted(submitted.task_id)
    fetched = fetch(
        submitted.task_id,
        output,
        settings=settings,
        endpoint="tts",
        gateway=gateway,
        ledger=ledger,
        deadline_seconds=deadline_seconds,
        on_event=on_event,
        clock=clock,
        sleep=sleep,
    )
    if not isinstance(fetched.facts, AudioFacts) or fetched.facts.seconds is None:
        raise GatewayError(
            f"task {submitted.task_id} returned no measurable sound",
            f"任务 {submitted.task_id} 没有返回可测量的音频",
        )
    return Said(
        task_id=submitted.task_id,
        path=fetched.path,
        facts=fetched.facts,
        seconds=fetched.facts.seconds,
        sentences=fetched.sentences,
        timestamps=fetched.timestamps,
    )


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
