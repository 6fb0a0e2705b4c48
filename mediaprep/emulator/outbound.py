"""The emulator's own requests: it fetches inputs, uploads results and calls back.

Addresses are judged where the socket is opened, for every redirect again, and the socket goes to the very
address that was judged. Loopback and the hosts the user allowed are reachable, nothing else; names that were
not allowed are not even looked up.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote, urljoin, urlsplit

from mediaprep.emulator.messages import CHUNK
from mediaprep.emulator.store.padding import Padding

_MAX_REDIRECTS = 3
_CONNECT_SECONDS = 5.0
_QUIET_SECONDS = 15.0
_MAX_URL = 8192


class Unfetchable(Exception):
    """Nothing came: not allowed, not reachable, no such host. Says why without the URL's query."""


class BrokenDownload(Exception):
    """An answer came, and not the whole file with it; `status` where it was another one than 200."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class TooLarge(Exception):
    """More bytes than the cap; `size` is what Content-Length says, or what was read until it was stopped."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where requests may go, and how long one may take in all (seconds). Under `own_names` (host:port) the emulator
    itself is known outside: what leads there goes to its own socket, whatever the names mean on this machine."""

    allow_hosts: frozenset[str] = frozenset()
    seconds: float = 60.0
    own_names: frozenset[str] = frozenset()
    own: tuple[str, int] = ("", 0)


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    loopback: bool
    addresses: tuple[tuple[socket.AddressFamily, str], ...]
    named: str = ""  # what stands in the Host header, where that is not whom the socket goes to


def fetch(url: str, target: Path, cap: int, reach: Reach) -> int:
    """Downloads to `target`, at most `cap` bytes; returns the size. Of an MP4 that ends in padding the padding
    is left out: the file has its size, and a hole. Raises Unfetchable, Broken, TooLarge."""
    deadline = time.monotonic() + reach.seconds
    with _following(url, reach, deadline) as (connection, response):
        if response.status != 200:
            raise BrokenDownload(f"HTTP {response.status}", response.status)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise BrokenDownload("it came compressed although it was not asked for so")
        if response.length is not None and response.length > cap:
            raise TooLarge(response.length)
        total, size = response.length, 0
        padding = Padding(total)
        with target.open("wb") as stream:
            for piece in _pieces(connection, response, deadline):
                size += len(piece)
                if size > cap:
                    raise TooLarge(size)
                stream.write(piece)
                if padding.rest(piece):
                    size = total or size
                    stream.truncate(size)
                    break
        return size


def put(url: str, path: Path, reach: Reach) -> None:
    """Uploads a file with one PUT and no header beyond Host and Content-Length (a presigned URL signs no
    other). Raises Unfetchable or Broken."""
    with path.open("rb") as stream:
        status = _send("PUT", url, reach, stream, {"Content-Length": str(path.stat().st_size)})
    if not 200 <= status < 300:
        raise BrokenDownload(f"HTTP {status}", status)


def post(url: str, body: bytes, reach: Reach) -> int:
    """POSTs JSON once, following nothing; returns the HTTP status. Raises Unfetchable or Broken."""
    headers = {"Content-Type": "application/json;charset=utf-8", "Content-Length": str(len(body))}
    return _send("POST", url, reach, io.BytesIO(body), headers)


def _send(method: str, url: str, reach: Reach, body: IO[bytes], headers: Mapping[str, str]) -> int:
    """One request with a body; the HTTP status of the answer. A body that takes longer than the reach's
    seconds in all is cut off."""
    deadline = time.monotonic() + reach.seconds
    target = _resolve(url, reach)
    connection = _connect(target, deadline)
    try:
        connection.putrequest(method, target.path, skip_accept_encoding=True, skip_host=bool(target.named))
        if target.named:
            connection.putheader("Host", target.named)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        while piece := body.read(CHUNK):
            _hurry(connection, deadline)
            connection.send(piece)
        _hurry(connection, deadline)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise BrokenDownload(_reason(error)) from error
    finally:
        connection.close()


def _hurry(connection: http.client.HTTPConnection, deadline: float) -> None:
    """Lets the next step on the socket last until the deadline at most. Raises Broken behind it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise BrokenDownload("it took too long")
    if connection.sock is not None:
        connection.sock.settimeout(min(left, _QUIET_SECONDS))


@contextmanager
def _following(
    url: str, reach: Reach, deadline: float
) -> Iterator[tuple[http.client.HTTPConnection, http.client.HTTPResponse]]:
    """The response behind at most three redirects, each judged like the first URL."""
    was_loopback = None
    for _ in range(_MAX_REDIRECTS + 1):
        target = _resolve(url, reach)
        if was_loopback is False and target.loopback:
            raise Unfetchable("a host outside redirects to loopback")
        was_loopback = target.loopback
        connection = _connect(target, deadline)
        try:
            try:
                host = {"Host": target.named} if target.named else {}
                connection.request("GET", target.path, headers={**host, "Accept-Encoding": "identity"})
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise Unfetchable(_reason(error)) from error
            location = response.headers.get("Location")
            if response.status not in {301, 302, 303, 307, 308} or location is None:
                yield connection, response
                return
        finally:
            connection.close()
        url = urljoin(url, location)
    raise Unfetchable(f"more than {_MAX_REDIRECTS} redirects")


def _pieces(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, deadline: float
) -> Iterator[bytes]:
    while True:
        _hurry(connection, deadline)
        try:
            piece = response.read1(CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise BrokenDownload(_reason(error)) from error
        if not piece:
            if response.length:  # what Content-Length promised and did not come
                raise BrokenDownload(f"{response.length} bytes are missing")
            return
        yield piece


def _resolve(url: str, reach: Reach) -> _Target:
    """Where a URL leads, its addresses judged. Raises Unfetchable."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unfetchable("not a URL") from error
    if parts.scheme not in {"http", "https"} or not host or len(url) > _MAX_URL:
        raise Unfetchable("not an http or https URL")
    if any(c <= " " or c == "\x7f" for c in url):
        raise Unfetchable("white space or a control character in the URL")
    usual = 443 if parts.scheme == "https" else 80
    port = port or usual
    name, scheme, named = f"[{host}]" if ":" in host else host, parts.scheme, ""
    ours = f"{name}:{port}" in reach.own_names
    if ours:
        named = name if port == usual else f"{name}:{port}"
        scheme, (host, port) = "http", reach.own
    allowed = ours or host.lower() in reach.allow_hosts
    if not allowed and not _may_be_loopback(host):
        raise Unfetchable(f"host {host} is neither loopback nor allowed (--allow-host)")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unfetchable(f"host {host} is not known") from error
    addresses = tuple((f[0], str(f[4][0])) for f in found)
    loopback = all(_loopback(address) for _, address in addresses)
    if not allowed and not loopback:
        raise Unfetchable(f"host {host} is not loopback")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        path = quote(path, safe="/?&=%:@!$'()*+,;~-._")
    return _Target(scheme, host, port, path, ours or loopback, addresses, named)


def _may_be_loopback(host: str) -> bool:
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or _loopback(host)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _connect(target: _Target, deadline: float) -> http.client.HTTPConnection:
    """A connection whose socket goes to an address that `_resolve` judged, not to a second look-up."""
    left = min(_CONNECT_SECONDS, deadline - time.monotonic())
    if left <= 0:
        raise Unfetchable("it took too long")
    if target.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(target.host, target.port)
    else:
        connection = http.client.HTTPConnection(target.host, target.port)
    problem: OSError | None = None
    for family, address in target.addresses:
        raw = socket.socket(family, socket.SOCK_STREAM)
        raw.settimeout(left)
        try:
            raw.connect((address, target.port))
            if target.scheme == "https":
                raw = ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)
        except OSError as error:
            raw.close()
            problem = error
            continue
        raw.settimeout(_QUIET_SECONDS)
        connection.sock = raw
        return connection
    raise Unfetchable(_reason(problem)) from problem


def _reason(error: BaseException | None) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    return type(error).__name__
