"""`mediaprep run` as an operator sees it: what is left behind for others, and what is told before anything is paid."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mediaprep.cli.app import run
from tests.submission.emulated import TTS, Emulated, emulated


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
