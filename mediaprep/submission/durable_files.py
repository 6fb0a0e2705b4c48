"""Bytes that survive a crash: appended lines and finished files, synced down to their folder."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make a created or renamed entry durable. Where a folder cannot be opened (Windows) nothing is done."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def append_line(path: Path, line: bytes) -> None:
    """Append one line to a private file (made with its folder if need be) and sync it. OSError when it fails.

    A torn line that a crash left at the end is closed off first, so that only it is lost.
    """
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and _last_byte(handle, size) != b"\n"
        data = (b"\n" if torn else b"") + line + b"\n"
        while data:  # a disk that fills up takes a part first, and says why only when asked again
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if made:
        sync_folder(path.parent)


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


def keep(part: Path, target: Path) -> None:
    """Turn a finished `part` into `target` (same folder), atomically and durably."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(target)
    sync_folder(target.parent)


def write_whole(target: Path, data: bytes) -> None:
    """Write a small file, for its owner alone, so that it appears whole or not at all. OSError when it fails."""
    part = target.parent / f".{target.stem[:60]}.part-{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        keep(part, target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
