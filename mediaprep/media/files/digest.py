"""Files by their content."""

from __future__ import annotations

import hashlib
import os
from io import BufferedReader
from pathlib import Path

from mediaprep.errors import ToolFailed
from mediaprep.media.files import facts_cache


def sha256_of(path: Path) -> str:
    """The content's digest; of a file that has not changed it is known. Raises ToolFailed when the file cannot
    be read."""
    try:
        with path.open("rb") as file:
            return sha256_in(file)
    except OSError as error:
        raise ToolFailed(
            f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}"
        ) from error


def sha256_in(file: BufferedReader) -> str:
    """The same of an open file, whatever stands under its name by now. Raises OSError."""

    def look() -> facts_cache.Identity | None:
        return facts_cache.identified(os.fstat(file.fileno()), "sha256")

    def read() -> str:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()

    return facts_cache.of_this_user().text(look, read)
