"""What the emulator's rooms read and answer over HTTP, free of any web library (server.py translates)."""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, Protocol
from urllib.parse import unquote

CHUNK = 1 << 20


class Readable(Protocol):
    """The part of a binary stream that request bodies need."""

    def read(self, size: int = -1, /) -> bytes: ...


class BodyCut(Exception):
    """The client said a length and sent less."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One HTTP request. `path` and `query` are as on the wire (percent-encoded), header names lower case,
    `length` the Content-Length (None: none given). `document` is the body of a gateway call, parsed; `problem`
    says why it could not be."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Readable
    length: int | None
    document: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

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
        """The body at once; None when it is longer than `cap` bytes."""
        if self.length is None:
            if "chunked" not in self.headers.get("transfer-encoding", ""):
                return b""
            body = self.body.read(cap + 1)
            return body if len(body) <= cap else None
        return None if self.length > cap else b"".join(self.chunks())


class Streamed(Protocol):
    """A body that is not in memory: `length` bytes in pieces."""

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


class FileSlice(Iterable[bytes]):
    """`length` bytes of an open file from `start`; the file stays readable when its name is deleted."""

    def __init__(self, stream: IO[bytes], start: int, length: int) -> None:
        self._stream = stream
        self.length = length
        stream.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        while left:
            piece = self._stream.read(min(CHUNK, left))
            if not piece:
                return
            left -= len(piece)
            yield piece

    def close(self) -> None:
        """WSGI servers call it when the answer is out or the client is gone."""
        self._stream.close()


def json_reply(value: object, status: int = 200) -> Reply:
    """`value` as UTF-8 JSON, Chinese unescaped as the gateway writes it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return Reply(
        status=status, headers={"Content-Type": "application/json;charset=utf-8"}, body=text.encode()
    )


_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(start, length) of a single byte range; None = send all. Raises ValueError when it cannot be met."""
    match = _RANGE.match(header.replace(" ", "")) if header else None
    if match is None or match.groups() == ("", ""):
        return None  # absent, malformed or several ranges: RFC 9110 lets a server send all
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise ValueError("an empty suffix")
        return size - length, length
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError("it starts behind the end")
    return start, end - start + 1


def file_reply(path: Path, call: Call, headers: Mapping[str, str], etag: str = "") -> Reply:
    """The file, or the part of it that Range (with If-Range) asks for. Raises FileNotFoundError, and
    ValueError for a range that cannot be met (answer 416)."""
    stream = path.open("rb")
    try:
        size = stream.seek(0, 2)
        condition = call.headers.get("if-range")
        wanted = call.headers.get("range")
        if condition and condition not in {etag, headers.get("Last-Modified")}:
            wanted = None
        part = byte_range(wanted, size)
    except ValueError:
        stream.close()
        raise
    start, length = part or (0, size)
    shown: dict[str, Any] = {"Accept-Ranges": "bytes", **headers}
    if part:
        shown["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    if call.method == "HEAD":
        stream.close()
        return Reply(status=206 if part else 200, headers={**shown, "Content-Length": str(length)})
    return Reply(status=206 if part else 200, headers=shown, body=FileSlice(stream, start, length))


def http_date(seconds: float) -> str:
    """A Last-Modified stamp."""
    return email.utils.formatdate(seconds, usegmt=True)
