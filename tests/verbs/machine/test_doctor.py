"""doctor: the line about the ledger of paid work."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.config import Settings
from mediaprep.model.paid.records import NewJob
from mediaprep.submission.ledger import Ledger, database
from mediaprep.verbs.machine.doctor import Ability, doctor


def line(where: object) -> Ability:
    (found,) = (a for a in doctor(Settings.load({"ledger": str(where)}, {})) if "ledger" in a.name.en)
    return found


def test_where_it_lies_what_it_is_and_what_is_in_it_is_told_in_both_languages(tmp_path: Path) -> None:
    where = tmp_path / "ledger.db"
    with Ledger(where) as made:
        made.enqueue(
            NewJob(id="a-1", name="a", endpoint="tts", base_url="https://gw", digest="a", managed=True)
        )
    found = line(where)
    assert (found.works, found.needed) == (True, False)
    assert found.say("en") == f"{where} (SQLite, schema 0002): 1 NEW"
    assert found.say("zh") == f"{where}（SQLite，结构版本 0002）：1 NEW"


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    found = line(tmp_path / "new" / "ledger.db")
    assert found.works
    assert "not there yet" in found.say("en") and "尚不存在" in found.say("zh")
    assert list(tmp_path.iterdir()) == []


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "file_system_of", lambda path: "nfs4")
    found = line(tmp_path / "ledger.db")
    assert not found.works
    assert "network file system" in found.say("en") and "网络文件系统" in found.say("zh")
    assert found.remedy is not None


def test_a_password_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEDIAPREP_LEDGER", "postgresql://someone:canary-password@127.0.0.1:9/ledger")
    for form in ("text", "json"):
        run(["doctor", "--format", form])
    said = capsys.readouterr()
    assert "127.0.0.1" in said.out
    assert "canary-password" not in said.out + said.err
