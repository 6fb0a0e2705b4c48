"""Rows that cannot be read: damaged, or written by a newer version. Each is the trouble of its own job alone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from mediaprep import processes
from mediaprep.errors import BadRow
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptState, JobState
from mediaprep.submission.ledger.schema import ATTEMPT, EVENT, JOB
from tests.submission.ledger.books import LEASE, Desk

UNFIT: dict[str, dict[str, Any]] = {
    "no JSON": {"spec": '{"job": '},
    "no object": {"kept": "[]"},
    "a longer list": {"inputs": '[["RefVideoUrl", "/a.mp4", null, "more"]]'},
    "a note in three languages": {"note": '["a", "b", "c"]'},
}


def spoil(desk: Desk, job: str, table: sa.Table = JOB, **values: Any) -> None:
    key = table.c.id if table is JOB else table.c.job
    with desk.book._db.write() as c:
        c.execute(sa.update(table).where(key == job).values(**values))


@pytest.mark.parametrize("how", UNFIT)
def test_a_row_that_cannot_be_read_is_left_as_it_is_and_the_next_is_taken(desk: Desk, how: str) -> None:
    bad, good = desk.ready("bad"), desk.ready("good")
    spoil(desk, bad, **UNFIT[how])
    with pytest.raises(BadRow, match=f"{bad}.*cannot be read") as caught:
        desk.book.claim(processes.me(), LEASE)
    assert (caught.value.job, "无法读取" in caught.value.zh) == (bad, True)
    claim = desk.claim(without=[bad])
    assert claim.job.id == good
    desk.book.release(claim)
    with desk.book._db.read() as c:
        row = c.execute(sa.select(JOB).where(JOB.c.id == bad)).mappings().one()
    assert (row["state"], row["lease_until"]) == ("READY", 0.0)
    assert all(row[name] == value for name, value in UNFIT[how].items())
    assert desk.book.next_due(without=[bad, good]) is None


def test_who_lists_is_told_of_them_and_who_must_not_overlook_any_is_stopped(desk: Desk) -> None:
    bad, good = desk.ready("bad"), desk.ready("good")
    spoil(desk, bad, spec="nonsense")
    unfit: list[BadRow] = []
    assert [row.id for row in desk.book.jobs(unfit=unfit)] == [good]
    assert [error.job for error in unfit] == [bad]
    for look in (desk.book.jobs, lambda: desk.book.jobs(digest="bad"), lambda: desk.book.job(bad)):
        with pytest.raises(BadRow):
            look()


def test_a_state_of_a_newer_version_is_taken_by_nobody_and_told(desk: Desk) -> None:
    job = desk.ready("newer")
    spoil(desk, job, state="PAUSED")
    assert desk.book.claim(processes.me(), LEASE) is None
    unfit: list[BadRow] = []
    assert desk.book.jobs(states=[JobState.DONE], unfit=unfit) == ()
    assert [error.job for error in unfit] == [job]
    assert desk.book.counts() == {}


def test_attempts_and_events_are_told_in_the_same_way(desk: Desk) -> None:
    job = desk.running("a")
    other = desk.running("b", task="task-2")
    spoil(desk, job, ATTEMPT, state="HALFWAY")
    spoil(desk, job, EVENT, why="[")
    for look in (desk.book.attempts, desk.book.events):
        unfit: list[BadRow] = []
        assert {row.job for row in look(unfit=unfit)} == {other}
        assert {error.job for error in unfit} == {job}
        with pytest.raises(BadRow):
            look(job)
    with pytest.raises(BadRow):
        desk.book.attempt(job, 1)


def test_a_callback_that_comes_once_is_kept_although_its_job_cannot_be_read(desk: Desk) -> None:
    job = desk.ambiguous("a")
    spoil(desk, job, kept="{")
    assert desk.book.callback_came(job, 1, "t", "task-7")
    spoil(desk, job, kept="{}")
    attempt = desk.book.attempt(job, 1)
    assert attempt is not None
    assert (attempt.state, attempt.callback_task) == (AttemptState.UNKNOWN, "task-7")


def test_a_move_that_is_none_is_the_trouble_of_that_job(desk: Desk) -> None:
    claim = desk.submitting("a")
    with pytest.raises(BadRow, match="SUBMITTING to DONE"):
        desk.book.move(claim, JobState.DONE, name="finished", why=Text("x", "x"))
