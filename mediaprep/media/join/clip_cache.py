"""Encoded head and tail clips, kept for the next video: a brand's clips are the same in a whole batch.

An entry is named by what it was made of (the clips' bytes, every word of ffmpeg's arguments, the encoder's
version) and by its own bytes: what is damaged, or no longer what its name says, is not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from mediaprep.errors import ToolFailed
from mediaprep.media.files import facts_cache
from mediaprep.media.files.digest import sha256_of

MOST_BYTES = 1 << 30
_FORMAT = "1"  # of entries; another number forgets all


def folder() -> Path:
    """Where entries lie: beside the other caches of this user."""
    return facts_cache.default_path().parent / "clips"


def key(arguments: Sequence[str], clips: Mapping[str, Path], target: str, version: str) -> str | None:
    """The name of what `arguments` make of the `clips` (by the word that names each); None when a clip
    cannot be read."""
    digest = hashlib.sha256(f"{_FORMAT}\0{version}".encode())
    try:
        contents = {word: sha256_of(path) for word, path in clips.items()}
    except ToolFailed:
        return None
    for argument in arguments:
        digest.update(b"\0" + contents.get(argument, "" if argument == target else argument).encode())
    return digest.hexdigest()


def fetch(name: str, target: Path) -> bool:
    """Put the entry at `target`, if it is there and whole."""
    with contextlib.suppress(OSError, ToolFailed):
        for path in folder().glob(f"{name}-*.mp4"):
            shutil.copyfile(path, target)
            if sha256_of(target) == path.stem.rpartition("-")[2]:
                os.utime(path)
                return True
            path.unlink(missing_ok=True)
    target.unlink(missing_ok=True)
    return False


def keep(name: str, made: Path) -> None:
    """Keep `made` under its name, if there is room; the entries not used for longest make room. No failure
    of this is a failure of the video."""
    with contextlib.suppress(OSError, ToolFailed):
        size = made.stat().st_size
        if size > MOST_BYTES // 4:
            return
        home = folder()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_room(home, size)
        part = home / f".{secrets.token_hex(8)}.part"
        try:
            shutil.copyfile(made, part)
            part.replace(home / f"{name}-{sha256_of(part)}.mp4")
        finally:
            part.unlink(missing_ok=True)


def _make_room(home: Path, size: int) -> None:
    entries = [(path.stat(), path) for path in home.iterdir() if path.is_file()]
    total = sum(stat.st_size for stat, _ in entries)
    for stat, path in sorted(entries, key=lambda entry: entry[0].st_mtime):
        if total + size <= MOST_BYTES:
            return
        path.unlink(missing_ok=True)
        total -= stat.st_size
