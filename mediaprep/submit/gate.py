"""The gate: inputs are served by ourselves, and their first byte waits until the TaskId is durable.

So a submit whose answer was lost can be undone: its task asks for an input that it never gets. The only two
addresses are /in/{job}.{attempt}.{nonce}/{index}.{suffix} and /cb/{job}.{attempt}.{token}; everything else is 404.
"""

from __future__ import annotations

import contextlib
import http.server
import mimetypes
import os
import re
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final
from urllib.parse import quote, unquote, urlsplit

from mediaprep.config import Settings, is_loopback
from mediaprep.errors import BadConfig, LedgerError, MediaprepError, ToolFailed
from mediaprep.model.paid import Fetch, Input
from mediaprep.submit import callback
from mediaprep.submit.ledger import Ledger

HOLD_SECONDS: Final = 5.0
"""How long a request waits for the TaskId. The docs warn that slow inputs fail."""
_LOOK_SECONDS: Final = 0.05
_SOCKET_SECONDS: Final = 60.0
_MOST_AT_ONCE: Final = 128
_BLOCK: Final = 1 << 20
_SUFFIX: Final = re.compile(r"\.[0-9a-z]{1,8}")
_IN: Final = re.compile(r"/in/(?P<attempt>[^/]{1,400})/(?P<index>\d{1,3})(?:\.[0-9a-z]{1,8})?")
_BACK: Final = re.compile(r"/cb/(?P<attempt>[^/]{1,400})")
_LISTEN: Final = re.compile(r"(?:(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]+)):)?(?P<port>\d{1,5})")
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The gate as the service sees it, at `base_url`. The secrets stand in the path: the service's logs may show
    them, so each is for one attempt only."""

    base_url: str

    def of_input(self, job: str, n: int, nonce: str, index: int, path: Path) -> str:
        suffix = path.suffix.lower()
        tail = suffix if _SUFFIX.fullmatch(suffix) else ""
        return f"{self.base_url}/in/{quote(f'{job}.{n}.{nonce}')}/{index}{tail}"

    def of_callback(self, job: str, n: int, token: str) -> str:
        return f"{self.base_url}/cb/{quote(f'{job}.{n}.{token}')}"


def addresses(base_url: str) -> Addresses:
    """The public address, judged: https, or http on this machine. Raises BadConfig."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not plain or parts.query or parts.fragment or parts.username or parts.password:
        raise BadConfig(
            "MEDIAPREP_GATE: the address at which the service reaches this gate, such as https://media.example.com",
            "MEDIAPREP_GATE：请填写服务端可访问本机网关的地址，例如 https://media.example.com",
        )
    return Addresses(base_url=base_url.rstrip("/"))


def listen_of(text: str) -> tuple[str, int]:
    """HOST:PORT, [IPv6]:PORT or PORT alone (this machine only). Raises BadConfig."""
    found = _LISTEN.fullmatch(text.strip())
    port = int(found["port"]) if found else 1 << 16
    if found is None or port >= 1 << 16:
        raise BadConfig(
            f"MEDIAPREP_GATE_LISTEN: {text!r} is not HOST:PORT, such as 0.0.0.0:8443",
            f"MEDIAPREP_GATE_LISTEN：{text!r} 不是 主机:端口，例如 0.0.0.0:8443",
        )
    return (found["v6"] or found["host"] or "127.0.0.1"), port


@contextlib.contextmanager
def opened(settings: Settings, base_url: str, ledger: Ledger) -> Iterator[Addresses | None]:
    """The gate that the settings name: one of our own where `gate_listen` says so, or where the gateway
    (`base_url`) runs on this machine and can reach it; else the one at `gate`, which `mediaprep gate` serves;
    None where neither is given. Raises BadConfig, ToolFailed."""
    here = is_loopback(urlsplit(base_url).hostname or "")
    if settings.gate_listen or (here and not settings.gate):
        if not here and not settings.gate:
            raise BadConfig(
                "MEDIAPREP_GATE_LISTEN needs MEDIAPREP_GATE: the address at which the service reaches it",
                "设置 MEDIAPREP_GATE_LISTEN 时还需设置 MEDIAPREP_GATE，即服务端可访问它的地址",
            )
        listen = listen_of(settings.gate_listen) if settings.gate_listen else ("127.0.0.1", 0)
        with Gate(ledger, listen=listen, public=settings.gate) as gate:
            yield gate.address
        return
    yield addresses(settings.gate) if settings.gate else None


class Gate:
    """`with Gate(ledger) as gate:` serves until the block ends. `listen` is host and port (0: any free one);
    `descriptor` an open listening socket to serve on instead, which a supervisor may keep over a kill;
    `public` the address as the service sees it, by default the one that is listened on."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        listen: tuple[str, int] = ("127.0.0.1", 0),
        public: str | None = None,
        descriptor: int | None = None,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        self.ledger, self.hold_seconds = ledger, hold_seconds
        self._server = _Server(_listening(listen, descriptor), self)
        host, port = self._server.server_address[:2]
        self.address = addresses(public or f"http://{host!s}:{port}")
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Gate:
        self._thread = threading.Thread(target=self._server.serve_forever, name="mediaprep-gate", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self.close()

    def serve(self) -> None:
        """Serve in this thread, until `stop` or an interrupt."""
        try:
            self._server.serve_forever()
        finally:
            self.close()

    def stop(self) -> None:
        """End `serve`; from another thread."""
        self._server.shutdown()

    def close(self) -> None:
        self._server.server_close()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def decide(self, job: str, n: int, nonce: str) -> Fetch:
        """Whether an input may flow, having waited for it to be known."""
        ends = time.monotonic() + self.hold_seconds
        while True:
            last = time.monotonic() >= ends
            verdict = self.ledger.may_fetch(job, n, nonce, last=last)
            if verdict is not Fetch.HOLD or last:
                return verdict
            time.sleep(_LOOK_SECONDS)


def _listening(listen: tuple[str, int], descriptor: int | None) -> socket.socket:
    try:
        if descriptor is not None:
            return socket.socket(fileno=descriptor)
        family = socket.AF_INET6 if ":" in listen[0] else socket.AF_INET
        return socket.create_server(listen, family=family, backlog=_MOST_AT_ONCE)
    except (OSError, OverflowError) as error:
        where = f"fd {descriptor}" if descriptor is not None else f"{listen[0]}:{listen[1]}"
        why = getattr(error, "strerror", None) or str(error)
        raise ToolFailed(
            f"the gate cannot listen on {where}: {why}", f"网关无法监听 {where}：{why}"
        ) from None


class _Server(http.server.ThreadingHTTPServer):
    """Threads for so many requests at once; more wait in the socket's queue."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listening: socket.socket, gate: Gate) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_address = listening.getsockname()
        self.gate = gate
        self._room = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._room.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is the other side's business, and a trace could show an address."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "mediaprep"
    sys_version = ""
    timeout = _SOCKET_SECONDS
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: the addresses are secrets."""

    def do_GET(self) -> None:
        self._input(with_body=True)

    def do_HEAD(self) -> None:
        self._input(with_body=False)

    def do_POST(self) -> None:
        found = _BACK.fullmatch(self._path())
        attempt = _attempt(found["attempt"]) if found else None
        length = self.headers.get("Content-Length", "")
        if attempt is None or not length.isdecimal() or int(length[:9]) > callback.MOST_BYTES:
            self._plain(HTTPStatus.NOT_FOUND)
            return
        body = self.rfile.read(int(length))
        try:
            known = callback.receive(self.server.gate.ledger, *attempt, body)
        except LedgerError:
            self._plain(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._plain(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)

    def _input(self, *, with_body: bool) -> None:
        found = _IN.fullmatch(self._path())
        attempt = _attempt(found["attempt"]) if found else None
        if found is None or attempt is None:
            self._plain(HTTPStatus.NOT_FOUND)
            return
        job, n, nonce = attempt
        gate = self.server.gate
        try:
            verdict = gate.decide(job, n, nonce)
            row = gate.ledger.attempt(job, n)
        except LedgerError:
            self._plain(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        index = int(found["index"])
        if verdict is Fetch.NOBODY or row is None or index >= len(row.inputs):
            self._plain(HTTPStatus.NOT_FOUND)
        elif verdict is not Fetch.SERVE:
            self._plain(HTTPStatus.GONE)
        else:
            with contextlib.ExitStack() as opened:
                try:
                    stream, size = _opened(row.inputs[index])
                except (OSError, MediaprepError):
                    self._plain(HTTPStatus.GONE)
                    return
                opened.callback(stream.close)
                self._send(
                    stream, size, row.inputs[index].path, with_body=with_body,
                    flows=lambda: gate.ledger.flowed(job, n),
                )  # fmt: skip

    def _send(
        self, stream: BinaryIO, size: int, path: Path, *, with_body: bool, flows: Callable[[], None]
    ) -> None:
        """The file, or the range that was asked for. `flows` writes down that a task can be made of it, and that
        is durable before the bytes that make it so: a task that fails at once must not pass for one that starved."""
        wanted = _range(self.headers.get("Range", ""), size)
        if wanted is None:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, stop = wanted
        partial = (start, stop) != (0, size)
        self.send_response(HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK)
        if partial:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", mimetypes.guess_type(path.name)[0] or "application/octet-stream")
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        if not with_body:
            return
        stream.seek(start)
        left = stop - start
        while left and (block := stream.read(min(_BLOCK, left))):
            if stop == size and len(block) == left:
                try:
                    flows()
                except LedgerError:
                    break
            self.wfile.write(block)
            left -= len(block)
        if left:  # cut: nothing may pass for the whole of it
            self.close_connection = True

    def _path(self) -> str:
        return unquote(urlsplit(self.path).path) if len(self.path) < 2000 else ""

    def _plain(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()


def _attempt(text: str) -> tuple[str, int, str] | None:
    """Job, number and secret; a job's id may hold dots, so it is read from the right."""
    parts = text.rsplit(".", 2)
    if len(parts) != 3 or not parts[1].isdecimal() or len(parts[1]) > 9:
        return None
    return parts[0], int(parts[1]), parts[2]


def _opened(given: Input) -> tuple[BinaryIO, int]:
    """The file, if it still is the one that was judged. Raises OSError or ToolFailed."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(given.path, flags)
    found = os.fstat(handle)
    state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    if not stat.S_ISREG(found.st_mode) or (given.state is not None and state != given.state):
        os.close(handle)
        raise ToolFailed(f"{given.path} was changed after it was judged", f"{given.path} 在检查之后被改动")
    return os.fdopen(handle, "rb"), found.st_size


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a single range; the whole file for anything that is none; None
    where it cannot be given."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return 0, size
    first, last = found[1], found[2]
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    start, stop = int(first), min(size, int(last) + 1 if last else size)
    return (start, stop) if start < stop else None
