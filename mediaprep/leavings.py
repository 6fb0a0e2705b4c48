"""What a command makes only for the meanwhile, written down before it is made: when the command is killed, the next
one removes it.

A record lies in the user's state folder, one for each process, and names its owner. Only what a record of a dead
owner names, what is called as we call such things and belongs to this user, is ever removed; records of other
systems (a home folder shared by several) are left alone.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mediaprep.model.paid.records import Owner

_OURS: Final = re.compile(
    r"\..+\.part-[0-9a-f]{8}|\.(mend|split)-[0-9a-f]{16}|mediaprep-([a-z]+-)?[0-9a-f]{16}"
)
_LARGEST_RECORD: Final = 8 << 20
_TORN_SECONDS: Final = 3600.0
_ROWS_KEPT: Final = 256  # of what is gone already, before the record is written anew


@contextlib.contextmanager
def named(path: Path) -> Iterator[Path]:
    """`path` (a name that `part_beside` or `folder` gives) is about to be made, and is gone or has another name
    afterwards."""
    path = path.absolute()
    _record.add(path)
    try:
        yield path
    finally:
        _record.drop(path)


@contextlib.contextmanager
def folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A private folder in `parent` (None: where temporary files go), removed afterwards. Raises OSError."""
    made = make_folder(prefix, parent)
    try:
        yield made
    finally:
        remove_folder(made)


def make_folder(prefix: str, parent: Path | None = None) -> Path:
    """`folder` for whom a block is too short: to be given to `remove_folder`. Raises OSError."""
    parent = Path(tempfile.gettempdir()) if parent is None else parent
    made = parent.absolute() / f"{prefix}{secrets.token_hex(8)}"
    _record.add(made)
    try:
        made.mkdir(mode=0o700)
    except BaseException:
        _record.drop(made)
        raise
    return made


_REMOVALS, _REMOVAL_SECONDS = 40, 0.05


def remove_folder(made: Path) -> None:
    """Remove what `make_folder` made. A child of another thread that is being stopped may still write into it, so that
    it is not empty when its turn comes: it is tried again for a moment."""
    for _ in range(_REMOVALS):
        shutil.rmtree(made, ignore_errors=True)
        if not made.exists():
            break
        time.sleep(_REMOVAL_SECONDS)
    _record.drop(made)


def part_beside(target: Path) -> Path:
    """A fresh name for what will become `target`, short enough for every file system."""
    kept = os.fsencode(target.name)[:180].decode("utf-8", "ignore")
    return target.absolute().parent / f".{kept}.part-{secrets.token_hex(4)}"


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the programs of `environ`'s user keep their state: $XDG_STATE_HOME, else ~/.local/state
    (%LOCALAPPDATA%)."""
    return _user_folder(environ, "XDG_STATE_HOME", "LOCALAPPDATA", ".local/state")


def config_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where that user's own settings are: $XDG_CONFIG_HOME, else ~/.config (%APPDATA%)."""
    return _user_folder(environ, "XDG_CONFIG_HOME", "APPDATA", ".config")


def _user_folder(environ: Mapping[str, str] | None, name: str, windows: str, inside: str) -> Path:
    environ = os.environ if environ is None else environ
    base = environ.get(windows if os.name == "nt" else name, "")
    home = environ.get("USERPROFILE" if os.name == "nt" else "HOME") or Path("~").expanduser()
    return (Path(base) if base and Path(base).is_absolute() else Path(home) / inside) / "mediaprep"


def sweep() -> int:
    """Remove what processes have left that are certainly dead; how many things that were. No failure of it is a
    failure of what comes next."""
    removed = 0
    for home in _homes():
        with contextlib.suppress(OSError):
            for record in home.glob("*.jsonl*"):
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                    removed += _swept(record)
    return removed


def _homes() -> tuple[Path, ...]:
    """Where records lie, best first: a home folder may be missing or not writable."""
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    return state_folder() / "leavings", Path(tempfile.gettempdir()) / f"mediaprep-leavings-{user}"


def _swept(record: Path) -> int:
    """What the record of a dead owner names is removed, and the record."""
    found = record.lstat()
    if not stat.S_ISREG(found.st_mode) or not _is_mine(found) or found.st_size > _LARGEST_RECORD:
        return 0
    line, *rows = record.read_bytes().splitlines() or [b""]
    try:
        told = json.loads(line)
        owner = Owner(host=str(told["host"]), pid=int(told["pid"]), started=int(told["started"]), name="")
    except (ValueError, KeyError, TypeError):  # somebody died over it, before anything was made
        if time.time() - found.st_mtime > _TORN_SECONDS:
            record.unlink()
        return 0
    if not _is_gone(owner, told.get("machine"), found.st_mtime):
        return 0
    removed = sum(_removed(row) for row in rows)
    record.unlink()
    return removed


def _is_gone(owner: Owner, machine: object, written: float) -> bool:
    from mediaprep import processes  # most commands find no record: they need not know

    return processes.gone(owner) or processes.restarted(machine, owner.host, written)


def _removed(row: bytes) -> bool:
    try:
        path = Path(os.fsdecode(bytes.fromhex(json.loads(row))))
        found = path.lstat()
    except (OSError, ValueError, TypeError):
        return False  # it has become what it should be, or was never made; or the line is torn
    if not path.is_absolute() or not _OURS.fullmatch(path.name) or not _is_mine(found):
        return False
    if stat.S_ISDIR(found.st_mode):
        shutil.rmtree(path, ignore_errors=True)
    elif stat.S_ISREG(found.st_mode):
        path.unlink(missing_ok=True)
    return not path.exists()


def _is_mine(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


class _Record:
    """This process's own record. It is there only while something is meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._now: set[Path] = set()
        self._rows = 0
        self._path: Path | None = None

    def now(self) -> tuple[Path, ...]:
        with self._lock:
            return tuple(self._now)

    def add(self, path: Path) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._now.add(path)
            if self._path is None:
                self._path = self._opened()
            if self._path is not None:
                with self._path.open("ab") as file:
                    file.write(_row(path))
                self._rows += 1

    def drop(self, path: Path) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._now.discard(path)
            if self._path is None:
                return
            if not self._now:
                self._path.unlink(missing_ok=True)
                self._path, self._rows = None, 0
            elif self._rows > len(self._now) + _ROWS_KEPT:
                part = self._path.with_suffix(".jsonl.part")
                part.write_bytes(_owner() + b"".join(map(_row, sorted(self._now))))
                part.replace(self._path)
                self._rows = len(self._now)

    @staticmethod
    def _opened() -> Path | None:
        """A record with its owner's line, private to this user; None where none can be written. The line is ready
        before the file is made and written at once: a kill in between would leave a record that names nobody."""
        line = _owner()
        for home in _homes():
            with contextlib.suppress(OSError):
                home.mkdir(mode=0o700, parents=True, exist_ok=True)
                if home.is_symlink() or not _is_mine(home.lstat()):
                    continue
                path = home / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
                with path.open("xb", buffering=0) as file:
                    file.write(line)
                return path
        return None


def _owner() -> bytes:
    from mediaprep import processes

    me = processes.me()
    told = {"host": me.host, "machine": processes.machine(), "pid": me.pid, "started": me.started}
    return json.dumps(told).encode() + b"\n"


def _row(path: Path) -> bytes:
    return json.dumps(os.fsencode(path).hex()).encode() + b"\n"


_record = _Record()


@atexit.register
def _end_with_us() -> None:
    """What a thread that nobody waits for was still making when an interrupted command ended. Registered before
    whatever ends children, so that it comes after it."""
    for path in _record.now():
        _removed(_row(path))
        _record.drop(path)
