"""What mediaprep wrote, so that it replaces its own files and nobody else's.

In `.mediaprep/`, the state folder beside every file that is written for a user, a record holds the sha256 of what was
written under each name. A file is ours as long as its content is one of those; with `--overwrite` the content that a
user gave up is added to them. Whatever lies inside a state folder is ours by its place.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import unicodedata
from pathlib import Path
from typing import Final

from mediaprep import leavings
from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media.files.digest import sha256_of

STATE: Final = ".mediaprep"
_RECORDS: Final = "written"
_MOST_MARKS: Final = 8  # of one name: what was written lately


def in_state(path: Path) -> bool:
    """Whether it lies in a state folder."""
    return STATE in path.absolute().parts[:-1]


def make_private(folder: Path) -> None:
    """A folder in a state folder, or that itself, with all above it; what is in a state folder is for its owner
    alone. Raises OSError."""
    parts = folder.parts
    state = Path(*parts[: parts.index(STATE) + 1])
    state.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        state.mkdir(mode=0o700)
    found = state.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_mode & 0o077 and os.name == "posix":
        with contextlib.suppress(PermissionError):  # another user's
            state.chmod(0o700)
    folder.mkdir(parents=True, exist_ok=True)


def refuse_foreign(target: Path) -> None:
    """BadConfig when something stands at `target` that is not ours: that we never wrote, or that was changed since."""
    if in_state(target) or not os.path.lexists(target):
        return
    marks = _marks(target)
    if marks and _mark(target) in marks:
        return
    if marks:
        raise BadConfig(
            f"{target}: was changed since it was written; give the output another name, or --overwrite to replace it",
            f"{target}：写出之后被改动过；请为输出另取名称，或加 --overwrite 覆盖",
        )
    raise BadConfig(
        f"{target}: is there already and was not written by mediaprep; give the output another name, or --overwrite "
        "to replace it",
        f"{target}：已存在且不是 mediaprep 写出的文件；请为输出另取名称，或加 --overwrite 覆盖",
    )


def record(target: Path, sha256: str) -> None:
    """From now on a file at `target` with this content is ours. Kept for convenience: where it cannot be written,
    the file counts as somebody else's."""
    if in_state(target):
        return
    marks = _marks(target)
    if sha256 in marks:
        return
    document = json.dumps({"name": target.name, "marks": [*marks, sha256][-_MOST_MARKS:]})
    place = _place(target)
    with contextlib.suppress(OSError), leavings.named(leavings.part_beside(place)) as part:
        try:
            make_private(place.parent)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(document)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)


def give_up(target: Path) -> None:
    """The user lets what stands at `target` be replaced, if anything does, as long as it is not changed."""
    mark = None if in_state(target) else _mark(target)
    if mark is not None:
        record(target, mark)


def _mark(target: Path) -> str | None:
    """What tells the content of a file, or where a link leads; None where nothing does: it is never ours."""
    try:
        mode = target.lstat().st_mode
        if stat.S_ISLNK(mode):
            return f"link:{hashlib.sha256(os.fsencode(target.readlink())).hexdigest()}"
        return sha256_of(target) if stat.S_ISREG(mode) else None
    except (OSError, ToolFailed):
        return None


def _marks(target: Path) -> list[str]:
    """What is known of files at `target`, oldest first."""
    try:
        told = json.loads(_place(target).read_bytes())
        return [mark for mark in told["marks"] if isinstance(mark, str)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _place(target: Path) -> Path:
    """The record of a name, in whatever letters a file system keeps it."""
    plain = unicodedata.normalize("NFC", target.name).casefold()
    name = hashlib.sha256(plain.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return target.absolute().parent / STATE / _RECORDS / f"{name}.json"
