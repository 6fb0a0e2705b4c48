"""How many calls a second this process makes: a bucket of tokens that a strained service makes smaller."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Final

_LEAST: Final = 0.05  # of the rate: slower than that, nothing would ever end
_RECOVERY: Final = 1.2  # after every call that went well
_SLOWED: Final = 0.5
AT_ONCE: Final = 2.0
"""Seconds that a worker's thread sleeps at most for its next call."""


class Resting(Exception):
    """No call may be made for so many `seconds`: longer than a thread should sleep that may be asked to stop."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no call for {seconds:.0f} s")
        self.seconds = seconds


class RateLimit:
    """Shared by the workers of a process. `rate` in calls a second, as many may come at once as one second gives."""

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self._most = rate
        self._burst = max(1.0, rate)
        self._tokens = self._burst
        self._clock, self._sleep = clock, sleep
        self._at = clock()
        self._lock = threading.Lock()

    def wait(self, most: float = math.inf) -> None:
        """Return when one more call may be made. Raises Resting, and takes no place, where that is more than `most`
        seconds away: what waits so long is left, and taken up again."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self.rate)
            self._at = now
            pause = max(0.0, (1 - self._tokens) / self.rate)
            if pause > most:
                raise Resting(pause)
            self._tokens -= 1
        if pause:
            self._sleep(pause)

    def slower(self, seconds: float = 0.0) -> None:
        """The service is strained (801004, Retry-After): half the rate, and nothing at all for `seconds`."""
        with self._lock:
            self.rate = max(self._most * _LEAST, self.rate * _SLOWED)
            self._tokens = min(self._tokens, -seconds * self.rate)

    def faster(self) -> None:
        """A call went well: back towards the full rate."""
        with self._lock:
            self.rate = min(self._most, self.rate * _RECOVERY)
