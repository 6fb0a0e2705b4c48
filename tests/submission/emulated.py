"""An emulator whose renderers only make what a test needs, and settings that talk to it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep import processes
from mediaprep.config import Settings
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.model.paid.records import Intent, JobState, NewJob
from mediaprep.submission.ledger import Ledger
from tests.making import make_audio, make_video

STAMPS = [
    {
        "Sentence": "你好。",
        "Words": [
            {"Word": "你", "StartTimestamp": 0, "EndTimestamp": 2_500_000},
            {"Word": "好。", "StartTimestamp": 2_500_000, "EndTimestamp": 5_000_000},
        ],
    }
]
TTS = {"TimbreKey": "female_1", "InputSsml": "你好，欢迎观看", "Speed": 1.0}
NOTRAIN = {
    "DriverType": "Text",
    "InputSsml": "你好，欢迎观看",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好，欢迎观看",
    "SpeechParam": {"Speed": 1.0},
}
SRT = "1\n00:00:00,000 --> 00:00:00,400\n你好\n"


@dataclass
class Emulated:
    """A running emulator, its settings and the ledger they name."""

    emulator: Emulator
    settings: Settings
    book: Ledger
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Waits a little: what is waited for is real, the politeness is not needed."""
        import time

        self.waits.append(seconds)
        time.sleep(min(seconds, 0.1))


def render(work: Work) -> RenderedProduct:
    """Half a second of the right kind. A script with 失败 in it spoils the task."""
    if "失败" in str(work.request.get("InputSsml", "")):
        raise Spoiled(801404, "the voice broke at https://inside/x?X-Amz-Signature=canary-fail")
    if work.endpoint == "tts":
        suffix = work.request.get("Codec", "mp3")
        return RenderedProduct(
            media=make_audio(work.folder / f"made.{suffix}", seconds=0.5), seconds=0.5, timestamps=STAMPS
        )
    form = work.request.get("VideoParam", {}).get("Format", "TransparentWebm")
    if work.endpoint == "basic" and form == "TransparentWebm":
        made = make_video(
            work.folder / "made.webm", seconds=0.5, width=64, height=64, vcodec="libvpx", acodec="libopus"
        )
    else:
        made = make_video(work.folder / "made.mp4", seconds=0.5, width=360, height=360)
    subtitles = None
    if work.subtitles:
        subtitles = work.folder / "made.srt"
        subtitles.write_text(SRT, encoding="utf-8")
    return RenderedProduct(media=made, seconds=0.5, subtitles=subtitles)


@contextlib.contextmanager
def emulated(
    folder: Path,
    *,
    speed: str = "immediate",
    faults: Faults | None = None,
    render: Callable[[Work], RenderedProduct] = render,
    exclusive: int | None = None,
    audio: int = 0,
) -> Iterator[Emulated]:
    """An emulator with a ledger in `folder`."""
    options = Options(speed=speed, exclusive=exclusive, audio=audio)
    with Emulator(options, render=render, faults=faults) as running:
        environ = {**running.env, "MEDIAPREP_LEDGER": str(folder / "ledger.db")}
        settings = Settings.load({}, environ)
        with Ledger.open(settings) as book:
            yield Emulated(running, settings, book)


def known_task(
    settings: Settings,
    task_id: str,
    *,
    endpoint: str,
    base_url: str,
    request: dict[str, Any],
    digest: str = "d",
) -> str:
    """What the ledger holds of a task that was submitted before; gives its job."""
    with Ledger.open(settings) as book:
        job = f"{endpoint}-{task_id}"
        book.enqueue(
            NewJob(id=job, name=endpoint, endpoint=endpoint, base_url=base_url, digest=digest, managed=False)
        )
        claim = book.claim(processes.me(), 30, ids=[job])
        assert claim is not None
        claim = claim.on(book.move(claim, JobState.READY, name="prepared", payload=request, release=False))
        attempt = book.begin_attempt(claim, Intent(nonce="n", token="t", signed_at=0, fence_at=0))
        assert attempt is not None
        book.accept(claim.on(book.job(job)), 1, task_id)
    return job
