"""What a drawn presenter's hands do: which gesture an action means, and where the hands are while it lasts. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

Hands = tuple[tuple[float, float], tuple[float, float]]
"""Both hands, left and right as seen, in heights of the figure: x from its middle, y from its top."""

REST: Final[Hands] = ((-0.2545, 0.478), (0.2545, 0.478))
SECONDS: Final = 1.6  # that every gesture takes
_RISE: Final = 0.22  # share of it until the hands are there, and again until they are back
SMART: Final = "smart"  # the gesture of an avatar without actions of its own
_GRID: Final = 400  # hands stand on this many places a height, so that pictures repeat


def _mirror(hands: Hands) -> Hands:
    (left, right) = hands
    return (-right[0], right[1]), (-left[0], left[1])


def _forward(share: float) -> Hands:
    lift = 0.012 * sin(2 * pi * share)
    return (-0.135, 0.385 + lift), (0.135, 0.385 + lift)


def _right(_: float) -> Hands:
    return REST[0], (0.2535, 0.33)


def _up(_: float) -> Hands:
    return REST[0], (0.2, 0.2)


def _wave(share: float) -> Hands:
    return REST[0], (0.19 + 0.045 * sin(6 * pi * share), 0.125)


def _beat(share: float) -> Hands:
    return REST[0], (0.15, 0.34 + 0.035 * cos(4 * pi * share))


def _together(_: float) -> Hands:
    return (-0.03, 0.37), (0.03, 0.37)


def _open(share: float) -> Hands:
    lift = 0.01 * sin(2 * pi * share)
    return (-0.2, 0.31 - lift), (0.2, 0.31 - lift)


_MOVES: Final[Mapping[str, Callable[[float], Hands]]] = {
    "forward": _forward, "left": lambda share: _mirror(_right(share)), "right": _right,
    "up_left": lambda share: _mirror(_up(share)), "up_right": _up, "wave": _wave, "beat": _beat,
    "together": _together, SMART: _open,
}  # fmt: skip
_NAMED: Final = (
    ("wav|hello|bye|greet|招手|挥手", "wave"), ("left.*up|up.*left", "up_left"), ("right.*up|up.*right", "up_right"),
    ("left|左", "left"), ("right|右", "right"), ("emphas|beat|强调", "beat"),
    ("compliment|support|thank|bow|赞|谢", "together"), ("2hands|both|forward|双手", "forward"),
)  # fmt: skip
_UNNAMED: Final = ("forward", "left", "beat", "wave", "right", "up_right")


def move_of(code: str, name: str = "") -> str:
    """The movement that an action's code, or else its name, tells; the same code always moves the same way."""
    if code == SMART:
        return SMART
    for told in (code.lower(), name):
        for pattern, move in _NAMED:
            if told and re.search(pattern, told):
                return move
    return _UNNAMED[sum(code.encode()) % len(_UNNAMED)]


@dataclass(frozen=True, kw_only=True)
class Gesture:
    """An action from second `start` on."""

    start: float
    move: str


def performed(wanted: Iterable[Gesture], seconds: float) -> list[Gesture]:
    """Those that are done: in order of time; one that begins while another lasts, or that the end would cut off before
    the hands are there, is left out."""
    done: list[Gesture] = []
    for gesture in sorted(wanted, key=lambda gesture: gesture.start):
        free = not done or gesture.start >= done[-1].start + SECONDS
        if free and 0 <= gesture.start <= seconds - _RISE * SECONDS:
            done.append(gesture)
    return done


def hands_at(gestures: Iterable[Gesture], moment: float, rest: Hands = REST) -> Hands:
    """Where the hands are at a second; `rest` = where they are without a gesture."""
    for gesture in gestures:
        share = (moment - gesture.start) / SECONDS
        if 0 < share < 1:
            return _between(rest, _MOVES[gesture.move](share), _eased(min(share, 1 - share) / _RISE))
    return rest


def _eased(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _between(here: Hands, there: Hands, share: float) -> Hands:
    def mix(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
        if a == b:
            return a
        x, y = (round((p + (q - p) * share) * _GRID) / _GRID for p, q in zip(a, b, strict=True))
        return x, y

    return mix(here[0], there[0]), mix(here[1], there[1])
