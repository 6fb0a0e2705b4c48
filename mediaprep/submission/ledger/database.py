"""The door to SQLAlchemy's engines: SQLite as a durable file, PostgreSQL by URL, and their transactions.

A write takes SQLite's one writer's place at its beginning (BEGIN IMMEDIATE), so that nothing read inside it
can be outdated; in PostgreSQL rows are locked where they are chosen. What is committed is on disk.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event, exc

from mediaprep.config import Settings, redact
from mediaprep.errors import BadConfig, LedgerError, ToolMissing
from mediaprep.leavings import state_folder
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.submission.ledger.schema import HEAD

LEDGER_NAME: Final = "ledger.db"
_BUSY_SECONDS: Final = 30
_BUSY_NAMES: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
_BUSY_STATES: Final = frozenset({"40001", "40P01", "55P03"})  # of PostgreSQL
_DURABLY: Final = (
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'"
)
"""A server may be told to answer before what is committed is on disk: an intent that a crash forgets is paid twice."""
_CROWDED_BYTES: Final = 128 << 10
_MIGRATION_LOCK: Final = 0x6D656469  # any number, the same for all
_READING: Final = "mediaprep_reading"
NETWORK_FILE_SYSTEMS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gfs2",
     "ocfs2", "beegfs", "ncpfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone",
     "fuse.cephfs", "fuse.davfs2", "fuse.goofys", "fuse.gcsfuse", "virtiofs"}
)  # fmt: skip
"""Where SQLite's locks and its shared memory cannot be relied on (https://sqlite.org/wal.html)."""


class Busy(LedgerError):
    """Somebody else had the ledger for too long. Nothing was changed, and the same again may go well."""


def location(
    settings: Settings, environ: Mapping[str, str] | None = None, *, kind: GatewayKind | None = None
) -> str:
    """Where the ledger lies: what `settings.ledger` says (a file, or postgresql://…), else a file in the
    user's state folder, another one for emulated jobs. Raises BadConfig for another kind of address."""
    if settings.ledger:
        scheme, mark, _ = settings.ledger.partition("://")
        if not mark:
            return str(Path(settings.ledger).expanduser())
        if scheme in ("postgresql", "postgres"):
            return settings.ledger
        raise BadConfig(
            f"ledger: {scheme}:// is not supported, name a file or postgresql://…",
            f"ledger：不支持 {scheme}://，请指定文件或 postgresql://…",
        )
    folder = emulator_folder(environ) if kind is GatewayKind.EMULATED else state_folder(environ)
    return str(folder / LEDGER_NAME)


def emulator_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where emulated jobs have their ledger and the emulator, beside it, what it knows."""
    return state_folder(environ) / "emulator"


class Database:
    """Connections to one ledger, safe to use from several threads. Made for this process only: a forked child
    opens its own."""

    def __init__(self, where: str) -> None:
        self.postgres = where.startswith(("postgresql://", "postgres://"))
        self.shown = redact(where)
        self._where = where
        with self.translated():
            self._engine = postgres_engine(where) if self.postgres else _sqlite(Path(where))
        # SQLite lets one write at a time; threads of one process queue here instead of sleeping and retrying.
        self._turn: contextlib.AbstractContextManager[Any] = (
            contextlib.nullcontext() if self.postgres else threading.Lock()
        )
        self._migrate()

    def close(self) -> None:
        """Give up all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that is on disk when the block has ended, or has not happened. Raises LedgerError."""
        with self.translated(), self._turn, self._engine.begin() as connection:
            yield connection

    def one_at_a_time(self, connection: sa.Connection, what: str) -> None:
        """Until its transaction ends, no other passes here with the same words. (SQLite has one writer anyway.)"""
        if self.postgres:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(what, 0))))

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One look that blocks nobody. Raises LedgerError."""
        with self.translated(), self._engine.connect() as connection:
            yield connection.execution_options(**{_READING: True})

    def translated(self) -> contextlib.AbstractContextManager[None]:
        """The library's errors become ours, without the statement and its values."""
        return translated(self.shown, self._crowded)

    def _crowded(self) -> bool:
        """Whether the disk is full: SQLite has no other word for a log that cannot grow than "I/O error"."""
        with contextlib.suppress(OSError):
            return not self.postgres and shutil.disk_usage(Path(self._where).parent).free < _CROWDED_BYTES
        return False

    def _migrate(self) -> None:
        """Bring the tables to HEAD; of several that come at once, one does it and the others find it done."""
        with self.read() as connection:
            found = _revision(connection)
        if found == HEAD:
            return
        with self.write() as connection:
            if self.postgres:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            found = _revision(connection)
            if found != HEAD:
                _upgrade(connection, found, self.shown)


@contextlib.contextmanager
def translated(shown: str, crowded: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """The library's errors about the ledger `shown` become ours, without the statement and its values."""
    failure: Exception | None = None
    try:
        yield
    except (exc.SQLAlchemyError, OSError) as error:
        failure = error
    if failure is None:
        return
    why = redact(" ".join(str(getattr(failure, "orig", None) or failure).split()))[:300]
    if "I/O error" in why and crowded():
        why = f"no space left on its disk ({why})"
    kind = Busy if _is_busy(failure) else LedgerError
    raise kind(
        f"the ledger {shown} cannot be used: {why}; MEDIAPREP_LEDGER names another",
        f"账本 {shown} 无法使用：{why}；可用 MEDIAPREP_LEDGER 指定其他账本",
    )


def _is_busy(failure: Exception) -> bool:
    """Whether the library gave up because of other writers: a lock, or transactions that exclude each other."""
    orig = getattr(failure, "orig", None)
    return str(getattr(orig, "sqlite_errorname", "")).startswith(_BUSY_NAMES) or (
        getattr(orig, "sqlstate", None) in _BUSY_STATES
    )


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def _upgrade(connection: sa.Connection, found: str | None, shown: str) -> None:
    from mediaprep.submission.ledger import migrating

    if not migrating.known(found):
        raise LedgerError(
            f"the ledger {shown} was made by a newer mediaprep (revision {found}): use that one",
            f"账本 {shown} 由更新版本的 mediaprep 创建（版本 {found}）：请使用该版本",
        )
    migrating.upgrade(connection)


def _sqlite(path: Path) -> sa.Engine:
    refuse_network(path)
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # private from its first moment
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(
        url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}, pool_size=8, max_overflow=8
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guesses
        connection.execute(f"pragma busy_timeout={_BUSY_SECONDS * 1000}")
        _wal(connection)
        connection.execute("pragma synchronous=full")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql("begin" if reading else "begin immediate")

    return engine


def _wal(connection: Any) -> None:
    """Changing the mode asks for the whole file for a moment, and does not wait for it by itself."""
    for last in (*[False] * 100, True):
        try:
            (mode,) = connection.execute("pragma journal_mode=wal").fetchone()
        except Exception as error:
            if last or "locked" not in str(error):
                raise
            time.sleep(0.05)
        else:
            if mode != "wal":
                raise OSError(f"SQLite could not switch to its write-ahead log (it says {mode})")
            return


def postgres_engine(where: str, **more: Any) -> sa.Engine:
    """Connections to a PostgreSQL server. Raises BadConfig, ToolMissing."""
    try:
        url = sa.make_url(where).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, pool_size=8, max_overflow=16, pool_pre_ping=True, **more)
    except exc.ArgumentError:
        raise BadConfig(
            "ledger: that is no address of a PostgreSQL database: postgresql://user@host/name",
            "ledger：不是有效的 PostgreSQL 地址：postgresql://user@host/name",
        ) from None
    except ModuleNotFoundError as error:
        raise ToolMissing(
            f"a ledger in PostgreSQL needs {error.name}: pip install 'mediaprep[postgres]'",
            f"PostgreSQL 账本需要 {error.name}：pip install 'mediaprep[postgres]'",
        ) from None

    @event.listens_for(engine, "connect")
    def _durably(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_DURABLY)
        connection.commit()

    return engine


def refuse_network(path: Path) -> None:
    """Raises BadConfig for a file where SQLite's locks cannot be relied on."""
    kind = file_system_of(path)
    if kind in NETWORK_FILE_SYSTEMS:
        raise BadConfig(
            f"ledger: {path} lies on a network file system ({kind}), where SQLite may lose or double what it "
            "keeps: name a file on a local disk, or a postgresql:// address",
            f"ledger：{path} 位于网络文件系统（{kind}），SQLite 在其上可能丢失或重复数据："
            "请改用本地磁盘上的文件，或 postgresql:// 地址",
        )


def file_system_of(path: Path, mounts: str | None = None) -> str:
    """The kind of file system that `path` lies (or would lie) on, by Linux's list of mounts; "" where there is
    no such list."""
    if mounts is None:
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    real = path.expanduser().resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        place = Path(_unescaped(fields[4]))
        if (real == place or place in real.parents) and len(place.parts) >= best:
            best, kind = len(place.parts), right.split()[0]  # the later mount hides the earlier
    return kind


def _unescaped(text: str) -> str:
    for octal, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(octal, plain)
    return text
