"""A ledger of real money beside an emulator, and the other way round: decided before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, Unreachable
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import JobState
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.submit import submit
from tests.submission.fake_gateway import Behaviour, FakeGateway, accepts, answers, fake_gateway, refuses
from tests.submission.paying import Service, shop

REAL, EMULATED = GatewayKind.REAL, GatewayKind.EMULATED
SPEECH = {"TimbreKey": "female_1", "InputSsml": "你好，欢迎观看", "Speed": 1.0}


def submits(answer: Behaviour) -> Behaviour:
    """That answer to a submit; the account's lists are kept back."""
    return lambda connection, request: (answer if request.path.endswith("/tts") else refuses(100003))(
        connection, request
    )


@pytest.fixture
def fake() -> Iterator[FakeGateway]:
    with fake_gateway(submits(accepts())) as gateway:
        yield gateway


def real_settings(fake: FakeGateway) -> Settings:
    return Settings.load({"base_url": fake.url, "appkey": "a" * 32, "accesstoken": "t" * 32}, {})


def test_a_worker_with_a_real_ledger_sends_nothing_to_an_emulator(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path) as paid:
        paid.ledger.keep_for(REAL, "https://gw.tvs.qq.com")
        row = paid.reach(paid.add(name="wrong-ledger"), JobState.REFUSED)
        assert "is an emulator" in row.note.en and "模拟器" in row.note.zh
        assert row.attempt == 0
        assert running.posts("wrong-ledger") == []


def test_a_worker_with_an_emulated_ledger_sends_nothing_to_a_real_gateway(
    running: Service, tmp_path: Path, fake: FakeGateway
) -> None:
    with shop(running, tmp_path) as paid:
        paid.ledger.keep_for(EMULATED, running.emulator.gateway)
        row = paid.reach(paid.add(), JobState.REFUSED, gateway=Gateway(real_settings(fake)))
        assert "nothing is paid" in row.note.en
        assert fake.seen == []


def test_a_worker_whose_gateway_turns_out_an_emulator_by_its_answer_keeps_no_task(
    running: Service, tmp_path: Path
) -> None:
    """As behind an address that leads elsewhere in the middle of a run."""
    with shop(running, tmp_path) as paid:
        paid.ledger.keep_for(REAL, "https://gw.tvs.qq.com")
        paid.gateway._kind = REAL
        row = paid.reach(paid.add(name="led-astray"), JobState.FAILED)
        (attempt,) = paid.ledger.attempts(row.id)
        assert (row.task_id, attempt.task_id, attempt.state.value) == (None, None, "REJECTED")
        assert "is an emulator now" in row.note.en
        assert len(running.tasks("led-astray")) == 1  # the emulator's, and nobody's money


def test_who_cannot_be_asked_is_sent_nothing_yet(running: Service, tmp_path: Path) -> None:
    with fake_gateway(accepts()) as gone:
        nobody = Gateway(real_settings(gone))
    with shop(running, tmp_path) as paid:
        job = paid.add()
        worker = paid.worker(gateway=nobody)
        while paid.ledger.job(job).state is not JobState.READY or not paid.ledger.job(job).note.en:
            worker.step()
        assert "cannot be reached" in paid.ledger.job(job).note.en
        assert paid.ledger.attempts(job) == ()


@pytest.mark.parametrize(
    "answer", [accepts(), refuses(100008), refuses(110005), answers(503), answers(200, b"{")]
)
def test_a_single_submit_of_an_emulated_ledger_stays_at_home(
    tmp_path: Path, fake: FakeGateway, answer: Behaviour
) -> None:
    fake.will(submits(answer))
    settings = replace(real_settings(fake), ledger=str(tmp_path / "mine.db"))
    with Ledger(tmp_path / "mine.db") as ledger:
        ledger.keep_for(EMULATED, "http://127.0.0.1:1")
        for given in (None, ledger):
            with pytest.raises(BadConfig, match="is for an emulator"):
                submit("tts", SPEECH, settings=settings, ledger=given)
        assert ledger.jobs() == ()
    assert not [request for request in fake.seen if request.path.endswith("/tts")]


def test_a_single_submit_finds_the_ledger_of_its_gateway(
    running: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake: FakeGateway
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    emulated = submit("tts", SPEECH, settings=running.base).task_id
    real = submit("tts", SPEECH, settings=real_settings(fake)).task_id
    with Ledger(tmp_path / "mediaprep" / "ledger.db") as ledger:
        assert [row.task_id for row in ledger.jobs()] == [real] and not ledger.emulated
    with Ledger(tmp_path / "mediaprep" / "emulator" / "ledger.db") as ledger:
        assert [row.task_id for row in ledger.jobs()] == [emulated] and ledger.emulated


def test_where_nobody_answers_nothing_is_written_of_a_single_submit(tmp_path: Path) -> None:
    with fake_gateway(accepts()) as gone:
        settings = replace(real_settings(gone), ledger=str(tmp_path / "mine.db"))
    with pytest.raises(Unreachable):
        submit("tts", SPEECH, settings=settings)
    with Ledger(tmp_path / "mine.db") as ledger:
        assert ledger.jobs() == ()
