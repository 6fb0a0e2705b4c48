"""A look at the ledger that changes nothing: nothing is made, migrated or locked, whatever is found there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import sqlalchemy as sa

from mediaprep.config import Settings, redact
from mediaprep.errors import LedgerError
from mediaprep.model.paid.records import JobState
from mediaprep.submission.ledger.database import location, postgres_engine, refuse_network, translated
from mediaprep.submission.ledger.schema import HEAD, JOB

_CONNECT_SECONDS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is there. `revision` is None where there are no tables yet; `counts` is jobs by state, whatever the
    states are called."""

    where: str
    kind: str
    exists: bool
    revision: str | None
    counts: Mapping[str, int]
    writable: bool

    @property
    def current(self) -> bool:
        """Whether its tables are those of this version, or will be made by the first who writes."""
        return self.revision in (None, HEAD)


def survey(settings: Settings, environ: Mapping[str, str] | None = None) -> Survey:
    """The ledger that the settings name, as it stands. Raises BadConfig (a network file system, another kind of
    address), ToolMissing, LedgerError."""
    where = location(settings, environ)
    with translated(redact(where)):
        return _postgres(where) if "://" in where else _sqlite(Path(where))


def _sqlite(path: Path) -> Survey:
    refuse_network(path)
    if not path.exists():
        return Survey(
            where=str(path),
            kind="SQLite",
            exists=False,
            revision=None,
            counts={},
            writable=_may_be_made(path),
        )
    if not path.is_file():
        raise LedgerError(f"the ledger {path} is not a file", f"账本 {path} 不是文件")
    # Even to read, SQLite would make a log and its shared memory beside a file that nobody has open.
    how = {"mode": "ro"} if path.with_name(f"{path.name}-wal").exists() else {"immutable": "1"}
    url = sa.URL.create("sqlite", database=f"file:{_quoted(path)}", query={**how, "uri": "true"})
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return _looked(sa.create_engine(url), str(path), "SQLite", writable=writable)


def _postgres(where: str) -> Survey:
    engine = postgres_engine(where, connect_args={"connect_timeout": _CONNECT_SECONDS})
    reading = engine.execution_options(postgresql_readonly=True)
    return _looked(reading, redact(where), "PostgreSQL", writable=None)


def _looked(engine: sa.Engine, shown: str, kind: str, *, writable: bool | None) -> Survey:
    try:
        with engine.connect() as c:
            revision, counts = None, {}
            if sa.inspect(c).has_table("alembic_version"):
                revision = c.execute(sa.text("select version_num from alembic_version")).scalar()
            if sa.inspect(c).has_table(JOB.name):
                rows = c.execute(sa.text("select state, count(*) from job group by state"))
                counts = {str(state): int(number) for state, number in rows}
            if writable is None:
                writable = _may_write(c, made=bool(counts) or revision is not None)
    finally:
        engine.dispose()
    order = {state.value: place for place, state in enumerate(JobState)}
    known = dict(sorted(counts.items(), key=lambda one: (order.get(one[0], len(order)), one[0])))
    return Survey(
        where=shown, kind=kind, exists=True, revision=revision, counts=known, writable=bool(writable)
    )


def _may_write(c: sa.Connection, *, made: bool) -> bool:
    """Whether this role may write there; a standby takes no writes from anybody."""
    if c.execute(sa.text("select pg_is_in_recovery()")).scalar():
        return False
    asked = (
        "select has_table_privilege('job', 'INSERT') and has_table_privilege('job', 'UPDATE')"
        if made
        else "select has_schema_privilege(current_schema(), 'CREATE')"
    )
    return bool(c.execute(sa.text(asked)).scalar())


def _may_be_made(path: Path) -> bool:
    """Whether the file, and the folders above it that are missing, could be made."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _quoted(path: Path) -> str:
    """A path in SQLite's kind of address."""
    return quote(str(path.absolute()))
