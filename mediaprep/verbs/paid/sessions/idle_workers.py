"""Threads that have nothing to do: one looks when the next job is due, the others sleep until they are woken."""

from __future__ import annotations

import threading
import time
from typing import Final

_STOP_SECONDS: Final = 0.5  # so soon a sleeper hears that all is to stop
_NEARLY: Final = 0.01


class IdleWorkers:
    """For workers of one kind. A look at the ledger costs as much as a move, and eight that look every second would
    be busy with nothing else."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._changed = threading.Condition()
        self._next_look = 0.0

    def rest(self, seconds: float) -> None:
        """Until the caller should look: `seconds` from now where nobody looks earlier, else when it is woken or
        whoever wanted to look did not sleep on."""
        with self._changed:
            at = time.monotonic() + seconds
            if at < self._next_look - _NEARLY or self._next_look <= time.monotonic():
                self._next_look = at
            while not self._stop.is_set() and (left := self._next_look - time.monotonic()) > 0:
                mine = self._next_look == at
                woken = self._changed.wait(min(left, _STOP_SECONDS) if mine else _STOP_SECONDS)
                if woken:
                    break

    def wake(self) -> None:
        """Something may be due: one looks."""
        with self._changed:
            self._changed.notify()
