"""Real money and emulated tasks never stand in one ledger."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, Unreachable
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import NewJob
from mediaprep.submission.ledger import Ledger, selection
from tests.submission.ledger.books import Desk

REAL, EMULATED = GatewayKind.REAL, GatewayKind.EMULATED
JOB = NewJob(id="a", name="a", endpoint="tts", base_url="", digest="d")


@dataclasses.dataclass
class Gateway:
    """Answers, or does not."""

    answers: GatewayKind | None
    base_url: str = "http://127.0.0.1:1"

    def kind(self) -> GatewayKind:
        if self.answers is None:
            raise Unreachable("nobody there")
        return self.answers


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "mediaprep"


@pytest.mark.parametrize(
    ("answers", "place"),
    [(REAL, "ledger.db"), (EMULATED, "emulator/ledger.db"), (None, "ledger.db")],
)
def test_a_gateway_s_jobs_go_to_the_ledger_of_its_kind(
    state: Path, answers: GatewayKind | None, place: str
) -> None:
    assert selection.known_for(Settings(), Gateway(answers)) is None
    with selection.opened_for(Settings(), Gateway(answers)) as ledger:
        assert ledger.path == state / place
        assert ledger.emulated is (answers is EMULATED)
    assert [path.name for path in state.rglob("*.db")] == ["ledger.db"]


@pytest.mark.parametrize(("first", "second"), [(REAL, EMULATED), (EMULATED, REAL)])
def test_a_named_ledger_is_for_the_kind_it_met_first(
    tmp_path: Path, first: GatewayKind, second: GatewayKind
) -> None:
    settings = Settings(ledger=str(tmp_path / "mine.db"))
    selection.opened_for(settings, Gateway(first)).close()
    selection.opened_for(settings, Gateway(None)).close()  # decided before anything is sent
    selection.opened_for(settings, Gateway(first)).close()
    with pytest.raises(BadConfig, match=r"MEDIAPREP_LEDGER") as refused:
        selection.opened_for(settings, Gateway(second))
    assert "模拟器" in refused.value.zh and "mine.db" in refused.value.en


def test_the_mark_is_the_ledger_s_own_wherever_it_lies(desk: Desk) -> None:
    with Ledger(desk.where) as one, Ledger(desk.where) as other:
        one.keep_for(EMULATED, "http://127.0.0.1:1")
        with pytest.raises(BadConfig, match="is for an emulator"):
            other.keep_for(REAL, "https://gw.tvs.qq.com")
        assert one.emulated and other.emulated


@pytest.mark.parametrize(
    ("addresses", "met", "fits"),
    [
        ((), EMULATED, True),
        ((), REAL, True),
        (("http://127.0.0.1:41000", "http://localhost:9"), EMULATED, True),
        (("http://127.0.0.1:41000",), REAL, True),
        (("https://gw.tvs.qq.com",), REAL, True),
        (("https://gw.tvs.qq.com",), EMULATED, False),
        (("http://127.0.0.1:41000", "https://gw.tvs.qq.com"), EMULATED, False),
        (("https://10.0.0.7:8443",), EMULATED, False),
        (("https://emulator.example",), EMULATED, False),
    ],
)
def test_a_ledger_of_an_earlier_version_is_real_once_it_went_out(
    tmp_path: Path, addresses: tuple[str, ...], met: GatewayKind, fits: bool
) -> None:
    path = tmp_path / "old.db"
    with Ledger(path) as ledger:
        ledger.enqueue_all(dataclasses.replace(JOB, id=url, base_url=url) for url in addresses)
    with sqlite3.connect(path) as old:  # as it was left
        old.execute("drop table about")
        old.execute("update alembic_version set version_num = '0001'")
    old.close()
    with Ledger(path) as ledger:
        assert not ledger.emulated
        assert len(ledger.jobs()) == len(addresses)
        if fits:
            ledger.keep_for(met, "https://here")
            assert ledger.emulated is (met is EMULATED)
            return
        with pytest.raises(BadConfig, match="real"):
            ledger.keep_for(met, "https://here")
        assert not ledger.emulated


def test_both_are_looked_at_and_nothing_is_made(state: Path) -> None:
    with selection.visible(Settings()) as ledgers:
        assert ledgers == ()
    assert not state.exists()
    for kind in (REAL, EMULATED):
        selection.opened_for(Settings(), Gateway(kind)).close()
    with selection.visible(Settings()) as ledgers:
        assert [ledger.emulated for ledger in ledgers] == [False, True]
    with selection.visible(
        Settings(ledger=str(state / "emulator" / ".." / "emulator" / "ledger.db"))
    ) as ledgers:
        assert [ledger.emulated for ledger in ledgers] == [True]
