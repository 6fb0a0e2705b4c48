"""Tasks in hand: one payer, waited for together, and in async programs let go of without losing anything."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

import mediaprep
from mediaprep import Settings, aio
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.errors import BadArgument, BadConfig, Refused, StillPending, TaskFailed
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.records import JobState
from tests.making import make_video
from tests.submission.emulated import TTS, Emulated, emulated, render

SPOILT = {**TTS, "InputSsml": "这段会失败"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    with emulated(tmp_path_factory.mktemp("state")) as here:
        yield here


@dataclass
class Held:
    """An emulator whose tasks are made once they are let."""

    here: Emulated
    let: threading.Event

    @property
    def settings(self) -> Settings:
        return self.here.settings

    @property
    def sent(self) -> int:
        return len(self.here.book.attempts())


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    let = threading.Event()

    def rendered(work: Work) -> RenderedProduct:
        let.wait(60)
        return render(work)

    with emulated(tmp_path / "state", render=rendered) as here:
        yield Held(here, let)
        let.set()


def tell(here: Emulated, what: str, body: dict[str, Any]) -> None:
    """The emulator's clock moved, or a fault ordered."""
    url, data = f"{here.emulator.control}/{what}", json.dumps(body).encode()
    urllib.request.urlopen(urllib.request.Request(url, data, method="POST")).close()


def other(words: str) -> dict[str, Any]:
    return {**TTS, "InputSsml": words}


def test_a_task_is_submitted_waited_for_and_fetched_and_the_same_request_is_not_paid_again(
    running: Emulated, tmp_path: Path
) -> None:
    gateway = mediaprep.Gateway(running.settings)
    assert gateway.emulated and repr(gateway).startswith("Gateway(http://127.0.0.1")
    task = gateway.submit("tts", TTS)
    ended = task.wait(timeout=60)
    assert (task.state, ended.status, task.result, task.error) == ("SUCCESS", "SUCCESS", ended, None)
    assert ended.seconds and running.book.find(task.id).state is JobState.MADE  # type: ignore[union-attr]
    fetched = task.fetch(str(tmp_path / "a.mp3"))
    assert fetched.path.is_file() and fetched.task_id == task.id
    assert running.book.find(task.id).state is JobState.DONE  # type: ignore[union-attr]
    again = gateway.submit("tts", TTS)
    assert (again.id, again.submitted.before) == (task.id, True)
    assert len(running.book.attempts()) == 1
    assert gateway.task(task.id, "tts").wait(timeout=60).status == "SUCCESS"
    assert len(repr(task)) <= 120 and json.loads(fetched.to_json())["path"] == str(tmp_path / "a.mp3")


def test_tasks_are_given_back_as_they_end_failed_ones_too(running: Emulated) -> None:
    gateway = mediaprep.Gateway(running.settings)
    tasks = [gateway.submit("tts", it) for it in (other("一"), SPOILT, other("二"))]
    heard: list[mediaprep.ProgressEvent] = []
    ended = list(mediaprep.as_completed(tasks, timeout=60, on_progress=heard.append))
    assert {task.id for task in ended} == {task.id for task in tasks} and heard
    assert [task.state for task in tasks] == ["SUCCESS", "FAIL", "SUCCESS"]
    assert isinstance(tasks[1].error, TaskFailed) and tasks[1].error.code == 801404
    with pytest.raises(TaskFailed):
        tasks[1].wait()
    assert running.book.find(tasks[1].id).state is JobState.FAILED  # type: ignore[union-attr]


def test_a_wait_that_is_over_leaves_the_task_to_be_waited_for_again(held: Held) -> None:
    task = mediaprep.Gateway(held.settings).submit("tts", TTS)
    with pytest.raises(StillPending) as caught:
        task.wait(timeout=0.2)
    assert caught.value.task_id == task.id and caught.value.retryable and task.result is None
    with pytest.raises(StillPending):
        list(mediaprep.as_completed([task], timeout=0))
    held.let.set()
    assert task.wait(timeout=60).status == "SUCCESS"


def test_what_is_refused_is_refused_as_submit_does(running: Emulated) -> None:
    gateway = mediaprep.Gateway(running.settings)
    before = len(running.book.attempts())
    with pytest.raises(Refused):
        gateway.submit("tts", {"TimbreKey": "female_1"})
    with pytest.raises(BadArgument):
        gateway.submit("tts", TTS, agian=True)  # type: ignore[call-arg]
    assert len(running.book.attempts()) == before


def test_threads_that_submit_the_same_pay_once(running: Emulated) -> None:
    gateway, ids = mediaprep.Gateway(running.settings), []
    workers = [
        threading.Thread(target=lambda: ids.append(gateway.submit("tts", other("同一句话")).id))
        for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(ids) == 6 and len(set(ids)) == 1


@pytest.mark.parametrize(
    "made",
    [{}, {"appkey": "a" * 16}, {"accesstoken": None, "appkey": "a"}, {"profile": "tencent-intl@2025-10"}],
)
def test_settings_made_by_hand_never_meet_the_service_by_mistake(made: dict[str, Any]) -> None:
    for use in (
        mediaprep.Gateway,
        lambda it: mediaprep.submit("tts", TTS, settings=it),
        lambda it: mediaprep.fetch("t" * 32, "a.mp3", settings=it),
        aio.Gateway,
    ):
        with pytest.raises(BadConfig, match=r"Settings\.load"):
            use(Settings(**made))


# --- async ---


def test_every_public_verb_has_its_async_counterpart() -> None:
    verbs = {name for name in mediaprep.__all__ if name[0].islower()} - {"finish_video", "submit_request"}
    assert verbs | {"Gateway", "Task"} == set(aio.__all__)
    assert not [name for name in aio.__all__ if not getattr(aio, name).__doc__]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_calls_give_what_the_others_give(running: Emulated, tmp_path: Path, backend: str) -> None:
    clip = make_video(tmp_path / "a.mp4", seconds=1, width=360, height=360)

    async def main() -> None:
        assert await aio.check(clip, faces=False) == mediaprep.check(clip, faces=False)
        with pytest.raises(BadArgument):
            await aio.check(5)  # type: ignore[arg-type]
        gateway = aio.Gateway(running.settings)
        tasks = [await gateway.submit("tts", other(f"{backend}{n}")) for n in range(3)]
        ended = [task.id async for task in aio.as_completed(tasks, timeout=60)]
        assert sorted(ended) == sorted(task.id for task in tasks)
        assert await tasks[0].state() == "SUCCESS" and (await tasks[0].wait()).status == "SUCCESS"
        assert (await tasks[0].fetch(tmp_path / f"{backend}.mp3")).path.is_file()

    if backend == "trio":
        pytest.importorskip("trio")
    anyio.run(main, backend=backend)


async def _cancelled(call: Any, after: float) -> float:
    """Seconds until a cancelled call has let go."""
    with anyio.move_on_after(after) as scope:
        await call
    assert scope.cancelled_caught
    return anyio.current_time() - scope.deadline


def test_a_cancelled_wait_and_fetch_let_go_at_once_and_lose_nothing(held: Held, tmp_path: Path) -> None:
    async def main() -> str:
        task = await aio.Gateway(held.settings).submit("tts", TTS)
        assert await _cancelled(task.wait(), 0.3) < 2
        assert await _cancelled(task.fetch(tmp_path / "a.mp3"), 0.3) < 2
        return task.id

    name = anyio.run(main)
    held.let.set()
    assert mediaprep.fetch(name, tmp_path / "a.mp3", settings=held.settings).path.is_file()
    assert held.sent == 1


def test_a_cancelled_submit_stands_in_the_ledger_and_goes_on(tmp_path: Path) -> None:
    with emulated(tmp_path / "state") as here:
        tell(
            here, "faults", {"rules": [{"do": "code", "code": 100008, "on": "tts", "first": 1}]}
        )  # no free place

        async def main() -> None:
            call = aio.submit("tts", TTS, settings=here.settings, wait_seconds=600)
            assert await _cancelled(call, 0.5) < 5

        anyio.run(main)
        (row,) = here.book.jobs()
        assert row.task_id is None
        done = mediaprep.submit("tts", TTS, settings=here.settings, wait_seconds=60)
        assert done.job == row.id and not done.before


def test_a_cancelled_run_goes_on_with_the_next(held: Held, tmp_path: Path) -> None:
    job = Job(id="a", endpoint="tts", request=TTS, output=tmp_path / "a.mp3")

    async def main() -> None:
        assert await _cancelled(aio.run(job, settings=held.settings), 3) < 5

    anyio.run(main)
    assert held.sent == 1
    held.let.set()
    outcome = mediaprep.run(job, settings=held.settings)
    assert outcome.state == "done" and held.sent == 1


def test_a_cancelled_finish_leaves_nothing_behind(tmp_path: Path) -> None:
    clip = make_video(tmp_path / "a.mp4", seconds=8, width=640, height=360)
    wishes = mediaprep.Finishing(head=(clip,) * 6, crossfade=0.5)

    async def main() -> None:
        call = aio.finish(clip, tmp_path / "b.mp4", wishes)
        assert await _cancelled(call, 1.0) < 4

    anyio.run(main)
    assert [it.name for it in tmp_path.iterdir() if it.name not in ("a.mp4", ".mediaprep")] == []


def test_a_call_that_is_cancelled_before_it_began_does_nothing() -> None:
    made: list[int] = []

    async def main() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = 1
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, time.sleep, 0.4)
            await anyio.sleep(0.1)
            with anyio.move_on_after(0.1):
                await aio._in_thread(lambda: made.append(1))

    anyio.run(main)
    assert made == []
