"""The gate: inputs are served by ourselves, and their first byte waits until the TaskId is durable.

So a submit whose answer was lost can be undone: its task asks for an input that it never gets. The only two
addresses are /in/{job}.{attempt}.{nonce}/{index}.{suffix} and /cb/{job}.{attempt}.{token}; everything else is 404.
"""

from __future__ import annotations

import contextlib
import email.utils
import mimetypes
import os
import re
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import BinaryIO, Final
from urllib.parse import quote, unquote, urlsplit

from mediaprep.config import Settings, is_loopback
from mediaprep.errors import BadConfig, LedgerError, MediaprepError, ToolFailed
from mediaprep.model.paid.records import Fetch, Input
from mediaprep.serving.client_bounds import ServerLimits
from mediaprep.serving.messages import Reply, Request
from mediaprep.serving.server import HttpServer, listening_socket
from mediaprep.submission.gate import callbacks
from mediaprep.submission.ledger import Ledger

HOLD_SECONDS: Final = 5.0
"""How long a request waits for the TaskId. The docs warn that slow inputs fail."""
_LOOK_SECONDS: Final = 0.05
_LIMITS: Final = ServerLimits(body_bytes=callbacks.MOST_BYTES)
_LONGEST_PATH: Final = 2000
_BLOCK: Final = 1 << 20
_SUFFIX: Final = re.compile(r"\.[0-9a-z]{1,8}")
_IN: Final = re.compile(r"/in/(?P<attempt>[^/]{1,400})/(?P<index>\d{1,3})(?:\.[0-9a-z]{1,8})?")
_BACK: Final = re.compile(r"/cb/(?P<attempt>[^/]{1,400})")
_LISTEN: Final = re.compile(r"(?:(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]+)):)?(?P<port>\d{1,5})")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The gate as the service sees it, at `base_url`. The secrets stand in the path: the service's logs may show
    them, so each is for one attempt only."""

    base_url: str

    def of_input(self, job: str, n: int, nonce: str, index: int, given: Input) -> str:
        suffix = _suffix(given)
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
        limits: ServerLimits = _LIMITS,
    ) -> None:
        self.ledger, self.hold_seconds = ledger, hold_seconds
        self._stopped = threading.Event()
        self._server = HttpServer(
            self._answer, _listening(listen, descriptor), limits=limits, headers=_headers
        )
        host, port = self._server.address
        self.address = addresses(public or f"http://{f'[{host}]' if ':' in host else host}:{port}")

    def __enter__(self) -> Gate:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self) -> None:
        """Serve until `stop`, or an interrupt of this thread."""
        with self:
            self._stopped.wait()

    def stop(self) -> None:
        """Ends it, within five seconds; from any thread. Nothing is decided about who still waits: an input that
        was not served was not fetched."""
        self._stopped.set()
        self._server.stop()

    def decide(self, job: str, n: int, nonce: str) -> Fetch:
        """Whether an input may flow, having waited for it to be known."""
        ends = time.monotonic() + self.hold_seconds
        while True:
            last = time.monotonic() >= ends
            verdict = self.ledger.may_fetch(job, n, nonce, last=last)
            if verdict is not Fetch.HOLD or last:
                return verdict
            if self._stopped.wait(_LOOK_SECONDS):
                return Fetch.HOLD

    def _answer(self, request: Request) -> Reply:
        """One request. Whatever is not addressed to one attempt, with its secret, is 404, and none of its body is
        read."""
        path = unquote(request.path) if len(request.path) < _LONGEST_PATH else ""
        try:
            if request.method == "POST":
                return self._called_back(path, request)
            if request.method in {"GET", "HEAD"}:
                return self._input(path, request)
        except LedgerError:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE)
        return _plain(HTTPStatus.NOT_IMPLEMENTED)

    def _called_back(self, path: str, request: Request) -> Reply:
        found = _BACK.fullmatch(path)
        attempt = _attempt(found["attempt"]) if found else None
        if attempt is None or not self.ledger.awaits_callback(*attempt):
            return _plain(HTTPStatus.NOT_FOUND)
        body = request.whole(callbacks.MOST_BYTES) if request.length is not None else None
        known = body is not None and callbacks.receive(self.ledger, *attempt, body)
        return _plain(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)

    def _input(self, path: str, request: Request) -> Reply:
        found = _IN.fullmatch(path)
        attempt = _attempt(found["attempt"]) if found else None
        if found is None or attempt is None:
            return _plain(HTTPStatus.NOT_FOUND)
        job, n, nonce = attempt
        verdict = self.decide(job, n, nonce)
        row, index = self.ledger.attempt(job, n), int(found["index"])
        if verdict is Fetch.NOBODY or row is None or index >= len(row.inputs):
            return _plain(HTTPStatus.NOT_FOUND)
        if verdict is not Fetch.SERVE:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE if verdict is Fetch.HOLD else HTTPStatus.GONE)
        try:
            stream, size = _opened(row.inputs[index])
        except (OSError, MediaprepError):
            return _plain(HTTPStatus.GONE)
        part = _range(request.headers.get("range", ""), size)
        if part is None:
            stream.close()
            return Reply(
                status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                headers={"Content-Range": f"bytes */{size}"},
            )
        whole = part == (0, size)
        headers = {
            "Accept-Ranges": "bytes",
            "Content-Type": mimetypes.guess_type(f"input{_suffix(row.inputs[index])}")[0]
            or "application/octet-stream",
        } | ({} if whole else {"Content-Range": f"bytes {part[0]}-{part[1] - 1}/{size}"})
        body = _Flowing(stream, size, part, lambda: self.ledger.flowed(job, n))
        return Reply(
            status=HTTPStatus.OK if whole else HTTPStatus.PARTIAL_CONTENT, headers=headers, body=body
        )


class _Flowing:
    """A part (first byte, the one after the last) of an input. `flows` writes down that a task can be made of it,
    and that is durable before the bytes that make it so: a task that fails at once must not pass for one that
    starved. Cut where the file ends early or that cannot be written down: nothing may pass for the whole of it."""

    def __init__(self, stream: BinaryIO, size: int, part: tuple[int, int], flows: Callable[[], None]) -> None:
        self._stream, self._size, self._part, self._flows = stream, size, part, flows
        self.length = part[1] - part[0]

    def __iter__(self) -> Iterator[bytes]:
        self._stream.seek(self._part[0])
        left = self.length
        while left:
            block = self._stream.read(min(_BLOCK, left))
            if not block:
                raise ConnectionAbortedError("the file has become shorter")
            if self._part[1] == self._size and len(block) == left:
                try:
                    self._flows()
                except LedgerError as error:
                    raise ConnectionAbortedError("that it flows cannot be written down") from error
            yield block
            left -= len(block)

    def close(self) -> None:
        self._stream.close()


def _plain(status: HTTPStatus) -> Reply:
    return Reply(status=status, headers={"Connection": "close"})


def _headers() -> Mapping[str, str]:
    return {"Server": "mediaprep", "Date": email.utils.formatdate(usegmt=True)}


def _listening(listen: tuple[str, int], descriptor: int | None) -> socket.socket:
    try:
        return socket.socket(fileno=descriptor) if descriptor is not None else listening_socket(*listen)
    except (OSError, OverflowError) as error:
        where = f"fd {descriptor}" if descriptor is not None else f"{listen[0]}:{listen[1]}"
        why = getattr(error, "strerror", None) or str(error)
        raise ToolFailed(
            f"the gate cannot listen on {where}: {why}", f"网关无法监听 {where}：{why}"
        ) from None


def _suffix(given: Input) -> str:
    return given.suffix or given.path.suffix.lower()


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
