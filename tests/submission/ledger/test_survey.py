"""A look at a ledger makes nothing, changes nothing, and shows no password."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, LedgerError
from mediaprep.submission.ledger import Ledger, database
from mediaprep.submission.ledger.schema import HEAD
from mediaprep.submission.ledger.survey import survey
from tests.submission.ledger.books import Desk


def settings(where: object) -> Settings:
    return Settings.load({"ledger": str(where)}, {})


def folder_as_it_is(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()}


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = survey(settings(tmp_path / "state" / "ledger.db"))
    assert (found.exists, found.revision, found.counts, found.writable) == (False, None, {}, True)
    assert list(tmp_path.iterdir()) == []


def test_jobs_are_counted_by_state_in_both_databases(desk: Desk) -> None:
    desk.running("a")
    desk.ready("b")
    desk.ready("c")
    found = survey(settings(desk.where))
    assert found.counts == {"READY": 2, "RUNNING": 1}
    assert (found.revision, found.exists, found.writable, found.current) == (HEAD, True, True, True)
    assert found.kind == ("PostgreSQL" if "://" in desk.where else "SQLite")


def test_a_ledger_at_rest_is_left_byte_by_byte_as_it_is(tmp_path: Path) -> None:
    where = tmp_path / "a ledger?#%.db"
    Ledger(where).close()
    before = folder_as_it_is(tmp_path)
    assert survey(settings(where)).revision == HEAD
    assert folder_as_it_is(tmp_path) == before


def test_tables_of_another_version_are_told_and_not_migrated(tmp_path: Path) -> None:
    where = tmp_path / "ledger.db"
    Ledger(where).close()
    with contextlib.closing(sqlite3.connect(where)) as plain, plain:
        plain.execute("update alembic_version set version_num = '9999'")
    found = survey(settings(where))
    assert (found.revision, found.current) == ("9999", False)
    assert survey(settings(where)).revision == "9999"


def test_an_empty_file_has_no_tables_and_gets_none(tmp_path: Path) -> None:
    where = tmp_path / "ledger.db"
    where.touch()
    assert survey(settings(where)).revision is None
    assert where.stat().st_size == 0


def test_a_file_that_is_no_ledger_and_one_on_a_network_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "ledger.db"
    where.write_bytes(b"certainly no database, whatever it is called" * 100)
    with pytest.raises(LedgerError, match="not a database"):
        survey(settings(where))
    with pytest.raises(LedgerError, match="not a file"):
        survey(settings(tmp_path))
    monkeypatch.setattr(database, "file_system_of", lambda path: "nfs4")
    with pytest.raises(BadConfig, match="network file system"):
        survey(settings(where))


def test_what_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "ledger.db"
    Ledger(where).close()
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    assert not survey(settings(where)).writable
    assert not survey(settings(tmp_path / "new" / "ledger.db")).writable


@pytest.mark.needs("postgres")
def test_a_role_that_may_only_read_is_told_and_an_empty_database_stays_empty(postgres: Any) -> None:
    where = postgres.fresh()
    assert survey(settings(where)).revision is None
    assert survey(settings(where)).revision is None, "the first look made nothing"
    with Ledger(where) as made, made._db.write() as c:
        from sqlalchemy import text

        c.execute(text("drop role if exists onlooker"))
        c.execute(text("create role onlooker login"))
        c.execute(text("grant select on all tables in schema public to onlooker"))
    found = survey(settings(where.replace("postgres@", "onlooker:canary-password@")))
    assert (found.revision, found.writable) == (HEAD, False)
    assert "canary-password" not in found.where


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    with pytest.raises(LedgerError, match="cannot be used") as caught:
        survey(settings("postgresql://someone:canary-password@127.0.0.1:9/ledger"))
    assert "canary-password" not in caught.value.en + caught.value.zh
