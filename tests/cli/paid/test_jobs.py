"""`mediaprep jobs` and `run`: what stands in the ledger, and a person's word on what only a person can decide."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mediaprep import processes
from mediaprep.cli.app import run
from mediaprep.config import Settings
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, Intent, JobRow, JobState, NewJob
from mediaprep.submission.ledger import Ledger
from tests.submission.emulated import TTS, Emulated, emulated


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulated]:
    """An emulator that the command line finds in its environment."""
    with emulated(tmp_path) as made:
        for name, value in {**made.emulator.env, "MEDIAPREP_LEDGER": str(made.settings.ledger)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield made


def manifest(folder: Path, *texts: str) -> str:
    jobs = [
        {"id": f"t{n}", "endpoint": "tts", "request": {**TTS, "InputSsml": text}, "output": f"out/t{n}.mp3"}
        for n, text in enumerate(texts)
    ]
    (folder / "jobs.yaml").write_text(yaml.safe_dump({"jobs": jobs}, allow_unicode=True), encoding="utf-8")
    return "jobs.yaml"


def ledger_of(settings: Settings) -> Ledger:
    return Ledger.open(settings)


def in_review(world: Emulated, name: str = "lost", *, fence_at: float = 400.0) -> JobRow:
    """A job whose one submit may have been accepted, as a run leaves it when no evidence comes."""
    ledger = ledger_of(world.settings)
    new = NewJob(
        id=f"{name}-0123456789ab", name=name, endpoint="tts", base_url=world.emulator.gateway, digest="0" * 64,
        spec={}, output=Path("lost.mp3"),
    )  # fmt: skip
    ledger.enqueue(new)
    me = processes.me()

    def claim() -> Claim:
        found = ledger.claim(me, 30, ids=[new.id])
        assert found is not None
        return found

    ledger.move(claim(), JobState.READY, name="prepared", payload=TTS)
    held = claim()
    attempt = ledger.begin_attempt(held, Intent(nonce="n", token="t", signed_at=1.0, fence_at=fence_at))
    assert attempt is not None
    held = held.on(ledger.job(new.id))
    ledger.unknown(held, attempt.n, why=Text("no answer", "无应答"))
    return ledger.move(claim(), JobState.REVIEW, name="no evidence", why=Text("nothing tells", "无从得知"))


def test_a_run_shows_in_the_list_and_one_job_with_all_its_moves(
    world: Emulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", manifest(tmp_path, "你好", "这次会失败的")]) == 4
    out = capsys.readouterr().out
    assert "t0  done" in out and "t1  failed" in out
    assert run(["jobs", "list"]) == 0
    assert [line.split()[0][:3] for line in capsys.readouterr().out.splitlines() if line[0] != " "] == ["t1-"]
    assert run(["jobs", "list", "--all", "--format=json"]) == 0
    told = {job["name"]: job for job in json.loads(capsys.readouterr().out)["jobs"]}
    assert (told["t0"]["state"], told["t1"]["state"]) == ("DONE", "FAILED")
    assert "failed: code" in told["t1"]["note"]
    assert run(["jobs", "show", "t0"]) == 0
    shown = capsys.readouterr().out
    assert "#1  ACCEPTED" in shown
    assert "READY → SUBMITTING  intent" in shown and "SAVED → DONE  finished" in shown
    assert run(["jobs", "list", "--state=REVIEW"]) == 0
    assert capsys.readouterr().out == ""


def test_exports_hold_everything_but_secrets(
    world: Emulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", manifest(tmp_path, "你好")]) == 0
    capsys.readouterr()
    assert run(["jobs", "export"]) == 0
    raw = capsys.readouterr().out
    told = json.loads(raw)
    assert [len(told[name]) for name in ("jobs", "attempts")] == [1, 1]
    assert len(told["events"]) >= 6
    for secret in (world.emulator.accesstoken, world.emulator.appkey, "X-Amz-Signature"):
        assert secret not in raw
    assert run(["jobs", "export", "--format=csv", "--table=events"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["to"] for row in rows][-1] == "DONE"


def test_a_person_names_the_task_and_the_job_goes_on(
    world: Emulated, capsys: pytest.CaptureFixture[str]
) -> None:
    from mediaprep.submission.wire.client import Gateway

    row = in_review(world)
    assert run(["jobs", "resolve", row.id, "--task-id", "no such task"]) == 2
    assert run(["jobs", "resolve", row.id, "--task-id", "0" * 32]) == 2
    assert "knows no task" in capsys.readouterr().err
    task = Gateway(world.settings).submit("tts", TTS)
    assert run(["jobs", "resolve", "lost", "--task-id", task]) == 0
    after = ledger_of(world.settings).job(row.id)
    assert (after.state, after.task_id) == (JobState.RUNNING, task)
    capsys.readouterr()
    assert run(["jobs", "resolve", row.id, "--abandon"]) == 3
    assert "nothing to decide" in capsys.readouterr().err


def test_a_person_gives_up_or_submits_again(world: Emulated, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = in_review(world), in_review(world, "other")
    assert run(["jobs", "resolve", one.id]) == 2
    assert run(["jobs", "resolve", one.id, "--resubmit", "--abandon"]) == 2
    assert run(["jobs", "resolve", one.id, "--abandon"]) == 0
    assert run(["jobs", "resolve", two.id, "--resubmit"]) == 0
    ledger = ledger_of(world.settings)
    assert ledger.job(one.id).state is JobState.FAILED
    assert ledger.job(two.id).state is JobState.READY
    assert [attempt.state.value for attempt in ledger.attempts(two.id)] == ["SET_ASIDE"]
    assert [event.owner for event in ledger.events(two.id)][-1] == "person"


def test_what_could_still_be_accepted_is_not_submitted_again(
    world: Emulated, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (in_review(world, name, fence_at=time.time() + 90) for name in ("one", "two"))
    assert run(["jobs", "resolve", one.id, "--resubmit"]) == 3
    assert re.search(r"accepted for (90|8\d) s: wait", capsys.readouterr().err)
    assert run(["jobs", "resolve", two.id, "--abandon"]) == 0
    assert run(["jobs", "resolve", two.id, "--resubmit"]) == 3, "given up, and still it could be accepted"
    states = [ledger_of(world.settings).job(row.id).state for row in (one, two)]
    assert states == [JobState.REVIEW, JobState.FAILED]


def test_a_product_that_lies_in_the_bucket_is_downloaded_and_not_submitted_again(world: Emulated) -> None:
    row = in_review(world)
    with ledger_of(world.settings) as ledger:
        ledger.reopen(row, JobState.MADE, name="result came", media="object:results/lost.1.mp3")
        claim = ledger.claim(processes.me(), 30, ids=[row.id])
        assert claim is not None
        ledger.move(claim, JobState.REVIEW, name="not saved")
    assert run(["jobs", "resolve", row.id, "--resubmit"]) == 0
    assert ledger_of(world.settings).job(row.id).state is JobState.MADE


def test_a_failed_task_is_submitted_again_only_on_a_persons_word(
    world: Emulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = manifest(tmp_path, "这次会失败的")
    assert [run(["run", name]), run(["run", name]), run(["jobs", "resume", "t0"])] == [4, 4, 4]
    ledger = ledger_of(world.settings)
    (row,) = ledger.jobs()
    assert len(ledger.attempts(row.id)) == 1
    assert run(["jobs", "resolve", "t0", "--resubmit"]) == 0
    assert run(["jobs", "resume"]) == 4
    assert len(ledger.attempts(row.id)) == 2


def test_a_job_that_is_not_there_is_told_in_one_line(
    world: Emulated, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in (["jobs", "show", "x"], ["jobs", "resolve", "x", "--abandon"], ["jobs", "resume", "x"]):
        assert run(line) == 3
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "has no job x" in said


def test_nothing_to_resume_is_no_error(world: Emulated, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "resume"]) == 0
    assert json.loads(_out(capsys, ["jobs", "resume", "--format=json"]))["jobs"] == []


def test_resume_finishes_what_failed_and_what_a_deadline_left(
    world: Emulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = manifest(tmp_path, "你好")
    assert run(["run", name]) == 0
    (tmp_path / "out" / "t0.mp3").unlink()
    assert run(["jobs", "resume", "t0"]) == 0
    assert (tmp_path / "out" / "t0.mp3").is_file()
    (row,) = ledger_of(world.settings).jobs()
    assert [attempt.n for attempt in ledger_of(world.settings).attempts(row.id)] == [1]


def test_the_emulator_of_a_run_leaves_no_trace_in_the_users_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDIAPREP_LEDGER", str(tmp_path / "mine.db"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    name = manifest(tmp_path, "你好")
    for tasks in (1, 0):
        assert run(["run", name, "--emulator"]) == 0
        assert f"emulator: tasks accepted: {tasks}, charged: {tasks}" in capsys.readouterr().err
    assert not (tmp_path / "mine.db").exists()


def test_the_diagram_shows_every_state(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = _out(capsys, ["jobs", "diagram"])
    assert drawn.startswith("stateDiagram-v2")
    assert all(state.value in drawn for state in JobState)


def _out(capsys: pytest.CaptureFixture[str], line: list[str]) -> str:
    capsys.readouterr()
    assert run(line) == 0
    return capsys.readouterr().out
