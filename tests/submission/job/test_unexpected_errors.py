"""Errors that nobody foresaw: they end, or hold up, the one job that they happened to."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from mediaprep import processes
from mediaprep.contract.progress import Progress
from mediaprep.errors import BadRow, LedgerError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptState, JobRow, JobState, Ready
from mediaprep.submission.job import sending
from mediaprep.submission.job.stage_protocol import Later
from mediaprep.submission.ledger import Busy
from mediaprep.submission.wire.client import SignedRequest
from tests.submission.job.test_worker import assert_done_once
from tests.submission.paying import QUICK, Service, Shop, shop

S = JobState


def test_an_error_before_anything_was_sent_ends_that_job_alone(
    paid: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    plain = paid.stages.prepare

    def vanished(job: JobRow, tell: Callable[[str, Text], None]) -> Ready | Later:
        if job.name == "poison":
            raise FileNotFoundError(2, "No such file", "https://bucket/x.mp4?X-Amz-Signature=abc")
        return plain(job, tell)

    paid.stages.prepare = vanished  # type: ignore[method-assign]
    bad, good = paid.add("tts", "poison"), paid.add("tts", "healthy")
    with caplog.at_level("DEBUG", "mediaprep"):
        paid.work()
    row = paid.ledger.job(bad)
    assert row.state is S.FAILED
    assert "FileNotFoundError" in row.note.en and "FileNotFoundError" in row.note.zh
    assert "abc" not in row.note.en + caplog.text
    assert {r.levelname for r in caplog.records if "Traceback" in r.getMessage()} == {"DEBUG"}
    assert_done_once(paid, good, "healthy")


@pytest.mark.parametrize(("state", "end"), [(S.RUNNING, S.REVIEW), (S.MADE, S.REVIEW), (S.SAVED, S.FAILED)])
def test_an_error_after_a_task_was_accepted_asks_a_person_and_costs_nothing(
    paid: Shop, monkeypatch: pytest.MonkeyPatch, state: JobState, end: JobState
) -> None:
    def broken(*given: object) -> None:
        raise OverflowError("int too large to convert to float")

    name = f"mishap{state.lower()}"
    job = paid.add("tts", name)
    paid.reach(job, state)
    where = paid.gateway if state is S.RUNNING else paid.stages
    monkeypatch.setattr(where, {S.RUNNING: "progress", S.MADE: "save", S.SAVED: "finish"}[state], broken)
    paid.work()
    row = paid.ledger.job(job)
    assert (row.state, row.owner) == (end, None)
    assert "OverflowError" in row.note.en
    assert len(paid.service.posts(name)) == 1


def test_an_error_while_sending_leaves_a_doubt_that_evidence_clears_up(
    paid: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = paid.gateway.task_of

    def sent_and_broken(signed: SignedRequest) -> str:
        plain(signed)
        raise ValueError("that answer cannot be read")

    monkeypatch.setattr(paid.gateway, "task_of", sent_and_broken)
    job = paid.add("tts", "sentbroken")
    row = paid.reach(job, S.AMBIGUOUS)
    assert "ValueError" in row.note.en
    paid.work()
    assert_done_once(paid, job, "sentbroken")
    assert len(paid.service.posts("sentbroken")) == 1


@pytest.mark.parametrize("sent", [True, False])
def test_a_gated_job_that_goes_wrong_whenever_it_is_sent_is_put_to_a_person_and_the_others_go_on(
    paid: Shop, monkeypatch: pytest.MonkeyPatch, sent: bool
) -> None:
    name = f"always{sent}".lower()
    plain = paid.gateway.task_of

    def broken(signed: SignedRequest) -> str:
        if name.encode() not in signed.body:
            return plain(signed)
        if sent:
            plain(signed)
        raise ValueError("that answer cannot be read")

    monkeypatch.setattr(paid.gateway, "task_of", broken)
    without = replace(QUICK, ambiguous_seconds=2.0)
    with_callback = {"CallbackUrl": "http://127.0.0.1:9/nobody"}  # so that none of ours names the task
    bad = paid.add("notrain", name, request=with_callback)
    good = paid.add("tts", f"well{name[6:]}")
    paid.work(store=None, policy=replace(without, allow_ungated=True))
    row = paid.ledger.job(bad)
    assert row.state is S.REVIEW
    assert "ValueError" in row.note.en and "3" in row.note.en and "ValueError" in row.note.zh
    assert [a.state for a in paid.ledger.attempts(bad)] == [AttemptState.FENCED] * 3
    assert paid.charged(name) == 0
    assert_done_once(paid, good, f"well{name[6:]}")
    monkeypatch.undo()
    paid.ledger.reopen(row, S.READY, name="resubmit")
    paid.work(store=None, policy=replace(without, allow_ungated=True))
    assert paid.ledger.job(bad).state is S.DONE
    assert paid.charged(name) == 1


def test_an_error_between_intent_and_post_ends_the_job_because_nothing_was_sent(
    paid: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        if name == "in_flight":
            raise KeyError(name)

    job = paid.add("notrain", "unsent")
    paid.work(on_point=broken)
    row = paid.ledger.job(job)
    assert (row.state, [a.state for a in paid.ledger.attempts(job)]) == (S.FAILED, [AttemptState.NOT_SENT])
    assert "KeyError" in row.note.en
    assert paid.service.posts("unsent") == []
    assert all(slot is None for _, _, slot in paid.ledger.permits())


def test_a_service_that_breaks_off_every_submit_is_asked_ever_more_seldom(
    paid: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid.service.goes_wrong({"do": "lost", "when": "before", "text": "brokenoff"})
    job = paid.add("notrain", "brokenoff")
    paid.work(seconds=4.0, policy=replace(QUICK, wait_first=0.5, wait_most=30.0))
    assert 3 <= len(paid.ledger.attempts(job)) <= 6
    assert paid.charged("brokenoff") == 0


def test_an_error_while_a_doubt_is_looked_into_ends_as_a_question_at_its_time(
    paid: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(attempt: object, store: object) -> str | None:
        raise ZeroDivisionError

    monkeypatch.setattr("mediaprep.submission.job.ambiguous.landed", broken)
    paid.service.goes_wrong({"do": "lost", "when": "after", "text": "doubtbroken"})
    job = paid.add("tts", "doubtbroken")
    began = time.time()
    paid.work(policy=replace(QUICK, ambiguous_seconds=1.0))
    row = paid.ledger.job(job)
    assert row.state is S.REVIEW
    assert "ZeroDivisionError" in row.note.en
    assert row.state_at >= began + 1.0


def test_a_length_that_no_product_has_is_not_reckoned_with(
    paid: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = paid.gateway.progress

    def endless(task_id: str, endpoint: str = "progress") -> Progress:
        seen = plain(task_id, endpoint)
        return seen.model_copy(update={"duration_ms": 10**400})

    monkeypatch.setattr(paid.gateway, "progress", endless)
    job = paid.add("tts", "endless")
    paid.reach(job, S.READY)
    claim = paid.ledger.claim(processes.me(), 30, ids=[job])
    assert claim is not None
    paid.ledger.move(claim, S.READY, name="waits", kept={"making_since": time.time()})
    paid.work()
    assert_done_once(paid, job, "endless")


# --- rows of the ledger that do not fit ---


def spoil(shop: Shop, table: str, job: str, values: str) -> None:
    with contextlib.closing(sqlite3.connect(shop.ledger.where)) as plain, plain:
        plain.execute(f"update {table} set {values} where {'id' if table == 'job' else 'job'} = ?", [job])


@pytest.mark.parametrize("values", ["spec = '{'", "state = 'PAUSED'"])
def test_a_job_whose_row_cannot_be_read_is_left_as_it_is_and_the_others_go_on(
    paid: Shop, values: str
) -> None:
    bad, good = paid.add("tts", f"bad{values[:4]}"), paid.add("tts", f"legible{values[:4]}")
    spoil(paid, "job", bad, values)
    paid.work()
    assert_done_once(paid, good, f"legible{values[:4]}")
    assert paid.service.posts(f"bad{values[:4]}") == []
    spoil(paid, "job", bad, f"state = 'NEW', spec = (select spec from job where id = '{good}')")
    assert paid.ledger.job(bad).state is S.NEW


@pytest.mark.parametrize("state", [S.AMBIGUOUS, S.RUNNING])
def test_an_attempt_that_cannot_be_read_costs_nothing_and_holds_nobody_up(
    paid: Shop, state: JobState
) -> None:
    name = f"halfway{state}".lower()
    rule = {"do": "lost", "when": "after", "text": name}
    paid.service.goes_wrong(*([rule] if state is S.AMBIGUOUS else []))
    bad, good = paid.add("tts", name), paid.add("notrain", f"well{state}")
    paid.reach(bad, state)
    spoil(paid, "attempt", bad, "state = 'HALFWAY'")
    paid.work()
    assert_done_once(paid, good, f"well{state}")
    assert len(paid.service.posts(name)) == 1
    assert paid.ledger.job(bad).state is (state if state is S.AMBIGUOUS else S.DONE)


@pytest.mark.parametrize("method", ["begin_attempt", "accept"])
def test_a_transaction_whose_end_is_not_heard_costs_nothing_and_leaves_no_doubt(
    paid: Shop, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """As when the connection to PostgreSQL breaks after the commit, before its answer."""
    name = f"deaf{method.replace('_', '')}"
    plain, deaf = getattr(paid.ledger, method), list[str]()

    def unheard(*given: object, **more: object) -> object:
        done = plain(*given, **more)
        if not deaf:
            deaf.append(method)
            raise LedgerError("the connection is gone", "连接已断开")
        return done

    monkeypatch.setattr(paid.ledger, method, unheard)
    job = paid.add("tts", name)
    with contextlib.suppress(LedgerError):
        paid.work()
    assert deaf == [method]
    paid.work(store=None, policy=replace(QUICK, allow_ungated=True))
    assert_done_once(paid, job, name)
    assert len(paid.service.posts(name)) == 1


def test_a_job_that_is_ready_although_an_attempt_is_in_doubt_is_put_to_a_person(paid: Shop) -> None:
    bad, good = paid.add("tts", "twofold"), paid.add("notrain", "onefold")
    paid.service.goes_wrong({"do": "lost", "when": "after", "text": "twofold"})
    paid.reach(bad, S.AMBIGUOUS)
    spoil(paid, "job", bad, "state = 'READY'")
    spoil(paid, "permit", bad, "job = null")
    paid.work()
    row = paid.ledger.job(bad)
    assert (row.state, "may have been accepted" in row.note.en) == (S.REVIEW, True)
    assert len(paid.service.posts("twofold")) == 1
    assert_done_once(paid, good, "onefold")


def test_a_ledger_that_is_damaged_itself_ends_the_run(paid: Shop) -> None:
    paid.add("tts", "tableless")
    with contextlib.closing(sqlite3.connect(paid.ledger.where)) as plain, plain:
        plain.execute("drop table permit")
    with pytest.raises(LedgerError, match=r"cannot be used.*permit") as caught:
        paid.work()
    assert not isinstance(caught.value, BadRow)


# --- a ledger that others hold ---


@contextlib.contextmanager
def taken(where: str) -> Iterator[sqlite3.Connection]:
    """Somebody else is writing, for the whole block or until they roll back."""
    other = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    try:
        yield other
    finally:
        other.close()


@pytest.fixture
def impatient(running: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop whose ledger does not wait for others by itself."""
    monkeypatch.setattr("mediaprep.submission.ledger.database._BUSY_SECONDS", 0)
    running.goes_well()
    with shop(running, tmp_path) as made:
        yield made
    running.goes_well()


def test_a_ledger_that_others_hold_for_a_while_is_tried_again(impatient: Shop) -> None:
    job = impatient.add("tts", "held")
    worker = impatient.worker()
    with taken(impatient.ledger.where):
        assert [bool(worker.step()) for _ in range(3)] == [True] * 3
    while worker.step() is not None:
        time.sleep(0.01)
    assert_done_once(impatient, job, "held")


def test_a_ledger_that_others_hold_for_good_ends_the_run(impatient: Shop) -> None:
    impatient.add("tts", "heldforgood")
    with taken(impatient.ledger.where), pytest.raises(Busy, match="locked"):
        impatient.worker().run(sleep=lambda seconds: None)


def test_a_refusal_that_cannot_be_written_at_once_is_no_doubt(
    impatient: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient.service.goes_wrong({"do": "code", "code": 100001, "text": "heldrefusal"})
    job = impatient.add("tts", "heldrefusal")
    impatient.reach(job, S.READY)
    with contextlib.ExitStack() as others:
        waits: list[float] = []

        def let_go_later(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                others.close()

        clock = SimpleNamespace(sleep=let_go_later, monotonic=time.monotonic)
        monkeypatch.setattr(sending, "time", clock)

        def hold(name: str) -> None:
            if name == "after_response":
                others.enter_context(taken(impatient.ledger.where))

        impatient.worker(on_point=hold).step()
    row = impatient.ledger.job(job)
    assert (row.state, len(waits)) == (S.FAILED, 3)
    assert [e.to for e in impatient.ledger.events(job)] == ["READY", "SUBMITTING", "FAILED"]
