"""Waiting for a task: which answers end it, which are tried again, and what is told meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from mediaprep.contract.progress import Progress
from mediaprep.errors import Rejected, StillPending, TaskFailed, Unknown, Unreachable
from mediaprep.model.paid.jobs import Waiting
from mediaprep.submission.job.watch import making_estimate, watch


def seen(status: str, **more: Any) -> Progress:
    return Progress.model_validate({"Status": status, **more})


class Desk:
    """Gives its answers one after the other, the last one for ever."""

    def __init__(self, *answers: Progress | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    def progress(self, task_id: str, endpoint: str = "progress") -> Progress:
        self.asked.append((task_id, endpoint))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def wait(desk: Desk, clock: Clock | None = None, **more: Any) -> tuple[Progress, list[Waiting]]:
    clock, events = clock or Clock(), []
    more.setdefault("endpoint", "notrain")
    endpoint = more.pop("endpoint")
    end = watch(
        desk,
        "t1",
        endpoint,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: 0.5,
        on_event=events.append,
        **more,
    )
    return end, events


def test_status_decides_and_the_reserved_progress_does_not() -> None:
    desk = Desk(
        seen("COMMIT", Progress=100, ArrayCount=3),
        seen("MAKING", Progress=-1),
        seen("SUCCESS", MediaUrl="https://m/x"),
    )
    end, events = wait(desk)
    assert end.media_url == "https://m/x"
    assert [(e.status, e.ahead) for e in events] == [("COMMIT", 3), ("MAKING", None)]
    assert desk.asked == [("t1", "notrain")] * 3


def test_polls_back_off_to_fifteen_seconds_and_start_anew_when_something_moves() -> None:
    clock = Clock()
    wait(Desk(*[seen("COMMIT")] * 12, *[seen("MAKING")] * 3, seen("SUCCESS")), clock)
    assert clock.slept[0] == pytest.approx(1.0)
    assert max(clock.slept) == pytest.approx(15.0)
    assert clock.slept == sorted(clock.slept[:12]) + clock.slept[12:]
    assert clock.slept[12] == pytest.approx(1.0)


def test_a_failed_task_says_meaning_remedy_and_the_services_words() -> None:
    failed = seen(
        "FAIL", FailCode=801009, FailMessage="RefVideoUrl https://b/k?X-Amz-Signature=canary5 too long"
    )
    with pytest.raises(TaskFailed) as caught:
        wait(Desk(failed))
    error = caught.value
    assert (error.fail_code, error.task_id) == (801009, "t1")
    assert "a parameter is wrong" in error.en
    assert "参数不对" in error.zh
    assert "RefVideoUrl" in error.en
    assert "canary5" not in error.en + error.zh + error.message


def test_task_codes_are_read_from_the_task_table() -> None:
    with pytest.raises(
        TaskFailed, match="crashed while being made"
    ):  # 801004 of the interface: too many requests
        wait(Desk(seen("FAIL", FailCode=801004)))


@pytest.mark.parametrize(
    "trouble",
    [
        Unreachable("x"),
        Unknown("x"),
        Rejected("x", code=801004),
        Rejected("x", code=-101000),
        Rejected("x", code=801000),
    ],
)
def test_a_poll_that_failed_is_asked_again(trouble: Exception) -> None:
    end, events = wait(Desk(seen("MAKING"), trouble, trouble, seen("SUCCESS")))
    assert end.status == "SUCCESS"
    assert [e.trouble is not None for e in events] == [False, True, True]
    assert events[1].status == "MAKING"


def test_no_record_is_lag_only_soon_after_the_submit() -> None:
    lag = Rejected("x", code=110006)
    wait(Desk(lag, lag, seen("COMMIT"), seen("SUCCESS")))
    with pytest.raises(Rejected):
        wait(Desk(lag))
    with pytest.raises(Rejected):
        wait(Desk(seen("MAKING"), lag))


def test_no_record_is_borne_with_for_half_a_minute_at_most() -> None:
    clock = Clock()
    with pytest.raises(Rejected):
        wait(Desk(Rejected("x", code=110006)), clock)
    assert 20 < clock.now < 60


@pytest.mark.parametrize("code", [100005, 100001, 100009])
def test_a_definite_refusal_ends_the_wait_at_once(code: int) -> None:
    desk = Desk(Rejected("x", code=code))
    with pytest.raises(Rejected):
        wait(desk)
    assert len(desk.asked) == 1


def test_trouble_without_end_is_given_up() -> None:
    clock = Clock()
    with pytest.raises(Unreachable):
        wait(Desk(Unreachable("x")), clock)
    assert 900 < clock.now < 960


def test_the_deadline_leaves_the_task_pending() -> None:
    clock = Clock()
    with pytest.raises(StillPending, match="still MAKING") as caught:
        wait(Desk(seen("MAKING")), clock, deadline_seconds=100)
    assert clock.now == pytest.approx(100)
    assert caught.value.exit_code == 5
    assert (caught.value.task_id, caught.value.status) == ("t1", "MAKING")


def test_a_deadline_of_zero_looks_once() -> None:
    desk = Desk(seen("SUCCESS"))
    wait(desk, deadline_seconds=0)
    with pytest.raises(StillPending):
        wait(Desk(seen("COMMIT")), deadline_seconds=0)
    assert len(desk.asked) == 1


def test_the_eta_is_ours_and_counts_from_the_start_of_making() -> None:
    _, events = wait(
        Desk(seen("COMMIT"), seen("MAKING"), seen("MAKING"), seen("SUCCESS")), making_seconds=200.0
    )
    first, second, third = (e.eta_seconds for e in events)
    assert first == second == 200.0
    assert third == pytest.approx(199.0)
    _, unknown = wait(Desk(seen("MAKING"), seen("SUCCESS")))
    assert unknown[0].eta_seconds is None
    assert making_estimate("photo", 10.0) == 200.0
    assert making_estimate("photo", 10.0, full_hd=True) == 400.0
    assert making_estimate("notrain", 10.0) is None


def test_ppt_tells_no_place_in_the_queue() -> None:
    _, events = wait(Desk(seen("COMMIT"), seen("SUCCESS")), endpoint="ppt")
    assert events[0].ahead is None
