from __future__ import annotations

import itertools

import pytest

from mediaprep.emulator.render.drawing.splice import FrameRun, Manner, needed, order, runs


def test_backward_splicing_plays_there_and_back() -> None:
    assert list(order(Manner.PENDULUM, 3, 8)) == [0, 1, 2, 2, 1, 0, 0, 1]


def test_twice_the_footage_is_once_there_and_once_back() -> None:
    shown = list(order(Manner.PENDULUM, 25, 50))
    assert shown == [*range(25), *reversed(range(25))]


def test_forward_splicing_starts_again() -> None:
    assert list(order(Manner.FORWARD, 3, 8)) == [0, 1, 2, 0, 1, 2, 0, 1]


@pytest.mark.parametrize("manner", list(Manner))
@pytest.mark.parametrize("available", [1, 2, 7, 50])
@pytest.mark.parametrize("total", [1, 2, 13, 50, 51, 99, 333])
def test_every_order_has_its_length_and_stays_inside(manner: Manner, available: int, total: int) -> None:
    shown = list(order(manner, available, total))
    assert len(shown) == total
    assert min(shown) == 0
    assert max(shown) < needed(manner, available, total) <= available


@pytest.mark.parametrize(("available", "total"), [(10, 11), (10, 100), (7, 31), (100, 60)])
def test_a_circle_ends_where_it_began_and_never_jumps(available: int, total: int) -> None:
    shown = list(order(Manner.CIRCLE, available, total))
    assert (shown[0], shown[-1]) == (0, 0)
    assert all(abs(a - b) <= 1 for a, b in itertools.pairwise(shown))


def test_runs_say_the_same_order_in_few_words() -> None:
    shown = list(order(Manner.PENDULUM, 4, 10))
    assert list(runs(shown)) == [FrameRun(0, 3), FrameRun(3, 0), FrameRun(0, 1)]
    assert list(runs([5])) == [FrameRun(5, 5)]
    assert list(runs([])) == []


@pytest.mark.parametrize("numbers", [[0, 1, 0, 1, 0], [3, 3, 3], [9, 8, 2, 3, 4, 4]])
def test_runs_lose_nothing(numbers: list[int]) -> None:
    unrolled: list[int] = []
    for run in runs(numbers):
        step = -1 if run.backward else 1
        unrolled += range(run.first, run.last + step, step)
    assert unrolled == numbers
