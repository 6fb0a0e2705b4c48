"""Answers bent on their way out: slow, cut short, corrupted, compressed."""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Callable, Iterator

from mediaprep.emulator.messages import CHUNK, Reply, Streamed

_PER_SECOND = 20


class Slow:
    """A body at `rate` bytes a second; `pause` sleeps and says whether to go on."""

    def __init__(self, body: bytes | Streamed, rate: int, pause: Callable[[float], bool]) -> None:
        self.length = len(body) if isinstance(body, bytes) else body.length
        self._body = body
        self._step = max(1, rate // _PER_SECOND)
        self._seconds = self._step / rate
        self._pause = pause

    def __iter__(self) -> Iterator[bytes]:
        for piece in _pieces(self._body):
            for at in range(0, len(piece), self._step):
                if not self._pause(self._seconds):
                    return
                yield piece[at : at + self._step]

    def close(self) -> None:
        """Lets go of the file behind it."""
        _close(self._body)


class CutBody:
    """A body that promises `length` bytes and breaks off after `keep`."""

    def __init__(self, body: bytes | Streamed, keep: int) -> None:
        self.length = len(body) if isinstance(body, bytes) else body.length
        self._body = body
        self._keep = keep

    def __iter__(self) -> Iterator[bytes]:
        left = self._keep
        for piece in _pieces(self._body):
            if left <= 0:
                break
            yield piece[:left]
            left -= len(piece)
        if self._keep < self.length:
            raise ConnectionAbortedError("cut on purpose")  # the server breaks the answer off

    def close(self) -> None:
        """Lets go of the file behind it."""
        _close(self._body)


class Corrupt:
    """A body of the same length, `spoiled` bytes of its middle turned over."""

    def __init__(self, body: bytes | Streamed, spoiled: int) -> None:
        self.length = len(body) if isinstance(body, bytes) else body.length
        self._body = body
        self._start = max(0, (self.length - spoiled) // 2)
        self._end = self._start + spoiled

    def __iter__(self) -> Iterator[bytes]:
        at = 0
        for piece in _pieces(self._body):
            first, last = (min(max(0, edge - at), len(piece)) for edge in (self._start, self._end))
            yield piece[:first] + bytes(byte ^ 0xFF for byte in piece[first:last]) + piece[last:]
            at += len(piece)

    def close(self) -> None:
        """Lets go of the file behind it."""
        _close(self._body)


def slowed(reply: Reply, rate: int, pause: Callable[[float], bool]) -> Reply:
    """The same answer at `rate` bytes a second."""
    return dataclasses.replace(reply, body=Slow(reply.body, rate, pause))


def cut(reply: Reply, keep: int | None) -> Reply:
    """The same headers, and `keep` bytes of the body (None: half of it)."""
    return dataclasses.replace(reply, body=CutBody(reply.body, reply.length // 2 if keep is None else keep))


def corrupted(reply: Reply, spoiled: int | None) -> Reply:
    """The same answer with `spoiled` wrong bytes in its middle (None: half of it)."""
    return dataclasses.replace(
        reply, body=Corrupt(reply.body, reply.length // 2 if spoiled is None else spoiled)
    )


def zipped(reply: Reply) -> Reply:
    """The same answer as a careless proxy hands it on: compressed, unasked. An answer without a body stays."""
    if not reply.length or "Content-Length" in reply.headers:  # the latter answers a HEAD
        return reply
    body = gzip.compress(b"".join(_pieces(reply.body)), 1)
    _close(reply.body)
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return dataclasses.replace(reply, body=body, headers=headers)


def _pieces(body: bytes | Streamed) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield from (body[at : at + CHUNK] for at in range(0, len(body), CHUNK))
    else:
        yield from body


def _close(body: bytes | Streamed) -> None:
    if not isinstance(body, bytes):
        body.close()
