"""The door to the facts cache: one SQLite file in the user's cache folder, facts as JSON, nothing pickled.

A file is known by device, inode, size, mtime and ctime, what was asked for, and the state of the code that
measures; judging is never cached. Whatever is wrong with the cache, files are measured as if there were none.
Threads of one process that ask the same of a file wait for the first of them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import functools
import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mediaprep.media.isolation import posix
from mediaprep.model import facts as values
from mediaprep.model.facts import ABSENT, Facts, TextFacts, UnknownFacts

_TABLE = (
    "CREATE TABLE IF NOT EXISTS facts (device INTEGER, inode INTEGER, asked TEXT, size INTEGER, mtime INTEGER,"
    " ctime INTEGER, facts TEXT, digest TEXT, PRIMARY KEY (device, inode, asked)) WITHOUT ROWID"
)
_FIND = "SELECT size, mtime, ctime, facts, digest FROM facts WHERE device = ? AND inode = ? AND asked = ?"
_KEEP = "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_MOVED = "UPDATE facts SET ctime = ? WHERE device = ? AND inode = ? AND size = ? AND mtime = ? AND ctime = ?"
_MOST_ROWS = 200_000
_TICK_NS = 50_000_000  # clocks of file systems stand still so long: a second write would not show
_TURNS = 64
_CLASS = "#"
_ABSENT = "ABSENT"
_KINDS: Mapping[str, Any] = {
    name: kind
    for name, kind in vars(values).items()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Identity:
    """A file at one state, and what was asked about it."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    asked: str


def identity(path: Path, *asked: object) -> Identity | None:
    """Of a regular file; None for anything else and where inodes mean nothing."""
    with contextlib.suppress(Exception):
        return identified(posix.refuse_irregular(path), *asked)
    return None


def identified(found: os.stat_result, *asked: object) -> Identity | None:
    """Of what a stat tells; None where inodes mean nothing, and for what is being written this very moment."""
    if not found.st_ino or abs(time.time_ns() - found.st_mtime_ns) < _TICK_NS:
        return None
    return Identity(
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
        ctime_ns=found.st_ctime_ns,
        asked="|".join(map(str, (measuring(), *asked))),
    )


def default_path() -> Path:
    """Where the user's caches are: $XDG_CACHE_HOME, else ~/.cache (%LOCALAPPDATA% on Windows)."""
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    folder = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return folder / "mediaprep" / "facts.sqlite"


def of_this_user() -> Remembered:
    """What every verb remembers in."""
    return _at(default_path())


@functools.cache
def _at(path: Path) -> Remembered:
    return Remembered(path)


@functools.cache
def measuring() -> str:
    """Changes with the code that measures and with the fields of facts."""
    root = Path(__file__).parents[1]  # the whole of `media`
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".py", ".onnx"}):
        found = path.stat()
        digest.update(f"{path.relative_to(root)} {found.st_size} {found.st_mtime_ns}\n".encode())
    for name, kind in sorted(_KINDS.items()):
        digest.update(f"{name} {[field.name for field in dataclasses.fields(kind)]}\n".encode())
    return digest.hexdigest()[:16]


class Remembered:
    """Facts of files measured before. For several threads; never raises."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._turns = [threading.RLock() for _ in range(_TURNS)]
        self._database = self._opened() or self._anew()

    def find(self, file: Identity) -> Facts | None:
        """The facts of the file at exactly this state, or None."""
        text = self.recall(file)
        return None if text is None else decode(text)

    def keep(self, file: Identity, facts: Facts) -> None:
        """Remember facts that are whole: what could not be measured today may be tomorrow."""
        if isinstance(facts, UnknownFacts) or (not isinstance(facts, TextFacts) and facts.unmeasured):
            return
        self.note(file, encode(facts))

    def text(self, look: Callable[[], Identity | None], make: Callable[[], str]) -> str:
        """What `make` gives of the file that `look` identifies, or gave before of the same."""
        with self.turn(known := look()):
            found = self.recall(known) if known else None
            if found is None:
                found = make()
                if known and known == look():
                    self.note(known, found)
        return found

    def turn(self, file: Identity | None) -> contextlib.AbstractContextManager[object]:
        """One thread at a time for one file."""
        return self._turns[hash((file.device, file.inode)) % _TURNS] if file else contextlib.nullcontext()

    def renamed(self, before: os.stat_result, after: os.stat_result) -> None:
        """A file of ours was given its name, which changes nothing but its ctime."""
        same = [(s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns) for s in (before, after)]
        if same[0] == same[1]:
            with self._lock:
                self._run(_MOVED, (after.st_ctime_ns, *same[0], before.st_ctime_ns))

    def recall(self, file: Identity) -> str | None:
        """What was noted of the file at exactly this state."""
        with self._lock:
            row = self._run(_FIND, (file.device, file.inode, file.asked))
        if row is None or tuple(row[:3]) != (file.size, file.mtime_ns, file.ctime_ns):
            return None
        text, digest = row[3], row[4]
        return text if isinstance(text, str) and digest == _digest(text) else None

    def note(self, file: Identity, text: str) -> None:
        """Remember a word about the file at this state."""
        row = (
            file.device, file.inode, file.asked, file.size, file.mtime_ns, file.ctime_ns, text, _digest(text),
        )  # fmt: skip
        with self._lock:
            self._run(_KEEP, row)

    def close(self) -> None:
        with self._lock:
            database, self._database = self._database, None
            if database is not None:
                with contextlib.suppress(sqlite3.Error):
                    database.close()

    def _opened(self) -> sqlite3.Connection | None:
        with contextlib.suppress(sqlite3.Error, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            database = sqlite3.connect(self._path, timeout=1, isolation_level=None, check_same_thread=False)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = OFF")
                database.execute(_TABLE)
                if database.execute("SELECT count(*) FROM facts").fetchone()[0] > _MOST_ROWS:
                    database.execute("DELETE FROM facts")
            except sqlite3.Error:
                database.close()
                raise
            return database
        return None

    def _anew(self) -> sqlite3.Connection | None:
        """A cache that cannot be read is thrown away; where there can be none, it lasts as long as the process."""
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()
        return self._opened() or self._in_memory()

    @staticmethod
    def _in_memory() -> sqlite3.Connection | None:
        """For this process alone, where nothing can be written."""
        with contextlib.suppress(sqlite3.Error):
            database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            database.execute(_TABLE)
            return database
        return None

    def _run(self, statement: str, values: tuple[object, ...]) -> Any:
        """The first row; None for none. A database that turns out to be broken is not asked again."""
        if self._database is None:
            return None
        try:
            return self._database.execute(statement, values).fetchone()
        except sqlite3.OperationalError:  # busy, or the disk is full: this once without
            return None
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = self._anew()
            return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def encode(facts: Facts) -> str:
    """Facts as JSON: each value of `model.facts` names its class."""
    return json.dumps(_plain(facts), ensure_ascii=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if value is ABSENT:
        return {_CLASS: _ABSENT}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "kind"
        }
        return {_CLASS: type(value).__name__, **fields}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def decode(text: str) -> Facts | None:
    """The facts of `encode`; None for anything else."""
    try:
        found = json.loads(text, object_hook=_built)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found, values.Facts) else None


def _built(entry: dict[str, Any]) -> object:
    name = entry.pop(_CLASS)
    if name == _ABSENT:
        return ABSENT
    return _KINDS[name](**{key: _tuples(value) for key, value in entry.items()})


def _tuples(value: object) -> object:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
