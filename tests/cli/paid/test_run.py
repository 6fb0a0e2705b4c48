"""`mediaprep run` as an operator sees it: what is left behind for others, and what is told before anything is paid."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mediaprep.cli.app import run
from tests.submission.emulated import BASIC, TTS, Emulated, emulated


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulated]:
    with emulated(tmp_path / "world") as made:
        for name, value in {**made.emulator.env, "MEDIAPREP_LEDGER": str(made.settings.ledger)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield made


def manifest(*texts: str, name: str = "jobs.yaml") -> str:
    jobs = [
        {"id": f"t{n}", "endpoint": "tts", "request": {**TTS, "InputSsml": text}, "output": f"out/t{n}.mp3"}
        for n, text in enumerate(texts)
    ]
    Path(name).write_text(yaml.safe_dump({"jobs": jobs}, allow_unicode=True), encoding="utf-8")
    return name


def accepted(world: Emulated) -> int:
    return world.emulator.totals()[0]


def test_a_run_ends_with_totals_and_a_row_for_each_job(
    world: Emulated, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", manifest("你好，欢迎观看", "这次会失败的")]) == 4
    assert (
        capsys.readouterr().out.splitlines()[-1].startswith("2 jobs: 1 done, 1 failed; 0 billable minutes;")
    )
    rows = [json.loads(line) for line in Path("jobs.results.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["state"]) for row in rows] == [("t0", "done"), ("t1", "failed")]
    assert rows[0]["output"] == str(Path("out/t0.mp3").absolute()) and rows[0]["seconds"] == pytest.approx(
        0.5, abs=0.1
    )
    assert rows[1]["output"] is None and "801404" in rows[1]["problem"]
    with Path("jobs.results.csv").open(encoding="utf-8", newline="") as file:
        assert [row["state"] for row in csv.DictReader(file)] == ["done", "failed"]
    assert run(["run", "jobs.yaml", "--format=json", "--results=other/told"]) == 4, (
        "the table may be ours already"
    )
    told = json.loads(capsys.readouterr().out)
    assert told["totals"]["done"] == 1 and told["jobs"][0]["product_seconds"] == rows[0]["seconds"]
    assert Path("other/told.results.csv").is_file()


@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("taken", "was not written by mediaprep"),
        ("file.txt/told", "cannot be written"),
        ("folder", "folder"),
        ("n" * 300, "cannot be written"),
    ],
)
def test_tables_that_cannot_be_written_are_told_before_anything_is_paid(
    world: Emulated, capsys: pytest.CaptureFixture[str], stem: str, said: str
) -> None:
    Path("taken.results.csv").write_text("mine", encoding="utf-8")
    Path("file.txt").write_text("no folder", encoding="utf-8")
    Path("folder.results.jsonl").mkdir()
    assert run(["run", manifest("你好，欢迎观看"), f"--results={stem}"]) == 2
    assert said in capsys.readouterr().err
    assert accepted(world) == 0
    assert Path("taken.results.csv").read_text("utf-8") == "mine"


def spoken(*texts: str, endpoint: str = "basic") -> str:
    """A manifest of videos, each as long as its text takes."""
    jobs = [
        {
            "id": f"v{n}", "endpoint": endpoint, "request": {**BASIC, "InputSsml": text}, "output": f"out/v{n}.webm",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    Path("videos.yaml").write_text(yaml.safe_dump({"jobs": jobs}, allow_unicode=True), encoding="utf-8")
    return "videos.yaml"


def rows() -> list[dict[str, object]]:
    return [json.loads(line) for line in Path("videos.results.jsonl").read_text("utf-8").splitlines()]


def test_no_more_is_sent_than_may_be_taken_whoever_sent_it_and_in_however_many_runs(
    world: Emulated, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    minute = "大家好，欢迎来到课堂。" * 10  # 0.3 minutes each
    path = spoken(*[f"第{n}段。{minute}" for n in range(4)])
    assert run(["run", path, "--max-cost=1"]) == 2
    assert "MEDIAPREP_PRICE" in capsys.readouterr().err
    assert run(["run", path, "--max-minutes=0.1"]) == 5
    assert accepted(world) == 0
    assert all("--max-minutes is 0.1" in str(row["problem"]) and row["minutes"] == 0 for row in rows())
    assert run(["run", path, "--max-minutes=0.5"]) == 5
    assert accepted(world) == 1, "what is under way counts as long as it is expected to be"
    assert sorted(str(row["state"]) for row in rows()) == ["done", "pending", "pending", "pending"]
    monkeypatch.setenv("MEDIAPREP_PRICE", "2.00 CNY")
    # made, it lasts half a second: 0.01 minutes, 0.02 CNY; one that is expected to cost 0.60 CNY fits beside it
    assert run(["run", path, "--max-cost=0.7", "--lang=en"]) == 5
    assert accepted(world) == 2
    assert any("CNY are sent or under way" in str(row["problem"]) for row in rows())
    assert run(["run", path]) == 0
    assert accepted(world) == 4
    assert "0.04 billable minutes; 0.08 CNY" in capsys.readouterr().out


def test_what_nobody_can_foretell_is_not_sent_where_there_is_a_limit(world: Emulated) -> None:
    request = {
        "VirtualmanKey": BASIC["VirtualmanKey"],
        "DriverType": "OriginalVoice",
        "InputAudioUrl": "https://media.example/a.wav",
    }
    entry = {"id": "a", "endpoint": "basic", "request": request, "output": "out/a.webm"}
    Path("videos.yaml").write_text(yaml.safe_dump({"jobs": [entry]}), encoding="utf-8")
    assert run(["run", "videos.yaml", "--max-minutes=100", "--allow-ungated"]) == 5
    assert accepted(world) == 0
    assert "nothing says how long" in str(rows()[0]["problem"])


def test_once_one_failed_no_other_is_sent_and_what_was_sent_ends(world: Emulated) -> None:
    texts = ["这次会失败的。", *[f"大家好，第{n}段。" for n in range(6)]]
    assert run(["run", spoken(*texts), "--fail-fast", "--jobs=2"]) == 4
    told = rows()
    states = [str(row["state"]) for row in told]
    assert states[0] == "failed" and states.count("done") == accepted(world) - 1 < 6
    assert all("--fail-fast" in str(row["problem"]) for row in told if row["state"] == "pending")
    assert run(["jobs", "resume"]) == 0
    assert accepted(world) == 7


def test_nothing_is_begun_while_a_job_is_refused_and_the_rest_is_run_when_asked(
    world: Emulated, capsys: pytest.CaptureFixture[str]
) -> None:
    story = manifest("你好，欢迎观看", "坏<b>", "价格&折扣", "大家好")
    assert run(["run", story]) == 1
    told, beside = capsys.readouterr()
    assert accepted(world) == 0
    assert "t1  refused" in told and "t2  refused" in told and "t0  still pending" in told
    assert "jobs.yaml:" in told and "--keep-going" in beside
    assert run(["run", story, "--dry-run"]) == 1 and accepted(world) == 0
    assert run(["run", story, "--keep-going"]) == 1
    assert accepted(world) == 2 and Path("out/t3.mp3").is_file()


def test_mistakes_of_the_manifest_and_refusals_of_its_jobs_are_told_together(
    world: Emulated, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(manifest("坏<b>", "你好，欢迎观看")).write_text(
        Path("jobs.yaml").read_text("utf-8") + "- {id: t9, endpoint: tss, request: {}, output: a.mp3}\n",
        encoding="utf-8",
    )
    assert run(["run", "jobs.yaml"]) == 2
    told = capsys.readouterr().err
    assert "did you mean tts?" in told and "<b> is no tag" in told and accepted(world) == 0
    assert run(["run", "jobs.yaml", "--keep-going"]) == 2 and accepted(world) == 1
