"""A deck's job: each page is spoken once, each part made once, whatever happens; the emulator's account says so."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.batch.engine import Engine, PoolSizes
from mediaprep.batch.manifest import read
from mediaprep.media.containers import packets
from mediaprep.media.decks import office
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.paid.run_session import RunOptions
from tests.making import ffmpeg, make_photo
from tests.making_decks import make_lesson
from tests.submission.emulated import Emulated, emulated
from tests.verbs.paid.lessons.rendering import render, seconds_of

BRISK = RunOptions(
    detailed=False, pictures=False, policy=Policy(poll_first=0.1, wait_first=0.1, rate=50, lease_seconds=2)
)
TEXTS = {1: "大家好，欢迎来到课堂。", 2: "今天讲加法。", 3: "一加一等于二。", 5: "谢谢大家，再见！"}
MANIFEST = """
jobs:
  - id: lesson
    deck: lesson.pptx
    voice: first
    empty: silent
    silence: 1.5
    request: {SpeechParam: {TimbreKey: female_1}}
    finish: {captions: burn, chapters: true}
    output: out/lesson.mp4
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path, render=render) as running:
        yield running


def deck(folder: Path, texts: dict[int, str] = TEXTS, manifest: str = MANIFEST) -> Path:
    """Five pages, the fourth without notes."""
    make_lesson(folder / "lesson.pptx", 5, notes=texts, pictures=2)
    path = folder / "story.yaml"
    path.write_text(manifest, encoding="utf-8")
    return path


def made(world: Emulated, path: Path, *, most: int | None = 3) -> Outcome:
    jobs = [
        replace(job, lesson=replace(job.lesson, most_pages=most))
        for job in read(path)
        if job.lesson is not None
    ]
    (outcome,) = (
        Engine(settings=world.settings, wishes=BRISK, crew=PoolSizes(waiters=2, encoders=1))
        .run(jobs)
        .outcomes
    )
    return outcome


def accepted(world: Emulated, endpoint: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
        tasks = json.load(answer)["tasks"]
    return [task for task in tasks if task["endpoint"] == endpoint]


def spoken(world: Emulated) -> list[str]:
    return sorted(task["request"]["InputSsml"] for task in accepted(world, "tts"))


def test_five_pages_in_two_parts_become_one_video_with_a_chapter_for_each(
    world: Emulated, tmp_path: Path
) -> None:
    outcome = made(world, deck(tmp_path))
    assert outcome.state is State.DONE, outcome.problem
    notes = [note.en for note in outcome.notes]
    assert any("2 parts joined, every picture as it was made" in note for note in notes)
    assert any("5 of 5 pages were found in the video, by their own sound" in note for note in notes)
    assert all(check.held is not False for check in outcome.checks)
    assert {"captions_inside", "captions_outside", "chapters"} <= {check.name for check in outcome.checks}
    assert spoken(world) == sorted(TEXTS.values()) and len(accepted(world, "ppt")) == 2
    first, second = accepted(world, "ppt")
    assert second["accepted_at"] >= first["finished_at"]  # one PPT task of an account at a time
    lengths = [seconds_of(TEXTS[n]) if n in TEXTS else 1.5 for n in range(1, 6)]
    frames = [max(1, round(length * 25)) for length in lengths]
    video = tmp_path / "out" / "lesson.mp4"
    found = packets.chapters(video)
    assert [title for _, title in found] == [f"Page {n} · 第{n}页" for n in range(1, 6)]
    true = [40 * sum(frames[:n]) for n in range(5)]  # ms, as the pages were laid
    assert [at for at, _ in found] == pytest.approx(true, abs=2)
    sums = [1000 * at for at in itertools.accumulate([0.0, *lengths[:-1]])]
    assert [at for at, _ in found] == pytest.approx(sums, abs=40)
    report = packets.decode_report(video)
    picture = report.first("video")
    assert picture is not None and (report.errors, picture.frames) == (0, sum(frames))
    assert (tmp_path / "out" / "lesson.srt").read_text("utf-8").count("-->") >= 4


def test_a_second_run_pays_nothing_and_a_changed_page_only_itself_and_its_part(
    world: Emulated, tmp_path: Path
) -> None:
    path = deck(tmp_path)
    assert made(world, path).state is State.DONE
    before = [(task["task_id"]) for task in accepted(world, "ppt")]
    assert made(world, path).state is State.DONE
    assert len(accepted(world, "tts")) == 4 and len(accepted(world, "ppt")) == 2
    deck(tmp_path, {**TEXTS, 2: "今天讲减法，不讲加法。"})
    assert made(world, path).state is State.DONE
    assert len(accepted(world, "tts")) == 5 and "今天讲减法，不讲加法。" in spoken(world)
    parts = accepted(world, "ppt")
    assert [part["task_id"] for part in parts[:2]] == before and len(parts) == 3
    assert len(parts[2]["request"]["PageConfigs"]) == 2  # pages 1 and 2; the part with 3 to 5 stays


def test_what_is_gone_is_made_again_of_what_was_paid(world: Emulated, tmp_path: Path) -> None:
    path = deck(tmp_path)
    assert made(world, path).state is State.DONE
    for video in (tmp_path / "out").rglob("*.mp4"):
        video.unlink()
    assert made(world, path).state is State.DONE
    assert (tmp_path / "out" / "lesson.mp4").is_file()
    assert len(accepted(world, "tts")) == 4 and len(accepted(world, "ppt")) == 2


def test_a_word_that_is_too_short_for_a_page_gets_a_rest(world: Emulated, tmp_path: Path) -> None:
    outcome = made(world, deck(tmp_path, {**TEXTS, 1: "短"}), most=None)
    assert outcome.state is State.DONE, outcome.problem
    found = packets.chapters(tmp_path / "out" / "lesson.mp4")
    assert found[1][0] - found[0][0] == 600 and len(found) == 5
    assert "短" in (tmp_path / "out" / "lesson.srt").read_text("utf-8")
    assert [task["charged"] for task in accepted(world, "ppt")] == [True]


def test_nothing_is_paid_for_a_deck_that_is_refused(world: Emulated, tmp_path: Path) -> None:
    path = deck(
        tmp_path, manifest=MANIFEST.replace("empty: silent", "empty: error").replace("silence: 1.5", "")
    )
    outcome = made(world, path)
    assert outcome.state is State.REFUSED and outcome.exit_code == 1
    assert outcome.problem is not None and "InputSsml" in outcome.problem.en
    assert any((finding.where or "").startswith("page 4") for finding in outcome.findings)
    path = deck(tmp_path, manifest=MANIFEST.replace("{TimbreKey: female_1}", "{Speed: 1.0}"))
    outcome = made(world, path)
    assert (
        outcome.state is State.REFUSED and outcome.problem is not None and "TimbreKey" in outcome.problem.en
    )
    assert world.emulator.totals() == (0, 0)


def test_a_page_that_cannot_be_spoken_fails_the_job_and_is_told(world: Emulated, tmp_path: Path) -> None:
    path = deck(tmp_path, {**TEXTS, 3: "这里会失败。"})
    outcome = made(world, path)
    assert outcome.state is State.FAILED and outcome.exit_code == 4
    assert outcome.problem is not None and "lesson~voice" in outcome.problem.en
    assert accepted(world, "ppt") == []
    deck(tmp_path)
    assert made(world, path).state is State.DONE  # the other pages had been spoken
    assert len(accepted(world, "tts")) == 5


def test_without_times_of_its_pages_a_video_has_no_chapters_and_says_so(
    world: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "program", lambda *_: None)  # nothing draws a pptx
    outcome = made(world, deck(tmp_path, manifest=MANIFEST.replace("    voice: first\n", "")))
    assert outcome.state is State.DONE, outcome.problem
    assert any("is not known: without LibreOffice" in note.en for note in outcome.notes)
    assert packets.chapters(tmp_path / "out" / "lesson.mp4") == ()
    assert not (tmp_path / "out" / "lesson.srt").exists() and accepted(world, "tts") == []


@contextlib.contextmanager
def command(world: Emulated, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`mediaprep ARGUMENTS` as a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))}
    environ = {
        **clean, **world.emulator.env, "MEDIAPREP_LEDGER": str(world.settings.ledger), "LANG": "C.UTF-8",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "mediaprep", *arguments],
        cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_logo_that_cannot_be_is_a_mistake_in_the_command(world: Emulated, tmp_path: Path) -> None:
    deck(tmp_path)
    make_photo(tmp_path / "logo.png", width=64, height=32)
    words = ["deck", "run", "lesson.pptx", "-o", "lesson.mp4", "--voice", "female_1", "--logo", "logo.png"]
    with command(world, tmp_path, *words, "--logo-size", "500") as process:
        _, err = process.communicate(timeout=90)
    assert process.returncode == 2 and "a logo 500 % wide" in err
    assert world.emulator.totals() == (0, 0)


def test_a_run_that_is_killed_again_and_again_pays_once(world: Emulated, tmp_path: Path) -> None:
    deck(tmp_path)
    ffmpeg("-f", "lavfi", "-i", "color=c=red:s=320x180:r=25:d=0.6", tmp_path / "head.mp4")
    words = [
        "deck", "run", "lesson.pptx", "-o", "lesson.mp4", "--voice", "female_1", "--empty", "silent", "--silence",
        "1.5", "--head", "head.mp4", "--encoders", "1", "--jobs", "2", "--logo", "logo.png", "--logo-position",
        "top-left", "--fade-in", "0.2", "--thumbnail", "cover.jpg",
    ]  # fmt: skip
    make_photo(tmp_path / "logo.png", width=64, height=32)
    for tasks in (2, 5):  # while a page is spoken, and when the part is being made
        with command(world, tmp_path, *words) as process:
            until = time.monotonic() + 90
            while world.emulator.totals()[0] < tasks and process.poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
    with command(world, tmp_path, "jobs", "resume", "--report", "r.html") as process:  # without its command
        out, err = process.communicate(timeout=150)
    assert process.returncode == 0, out + err
    assert spoken(world) == sorted(TEXTS.values())  # a part whose input was lost with its server failed free
    assert [task["charged"] for task in accepted(world, "ppt")].count(True) == 1
    titles = [title for _, title in packets.chapters(tmp_path / "lesson.mp4")]
    assert titles[0] == "Opening" and len(titles) == 6
    plan = json.loads((tmp_path / "lesson.mp4.receipt.json").read_text("utf-8"))["plan"]
    assert len(plan["logos"]) == 1 and plan["logos"][0]["x"] < 200 and plan["scenery"]["fade_in_frames"] > 0
    assert (tmp_path / "cover.jpg").stat().st_size > 1000
    assert "5 of 5 pages were found" in (tmp_path / "r.html").read_text("utf-8")
    with command(world, tmp_path, "verify", "lesson.mp4.receipt.json") as process:
        out, err = process.communicate(timeout=90)
    assert process.returncode == 0, out + err
