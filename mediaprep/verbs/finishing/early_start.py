"""Work begun before its result is asked for, and children that start while their parent still loads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """What `work` gives, begun now on a thread of its own. Nobody has to wait for it: when its result is no
    longer wanted the process may end."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._future: Future[T] = Future()
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[], T]) -> None:
        try:
            self._future.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is asked for
            self._future.set_exception(error)

    def result(self) -> T:
        """Waits for it. Raises what `work` raised."""
        return self._future.result()
