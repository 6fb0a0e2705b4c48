"""Guarded children: what happens in them stays in them."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mediaprep.media.isolation import guard, guarded_child
from mediaprep.model.facts import ABSENT, Kind, PhotoFacts, TextFacts, UnknownFacts
from tests.making import make_photo


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A room of the test's own."""
    monkeypatch.setitem(guarded_child.ROOMS, "packets", ())
    guard.close()
    yield "packets"
    guard.close()


def child(room: str) -> guard._Child:
    return guard._children[room][0]


def test_a_child_is_kept_warm(room: str) -> None:
    assert guard.ask(room, "sleep", 0) is None
    first = child(room).process
    started = time.perf_counter()
    assert guard.ask(room, "sleep", 0) is None
    assert time.perf_counter() - started < 0.1
    assert child(room).process is first


def test_a_hang_is_ended_and_named(room: str) -> None:
    guard.ask(room, "sleep", 0)
    started = time.monotonic()
    stopped = guard.ask(room, "sleep", 60, wall_seconds=0.5)
    assert time.monotonic() - started < 3
    assert isinstance(stopped, guard.Stopped)
    assert "longer than" in stopped.en
    assert guard.ask(room, "sleep", 0) is None  # by the next child


def test_a_crash_is_a_value(room: str) -> None:
    guard.ask(room, "sleep", 0)
    process = child(room).process
    assert process is not None
    threading.Timer(0.2, os.kill, (process.pid, signal.SIGSEGV)).start()
    stopped = guard.ask(room, "sleep", 30)
    assert isinstance(stopped, guard.Stopped)
    assert "SIGSEGV" in stopped.en
    assert guard.ask(room, "sleep", 0) is None


def test_a_child_that_died_between_jobs_is_replaced(room: str) -> None:
    guard.ask(room, "sleep", 0)
    process = child(room).process
    assert process is not None
    process.kill()
    process.wait()
    assert guard.ask(room, "sleep", 0) is None


def test_an_exception_inside_is_a_value(room: str) -> None:
    stopped = guard.ask(room, "sleep", "not a number")
    assert isinstance(stopped, guard.Stopped)
    assert "TypeError" in stopped.en


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory need /proc")
def test_memory_is_limited(room: str) -> None:
    before = guard.ask(room, "hold", 8 << 20, memory_bytes=256 << 20)
    assert before == 8 << 20
    stopped = guard.ask(room, "hold", 1 << 30, memory_bytes=256 << 20)
    assert isinstance(stopped, guard.Stopped)
    assert "memory" in stopped.en


@pytest.mark.skipif(sys.platform != "linux", reason="POSIX limits")
def test_processor_time_is_limited(room: str) -> None:
    guard.ask(room, "sleep", 0)
    stopped = guard.ask(room, "spin", 20.0, cpu_seconds=0.5, wall_seconds=15)
    assert isinstance(stopped, guard.Stopped)
    assert "processor time" in stopped.en


def test_credentials_do_not_cross_over(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIAPREP_ACCESSTOKEN", "very-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    guard.ask(room, "sleep", 0)
    process = child(room).process
    assert process is not None
    assert b"very-secret" not in Path(f"/proc/{process.pid}/environ").read_bytes()


def test_a_child_is_replaced_after_its_share_of_jobs(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "JOBS_PER_CHILD", 2)
    guard.ask(room, "sleep", 0)
    first = child(room).process
    guard.ask(room, "sleep", 0)
    guard.ask(room, "sleep", 0)
    assert child(room).process is not first


def test_callers_take_turns(room: str) -> None:
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(guard.ask(room, "sleep", 0.02))) for _ in range(8)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [None] * 8


def test_closing_ends_the_children(room: str) -> None:
    guard.ask(room, "sleep", 0)
    process = child(room).process
    assert process is not None
    guard.close()
    assert process.poll() is not None


def test_only_values_are_taken_from_a_child() -> None:
    honest = (TextFacts(characters=1, spoken_characters=1), ABSENT, Kind.DECK, [1.5, None])
    assert guard._value(pickle.dumps(("done", honest))) == honest

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, ("false",)

    for trap in (Trap(), os.getcwd, pickle.Unpickler):
        answer = guard._value(pickle.dumps(("done", trap)) if isinstance(trap, Trap) else pickle.dumps(trap))
        assert isinstance(answer, guard.Stopped)
        assert "no value" in answer.en


def test_a_stopped_job_keeps_both_languages() -> None:
    stopped = guard._value(pickle.dumps(("stopped", ("is damaged", "已损坏"))))
    assert stopped == guard.Stopped(en="is damaged", zh="已损坏")
    facts = UnknownFacts(size_bytes=1, problem_en=stopped.en, problem_zh=stopped.zh)
    assert facts.kind is Kind.UNKNOWN


def test_threads_that_ask_at_once_get_children_of_their_own(
    room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "CHILDREN_PER_ROOM", 2)
    at_once = threading.Barrier(3)

    def one(_: int) -> object:
        at_once.wait(timeout=10)
        return guard.ask(room, "sleep", 0.5)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(one, range(3))) == [None] * 3
    children = guard._children[room]
    assert [child.jobs for child in children] in ([1, 2], [2, 1])
    assert all(child.waiting == 0 and not child.lock.locked() for child in children)


def test_relative_paths_are_meant_from_where_the_caller_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        make_photo(Path(f"{name}.png"), width=64, height=48)
        assert isinstance(guard.ask("pictures", "photo", Path(f"{name}.png"), False), PhotoFacts)


def test_a_child_may_be_started_ahead(room: str) -> None:
    guard.warm(room, "sleep")
    (child,) = guard._children[room]
    assert child.process is not None
    started = child.process.pid
    guard.ask(room, "sleep", 0)
    guard.warm(room, "sleep")
    assert [one.process.pid for one in guard._children[room] if one.process] == [started]
