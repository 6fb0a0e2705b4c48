"""Bytes on a socket, as no library would send them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def connected(port: int, sent: bytes = b"", *, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A connection from `source` on which `sent` was sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(source, 0)) as line:
        line.sendall(sent)
        yield line


def answer(line: socket.socket) -> bytes:
    """All that comes until the other side closes or breaks off."""
    found = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := line.recv(1 << 16):
            found += piece
    return bytes(found)


def said(port: int, sent: bytes, *, source: str = "127.0.0.1") -> bytes:
    """What is answered to `sent`, once the connection is closed."""
    with connected(port, sent, source=source) as line:
        return answer(line)


def status(found: bytes) -> int:
    """The status of an answer; 0 for none."""
    return int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/1.1 ") else 0


def dripped(port: int, begun: bytes, drop: bytes, seconds: float = 12) -> tuple[float, bytes]:
    """Sends `begun`, then `drop` ten times a second, until the other side has had enough: after how many seconds, and
    what it said."""
    began, found = time.monotonic(), b""
    with connected(port, begun) as line:
        line.settimeout(0.1)
        while time.monotonic() - began < seconds:
            try:
                piece = line.recv(1 << 16)
            except TimeoutError:
                with contextlib.suppress(OSError):
                    line.sendall(drop)
                continue
            except ConnectionError:
                piece = b""
            if not piece:
                return time.monotonic() - began, found
            found += piece
    raise AssertionError(f"still open after {seconds} s")


def took(action: Callable[[], object]) -> float:
    """Seconds."""
    began = time.monotonic()
    action()
    return time.monotonic() - began
