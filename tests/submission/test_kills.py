"""Workers that die, stop and come back: what another makes of their jobs, judged by the service's account.

A kill is an exception that nothing handles, at a named point, in a worker whose owner is then dead: the ledger sees
exactly what a SIGKILL leaves. The long runs with real signals are scripts/torture.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep import processes
from mediaprep.model.paid.records import AttemptState, JobState, Owner
from mediaprep.submission.ledger import Ledger
from tests.submission.job.test_worker import assert_done_once
from tests.submission.paying import QUICK, Service, Shop, service, shop

S, A = JobState, AttemptState
POINTS = (
    "prepare_mid", "before_intent", "after_intent", "after_response", "after_journal", "before_poll", "after_made",
    "after_saved", "before_done",
)  # fmt: skip


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as here:
        yield here


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def where(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres").fresh())


def doomed(number: int) -> Owner:
    """An owner of this host that is certainly dead once its worker has stopped: a start that no process has."""
    return Owner(host=processes.host(), pid=2**22 - number, started=1, name=f"doomed-{number}")


def dies_at(point: str, paid: Shop, job: str, **more: object) -> None:
    """A worker of its own ledger connection runs the job until it is killed at `point`; its claim stays."""

    def kill(name: str) -> None:
        if name == point:
            raise Killed

    ledger = Ledger(paid.ledger.where)
    ledger.release = lambda claim: None  # type: ignore[method-assign]  # a killed process releases nothing
    worker = paid.worker(ledger=ledger, owner=doomed(1), on_point=kill, **more)
    ends = time.monotonic() + 20
    with pytest.raises(Killed):
        while time.monotonic() < ends:
            pause = worker.step()
            assert pause is not None, f"{point} was never reached"
            if pause:
                time.sleep(pause)


@pytest.mark.parametrize("endpoint", ["tts", "ppt", "notrain"])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_costs_nothing_and_loses_nothing(
    running: Service, tmp_path: Path, where: str | None, point: str, endpoint: str
) -> None:
    name = f"kill{point.replace('_', '')}{endpoint}{'pg' if where else 'lite'}"
    with shop(running, tmp_path, where=where) as paid:
        job = paid.add(endpoint, name)
        dies_at(point, paid, job)
        paid.work()
        row = paid.ledger.job(job)
        if (point, endpoint) == ("after_intent", "tts"):
            # nothing was sent, but who could know: no input waits behind the gate, and no result ever comes
            assert row.state is S.REVIEW
            assert running.posts(name) == []
            return
        assert_done_once(paid, job, name)
        attempts = paid.ledger.attempts(job)
        assert len(running.posts(name)) <= len(attempts), "at most one POST an attempt"
        for before, _ in itertools.pairwise(attempts):
            assert before.state in (A.FENCED, A.REJECTED, A.NOT_SENT)
        assert all(slot is None for _, _, slot in paid.ledger.permits())


def test_a_stopped_worker_that_wakes_before_its_post_sends_nothing(running: Service, tmp_path: Path) -> None:
    """SIGSTOP between intent and POST for longer than the lease, as a worker without a pulse."""
    with shop(running, tmp_path) as paid:
        job = paid.add("tts", "sleepy")

        paid.reach(job, S.READY)
        stopped = threading.Event()

        def sleep(name: str) -> None:
            if name == "after_intent":
                stopped.set()
                time.sleep(1.2)

        policy = replace(QUICK, lease_seconds=0.9)
        zombie = paid.worker(owner=doomed(2), on_point=sleep, policy=policy)
        thread = threading.Thread(target=zombie.step)
        thread.start()
        assert stopped.wait(10)
        row = paid.reach(job, S.DONE, seconds=20)
        thread.join()
        assert row.state is S.DONE
        assert [a.state for a in paid.ledger.attempts(job)] == [A.NOT_SENT, A.ACCEPTED]
        assert len(running.posts("sleepy")) == 1


def test_a_stopped_worker_that_wakes_after_its_post_moves_nothing(running: Service, tmp_path: Path) -> None:
    """SIGSTOP between answer and journal: another has fenced the attempt and made a new one."""
    with shop(running, tmp_path) as paid:
        job = paid.add("notrain", "undead")
        paid.reach(job, S.READY)
        woken, stopped = threading.Event(), threading.Event()

        def stop(name: str) -> None:
            if name == "after_response":
                stopped.set()
                woken.wait(20)

        ledger = Ledger(paid.ledger.where)
        ledger.heartbeat = lambda claims, lease: ()  # type: ignore[method-assign]  # its pulse is stopped too
        from mediaprep.submission.job.worker_pool import WorkerPool

        crew = WorkerPool(ledger, lease_seconds=2, rate=1000)
        zombie = paid.worker(ledger=ledger, owner=doomed(3), on_point=stop, crew=crew)
        thread = threading.Thread(target=zombie.step)
        thread.start()
        assert stopped.wait(10)
        paid.reach(job, S.RUNNING, S.MADE, S.SAVED, S.DONE)
        woken.set()
        thread.join(20)
        paid.work()
        assert_done_once(paid, job, "undead")
        first, second = (a for a in paid.ledger.attempts(job) if a.state is not A.REJECTED)
        assert (first.state, second.state) == (A.FENCED, A.ACCEPTED)
        assert first.task_id is not None, "what the zombie heard is kept"


def test_the_control_run_without_evidence_pays_twice(running: Service, tmp_path: Path) -> None:
    """The account can see a double charge: a worker that submits again blindly makes one."""
    with shop(running, tmp_path, gated=False, policy=replace(QUICK, unsafe_resubmit=True)) as paid:
        running.goes_wrong({"do": "lost", "when": "after", "text": "unsafe", "first": 1})
        job = paid.add("notrain", "unsafe")
        paid.work()
        assert paid.ledger.job(job).state is S.DONE
        assert paid.charged("unsafe") == 2
        running.goes_well()


def test_inputs_fetched_inside_the_submit_are_served_to_a_living_submitter(
    running: Service, tmp_path: Path
) -> None:
    with shop(running, tmp_path) as paid:
        running.goes_wrong({"do": "fetch-inside", "text": "inside"})
        job = paid.add("notrain", "inside")
        paid.work()
        assert_done_once(paid, job, "inside")
        assert len(paid.ledger.attempts(job)) == 1
        running.goes_well()


def test_inputs_fetched_inside_a_submit_whose_owner_died_are_fenced(running: Service, tmp_path: Path) -> None:
    """The POST is on its way when its process dies; the service asks for the input and gets 410."""
    with shop(running, tmp_path) as paid:
        running.goes_wrong({"do": "fetch-inside", "text": "orphaned", "first": 1})
        job = paid.add("notrain", "orphaned")
        paid.reach(job, S.READY)
        ledger = Ledger(paid.ledger.where)
        ledger.heartbeat = lambda claims, lease: ()  # type: ignore[method-assign]
        from mediaprep.submission.job.worker_pool import WorkerPool

        crew = WorkerPool(ledger, lease_seconds=2, rate=1000)
        sent = threading.Event()
        dead = paid.worker(
            ledger=ledger, owner=doomed(4), crew=crew, on_point=lambda name: sent.set() if name == "in_flight" else None
        )  # fmt: skip
        thread = threading.Thread(target=dead.step)
        thread.start()
        assert sent.wait(10)
        paid.work()
        thread.join(20)
        paid.work()
        assert_done_once(paid, job, "orphaned")
        orphan = running.tasks("orphaned")[0]
        assert (orphan["charged"], orphan["state"]) == (False, "FAIL")
        running.goes_well()


def test_many_workers_over_one_ledger_pay_every_job_once(
    running: Service, tmp_path: Path, where: str | None
) -> None:
    tag = f"crowd{'pg' if where else 'lite'}"
    with service() as busy, shop(busy, tmp_path, where=where) as paid:
        busy.goes_wrong(
            {"do": "lost", "when": "after", "text": tag, "p": 0.3},
            {"do": "code", "code": 801004, "text": tag, "p": 0.1},
            {"do": "status", "status": 502, "on": "poll", "p": 0.2},
            {"do": "callback-lost", "p": 0.2},
            {"do": "cut", "on": "download", "p": 0.1},
        )
        jobs = {
            f"{tag}{n:02}{e}": paid.add(e, f"{tag}{n:02}{e}")
            for n in range(3)
            for e in ("tts", "ppt", "notrain", "photo")
        }
        most: list[int] = []
        stop = threading.Event()

        def count() -> None:
            book = Ledger(paid.ledger.where)
            while not stop.is_set():
                held = [quota for quota, _, job in book.permits() if job]
                most.append(max((held.count(quota) for quota in set(held)), default=0))
                flying = book.jobs(states=[S.SUBMITTING, S.RUNNING, S.AMBIGUOUS])
                assert sum(j.endpoint == "tts" for j in flying) <= 1
                time.sleep(0.02)

        def work() -> None:
            ends = time.monotonic() + 60
            paid.worker(ledger=Ledger(paid.ledger.where)).run(until=lambda: time.monotonic() > ends)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
        counter = threading.Thread(target=count, daemon=True)
        counter.start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        stop.set()
        counter.join()
        for name, job in jobs.items():
            assert paid.ledger.job(job).state is S.DONE, paid.ledger.job(job)
            assert sum(row["charged"] for row in busy.tasks(name)) == 1
        assert 1 <= max(most) <= 5
