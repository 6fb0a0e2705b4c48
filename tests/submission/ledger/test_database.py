"""Where the ledger lies, how it is opened, and what is refused."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, LedgerError
from mediaprep.model.paid.records import NewJob
from mediaprep.submission.ledger import Ledger, database, migrating, schema
from tests.submission.ledger.books import Desk

MOUNTS = r"""
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 22 0:40 / /home rw - nfs4 server:/home rw
32 31 0:41 / /home/me/local\040disk rw - xfs /dev/vdb rw
33 22 0:42 / /win rw - 9p drvfs rw
34 22 0:43 / /far rw master:1 - fuse.sshfs me@there rw
"""
JOB = NewJob(id="a", name="a", endpoint="tts", base_url="b", digest="d")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/x.db", "ext4"),
        ("/home/me/x.db", "nfs4"),
        ("/home/me/local disk/x.db", "xfs"),
        ("/win/x.db", "9p"),
        ("/far/deep/x.db", "fuse.sshfs"),
        ("/farther/x.db", "ext4"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert database.file_system_of(Path(path), MOUNTS) == kind


def test_sqlite_on_a_network_file_system_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "file_system_of", lambda path: "nfs4")
    with pytest.raises(BadConfig, match=r"nfs4.*postgresql://"):
        Ledger(tmp_path / "new" / "ledger.db")
    assert not (tmp_path / "new").exists()


def test_the_settings_choose_the_ledger(tmp_path: Path) -> None:
    chosen = database.location(Settings(), {"XDG_STATE_HOME": str(tmp_path)})
    assert chosen == str(tmp_path / "mediaprep" / "ledger.db")
    assert database.location(Settings(ledger="x.db")) == "x.db"
    assert database.location(Settings(ledger="postgresql://h/n")) == "postgresql://h/n"
    with pytest.raises(BadConfig, match="mysql://"):
        database.location(Settings(ledger="mysql://h/n"))


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_the_file_is_private(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "state" / "ledger.db")
    book.enqueue(JOB)
    for file in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_what_is_committed_is_on_disk(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "ledger.db")
    with book._db.read() as c:
        assert c.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("pragma synchronous").scalar() == 2


def test_a_kill_right_after_a_method_returned_loses_nothing(tmp_path: Path) -> None:
    code = (
        "import os, sys; from mediaprep.submission.ledger import Ledger\n"
        "from mediaprep.model.paid.records import NewJob\n"
        "Ledger(sys.argv[1]).enqueue(NewJob(id='a', name='a', endpoint='tts', base_url='b', digest='d'))\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "l.db")], cwd=Path.cwd(), check=False)
    assert done.returncode == -9
    assert Ledger(tmp_path / "l.db").job("a").name == "a"


_OPEN = """
import sys
from mediaprep.submission.ledger import Ledger
from mediaprep.model.paid.records import NewJob
book = Ledger(sys.argv[1])
book.enqueue(NewJob(id=sys.argv[2], name="a", endpoint="tts", base_url="b", digest="d"))
"""


def test_processes_that_come_at_once_make_the_tables_once(desk: Desk) -> None:
    where = desk.where if desk.where.startswith("postgresql") else desk.where + ".other"
    if where.startswith("postgresql"):
        with desk.book._db.write() as c:
            schema.METADATA.drop_all(c)
            c.exec_driver_sql("drop table alembic_version")
    children = [
        subprocess.Popen([sys.executable, "-c", _OPEN, where, f"j{n}"], cwd=Path.cwd()) for n in range(3)
    ]  # fmt: skip
    assert [child.wait(timeout=120) for child in children] == [0, 0, 0]
    assert len(Ledger(where).jobs()) == 3


def test_the_scripts_make_the_tables_that_the_code_is_written_for(desk: Desk) -> None:
    import sqlalchemy as sa

    head = migrating.head()
    assert head == schema.HEAD, (
        f'HEAD in mediaprep/submission/ledger/schema.py is "{schema.HEAD}", not "{head}"'
    )
    with desk.book._db.read() as c:
        seen = sa.inspect(c)
        for table in schema.METADATA.sorted_tables:
            columns = {column["name"]: column for column in seen.get_columns(table.name)}
            written = [column.name for column in table.columns]
            told = (
                f"table {table.name} of mediaprep/submission/ledger/schema.py is not what the migrations make"
            )
            assert list(columns) == written, f"{told}: {sorted(set(columns) ^ set(written))}"
            for column in table.columns:
                made = columns[column.name]
                assert made["nullable"] is column.nullable, column
                assert type(made["type"])._type_affinity is type(column.type)._type_affinity, column
            assert seen.get_pk_constraint(table.name)["constrained_columns"] == [
                c.name for c in table.primary_key
            ]
            assert {index["name"] for index in seen.get_indexes(table.name)} == {
                i.name for i in table.indexes
            }


@pytest.mark.parametrize("revision", migrating.older())
def test_a_ledger_of_an_older_mediaprep_is_brought_up_with_its_jobs(tmp_path: Path, revision: str) -> None:
    new, old = (sa.create_engine(f"sqlite:///{tmp_path / name}") for name in ("new.db", "old.db"))
    Ledger(tmp_path / "new.db").enqueue(JOB)
    with new.connect() as c:
        row = dict(c.execute(sa.select(schema.JOB)).mappings().one())
    with old.begin() as c:
        migrating.upgrade(c, revision)
        table = sa.Table("job", sa.MetaData(), autoload_with=c)
        c.execute(table.insert(), {name: value for name, value in row.items() if name in table.c})
    (found,) = Ledger(tmp_path / "old.db").jobs()
    assert found == Ledger(tmp_path / "new.db").job(JOB.id)


def test_a_ledger_of_a_newer_mediaprep_is_left_alone(tmp_path: Path) -> None:
    Ledger(tmp_path / "l.db").close()
    with sqlite3.connect(tmp_path / "l.db") as plain:
        plain.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(LedgerError, match=r"newer mediaprep.*9999"):
        Ledger(tmp_path / "l.db")


def test_what_is_no_ledger_and_what_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, but long enough to be looked at " * 20)
    with pytest.raises(LedgerError, match="MEDIAPREP_LEDGER") as caught:
        Ledger(tmp_path / "text")
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    with pytest.raises(LedgerError, match="MEDIAPREP_LEDGER"):
        Ledger(tmp_path / "text" / "ledger.db")


def test_an_unreachable_server_is_told_without_its_password() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql://me:canary-pw@127.0.0.1:1/none")
    assert "canary-pw" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_changes_nothing_and_is_named(tmp_path: Path) -> None:
    """SQLite is told that the disk is full by a limit on its pages: what was written before stays."""
    book = Ledger(tmp_path / "l.db")
    book.enqueue(JOB)
    before = book.jobs()
    with book._db.read() as c:
        pages = c.exec_driver_sql("pragma page_count").scalar()
        c.exec_driver_sql(f"pragma max_page_count={pages}")
    with pytest.raises(LedgerError, match="full"):
        book.enqueue_all(
            NewJob(id=f"j{n}", name="x" * 500, endpoint="t", base_url="b", digest="d") for n in range(500)
        )
    assert book.jobs() == before


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_descriptors_stay_flat(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "l.db")
    book.enqueue(JOB)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(300):
        book.job("a")
        book.next_due()
        book.respec("a", {})
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    book.close()


def test_the_wheel_brings_the_migrations() -> None:
    folder = Path(migrating.__file__).with_name("migrations")
    assert {"env.py", "script.py.mako"} <= {path.name for path in folder.iterdir()}
    assert sorted(path.name for path in (folder / "versions").glob("*.py")) == [
        "0001_first.py",
        "0002_about.py",
    ]


@pytest.mark.needs("postgres")
def test_what_is_committed_is_on_disk_although_the_server_is_told_not_to_wait_for_it(postgres: Any) -> None:
    where = postgres.fresh()
    with Ledger(where) as book, book._db.write() as c:
        name = c.execute(sa.text("select current_database()")).scalar_one()
        c.execute(sa.text(f"alter database {name} set synchronous_commit = off"))
    with Ledger(where) as book, book._db.write() as c:
        assert c.execute(sa.text("show synchronous_commit")).scalar_one() == "on"
        c.execute(sa.text(f"alter database {name} set synchronous_commit = remote_apply"))
    with Ledger(where) as book, book._db.write() as c:
        assert c.execute(sa.text("show synchronous_commit")).scalar_one() == "remote_apply", (
            "no less than it was"
        )
