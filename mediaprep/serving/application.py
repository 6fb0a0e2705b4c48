"""The ASGI application: a request becomes a value, is answered in a thread, and the answer goes out as it is read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import anyio.from_thread
import anyio.to_thread
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Incoming
from starlette.responses import Response, StreamingResponse

from mediaprep.serving.messages import BodyCut, Reply, Request
from mediaprep.serving.protocol import GuardedProtocol, Receive, Send

log = logging.getLogger(__name__)

_BODILESS = frozenset({204, 304})


class _Body:
    """A request's body, read from the handler's thread as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held = bytearray()
        self._more = True

    async def fill(self) -> None:
        """Takes what comes next, or has come. Raises BodyCut."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise BodyCut("the body ends early, or is too slow or too long")
        self._held += message["body"]
        self._more = message["more_body"]

    def read(self, size: int = -1, /) -> bytes:
        """`size` bytes, or what there is up to the body's end. Raises BodyCut."""
        while self._more and not 0 <= size <= len(self._held):
            anyio.from_thread.run(self.fill)
        wanted = len(self._held) if size < 0 else size
        piece = bytes(self._held[:wanted])
        del self._held[:wanted]
        return piece


class Application:
    """`handle` answers, in a thread of its own; `headers` stand in every answer that has not got its own."""

    def __init__(self, handle: Callable[[Request], Reply], headers: Callable[[], Mapping[str, str]]) -> None:
        self._handle, self._headers = handle, headers

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        connection: GuardedProtocol = scope["connection"]
        body = _Body(receive)
        if not connection.cycle.more_body:  # it came along with the header
            await body.fill()
        request = _request(Incoming(scope), body)
        if request is None:
            reply = Reply(status=400, headers={"Connection": "close"})
        else:
            reply = await anyio.to_thread.run_sync(self._answer, request, abandon_on_cancel=True)
        if reply.drop or reply.reset:
            connection.leave(reset=reply.reset)
            return
        if reply.framing == "closed":
            connection.end_with_connection()
        response = _response(reply, {**self._headers(), **reply.headers}, scope["method"])
        try:
            await response(scope, receive, send)
        except ClientDisconnect:  # it is gone, or is to believe that we are
            connection.transport.close()
        finally:
            if not isinstance(reply.body, bytes):
                reply.body.close()

    def _answer(self, request: Request) -> Reply:
        try:
            return self._handle(request)
        except BodyCut:
            return Reply(status=400, headers={"Connection": "close"})
        except Exception:
            log.exception("a request could not be answered")
            return Reply(status=500)


def _response(reply: Reply, headers: Mapping[str, str], method: str) -> Response:
    known = reply.framing == "length" and reply.status not in _BODILESS
    if known:
        headers = {"Content-Length": str(reply.length), **headers}
    if isinstance(reply.body, bytes) and (known or reply.status in _BODILESS):
        return Response(reply.body, reply.status, headers)
    pieces = (reply.body,) if isinstance(reply.body, bytes) else reply.body
    return StreamingResponse(() if method == "HEAD" else pieces, reply.status, headers)


def _request(incoming: Incoming, body: _Body) -> Request | None:
    """The request as a value; None for one that two servers could read differently."""
    headers: dict[str, str] = {}
    for name, value in incoming.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    target, host = incoming.scope["raw_path"].decode("ascii"), headers.get("host", "")
    if not target.startswith("/"):  # absolute form, as through a proxy
        scheme, separator, rest = target.partition("://")
        if not separator or scheme.lower() not in {"http", "https"}:
            return None
        host, _, path = rest.partition("/")
        target = "/" + path
    if "transfer-encoding" in headers and "content-length" in headers:
        return None
    length = headers.get("content-length", "")
    return Request(
        method=incoming.method,
        path=target,
        query=incoming.scope["query_string"].decode("ascii"),
        headers=headers,
        body=body,
        length=int(length) if length.isdecimal() else None,
        host=host,
    )
