"""What the emulator's rooms read and answer over HTTP, free of any web library."""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from mediaprep.serving.messages import CHUNK, BodyCut, Reply, Request, Streamed

__all__ = [
    "CHUNK", "BodyCut", "Call", "FileSlice", "Reply", "Streamed", "byte_range", "file_reply", "http_date", "json_reply",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Call(Request):
    """One HTTP request to the emulator. `document` is the body of a gateway call, parsed; `problem` says why it
    could not be."""

    document: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

    @classmethod
    def of(cls, request: Request) -> Call:
        """The request, with nothing read of it."""
        return cls(**vars(request))


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
        """The server calls it when the answer is out or the client is gone."""
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
