"""FFmpeg's one log of this process: when it is told what, so that nobody waits for ever and nobody is misunderstood."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class ProcessLog:
    """It is silent (None) only while no file is open: what a decoder is about to tell just then would find no level.
    While somebody listens it tells of errors; between, of what is `quiet`, which nobody hears."""

    def __init__(self, set_level: Callable[[int | None], None], *, error: int, quiet: int) -> None:
        self._set_level, self._error, self._quiet = set_level, error, quiet
        self._lock, self._files, self._heard = threading.Lock(), 0, False
        self._level: int | None = None

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """While a file is open."""
        self._change(files=1)
        try:
            yield
        finally:
            self._change(files=-1)

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """While somebody listens."""
        self._change(heard=True)
        try:
            yield
        finally:
            self._change(heard=False)

    def _change(self, *, files: int = 0, heard: bool | None = None) -> None:
        with self._lock:
            self._files += files
            self._heard = self._heard if heard is None else heard
            if self._heard:
                level: int | None = self._error
            elif self._files == 0 or self._level is None:
                level = None
            else:
                level = self._quiet
            if level != self._level:
                self._set_level(level)
                self._level = level
