"""One connection: uvicorn's h11 protocol with deadlines, bounds, and a close that lets the answer arrive."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, Final, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from mediaprep.serving.client_bounds import Admission, ServerLimits

Message = MutableMapping[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Send = Callable[[Message], Awaitable[None]]

_SLICE: Final = 64 << 10
_LINGER_SECONDS: Final = 2.0
_LINGER_BYTES: Final = 1 << 20
_GONE: Final[Message] = {"type": "http.disconnect"}
_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n"
)
_SILENT: Final = logging.getLogger(
    "mediaprep.serving.silent"
)  # uvicorn's words hold request lines, and so secrets
_SILENT.disabled = True


class _Transport:
    """The connection's transport, but closed as the protocol closes: uvicorn closes it in many places."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.inner = transport
        self.close = close
        self.closed = False

    def is_closing(self) -> bool:
        return self.closed or self.inner.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class GuardedProtocol(H11Protocol):
    """Nothing a client sends or leaves undone holds more than `limits` allow. h11 sees a request's body only as
    the application asks for it, so what is refused by its header costs no more than that."""

    def __init__(self, limits: ServerLimits, admission: Admission, **given: Any) -> None:
        super().__init__(**given)
        self.logger = self.access_logger = _SILENT
        self.access_log = False
        self._limits, self._admission = limits, admission
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._pending = bytearray()  # received, and not shown to h11 yet
        self._wanted = False  # the application waits for more of the body
        self._ended = False  # the client sends no more
        self._discarded: int | None = None  # bytes thrown away since the answer to a body that nobody reads
        self._answering = self.app
        self.app = self._exchange

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._wrapped = _Transport(transport, self._close)
        super().connection_made(cast("asyncio.Transport", self._wrapped))
        # asyncio does so only for sockets that were made with a protocol number, which a listening one's children lack.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Unsent bytes, however few, stop the application and start the reader's clock.
        transport.set_write_buffer_limits(high=0)
        if self._admission.admit(self, self.client[0] if self.client else ""):
            self._arm("header", self._limits.header_seconds)
            return
        self._discarded = 0
        transport.write(_FULL)
        transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._admission.leave(self)
        super().connection_lost(exc)
        for what in tuple(self._timers):
            self._disarm(what)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        cycle = self.cycle
        return cycle is not None and not cycle.response_complete and not cycle.disconnected

    def shutdown(self) -> None:
        """The server stops: what is under way may end, all else ends now."""
        if self.busy:
            self.cycle.keep_alive = False
        else:
            self.abort()

    def abort(self) -> None:
        """Ends the connection at once; what was not sent is lost."""
        self._wrapped.inner.abort()

    def leave(self, *, reset: bool) -> None:
        """Closes without an answer; `reset` discards what is under way, so that the client sees RST."""
        self.cycle.disconnected = True
        if reset:
            raw = self._wrapped.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.abort()
        else:
            self._close()

    def end_with_connection(self) -> None:
        """The answer to come says no length and has no chunks: as to a client of HTTP/1.0."""
        self.conn.their_http_version = b"1.0"

    def _close(self) -> None:
        """Sends what is to be sent. Where the client still sends, some of it is read and thrown away first: a
        socket closed with unread bytes in it breaks off, and may take the answer along."""
        if self._wrapped.closed:
            return
        self._wrapped.closed = True
        sends = self.conn.their_state in {h11.SEND_BODY, h11.ERROR} or bool(self._pending)
        if sends and not self._ended and not self._wrapped.inner.is_closing():
            self._discarded = 0
            self._pending.clear()
            self._half_close()
        else:
            self._wrapped.inner.close()
            self._arm("write", self._limits.stalled_seconds)

    def _half_close(self) -> None:
        if not self.flow.write_paused:
            self._arm("linger", _LINGER_SECONDS)
        with contextlib.suppress(OSError):
            self._wrapped.inner.write_eof()
        self.flow.resume_reading()

    def _arm(self, what: str, seconds: float) -> None:
        """From now on, until disarmed, a deadline of the connection."""
        if what not in self._timers:
            self._timers[what] = self.loop.call_later(seconds, self.abort)

    def _disarm(self, what: str) -> None:
        timer = self._timers.pop(what, None)
        if timer is not None:
            timer.cancel()

    # What comes

    def data_received(self, data: bytes) -> None:
        if self._discarded is not None:
            self._discarded += len(data)
            if self._discarded > _LINGER_BYTES:
                self.abort()
            return
        self._pending += data
        if not self.busy:
            self._arm("header", self._limits.header_seconds)
        self._feed()

    def _feed(self) -> None:
        """Shows h11 what has come, up to the first request's header; of its body what the application waits for."""
        while self._pending and (self._wanted or not self.busy) and not self.transport.is_closing():
            piece = bytes(self._pending[:_SLICE])
            del self._pending[:_SLICE]
            super().data_received(piece)
            if self.busy and (self.cycle.body or not self.cycle.more_body):
                self._wanted = False
        if self.busy:
            self._disarm("header")
            if not self._wanted and (self.cycle.more_body or self._pending):
                self.flow.pause_reading()

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client that has said all it wants may still wait for its answer."""
        self._ended = True
        if self.busy:
            self.cycle.message_event.set()
        return self.busy

    def send_400_response(self, msg: str) -> None:
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:  # in the middle of an answer
            self.abort()

    # What goes

    def pause_writing(self) -> None:
        super().pause_writing()
        self._arm("write", self._limits.stalled_seconds)

    def resume_writing(self) -> None:
        self._disarm("write")
        if self._discarded is not None:
            self._arm("linger", _LINGER_SECONDS)
        super().resume_writing()

    def on_response_complete(self) -> None:
        if self.conn.their_state is h11.SEND_BODY:
            self._close()
        super().on_response_complete()
        if self.transport.is_closing() or self.busy:
            return
        if self._ended and not self._pending:
            self._close()
        elif self._pending or self.conn.trailing_data[0]:
            self._unset_keepalive_if_required()
            self._arm("header", self._limits.header_seconds)
            self._feed()

    # One request

    async def _exchange(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """The application, with a `receive` that is bounded and a `send` that tells when the client is gone."""
        self._received, self._waited = 0, 0.0
        self._wanted = self._delivered = False
        scope["asgi"]["spec_version"] = "2.4"  # whose `send` raises OSError
        scope["connection"] = self
        await self._answering(
            scope,
            functools.partial(self._receive, receive),
            functools.partial(self._send, send),
        )

    async def _receive(self, receive: Receive) -> Message:
        cycle, limits = self.cycle, self._limits
        while cycle.more_body or not self._delivered:
            self._wanted = True
            self._feed()
            if self._ended and cycle.more_body and not cycle.body:
                return _GONE
            began = self.loop.time()
            left = limits.body_seconds + self._received / limits.body_rate - self._waited
            try:
                async with asyncio.timeout(left):
                    message = await receive()
            except TimeoutError:
                self.abort()
                return _GONE
            self._waited += self.loop.time() - began
            found = len(message.get("body", b""))
            self._received += found
            if self._received > limits.body_bytes:
                self.abort()
                return _GONE
            if found or not message.get("more_body"):
                self._delivered = not message.get("more_body")
                return message
        return await receive()

    async def _send(self, send: Send, message: Message) -> None:
        if self.cycle.disconnected or self.transport.is_closing():
            raise ConnectionResetError("the client is gone")
        await send(message)
