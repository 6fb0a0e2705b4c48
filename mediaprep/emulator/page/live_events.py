"""Server-sent events: a line whenever something has changed, and now and then one that says nothing, by which gone
readers are noticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

_LOOK_SECONDS: Final = 0.25
_QUIET_SECONDS: Final = 5.0


class ChangeEvents:
    """A body without an end. `watched` is compared with what it was; `stopped` ends it, `left` is told at its end."""

    length = 0  # it goes out in chunks

    def __init__(
        self, watched: Callable[[], object], stopped: threading.Event, left: Callable[[], None]
    ) -> None:
        self._watched, self._stopped, self._left = watched, stopped, left
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        before: object = object()
        said = time.monotonic()
        while self._open:
            found = self._watched()
            if found != before:
                before, said = found, time.monotonic()
                yield b"data: changed\n\n"
            elif time.monotonic() - said > _QUIET_SECONDS:
                said = time.monotonic()
                yield b": nothing new\n\n"
            if self._stopped.wait(_LOOK_SECONDS):
                return

    def close(self) -> None:
        """The reader is gone, or nothing more is said."""
        if self._open:
            self._open = False
            self._left()
