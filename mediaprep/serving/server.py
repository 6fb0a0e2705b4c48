"""A server of ours in a thread. Cheap to import: the libraries come when it starts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from mediaprep.serving.client_bounds import ServerLimits
from mediaprep.serving.messages import Reply, Request

if TYPE_CHECKING:
    from mediaprep.serving.running import RunningServer

__all__ = ["HttpServer", "listening_socket"]

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that connections queue up at from now on. Raises OSError, OverflowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


class HttpServer:
    """Answers what comes to `listening` (which is its own from now on) by `handle`, called in a thread a request.
    `headers` gives what stands in every answer."""

    def __init__(
        self,
        handle: Callable[[Request], Reply],
        listening: socket.socket,
        *,
        limits: ServerLimits,
        headers: Callable[[], Mapping[str, str]],
    ) -> None:
        self._handle, self._listening, self._limits, self._headers = handle, listening, limits, headers
        self.address: tuple[str, int] = listening.getsockname()[:2]
        self._running: RunningServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Returns once requests are taken."""
        from mediaprep.serving.application import Application
        from mediaprep.serving.running import RunningServer

        ready = threading.Event()
        application = Application(self._handle, self._headers)
        self._running = running = RunningServer(application, self._listening, self._limits, ready.set)

        def serve() -> None:
            try:
                running.serve_until_ended()
            finally:
                ready.set()

        # A daemon, and so is every thread that answers: none of them keeps a process from its end.
        self._thread = threading.Thread(target=serve, name="mediaprep-server", daemon=True)
        self._thread.start()
        if not ready.wait(_START_SECONDS) or not running.started:
            raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Lets requests under way end for a moment, and ends all others; within five seconds, whatever is open."""
        if self._running is None or self._thread is None:
            self._listening.close()
            return
        self._running.end()
        self._thread.join(_STOP_SECONDS)
