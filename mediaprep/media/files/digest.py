"""Files by their content."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from mediaprep.errors import ToolFailed


def sha256_of(path: Path) -> str:
    """The content's digest; of a file that has not changed it is known. Raises ToolFailed when the file cannot
    be read."""
    try:
        found = path.stat()
        return _digest(path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    except OSError as error:
        raise ToolFailed(
            f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}"
        ) from error


@functools.lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
