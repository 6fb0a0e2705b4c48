"""The rate of calls."""

from __future__ import annotations

import pytest

from mediaprep.submission.wire.rate_limit import RateLimit, Resting


class Time:
    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def test_calls_keep_to_the_rate_after_a_burst() -> None:
    time = Time()
    governor = RateLimit(10, clock=time, sleep=time.sleep)
    for _ in range(10):
        governor.wait()
    assert time.slept == 0
    for _ in range(50):
        governor.wait()
    assert time.now == pytest.approx(5.0, abs=0.2)


def test_a_strained_service_is_left_alone_and_then_asked_more_slowly() -> None:
    time = Time()
    governor = RateLimit(10, clock=time, sleep=time.sleep)
    governor.slower(4)
    assert governor.rate == 5
    governor.wait()
    assert time.now >= 4
    for _ in range(20):
        governor.faster()
    assert governor.rate == 10
    for _ in range(50):
        governor.slower()
    assert governor.rate > 0


def test_who_must_not_sleep_long_is_told_how_long_it_would_be_and_takes_no_place() -> None:
    time = Time()
    governor = RateLimit(10, clock=time, sleep=time.sleep)
    governor.slower(3600)
    for _ in range(50):
        with pytest.raises(Resting) as told:
            governor.wait(2.0)
    assert time.slept == 0
    assert told.value.seconds == pytest.approx(3600, abs=1)
    time.now += told.value.seconds
    governor.wait(2.0)
    assert time.slept == pytest.approx(0, abs=0.01)
