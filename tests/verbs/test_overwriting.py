"""A job's output on the emulator: never over what is not ours, never paid for in vain, and a file of its own."""

from __future__ import annotations

import json
import stat
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadConfig
from mediaprep.media.files import atomic
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.run import run
from mediaprep.verbs.say import say
from tests.submission.emulated import Emulated, emulated


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path / "world") as made:
        yield made


def job(folder: Path, output: str = "out/o.mp3", text: Any = "大家好，欢迎观看。") -> Job:
    request = {"InputSsml": text, "TimbreKey": "female_1", "Speed": 1.0}
    return Job(id="a", endpoint="tts", request=request, output=folder / output, base=folder)


def accepted(world: Emulated) -> int:
    with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
        return len(json.load(answer)["tasks"])


def run_it(world: Emulated, wanted: Job, **options: Any) -> Outcome:
    brisk = Policy(poll_first=0.05, wait_first=0.05, rate=50, allow_ungated=True)
    return run(wanted, settings=world.settings, policy=brisk, pictures=False, **options)


def test_the_output_is_its_own_file_and_what_was_edited_stays(world: Emulated, tmp_path: Path) -> None:
    first = run_it(world, job(tmp_path))
    assert (first.state, first.problem) == (State.DONE, None)
    output, result = first.output, first.result
    assert output is not None and result is not None
    assert output.read_bytes() == result.read_bytes()
    assert output.stat().st_ino != result.stat().st_ino and output.stat().st_nlink == 1
    for folder in (tmp_path / "out" / ".mediaprep", tmp_path / "out" / ".mediaprep" / "a"):
        assert not stat.S_IMODE(folder.stat().st_mode) & 0o077 or folder.name == "a"
    texts = [path for path in (tmp_path / "out" / ".mediaprep").rglob("*.json*") if path.is_file()]
    assert texts and all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in texts)

    assert run_it(world, job(tmp_path)).state is State.DONE, "nothing is written, so nothing is refused"
    output.write_bytes(b"edited by hand")
    assert result.read_bytes() != b"edited by hand"
    again = run_it(world, job(tmp_path))
    assert again.state is State.FAILED and again.problem is not None
    assert "was changed since it was written" in again.problem.en and "--overwrite" in again.problem.zh
    assert output.read_bytes() == b"edited by hand"
    assert run_it(world, job(tmp_path), overwrite=True).state is State.DONE
    assert output.read_bytes() == result.read_bytes()

    before = output.stat().st_mtime_ns
    changed = run_it(world, job(tmp_path, text="另外一段文字，比先前那一段要长得多，请您耐心听完。"))
    assert changed.state is State.DONE and changed.result != result
    assert output.stat().st_mtime_ns > before, "it was ours, and unchanged"
    assert accepted(world) == 2


def test_what_is_not_ours_is_refused_before_anything_is_paid(world: Emulated, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "o.mp3").write_bytes(b"theirs")
    (tmp_path / "文案.txt").write_text("大家好，\n欢迎观看。", encoding="utf-8")
    (tmp_path / "stamps").mkdir()
    (tmp_path / "stamps" / "o.timestamps.json").write_bytes(b"theirs")
    (tmp_path / "wall").write_bytes(b"")
    for wanted, told in (
        (job(tmp_path), "was not written by mediaprep"),
        (job(tmp_path, "stamps/o.mp3"), "was not written by mediaprep"),
        (job(tmp_path, "wall/o.mp3"), "cannot be written"),
        (job(tmp_path, "x/o.mp3", "文案.txt"), "the name of a file"),
        (job(tmp_path, "文案.mp3", {"file": "none.txt"}), "none.txt"),
    ):
        outcome = run_it(world, wanted)
        assert outcome.state is State.REFUSED and outcome.problem is not None, told
        assert told in outcome.problem.en
    assert accepted(world) == 0
    assert (tmp_path / "out" / "o.mp3").read_bytes() == b"theirs"
    spoken = run_it(world, job(tmp_path, text={"file": "文案.txt"}), overwrite=True)
    assert spoken.state is State.DONE, spoken.problem
    assert (tmp_path / "out" / "o.mp3").read_bytes() != b"theirs" and accepted(world) == 1


def test_what_comes_there_after_paying_stays_and_the_result_is_kept(
    world: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, copy = job(tmp_path), atomic.copy

    def interfered(source: Path, target: Path) -> None:
        copy(source, target)
        wanted.output.write_bytes(b"theirs")

    monkeypatch.setattr(atomic, "copy", interfered)
    outcome = run_it(world, wanted)
    assert outcome.state is State.FAILED and outcome.result is not None and outcome.result.is_file()
    assert wanted.output.read_bytes() == b"theirs"
    monkeypatch.setattr(atomic, "copy", copy)
    assert run_it(world, replace(wanted, output=tmp_path / "out" / "other.mp3")).state is State.DONE
    assert accepted(world) == 1


def test_a_voice_is_not_paid_for_without_a_place_for_it(world: Emulated, tmp_path: Path) -> None:
    (tmp_path / "v.mp3").write_bytes(b"theirs")
    (tmp_path / "wall").write_bytes(b"")
    for output in (tmp_path / "v.mp3", tmp_path / "wall" / "v.mp3"):
        with pytest.raises(BadConfig):
            say("大家好，欢迎观看。", output, settings=world.settings)
    assert accepted(world) == 0
