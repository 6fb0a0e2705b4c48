"""say: the audition of a voice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaprep.errors import BadConfig, Refused, TaskFailed
from mediaprep.verbs.say import say, tts_request
from tests.submission.emulated import STAMPS, Emulated, emulated


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path / "state") as here:
        yield here


@pytest.mark.parametrize("suffix", [".mp3", ".wav", ".WAV"])
def test_a_text_becomes_sound_with_timestamps_beside_it(
    running: Emulated, tmp_path: Path, suffix: str
) -> None:
    told: list[str] = []
    said = say(
        "1 < 2 & 你好",
        tmp_path / f"voice{suffix}",
        settings=running.settings,
        speed=1,
        volume=3,
        on_submitted=told.append,
        sleep=running.sleep,
    )
    assert told == [said.task_id]
    assert said.path == tmp_path / f"voice{suffix}"
    assert said.facts.format == suffix.lower().lstrip(".")
    assert said.seconds == pytest.approx(0.5, abs=0.1)
    assert list(said.sentences) == STAMPS
    assert said.timestamps == tmp_path / "voice.timestamps.json"
    job = running.book.find(said.task_id)
    assert job is not None
    assert job.payload == {
        "TimbreKey": "female_1",
        "InputSsml": "1 &lt; 2 &amp; 你好",
        "Speed": 1.0,
        "Codec": suffix.lower().lstrip("."),
        "Volume": 3,
    }


def test_another_suffix_and_no_text_are_refused_before_anything(running: Emulated, tmp_path: Path) -> None:
    for text, name in (("你好", "v.ogg"), ("你好", "v"), ("  \n", "v.mp3")):
        with pytest.raises(BadConfig):
            say(text, tmp_path / name, settings=running.settings)
    assert running.book.attempts() == ()


def test_what_the_docs_refuse_is_refused(running: Emulated, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        say("你好", tmp_path / "v.mp3", settings=running.settings, speed=2.0)
    with pytest.raises(Refused):
        say("你好", tmp_path / "v.mp3", settings=running.settings, sample_rate=44100)
    with pytest.raises(Refused):
        say("<break", tmp_path / "v.mp3", settings=running.settings, is_ssml=True)


def test_a_failed_task_says_so(running: Emulated, tmp_path: Path) -> None:
    with pytest.raises(TaskFailed):
        say("这次会失败", tmp_path / "v.mp3", settings=running.settings, sleep=running.sleep)


def test_plain_text_travels_on_one_line_and_markup_as_it_is(tmp_path: Path) -> None:
    plain = tts_request("第一行。\r\n第二行。\n\nthird line\nand more", tmp_path / "v.mp3")["InputSsml"]
    assert not set("\r\n") & set(plain)
    assert "line and more" in plain
    marked = '你好<break time="500ms"/>世界'
    assert tts_request(marked, tmp_path / "v.mp3", is_ssml=True)["InputSsml"] == marked
    assert "Volume" not in tts_request("x", tmp_path / "v.mp3")
