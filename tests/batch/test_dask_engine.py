"""Mending and finishing on a cluster: what a worker must reach, what it goes on with, what is refused beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from mediaprep import processes
from mediaprep.batch import remote_stages
from mediaprep.batch.dask_engine import address_of, refuse_ledger
from mediaprep.batch.engine import Engine, PoolSizes
from mediaprep.batch.remote_stages import Here, Marks, Moved, RowMove
from mediaprep.config import Settings
from mediaprep.errors import BadConfig, Unreachable
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import State
from mediaprep.model.paid.records import JobState, Owner
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.submission.ledger import Ledger
from mediaprep.verbs.paid.run_session import Open, RunOptions, RunSession
from tests.submission.emulated import BASIC, Emulated, emulated

BRISK = Policy(poll_first=0.1, wait_first=0.1, rate=50, lease_seconds=1.5)
BARE = RunOptions(detailed=False, pictures=False, policy=BRISK)
ELSEWHERE = Owner(host="other-host/boot/1", pid=1, started=1, name="w")


def job(folder: Path, number: int) -> Job:
    request = {**BASIC, "InputSsml": f"大家好，这是第{number}段。"}
    return Job(
        id=f"j{number}", endpoint="basic", request=request, base=folder, output=folder / f"j{number}.webm"
    )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulated]:
    """An emulator whose environment is this process's own, as it is a worker's."""
    with emulated(tmp_path / "world") as made:
        for name, value in {
            **made.emulator.env,
            "MEDIAPREP_LEDGER": str(tmp_path / "world/ledger.db"),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(remote_stages, "_sessions", {})
        yield made
        for session in remote_stages._sessions.values():
            session.close()


def enrolled(world: Emulated, wanted: Job) -> RunSession:
    session = RunSession(settings=world.settings, wishes=BARE, tell=lambda event: None)
    session.shared = True
    session.take(wanted)
    return session


def moved(world: Emulated, session: RunSession, marks: Marks) -> Moved:
    (row,) = session.ledger.jobs()
    return remote_stages.made(
        remote_stages.described(row, session, marks), worker="w1", tell=lambda event: None
    )


@pytest.mark.parametrize(
    ("engine", "address"),
    [
        ("dask://h:8786", "tcp://h:8786"),
        ("dask+tls://h:1", "tls://h:1"),
        ("dask://[::1]:8786", "tcp://[::1]:8786"),
    ],
)
def test_a_scheduler_is_named_by_host_and_port(engine: str, address: str) -> None:
    assert address_of(engine) == address


@pytest.mark.parametrize(
    "engine", ["", "dask", "dask://", "dask://h", "dask://h:x", "tcp://h:1", "Local", "ray://h:1"]
)
def test_what_is_no_scheduler_is_refused(engine: str) -> None:
    with pytest.raises(BadConfig, match="--engine") as refused:
        address_of(engine)
    assert "dask://主机:端口" in refused.value.zh


@pytest.mark.parametrize("ledger", [{}, {"ledger": "/data/ledger.db"}, {"ledger": "ledger.sqlite"}])
def test_a_ledger_of_this_machine_is_none_for_a_cluster(ledger: dict[str, str]) -> None:
    with pytest.raises(BadConfig, match="MEDIAPREP_LEDGER"):
        refuse_ledger(Settings.load(ledger, {}))


def test_an_absent_scheduler_is_told_before_anything_is_enrolled(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("mediaprep.batch.dask_engine._CONNECT_SECONDS", 0.3)
    monkeypatch.setattr("mediaprep.batch.dask_engine.refuse_ledger", lambda settings: None)
    with emulated(tmp_path) as world:
        with pytest.raises(Unreachable, match="no Dask scheduler answers"):
            Engine(settings=world.settings, wishes=BARE, crew=PoolSizes(where="dask://127.0.0.1:9"))
        assert world.book.jobs() == ()


def test_this_machine_leaves_alone_what_others_are_given() -> None:
    rows, elsewhere = Open(), Open()
    rows.add("a", "b", "c")
    elsewhere.add("b", "x")
    here = Here(rows, elsewhere)
    assert (list(here), len(here), "b" in here, "a" in here) == (["a", "c"], 2, False, True)


@pytest.mark.parametrize("lost", ["the input", "its bytes", "the folder", "the mark", "the right to write"])
def test_a_worker_that_cannot_reach_the_files_says_which(tmp_path: Path, lost: str) -> None:
    source, marks = tmp_path / "in" / "a.mov", Marks()
    source.parent.mkdir()
    source.write_bytes(b"1234")
    mark = marks.of(tmp_path)
    move = RowMove(row="r", account="a", wishes=BARE, reads=((str(source), 4),), mark=str(mark))
    if lost == "the input":
        source.unlink()
    elif lost == "its bytes":
        source.write_bytes(b"12345")
    elif lost == "the folder":
        move = replace(move, mark=str(tmp_path / "elsewhere" / ".mediaprep" / mark.name))
    else:
        marks.remove()
    told = remote_stages.made(move, worker="tcp://w1", tell=lambda event: None)
    assert told.unable is not None
    assert "tcp://w1" in told.unable.en
    assert ("a.mov" if lost in ("the input", "its bytes") else str(tmp_path)) in told.unable.en
    assert "s3://" in told.unable.zh


def test_a_worker_of_another_account_touches_nothing(
    world: Emulated, tmp_path: Path, monkeypatch: Any
) -> None:
    session, marks = enrolled(world, job(tmp_path, 1)), Marks()
    monkeypatch.setenv("MEDIAPREP_APPKEY", "another-appkey")
    told = moved(world, session, marks)
    assert told.unable is not None
    assert "MEDIAPREP_*" in told.unable.en
    assert [row.state for row in world.book.jobs()] == [JobState.NEW]
    session.close()


@pytest.mark.parametrize(
    "owner", [None, "gone", ELSEWHERE], ids=["unclaimed", "killed here", "lost on another host"]
)
def test_a_task_that_is_given_again_goes_on_with_the_row(
    world: Emulated, tmp_path: Path, owner: Owner | str | None
) -> None:
    session, marks = enrolled(world, job(tmp_path, 1)), Marks()
    (row,) = session.ledger.jobs()
    if owner is not None:
        gone = replace(processes.me(), started=1) if owner == "gone" else owner
        assert isinstance(gone, Owner)
        assert session.ledger.claim(replace(gone, pid=gone.pid + 4_000_000), 1.5, ids=[row.id]) is not None
    told = moved(world, session, marks)
    (now,) = world.book.jobs()
    assert (told.unable, now.state) == (None, JobState.READY)
    assert told.outcome is not None
    session.close()


@pytest.mark.needs("postgres")
def test_jobs_are_mended_and_finished_by_workers_and_paid_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Any
) -> None:
    monkeypatch.setattr(remote_stages, "_sessions", {})
    with emulated(tmp_path / "world") as world:
        settings = replace(world.settings, ledger=postgres.fresh())
        for name, value in {**world.emulator.env, "MEDIAPREP_LEDGER": str(settings.ledger)}.items():
            monkeypatch.setenv(name, value)
        options = {"n_workers": 1, "threads_per_worker": 2, "dashboard_address": ":0", "protocol": "tcp"}
        with LocalCluster(processes=False, resources={"mediaprep": 2}, **options) as cluster:  # type: ignore[no-untyped-call]
            where = cluster.scheduler_address.replace("tcp://", "dask://")
            engine = Engine(
                settings=settings, wishes=BARE, crew=PoolSizes(waiters=2, encoders=1, where=where)
            )
            ran = engine.run([job(tmp_path / "out", n) for n in range(3)])
        assert [(one.state, one.problem) for one in ran.outcomes] == [(State.DONE, None)] * 3
        (session,) = remote_stages._sessions.values()
        assert len({one.job for one in ran.outcomes if session.told.get(str(one.ledger_id))}) == 3
        session.close()
        with Ledger.open(settings) as book:
            assert [row.state for row in book.jobs()] == [JobState.DONE] * 3
    assert not list((tmp_path / "out" / ".mediaprep").glob("shared-*"))
