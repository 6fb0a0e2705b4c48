"""In which order the source's frames are shown until the voice ends. Pure arithmetic on frame numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import ceil


class Manner(StrEnum):
    """How a short source is drawn out."""

    FORWARD = "forward"  # again from the start; may jump
    PENDULUM = "pendulum"  # forward, then backward; both ends are shown twice
    CIRCLE = "circle"  # a pendulum timed so that it ends where it began


def order(manner: Manner, available: int, total: int) -> Iterator[int]:
    """`total` frame numbers below `available`."""
    if manner is Manner.FORWARD:
        yield from (k % available for k in range(total))
    elif manner is Manner.PENDULUM:
        yield from (min(k % (2 * available), 2 * available - 1 - k % (2 * available)) for k in range(total))
    else:
        yield from _circle(available, total)


def needed(manner: Manner, available: int, total: int) -> int:
    """How many of the first frames `order` touches."""
    if manner is Manner.CIRCLE:
        return min(available, max(1, ceil(total / 2)))
    return min(available, total)


def _circle(available: int, total: int) -> Iterator[int]:
    """Whole swings of equal length, there and back, each step one frame."""
    swings = max(1, ceil(total / (2 * available)))
    for swing in range(swings):
        start, end = total * swing // swings, total * (swing + 1) // swings
        yield from (min(k, end - start - 1 - k) for k in range(end - start))


@dataclass(frozen=True)
class FrameRun:
    """Neighbouring frames in one direction: first, first ± 1, … last."""

    first: int
    last: int

    @property
    def backward(self) -> bool:
        return self.last < self.first


def runs(numbers: Iterable[int]) -> Iterator[FrameRun]:
    """The same order as stretches that can be read at one go; a frame shown twice begins a new stretch."""
    first: int | None = None
    last = step = 0
    for number in numbers:
        if first is None:
            first = last = number
        elif step == 0 and abs(number - last) == 1:
            step, last = number - last, number
        elif step != 0 and number - last == step:
            last = number
        else:
            yield FrameRun(first, last)
            first, last, step = number, number, 0
    if first is not None:
        yield FrameRun(first, last)
