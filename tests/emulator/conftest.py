"""Emulators for tests: renderers that write a few bytes, so that only what stands around them is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.emulator.work import RenderedProduct, Work

MEDIA = bytes(range(256)) * 8


def tiny(work: Work) -> RenderedProduct:
    """A product of 2048 bytes that claims 1.5 seconds, with subtitles where they are asked for."""
    media = work.folder / ("out.mp3" if work.endpoint == "tts" else "out.mp4")
    media.write_bytes(MEDIA)
    subtitles = None
    if work.subtitles:
        subtitles = work.folder / "out.srt"
        subtitles.write_text("1\n00:00:00,000 --> 00:00:01,500\n你好\n\n", encoding="utf-8")
    words = [{"Word": "你", "StartTimestamp": 0, "EndTimestamp": 2000000}]
    stamps = [{"Sentence": "你", "Words": words}] if work.endpoint == "tts" else None
    return RenderedProduct(media=media, seconds=1.5, subtitles=subtitles, timestamps=stamps)


Start = Callable[..., Emulator]


@pytest.fixture
def start() -> Iterator[Start]:
    """start(render=…, faults=…, **options) → a running emulator."""
    with ExitStack() as stack:

        def begin(
            render: Callable[[Work], RenderedProduct] = tiny, faults: Any = None, **options: Any
        ) -> Emulator:
            chosen = Options(
                **{"repeat_seconds": 0.0, **options}
            )  # most tests send one request again and again
            return stack.enter_context(Emulator(chosen, render=render, faults=faults))

        yield begin


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for the tests of a file that do not care what others left in it."""
    folder: Path = tmp_path_factory.mktemp("emulator")
    with Emulator(Options(data=folder, repeat_seconds=0.0), render=tiny) as running:
        yield running
