"""say: a script as sound, by a tts task. The audition of a voice, and the first half of "voice first"."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mediaprep.config import Settings
from mediaprep.errors import GatewayError
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import AudioFacts
from mediaprep.model.paid.jobs import Said, Waiting
from mediaprep.preflight.scripts.estimate import product_bytes, script_seconds
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.paid.voicing import tts_request
from mediaprep.verbs.submit import submit

if TYPE_CHECKING:
    from mediaprep.submission.ledger import Ledger

_DOUBT_SECONDS: Final = 600.0
"""So long a sign of a task is waited for whose answer was lost; a sound is made in seconds."""


def say(
    text: str,
    output: AnyPath,
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
    output, gateway = Path(output), gateway or Gateway(settings)
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
        doubt_seconds=_DOUBT_SECONDS if deadline_seconds is None else deadline_seconds,
        beside=output.parent,
        sleep=sleep,
    )
    named = submitted.task_id or submitted.job
    if on_submitted:
        on_submitted(named)
    from mediaprep.verbs.fetch import fetch  # it loads the ledger's library

    fetched = fetch(
        named,
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
        raise GatewayError(f"task {named} returned no measurable sound", f"任务 {named} 没有返回可测量的音频")
    return Said(
        task_id=submitted.task_id,
        path=fetched.path,
        facts=fetched.facts,
        seconds=fetched.facts.seconds,
        sentences=fetched.sentences,
        timestamps=fetched.timestamps,
    )
