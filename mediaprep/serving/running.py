"""uvicorn's server, started in a thread and stopped within seconds whatever is open."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Callable
from typing import Any, Final

import anyio.to_thread
import uvicorn

from mediaprep.serving.application import Application
from mediaprep.serving.client_bounds import Admission, ServerLimits
from mediaprep.serving.protocol import GuardedProtocol

_ABORTED_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.02


class RunningServer(uvicorn.Server):
    """`run` serves until `end`, which any thread may call."""

    def __init__(
        self,
        application: Application,
        listening: socket.socket,
        limits: ServerLimits,
        ready: Callable[[], None],
    ) -> None:
        protocol: Any = functools.partial(GuardedProtocol, limits, Admission(limits))
        super().__init__(
            uvicorn.Config(
                application, http=protocol, ws="none", loop="asyncio", lifespan="off", interface="asgi3",
                log_config=None, access_log=False, proxy_headers=False, server_header=False, date_header=False,
                timeout_keep_alive=limits.idle_seconds, h11_max_incomplete_event_size=limits.header_bytes,
            )
        )  # fmt: skip
        self._listening, self._limits, self._ready = listening, limits, ready
        self._end = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def serve_until_ended(self) -> None:
        """Blocks; in a thread that may die with the process (the handlers' threads are then of its kind)."""
        self.run(sockets=[self._listening])

    def end(self) -> None:
        """Asks it to end."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)

    async def main_loop(self) -> None:
        """In place of uvicorn's, which looks ten times a second whether it should end."""
        self._loop = asyncio.get_running_loop()
        anyio.to_thread.current_default_thread_limiter().total_tokens = self._limits.connections
        self._ready()
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """In place of uvicorn's, which waits for readers that never come."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._gone(self._limits.grace_seconds)
        for connection in list(self.server_state.connections):
            connection.abort()  # type: ignore[union-attr]
        await self._gone(_ABORTED_SECONDS)
        for task in list(self.server_state.tasks):
            task.cancel()

    async def _gone(self, seconds: float) -> None:
        """Waits until nothing is open and nothing is answered, or so long."""
        state, ends = self.server_state, asyncio.get_running_loop().time() + seconds
        while (state.connections or state.tasks) and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(_LOOK_SECONDS)
