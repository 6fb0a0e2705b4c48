"""The door to requests (and urllib3 below it): one exchange, one fresh connection, one verdict.

What callers must know about a failed exchange is whether anything was sent. `NotSent` says that certainly
nothing was; `Broken` says that something was and no whole answer came. Redirects, cookies, .netrc and retries
are off; a watchdog bounds the whole exchange, which socket time-outs alone do not.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
import requests.adapters
import requests.utils
import urllib3
import urllib3.connection
import urllib3.exceptions
import urllib3.util.connection

from mediaprep.config import guard_logs, is_loopback, redact
from mediaprep.contract.wire import received
from mediaprep.model.findings import Text
from mediaprep.submission.wire.address_policy import (
    Address,
    Allowed,
    address_of,
    is_private_literal,
    is_public,
)

# urllib3 logs whole request lines at DEBUG, query strings and signatures included.
guard_logs(
    "urllib3.connectionpool",
    "urllib3.connection",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util.retry",
)

USER_AGENT: Final = "mediaprep"
_FAILURES: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


Body = bytes | BinaryIO | None


class Failure(Exception):
    """An exchange that did not end in an answer; `why` in both languages, without any URL."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


class NotSent(Failure):
    """Not one byte of the request left this machine."""


class Broken(Failure):
    """The request, or part of it, was sent; the answer is missing or not whole. `came`: what came of it."""

    came: Answer | None = None


class Private(NotSent):
    """The host resolves to an address that is not public."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds: to connect, between two bytes, and for the whole exchange."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A whole answer. Header names are in lower case; `body` is raw."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream:
    """An answer whose body is read piece by piece, as it arrives."""

    def __init__(self, response: requests.Response, trace: _Trace) -> None:
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._raw = response.raw
        self._trace = trace

    def read(self, most: int) -> bytes:
        """What has arrived, up to `most` bytes; b"" at the end. Raises Broken when it is cut before it."""
        failure: Failure | None = None
        try:
            data: bytes = self._raw.read1(most, decode_content=False) or b""
        except _FAILURES as error:
            failure = self._trace.failure(error)
        if failure is not None:
            raise failure
        if self._trace.late:  # the watchdog's cut can look like a proper end
            raise Broken(_TOO_LONG)
        return data


class Wire:
    """Sends single requests. It connects to no private, loopback or reserved address but the `allowed` ones (None: to
    any)."""

    def __init__(self, *, allowed: Allowed = None) -> None:
        self.allowed = allowed
        self._session = requests.Session()
        self._session.trust_env = False  # no .netrc: only its proxies and certificates are wanted
        self._session.headers.clear()
        adapter = _Adapter(max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], patience: Patience, cap_bytes: int
    ) -> Answer:
        """One POST and its whole answer of at most `cap_bytes`. Raises NotSent or Broken."""
        with self._exchange("POST", url, body, headers, patience) as stream:
            return _whole(stream, cap_bytes)

    def signed(
        self, method: str, url: str, body: Body = None, *, patience: Patience, cap_bytes: int
    ) -> Answer:
        """One exchange with a presigned URL: no header but those that every client sends, because whatever
        else is sent may have to be signed. A file is sent as it is read. Raises NotSent or Broken."""
        with self._exchange(method, url, body, {}, patience) as stream:
            return _whole(stream, cap_bytes)

    def head(self, url: str, headers: Mapping[str, str], patience: Patience) -> Answer:
        """One HEAD. Raises NotSent or Broken."""
        with self._exchange("HEAD", url, None, headers, patience) as stream:
            return Answer(status=stream.status, headers=stream.headers, body=b"")

    @contextlib.contextmanager
    def get(self, url: str, headers: Mapping[str, str], patience: Patience) -> Iterator[Stream]:
        """One GET, read by the caller. Raises NotSent or Broken, also from the stream."""
        with self._exchange("GET", url, None, headers, patience) as stream:
            yield stream

    @contextlib.contextmanager
    def _exchange(
        self, method: str, url: str, body: Body, headers: Mapping[str, str], patience: Patience
    ) -> Iterator[Stream]:
        proxies = {} if is_loopback(urlsplit(url).hostname or "") else getproxies()
        if requests.utils.should_bypass_proxies(url, no_proxy=None):
            proxies = {}
        trace = _Trace(self.allowed, patience)
        trace.refuse_literal(address_of(url))
        with trace.running():
            failure: Failure | None = None
            try:
                response = self._session.request(
                    method,
                    url,
                    data=body,
                    headers={
                        "User-Agent": USER_AGENT,
                        "Accept-Encoding": "identity",
                        "Connection": "close",
                        **headers,
                    },
                    timeout=(patience.connect, patience.read),
                    allow_redirects=False,
                    stream=True,
                    proxies=proxies,
                    verify=_certificates(),
                )
            except _FAILURES as error:
                failure = trace.failure(error)
            if failure is not None:  # raised out here, so that no foreign error hangs on it as context
                raise failure
            try:
                yield Stream(response, trace)
            finally:
                response.close()
                self._session.cookies.clear()


def _whole(stream: Stream, cap_bytes: int) -> Answer:
    """The answer with its body of at most `cap_bytes`. Raises Broken."""
    if stream.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Broken(Text("the answer is encoded, which was not asked for", "应答使用了未请求的编码"))
    pieces: list[bytes] = []
    size = 0

    def come() -> Answer:
        return Answer(status=stream.status, headers=stream.headers, body=b"".join(pieces))

    try:
        while piece := stream.read(65536):
            pieces.append(piece)
            size += len(piece)
            if size > cap_bytes:
                raise Broken(Text(f"the answer exceeds {cap_bytes} bytes", f"应答超过 {cap_bytes} 字节"))
    except Broken as error:
        error.came = come()
        raise
    return come()


_TOO_LONG: Final = Text("the exchange took too long and was cut", "通信超过总时限，已中断")


class _Trace:
    """How far one exchange came, and the handle with which the watchdog cuts it."""

    def __init__(self, allowed: Allowed, patience: Patience) -> None:
        self.allowed = allowed
        self.patience = patience
        self.deadline = time.monotonic() + patience.total
        self.sent = False
        self.late = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def may_lead_anywhere(self, address: Address | None) -> bool:
        """Whether it is not asked if the host is public."""
        return self.allowed is None or address in self.allowed

    def refuse_literal(self, address: Address | None) -> None:
        """Raises Private; a name is judged by what it resolves to, when connecting."""
        if address and not self.may_lead_anywhere(address) and is_private_literal(address.host):
            raise _private(address.host, address.host)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        watchdog = threading.Timer(self.patience.total, self._cut)
        watchdog.daemon = True
        watchdog.start()
        _current.trace = self
        try:
            yield
        finally:
            watchdog.cancel()
            with self._lock:
                if self._handle is not None:
                    self._handle.close()
                    self._handle = None

    def connected(self, sock: socket.socket) -> None:
        # A duplicate: TLS takes the socket object over, a shutdown reaches the connection all the same.
        with self._lock:
            self._handle = sock.dup()
        if self.late:
            self._cut()

    def _cut(self) -> None:
        self.late = True
        with self._lock, contextlib.suppress(OSError):
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)

    def failure(self, error: Exception) -> Failure:
        if isinstance(error, Failure):
            return error
        why = _TOO_LONG if self.late else _why(error, self.patience)
        return Broken(why) if self.sent else NotSent(why)


class _Current(threading.local):
    trace: _Trace | None = None


_current = _Current()


class _Response(http.client.HTTPResponse):
    """A length that is none is as good as none said: the body ends with the connection."""

    def begin(self) -> None:
        super().begin()
        said = self.headers.get_all("content-length", [])
        if said and (len(set(said)) > 1 or received.length(said[0]) is None):
            del self.headers["content-length"]
            self.length = None


class _Traced:
    """What both connection classes add: the trace learns of the socket, and of the first byte sent."""

    response_class: Any = _Response

    def _new_conn(self) -> socket.socket:
        trace = _current.trace
        host, port = self._dns_host, self.port  # type: ignore[attr-defined]
        free = trace is None or trace.may_lead_anywhere(Address(host.strip("[]").rstrip(".").lower(), port))
        if not free and getattr(self, "proxy", None) is None:
            sock = _connect_public(self)
        else:
            sock = super()._new_conn()  # type: ignore[misc]
        if trace is not None:
            trace.connected(sock)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if getattr(self, "sock", None) is None:
            self.connect()  # type: ignore[attr-defined]
        if _current.trace is not None:
            _current.trace.sent = True
        super().request(*args, **kwargs)  # type: ignore[misc]


class _Plain(_Traced, urllib3.connection.HTTPConnection):
    """http, for this machine and for what users' own URLs say."""


class _Secure(_Traced, urllib3.connection.HTTPSConnection):
    """https, certificates verified."""


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS: Final[dict[str, type[urllib3.HTTPConnectionPool]]] = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _private(host: str, address: str) -> Private:
    return Private(
        Text(f"{host} leads to {address}, which is not a public address", f"{host} 指向非公网地址 {address}")
    )


def _connect_public(connection: Any) -> socket.socket:
    """A connected socket; every address of the host must be public, and only those judged are used."""
    host, port = connection._dns_host, connection.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise urllib3.exceptions.NameResolutionError(host, connection, socket.gaierror(str(error))) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_public(address):
            raise _private(host, address)
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            sock = urllib3.util.connection.create_connection(
                (address, port), connection.timeout, socket_options=connection.socket_options
            )
        except OSError as error:
            last = error
        else:
            sys.audit("http.client.connect", connection, host, port)
            return sock
    raise urllib3.exceptions.NewConnectionError(connection, "no address answered") from last


def _certificates() -> bool | str:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        if os.environ.get(name):
            return os.environ[name]
    return True


def _why(error: BaseException, patience: Patience) -> Text:
    """The first row of the table that any cause fits; else the innermost one that says something."""
    # NewConnectionError is a TimeoutError to urllib3 whatever happened; what caused it stands further in.
    chain = [c for c in _causes(error) if type(c) is not _errors.NewConnectionError]
    for kinds, en, zh in _REASONS:
        for cause in chain:
            if isinstance(cause, kinds):
                words = {"connect": patience.connect, "read": patience.read, "cause": _short(cause)}
                return Text(en.format(**words), zh.format(**words))
    inner = next((c for c in reversed(chain) if isinstance(c, OSError) and c.strerror), None)
    said = inner.strerror if inner is not None and inner.strerror else type(chain[-1]).__name__
    return Text(f"connection failed: {said}", f"连接失败：{said}")


_Kinds = tuple[type[BaseException], ...]
_errors = urllib3.exceptions
_REASONS: Final[tuple[tuple[_Kinds, str, str], ...]] = (
    ((_errors.NameResolutionError, socket.gaierror), "the host's name cannot be resolved", "无法解析主机名"),
    ((ConnectionRefusedError,), "connection refused", "连接被拒绝"),
    ((_errors.ConnectTimeoutError,), "no connection within {connect:g} s", "{connect:g} 秒内未能建立连接"),
    ((TimeoutError, _errors.TimeoutError), "nothing came for {read:g} s", "{read:g} 秒内没有收到数据"),
    ((_errors.ProxyError,), "the proxy refused or failed", "代理拒绝或失败"),
    ((_errors.SSLError,), "TLS failed: {cause}", "TLS 失败：{cause}"),
    ((_errors.IncompleteRead,), "the answer was cut short", "应答不完整即中断"),
    ((ConnectionError, http.client.RemoteDisconnected), "the connection was cut", "连接被中断"),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        item = todo.pop(0)
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        todo += [getattr(item, "reason", None), *item.args, item.__cause__, item.__context__]


def _short(error: BaseException) -> str:
    return redact(str(error).replace("\n", " "))[:160]
