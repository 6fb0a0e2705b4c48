"""A raw HTTP server whose every byte a test decides: answers, cuts, drips, resets and silences."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What arrived, undecoded where it matters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[socket.socket, Request], None]


@dataclass
class FakeGateway:
    """`behaviours` are used one per request; the last one for all that follow. `seen` is what arrived."""

    port: int
    scheme: str = "http"
    behaviours: list[Behaviour] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def will(self, *behaviours: Behaviour) -> None:
        self.behaviours[:] = behaviours


@contextlib.contextmanager
def fake_gateway(*behaviours: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[FakeGateway]:
    """A server on a free loopback port, over TLS with a `context`, gone at the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    gateway = FakeGateway(listener.getsockname()[1], "https" if context else "http", list(behaviours))
    stop = threading.Event()

    def secured(plain: socket.socket) -> socket.socket:
        return context.wrap_socket(plain, server_side=True) if context else plain

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), secured(connection) as connection:
            request = _read(connection)
            if request is None:
                return
            if (request.method, request.target) == ("HEAD", "/"):  # who is there? no emulator
                connection.sendall(raw(404))
                return
            gateway.seen.append(request)
            behaviour = gateway.behaviours.pop(0) if len(gateway.behaviours) > 1 else gateway.behaviours[0]
            behaviour(connection, request)

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        stop.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Request(method, target, headers, body)


def raw(
    status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None, *, length: bool = True
) -> bytes:
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} X", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if length and not any(name.lower() == "content-length" for name in headers or {}):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answers(
    status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None, *, length: bool = True
) -> Behaviour:
    def behave(connection: socket.socket, request: Request) -> None:
        connection.sendall(raw(status, body, headers, length=length))

    return behave


def accepts(payload: Mapping[str, Any] | None = None, **header: Any) -> Behaviour:
    """Code 0 with a Payload; by default a TaskId."""
    body = {
        "Header": {"Code": 0, "Message": "", "RequestID": "r", "SessionID": "s", "DialogID": "", **header}
    }
    return answers(
        body=json.dumps({**body, "Payload": {"TaskId": "t" * 32} if payload is None else payload}).encode()
    )


def refuses(code: int, message: str = "") -> Behaviour:
    return answers(body=json.dumps({"Header": {"Code": code, "Message": message, "RequestID": "r"}}).encode())


def resets(connection: socket.socket, request: Request) -> None:
    """The answer is a TCP reset, after the request was read."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hangs_up(connection: socket.socket, request: Request) -> None:
    """The connection ends without a byte."""


def says_nothing(seconds: float) -> Behaviour:
    def behave(connection: socket.socket, request: Request) -> None:
        time.sleep(seconds)

    return behave


def drips(data: bytes, every: float) -> Behaviour:
    """One byte at a time."""

    def behave(connection: socket.socket, request: Request) -> None:
        for index in range(len(data)):
            connection.sendall(data[index : index + 1])
            time.sleep(every)

    return behave


def serves(
    content: bytes, *, etag: str | None = '"v1"', cut_after: int | None = None, ranges: bool = True
) -> Behaviour:
    """A file server with Range and If-Range; `cut_after` bytes of a body it hangs up."""

    def behave(connection: socket.socket, request: Request) -> None:
        headers = {"ETag": etag} if etag else {}
        wanted = request.headers.get("range", "")
        start = 0
        if ranges and wanted and request.headers.get("if-range", etag) == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        body = content[start:]
        head = raw(206 if start else 200, b"", {**headers, "Content-Length": str(len(body))})
        connection.sendall(head + (body if cut_after is None else body[:cut_after]))

    return behave
