"""A ledger that knows less than what lies beside the outputs pays nothing again, and asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.model.paid.records import JobState
from mediaprep.submission.job.request_journal import RequestJournal, settled, stranger
from tests.submission.paying import Service, Shop, shop

S = JobState


def copied(source: Path, target: Path) -> str:
    """A copy of a ledger as a backup makes it."""
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    return str(target)


@pytest.fixture
def older(running: Service, tmp_path: Path) -> Iterator[Shop]:
    """A shop that goes on with a copy of the ledger of before a job was sent, which is done by now."""
    running.goes_well()
    with shop(running, tmp_path) as first:
        job = first.add("basic", tmp_path.name.replace("_", ""))
        first.reach(job, S.READY)
        where = copied(tmp_path / "ledger.db", tmp_path / "copy.db")
        first.work()
        assert first.ledger.job(job).state is S.DONE
    with shop(running, tmp_path, where=where) as made:
        yield made


def test_an_older_copy_of_a_ledger_sends_nothing_again_and_says_whose_task_it_is(
    older: Shop, tmp_path: Path
) -> None:
    older.work()
    (row,) = older.ledger.jobs()
    task = older.service.tasks(row.name)[0]["task_id"]
    assert (row.state, row.attempt) == (S.REVIEW, 0)
    assert f"mediaprep jobs resolve {row.id} --task-id {task}" in row.note.en and task in row.note.zh
    assert str(tmp_path / "ledger.db") in row.note.en
    assert len(older.service.posts(row.name)) == 1
    older.ledger.reopen(row, S.RUNNING, name="task named", task_id=task)
    older.work()
    assert older.ledger.job(row.id).state is S.DONE and older.charged(row.name) == 1


def test_a_person_may_say_that_it_is_sent_again(older: Shop) -> None:
    older.work()
    (row,) = older.ledger.jobs()
    older.ledger.reopen(row, S.READY, name="resubmit")
    older.work()
    assert older.ledger.job(row.id).state is S.DONE and len(older.service.posts(row.name)) == 2


def test_another_ledger_for_the_same_outputs_sends_nothing_again(older: Shop, tmp_path: Path) -> None:
    name = older.ledger.jobs()[0].name
    with shop(older.service, tmp_path, where=str(tmp_path / "new.db")) as fresh:
        job = fresh.add("basic", name)
        fresh.work()
        assert fresh.ledger.job(job).state is S.REVIEW and len(fresh.service.posts(name)) == 1


def test_a_copy_made_while_it_was_sent_sends_nothing_again(running: Service, tmp_path: Path) -> None:
    """Such a copy takes the attempt for one whose answer was lost, and would fence it."""
    running.goes_well()
    with shop(running, tmp_path, bucket=False) as first:
        job = first.add("notrain", "midway")
        copies: list[str] = []

        def copy(point: str) -> None:
            if point == "in_flight" and not copies:
                copies.append(copied(tmp_path / "ledger.db", tmp_path / "copy.db"))

        first.work(on_point=copy)
        task = first.ledger.job(job).task_id
        assert first.ledger.job(job).state is S.DONE and task is not None
    with shop(running, tmp_path, where=copies[0], bucket=False) as older:
        older.work()
        row = older.ledger.job(job)
        assert (
            row.state is S.REVIEW and [event.name for event in older.ledger.events(job)][-1] == "sent before"
        )
        assert f"--task-id {task}" in row.note.en
        assert len(older.service.posts("midway")) == 1 and older.charged("midway") == 1


def test_what_was_certainly_not_accepted_is_no_trace(running: Service, tmp_path: Path) -> None:
    name = "turnedaway"
    running.goes_wrong({"do": "code", "code": 100001, "when": "before", "text": name, "first": 1})
    with shop(running, tmp_path) as first:
        job = first.add("basic", name)
        first.work()
        assert first.ledger.job(job).state is S.FAILED
    running.goes_well()
    with shop(running, tmp_path, where=str(tmp_path / "new.db")) as fresh:
        job = fresh.add("basic", name)
        fresh.work()
        assert fresh.ledger.job(job).state is S.DONE and fresh.charged(name) == 1


def test_a_trace_whose_answer_was_never_heard_is_a_reason_to_ask(older: Shop, tmp_path: Path) -> None:
    (row,) = older.ledger.jobs()
    path = tmp_path / "sent.jsonl"
    trace = RequestJournal(path, row.id, 1, "aa")
    trace.begun("/there/ledger.db", 1000.0)
    found = stranger(path, row)
    assert found is not None and "--task-id X" in found.say(row).en and not settled(found, ())
    assert stranger(path, replace(row, attempt=1)) is None, "its own attempt is no stranger"
    assert stranger(path, replace(row, id="another")) is None
    RequestJournal(path, row.id, 1, "bb").in_vain()
    assert stranger(path, row) is not None, "what came to nothing was another ledger's attempt"
    trace.in_vain()
    assert stranger(path, row) is None


@pytest.mark.parametrize(
    "line",
    [
        b'{"job": ',
        b"[]",
        b'{"job": "a-1", "attempt": "x", "mark": "m", "at": 1}',
        b'{"job": "a-1", "attempt": 1, "mark": "m", "at": NaN}',
        b'{"job": "a-1", "attempt": 1, "mark": "m", "at": 1e300}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_what_cannot_be_read_raises_no_alarm(older: Shop, tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "sent.jsonl"
    path.write_bytes(line)
    (row,) = older.ledger.jobs()
    assert stranger(path, replace(row, id="a-1")) is None
    assert stranger(tmp_path, row) is None and stranger(None, row) is None


def test_a_trace_that_cannot_be_written_holds_nobody_up(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path) as paid:
        job = paid.add("basic", "untraced")
        (tmp_path / "out" / f"{job}.sent.jsonl").mkdir()
        paid.work()
        assert paid.ledger.job(job).state is S.DONE and paid.charged("untraced") == 1
