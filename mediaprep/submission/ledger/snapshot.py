"""A ledger looked at without a trace: it is copied, and the copy is read. Nothing is made where there is none."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from mediaprep import leavings
from mediaprep.submission.ledger.book import Ledger
from mediaprep.submission.ledger.database import translated


@contextlib.contextmanager
def snapshot(where: str) -> Iterator[Ledger | None]:
    """What a ledger says now; None where there is none. A server's is asked itself, which changes nothing at its
    newest revision. Raises LedgerError."""
    if "://" in where:
        with Ledger(where) as ledger:
            yield ledger
        return
    if not Path(where).is_file():
        yield None
        return
    with leavings.folder("mediaprep-ledger-") as folder:
        copy = folder / "ledger.db"
        with translated(where):
            _copy(Path(where), copy)
        with Ledger(copy) as ledger:
            yield ledger


def _copy(source: Path, target: Path) -> None:
    """With what stands in its log, if there is one; without, the file is whole and asks for no log to be made."""
    logged = source.with_name(f"{source.name}-wal").exists()
    mode = "mode=ro" if logged else "immutable=1"
    try:
        with (
            contextlib.closing(
                sqlite3.connect(f"file:{quote(str(source.resolve()))}?{mode}", uri=True)
            ) as before,
            contextlib.closing(sqlite3.connect(target)) as after,
        ):
            before.backup(after)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
