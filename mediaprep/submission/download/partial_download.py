"""The unfinished file of a download: found again by the next process, written by one process at a time, gone when
it is of no use.

Beside the part stands its origin, a few appended lines: of what the bytes are (path of the URL, the server's
validator, length) and how many of them were on the disk when last synced. Only those are built upon.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from mediaprep.submission.durable_files import append_line, keep

try:
    import fcntl
except ImportError:  # Windows: without locks every process begins a part of its own
    fcntl = None  # type: ignore[assignment]

_TRIES: Final = 20
_MOST_ORIGIN_BYTES: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a part is a part of. `path` is the URL's, without host and query, which change when it is signed
    anew; `validator` is what If-Range asks for."""

    path: str
    validator: str
    total: int | None


class PartialFile:
    """An open part. `got` bytes of `origin` are in it; `found` = an earlier process (or call) brought them."""

    def __init__(
        self, path: Path, stream: BinaryIO, origin: Origin | None, got: int, *, shared: bool
    ) -> None:
        self.path, self.stream, self.origin, self.got = path, stream, origin, got
        self.found = got > 0
        self._shared = shared  # under the name that the next process looks for
        self._synced = got
        self._settled = False

    def begin(self, origin: Origin) -> None:
        """Throw away what there is; the bytes that follow are of `origin`."""
        self.restart()
        self.origin = origin
        if origin.validator and self._shared:
            self._note({"path": origin.path, "validator": origin.validator, "total": origin.total})

    def restart(self) -> None:
        """An empty part of nothing."""
        _sidecar(self.path).unlink(missing_ok=True)
        self.stream.seek(0)
        self.stream.truncate()
        self.origin, self.got, self._synced, self.found = None, 0, 0, False

    def write(self, data: bytes, sync_bytes: int) -> None:
        """Append; after every `sync_bytes` what has come is made durable."""
        self.stream.write(data)
        self.got += len(data)
        if self.got - self._synced >= sync_bytes:
            self.sync()

    def sync(self) -> None:
        """What has come so far survives whatever happens."""
        self.stream.flush()
        if self.resumable and self.got > self._synced:
            os.fsync(self.stream.fileno())
            self._note({"synced": self.got})
            self._synced = self.got

    @property
    def resumable(self) -> bool:
        """Whether another process could go on with it."""
        return bool(self._shared and self.got and self.origin and self.origin.validator)

    def keep(self, target: Path) -> None:
        """The part becomes `target`, and stays locked until it has."""
        self.stream.flush()
        if not self._shared:  # an open file cannot be renamed everywhere
            self.stream.close()
        keep(self.path, target)
        self._settled = True
        _sidecar(self.path).unlink(missing_ok=True)

    def leave(self) -> None:
        """Keep the part for a later process, if one can go on with it."""
        if self.resumable:
            with contextlib.suppress(OSError):
                self.sync()
                self._settled = True

    def close(self) -> None:
        """Close the file; what was neither kept nor left is removed."""
        with contextlib.suppress(OSError):
            self.stream.close()
        if not self._settled:
            for path in (self.path, _sidecar(self.path)):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _note(self, row: dict[str, Any]) -> None:
        append_line(_sidecar(self.path), json.dumps(row, ensure_ascii=False).encode("utf-8"))


@contextlib.contextmanager
def opened(target: Path, path: str) -> Iterator[PartialFile]:
    """The part of `target`, with what an earlier process has brought of the URL path `path`; a fresh one of our
    own while another process is at it. What the caller neither keeps nor leaves is removed. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    name = f".{target.stem[:60]}.part-"
    shared = target.with_name(name + hashlib.sha256(target.name.encode("utf-8", "replace")).hexdigest()[:8])
    handle = _locked(shared)
    part = (
        _fresh(target.with_name(name + secrets.token_hex(4)))
        if handle is None
        else _found(shared, handle, path)
    )
    try:
        yield part
    finally:
        part.close()


def _fresh(path: Path) -> PartialFile:
    """A new file, made by us and by nobody else."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return PartialFile(path, os.fdopen(os.open(path, flags, 0o666), "rb+"), None, 0, shared=False)


def _found(path: Path, handle: int, url_path: str) -> PartialFile:
    """The file behind a locked `handle`, cut to what can be built upon."""
    stream = os.fdopen(handle, "rb+")
    origin, got = _read_origin(path, url_path, os.fstat(handle).st_size)
    part = PartialFile(path, stream, origin, got, shared=True)
    if origin is None:
        part.restart()
    else:
        stream.truncate(got)
        stream.seek(got)
    return part


def _locked(path: Path) -> int | None:
    """A descriptor of `path`, locked by us and by nobody else; None where that cannot be had."""
    if fcntl is None:
        return None
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    for _ in range(_TRIES):
        try:
            handle = os.open(path, flags, 0o666)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):  # not what we would have left there
                return None
            raise
        try:
            if not _ours(os.fstat(handle)):
                raise BlockingIOError
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        # Whoever held it may have renamed it to its target meanwhile: then this is no part any more.
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), path.lstat()):
                return handle
        os.close(handle)
    return None


def _ours(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == os.geteuid()


def _sidecar(part: Path) -> Path:
    return part.with_name(f"{part.name}.origin")


def _read_origin(part: Path, path: str, size: int) -> tuple[Origin | None, int]:
    """What the lines beside a part say of it; (None, 0) where it is of no use for the URL path `path`. A part
    that is whole gives up its last byte, so that the server can be asked whether it is still the same."""
    origin, synced = None, 0
    for row in _rows(_sidecar(part)):
        validator, total = row.get("validator"), row.get("total")
        if row.get("path") == path and isinstance(validator, str) and validator:
            origin = Origin(path=path, validator=validator, total=total if _count(total) else None)
        elif _count(row.get("synced")):
            synced = row["synced"]
    if origin is None:
        return None, 0
    most = size if origin.total is None else min(size, origin.total - 1)
    got = min(synced, most)
    return (origin, got) if got > 0 else (None, 0)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as stream:
            lines = stream.read(_MOST_ORIGIN_BYTES).split(b"\n")
    except OSError:
        return
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            row = json.loads(line)
            if isinstance(row, dict):
                yield row


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
