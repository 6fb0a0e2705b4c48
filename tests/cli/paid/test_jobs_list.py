"""`mediaprep jobs list` and `watch`: which jobs are looked at, in which order, in which time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mediaprep import processes
from mediaprep.cli.app import run
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import JobRow, JobState, NewJob
from mediaprep.submission.ledger import Ledger

_DAY = 86400.0


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MEDIAPREP_LEDGER", str(tmp_path / "ledger.db"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "ledger.db"
    monkeypatch.undo()
    time.tzset()


def put(
    where: Path, name: str, to: JobState, *, ago: float = 0.0, manifest: str = "", key: str = ""
) -> JobRow:
    """A job that came to a state so long ago, without having been sent."""
    at = time.time() - ago
    spec = {"job": {}, **({"manifest": str(Path(manifest).absolute())} if manifest else {})}
    with Ledger(where, clock=lambda: at) as ledger:
        new = NewJob(
            id=f"{name}-{key or to.value}",
            name=name,
            endpoint="tts",
            base_url="https://x",
            digest=name + key,
            spec=spec,
        )
        ledger.enqueue(new)
        if to is JobState.NEW:
            return ledger.job(new.id)
        claim = ledger.claim(processes.me(), 30, ids=[new.id])
        assert claim is not None
        return ledger.move(
            claim, to, name="refused" if to is JobState.REFUSED else "prepared", why=Text("why", "原因")
        )


def names(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert run(["jobs", "list", "--format=json", *options]) == 0
    return [str(row["name"]) for row in json.loads(capsys.readouterr().out)["jobs"]]


def test_what_moved_last_comes_last_and_times_are_those_of_the_place(
    where: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [put(where, name, JobState.NEW, ago=ago) for name, ago in (("b", 5.0), ("a", 90.0), ("c", 30.0))]
    assert names(capsys) == ["a", "c", "b"]
    assert run(["jobs", "list"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("b-"))
    there = datetime.fromtimestamp(rows[0].state_at).strftime("%Y-%m-%d %H:%M:%S")
    assert line.endswith(there)
    assert (
        datetime.now().astimezone().utcoffset()
        == datetime.fromisoformat("2026-01-01T00:00:00+08:00").utcoffset()
    )


def test_what_was_refused_and_never_paid_ages_out_and_is_still_found(
    where: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(where, "old", JobState.REFUSED, ago=8 * _DAY)
    put(where, "fresh", JobState.REFUSED, ago=6 * _DAY)
    put(where, "mended", JobState.REFUSED, ago=2 * _DAY)
    put(where, "mended", JobState.READY, ago=1 * _DAY)
    put(where, "waits", JobState.READY, ago=30 * _DAY)
    assert names(capsys) == ["waits", "fresh", "mended"]
    assert names(capsys, "--all") == ["waits", "old", "fresh", "mended", "mended"]
    assert names(capsys, "--state=refused") == ["old", "fresh", "mended"]


def test_jobs_are_found_by_their_manifest_and_by_when_they_moved(
    where: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    put(where, "one", JobState.NEW, ago=3 * _DAY, manifest="a.yaml")
    put(where, "two", JobState.READY, ago=7200.0, manifest="a.yaml")
    put(where, "three", JobState.NEW, ago=60.0, manifest="b.yaml")
    put(where, "four", JobState.NEW)
    assert names(capsys, "--manifest=a.yaml") == ["one", "two"]
    assert names(capsys, f"--manifest={tmp_path / 'a.yaml'}", "--since=1d") == ["two"]
    assert names(capsys, "--manifest=a.yaml", "--state=NEW") == ["one"]
    assert names(capsys, "--manifest=other.yaml") == []
    day = datetime.fromtimestamp(time.time() - 2 * _DAY).strftime("%Y-%m-%d")
    for since, found in {
        "90s": ["three", "four"], "3h": ["two", "three", "four"], "1.5d": ["two", "three", "four"],
        "2w": ["one", "two", "three", "four"], day: ["two", "three", "four"], "2999-01-01": [],
    }.items():  # fmt: skip
        assert names(capsys, "--since", since) == found, since
    for wrong in ("yesterday", "2026-13-01", "5x", "-3d", ""):
        assert run(["jobs", "list", "--since", wrong]) == 2
        assert "3d" in capsys.readouterr().err


def test_a_watch_tells_every_change_and_ends_when_nothing_is_open(
    where: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(where, "gone", JobState.REFUSED)
    put(where, "a", JobState.NEW, key="x")
    put(where, "b", JobState.NEW, key="x")
    codes: list[int] = []
    watching = threading.Thread(
        target=lambda: codes.append(run(["jobs", "watch", "--interval=0.1", "--format=json"]))
    )
    watching.start()
    lines: list[dict[str, object]] = []

    def until(true: Callable[[], bool]) -> None:
        limit = time.monotonic() + 30
        while not true():
            assert time.monotonic() < limit
            time.sleep(0.05)
            lines.extend(json.loads(line) for line in capsys.readouterr().out.splitlines())

    until(lambda: len(lines) == 2)
    with Ledger(where) as ledger:
        for name in ("a-x", "b-x"):
            claim = ledger.claim(processes.me(), 30, ids=[name])
            assert claim is not None
            ledger.move(claim, JobState.REFUSED, name="refused", why=Text("no", "不"))
    until(lambda: bool(codes))
    lines.extend(json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert codes == [0]
    assert [(line["name"], line["state"]) for line in lines] == [
        ("a", "NEW"), ("b", "NEW"), ("a", "REFUSED"), ("b", "REFUSED"),
    ]  # fmt: skip
