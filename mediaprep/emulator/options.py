"""How an emulator is set up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mediaprep.errors import BadConfig


@dataclass(frozen=True)
class Speed:
    """When a task's result is shown. immediate: as soon as it is rendered · polls:N: after N answers of the
    progress call that show it waiting · real: after a plausible time · clock: the same, by a clock that stands
    still until the control port moves it."""

    mode: str = "immediate"
    polls: int = 0

    @classmethod
    def parse(cls, text: str) -> Speed:
        """Reads `immediate`, `polls:N`, `real` or `clock`. Raises BadConfig."""
        mode, _, number = text.partition(":")
        if (mode in {"immediate", "real", "clock"} and not number and ":" not in text) or (
            mode == "polls" and number.isdecimal() and len(number) <= 6
        ):
            return cls(mode, int(number or 0))
        raise BadConfig(
            f"speed {text!r} is not one of immediate, polls:N (a whole number), real, clock",
            f"speed 的取值 {text!r} 不对：应为 immediate、polls:N（N 为整数）、real 或 clock",
        )


@dataclass(frozen=True, kw_only=True)
class Options:
    """`exclusive` is the number of bought exclusive channels: each adds one task to the limit of five per
    avatar type, 0 = none bought (Exclusive is refused), None = Exclusive is accepted and the five stay five.
    `audio` is the number of bought audio channels: each adds one tts task to the one of every account.
    `hours` = whether hour packages were bought; a number is how many seconds they hold, until they run out.
    `charge_failures` = tasks that FAIL after their inputs had come are charged too (but for ppt, which the docs
    promise to be free then). `no_render` = tiny prerendered files in place of rendered ones, inputs fetched and
    not looked at. `faults_file` = fault rules to begin with (see control.py). `data` None = a temporary
    folder, removed at the end; `fresh` = what is in `data` is forgotten first. `allow_hosts` may be fetched from
    and called back besides loopback. `now` is the machine's clock, in seconds. `seed`
    changes what is left to chance in results: the same request has the same bytes."""

    port: int = 0
    speed: str | Speed = "immediate"
    data: Path | None = None
    fresh: bool = False
    allow_hosts: tuple[str, ...] = ()
    notrain_subtitles: bool = False
    exclusive: int | None = None
    audio: int = 0
    hours: bool | float = True
    charge_failures: bool = False
    no_render: bool = False
    faults_file: Path | None = None
    workers: int = 2
    seed: int = 0
    fetch_seconds: float = 60.0
    now: Callable[[], float] = time.time

    @property
    def pace(self) -> Speed:
        """`speed`, read. Raises BadConfig."""
        return self.speed if isinstance(self.speed, Speed) else Speed.parse(self.speed)
