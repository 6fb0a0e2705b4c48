"""What a server of ours reads and answers over HTTP, free of any web library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import unquote

__all__ = ["CHUNK", "BodyCut", "Readable", "Reply", "Request", "Streamed"]

CHUNK = 1 << 20


class Readable(Protocol):
    """The part of a binary stream that request bodies need."""

    def read(self, size: int = -1, /) -> bytes: ...


class BodyCut(Exception):
    """The client said a length and sent less, too slowly, or more than a body may have."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request. `path` and `query` are as on the wire (percent-encoded), header names lower case, `host`
    the authority that was asked for, `length` the Content-Length (None: none given). Nothing of `body` is read
    from the connection before it is asked for."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Readable
    length: int | None
    host: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded as S3 does (a plus is a plus)."""
        parts = [p.partition("=") for p in self.query.split("&") if p]
        return [(unquote(name), unquote(value)) for name, _, value in parts]

    def chunks(self) -> Iterator[bytes]:
        """The body, exactly `length` bytes of it. Raises BodyCut when it ends early."""
        left = self.length or 0
        while left:
            piece = self.body.read(min(CHUNK, left))
            if not piece:
                raise BodyCut(f"{left} bytes are missing")
            left -= len(piece)
            yield piece

    def whole(self, cap: int) -> bytes | None:
        """The body at once; None when it is longer than `cap` bytes. Raises BodyCut."""
        if self.length is None:
            if "chunked" not in self.headers.get("transfer-encoding", "").lower():
                return b""
            body = self.body.read(cap + 1)
            return body if len(body) <= cap else None
        return None if self.length > cap else b"".join(self.chunks())


class Streamed(Protocol):
    """A body that is not in memory: `length` bytes in pieces. `close` is called when the answer is out or the
    client is gone. Raising OSError breaks the answer off behind what was sent."""

    length: int

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One HTTP answer; Content-Length is the server's to write unless `headers` has it (HEAD).
    For injected faults: `drop` closes the connection without a byte, `reset` breaks it off (RST), and
    `framing` says where the body ends: by its Content-Length, by its last chunk, by the connection's end."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Streamed = b""
    drop: bool = False
    reset: bool = False
    framing: Literal["length", "chunked", "closed"] = "length"

    @property
    def length(self) -> int:
        return len(self.body) if isinstance(self.body, bytes) else self.body.length
