"""Workers against the emulator, judged by its account: one charge a job, whatever goes wrong on the way."""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import Unreachable
from mediaprep.model.findings import Text
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import AttemptState, JobRow, JobState, NewJob, Ready
from mediaprep.submission.job.stage_protocol import Later, Saved
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.http import Wire
from tests.submission.paying import QUICK, PlainStages, Service, Shop, request_of, service, shop

S, A = JobState, AttemptState
ENDPOINTS = ("tts", "ppt", "basic", "advanced", "notrain", "photo")


def assert_done_once(paid: Shop, job: str, name: str) -> None:
    row = paid.ledger.job(job)
    assert row.state is S.DONE, row
    assert row.output is not None
    assert hashlib.sha256(row.output.read_bytes()).hexdigest() == row.sha256
    assert paid.charged(name) == 1


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_job_goes_all_the_way_and_is_paid_once(paid: Shop, endpoint: str) -> None:
    name = f"way{endpoint}"
    job = paid.add(endpoint, name)
    paid.work()
    assert_done_once(paid, job, name)
    assert [e.to for e in paid.ledger.events(job)] == [
        "READY",
        "SUBMITTING",
        "RUNNING",
        "MADE",
        "SAVED",
        "DONE",
    ]
    assert len(paid.service.posts(name)) == 1
    (attempt,) = paid.ledger.attempts(job)
    assert attempt.state is A.ACCEPTED
    assert attempt.gated == (endpoint in ("ppt", "notrain", "photo"))
    if attempt.gated:
        assert attempt.fetched_at is not None
        assert attempt.ended_at is not None
        assert attempt.ended_at <= attempt.fetched_at, "the TaskId was durable before the input flowed"
    assert all(slot is None for _, _, slot in paid.ledger.permits())


def test_the_post_is_found_a_few_calls_below_the_worker(paid: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whoever looks for where the money goes finds it: step → send → task_of → …"""
    calls: list[list[str]] = []
    whole = Wire.post

    def traced(*given: Any, **more: Any) -> Any:
        names = [frame.name for frame in traceback.extract_stack()]
        calls.append(names[names.index("step") : -1])
        return whole(*given, **more)

    monkeypatch.setattr(Wire, "post", traced)
    paid.reach(paid.add("tts", "shallow"), S.RUNNING)
    (way,) = [names for names in calls if "send" in names]
    assert len(way) <= 4, way


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("fault", ["status", "lost", "reset", "garbage"])
def test_an_answer_lost_after_acceptance_is_never_paid_twice(paid: Shop, endpoint: str, fault: str) -> None:
    name = f"lost{endpoint}{fault}"
    paid.service.goes_wrong({"do": fault, "when": "after", "text": name, "first": 1})
    job = paid.add(endpoint, name)
    paid.work()
    assert_done_once(paid, job, name)
    attempts = paid.ledger.attempts(job)
    if attempts[0].gated:  # the orphan never got its input and failed free; another one was made
        # the one place of ppt may still be the orphan's for a moment
        assert [a.state for a in attempts if a.state is not A.REJECTED] == [A.FENCED, A.ACCEPTED]
        orphan, made = paid.service.tasks(name)
        assert (orphan["state"], orphan["charged"], made["charged"]) == ("FAIL", False, True)
    else:  # its own result, or its callback, told of it
        assert len(attempts) == len(paid.service.posts(name)) == 1


@pytest.mark.parametrize("fault", ["status", "reset", "garbage"])
def test_an_answer_lost_before_acceptance_costs_nothing_and_the_job_is_made(paid: Shop, fault: str) -> None:
    name = f"before{fault}"
    paid.service.goes_wrong({"do": fault, "when": "before", "text": name, "first": 1})
    job = paid.add("notrain", name)
    paid.work()
    assert_done_once(paid, job, name)
    assert len(paid.service.tasks(name)) == 1


def test_a_tts_job_known_by_its_result_only_is_made_without_a_task_id(paid: Shop) -> None:
    paid.service.goes_wrong({"do": "lost", "when": "after", "text": "onlyresult"})
    job = paid.add("tts", "onlyresult")
    paid.work()
    assert_done_once(paid, job, "onlyresult")
    row = paid.ledger.job(job)
    assert row.task_id is None
    assert row.media is not None
    assert row.media.startswith("object:")
    (moved,) = [e for e in paid.ledger.events(job) if e.name == "result came"]
    assert "no timestamps" in moved.why.en


def test_a_callback_alone_names_the_task(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path, bucket=False, policy=replace(QUICK, allow_ungated=True)) as paid:
        running.goes_wrong({"do": "lost", "when": "after", "text": "onlyback"})
        job = paid.add("basic", "onlyback")
        paid.work()
        assert_done_once(paid, job, "onlyback")
        assert [e.to for e in paid.ledger.events(job)][2:4] == ["AMBIGUOUS", "RUNNING"]
        running.goes_well()


def test_without_any_evidence_a_person_is_asked_and_nothing_is_sent_again(
    running: Service, tmp_path: Path
) -> None:
    with shop(
        running, tmp_path, gated=False, bucket=False, policy=replace(QUICK, allow_ungated=True)
    ) as paid:
        running.goes_wrong({"do": "lost", "when": "after", "text": "blind"})
        job = paid.add("basic", "blind")
        paid.work()
        row = paid.ledger.job(job)
        assert row.state is S.REVIEW
        assert "mediaprep jobs resolve" in row.note.en
        assert len(running.posts("blind")) == 1
        (task,) = running.tasks("blind")
        reopened = paid.ledger.reopen(row, S.RUNNING, name="task named", task_id=task["task_id"])
        assert reopened.state is S.RUNNING
        paid.work()
        assert_done_once(paid, job, "blind")
        running.goes_well()


def test_a_person_is_asked_only_when_the_signature_is_too_old_to_be_accepted(
    running: Service, tmp_path: Path
) -> None:
    policy = replace(QUICK, allow_ungated=True, blind_seconds=180.0, fence_seconds=330.0)
    with shop(running, tmp_path, gated=False, bucket=False, policy=policy) as paid:
        running.goes_wrong({"do": "lost", "when": "after", "text": "tooyoung"})
        job = paid.add("basic", "tooyoung")
        paid.reach(job, S.AMBIGUOUS)
        running.goes_well()
        for later, state in ((200.0, S.AMBIGUOUS), (340.0, S.REVIEW)):
            worker = paid.worker(clock=lambda later=later: time.time() + later)
            ends = time.monotonic() + 1.0
            while time.monotonic() < ends and paid.ledger.job(job).state is S.AMBIGUOUS:
                time.sleep(worker.step() or 0.0)
            assert paid.ledger.job(job).state is state


def test_a_submit_that_nothing_could_ever_clear_up_is_refused(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path, gated=False, bucket=False) as paid:
        blind, file = paid.add("tts", "nobucket"), paid.add("notrain", "nogate")
        paid.work()
        for job, word in ((blind, "--allow-ungated"), (file, "MEDIAPREP_GATE")):
            row = paid.ledger.job(job)
            assert row.state is S.REFUSED
            assert word in row.note.en
        assert running.posts("nobucket") == running.posts("nogate") == []


def test_a_gate_is_enough_where_there_is_no_bucket(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path, bucket=False) as paid:
        running.goes_wrong({"do": "lost", "when": "after", "text": "gateonly", "first": 1})
        job = paid.add("photo", "gateonly")
        paid.work()
        assert_done_once(paid, job, "gateonly")
        running.goes_well()


def test_with_a_bucket_and_no_gate_the_result_is_the_evidence(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path, gated=False) as paid:
        running.goes_wrong({"do": "lost", "when": "after", "text": "bucketonly"})
        job = paid.add("notrain", "bucketonly")
        paid.work()
        assert_done_once(paid, job, "bucketonly")
        (task,) = running.tasks("bucketonly")
        assert task["request"]["RefVideoUrl"].startswith(running.emulator.bucket)
        running.goes_well()


def test_an_upload_that_is_refused_twice_is_not_sent(paid: Shop) -> None:
    job = paid.add("notrain", "toolong", request={"InputSsml": ""})
    paid.work()
    row = paid.ledger.job(job)
    assert row.state is S.REFUSED
    assert "InputSsml" in row.note.en
    assert paid.ledger.attempts(job) == ()


@pytest.mark.parametrize("code", [100008, 801004, -101001])
def test_no_room_is_waited_for(paid: Shop, code: int) -> None:
    name = f"room{abs(code)}"
    paid.service.goes_wrong({"do": "code", "code": code, "text": name, "first": 3})
    job = paid.add("notrain", name)
    paid.work()
    assert_done_once(paid, job, name)
    states = [a.state for a in paid.ledger.attempts(job)]
    assert states == [A.REJECTED] * 3 + [A.ACCEPTED]


@pytest.mark.parametrize(
    "code", [100001, 100002, 100003, 100005, 100009, 100013, 100015, 100016, 110007, 801005, -101002]
)
def test_a_definite_refusal_ends_the_job(paid: Shop, code: int) -> None:
    name = f"no{abs(code)}"
    paid.service.goes_wrong({"do": "code", "code": code, "text": name})
    job = paid.add("notrain", name)
    paid.work()
    row = paid.ledger.job(job)
    assert row.state is S.FAILED
    assert str(code) in row.note.en
    assert len(paid.service.posts(name)) == 1
    assert paid.ledger.attempts(job)[0].state is A.REJECTED


@pytest.mark.parametrize("code", [-101000, -101003, 801000, 801002, 110005, 999999])
def test_ambiguous_codes_are_cleared_up_before_anything_is_sent_again(paid: Shop, code: int) -> None:
    name = f"maybe{abs(code)}"
    paid.service.goes_wrong({"do": "code", "code": code, "when": "after", "text": name, "first": 1})
    gated, open_one = paid.add("notrain", f"{name}gated"), paid.add("tts", f"{name}open")
    paid.service.goes_wrong(
        {"do": "code", "code": code, "when": "after", "text": f"{name}open", "first": 1, "name": "b"}
    )
    paid.work()
    assert_done_once(paid, gated, f"{name}gated")
    assert_done_once(paid, open_one, f"{name}open")
    assert len(paid.service.posts(f"{name}open")) == 1


def test_nothing_listens_means_not_sent(paid: Shop) -> None:
    from mediaprep.submission.wire.client import Gateway

    dead = Gateway(replace(paid.service.base, base_url="http://127.0.0.1:1"))
    dead._kind = GatewayKind.EMULATED  # it was there when it was asked
    job = paid.add("notrain", "nobody")
    row = paid.reach(job, S.READY)
    worker = paid.worker(gateway=dead)
    worker.step()
    row = paid.ledger.job(job)
    assert row.state is S.READY
    assert paid.ledger.attempts(job)[0].state is A.NOT_SENT
    paid.work()
    assert_done_once(paid, job, "nobody")


def test_permits_hold_and_waiting_jobs_are_not_even_claimed(running: Service, tmp_path: Path) -> None:
    with service("polls:3") as slow, shop(slow, tmp_path) as paid:
        jobs = [paid.add("tts", f"queue{n}") for n in range(4)]
        paid.work()
        for number, job in enumerate(jobs):
            assert_done_once(paid, job, f"queue{number}")
        assert [a.state for a in paid.ledger.attempts()] == [A.ACCEPTED] * 4
        assert len(slow.posts("queue")) == 4, "with one permit the service never had to say no"


# --- tasks ---


def test_a_failed_task_is_not_followed_by_another_unless_allowed(paid: Shop) -> None:
    paid.service.goes_wrong(
        {"do": "fail", "code": 801404, "text": "failone|failtwo", "each": True, "first": 1}
    )
    job = paid.add("notrain", "failone")
    paid.work()
    assert paid.ledger.job(job).state is S.FAILED
    assert "801404" in paid.ledger.job(job).note.en
    assert len(paid.service.posts("failone")) == 1
    allowed = paid.add("notrain", "failtwo")
    paid.work(policy=replace(QUICK, retry_failed=1))
    assert paid.ledger.job(allowed).state is S.DONE
    assert [row["state"] for row in paid.service.tasks("failtwo")] == ["FAIL", "SUCCESS"]


def test_a_failed_ppt_task_was_free_and_is_tried_again(paid: Shop) -> None:
    paid.service.goes_wrong({"do": "fail", "code": 801007, "text": "freefail", "first": 1})
    job = paid.add("ppt", "freefail")
    paid.work()
    assert_done_once(paid, job, "freefail")
    assert [row["state"] for row in paid.service.tasks("freefail")] == ["FAIL", "SUCCESS"]


def test_a_task_whose_input_never_left_the_gate_was_free(paid: Shop) -> None:
    job = paid.add("notrain", "starved")
    row = paid.reach(job, S.READY)
    hidden = paid.footage.with_name("hidden")
    paid.footage.rename(hidden)
    paid.reach(job, S.READY, S.RUNNING)
    worker = paid.worker()
    while paid.ledger.job(job).failures == 0:
        worker.step()
    hidden.rename(paid.footage)
    paid.work()
    row = paid.ledger.job(job)
    assert row.state is S.DONE, row
    assert paid.charged("starved") == 1


def test_no_record_soon_after_the_submit_is_lag_and_later_a_question(paid: Shop) -> None:
    paid.service.goes_wrong({"do": "code", "code": 110006, "on": "progress", "text": "lagging", "first": 4})
    job = paid.add("notrain", "lagging")
    paid.work()
    assert_done_once(paid, job, "lagging")
    paid.service.goes_wrong({"do": "code", "code": 110006, "on": "progress", "text": "vanished"})
    gone = paid.add("notrain", "vanished")
    row = paid.reach(gone, S.REVIEW)
    assert "110006" in row.note.en
    assert row.task_id is not None


def test_a_poll_refused_once_after_a_day_of_rest_is_no_question(paid: Shop) -> None:
    job = paid.add("notrain", "rested")
    paid.reach(job, S.RUNNING)
    paid.service.goes_wrong({"do": "code", "code": 110006, "on": "progress", "text": "rested", "first": 1})
    tomorrow = paid.worker(clock=lambda: time.time() + 86_400)
    for _ in range(200):
        if paid.ledger.job(job).state.ended:
            break
        time.sleep(tomorrow.step() or 0.0)
    assert "REVIEW" not in [e.to for e in paid.ledger.events(job)]
    assert_done_once(paid, job, "rested")


def test_one_cut_after_the_seven_days_does_not_give_a_result_up(paid: Shop) -> None:
    job = paid.add("notrain", "overdue")
    paid.reach(job, S.MADE)
    whole = paid.stages.save

    def cut_once(*given: Any) -> Saved:
        paid.stages.save = whole  # type: ignore[method-assign]
        raise Unreachable("cut", "中断")

    paid.stages.save = cut_once  # type: ignore[method-assign]
    later = paid.worker(clock=lambda: time.time() + 8 * 86_400)
    ends = time.monotonic() + 20
    while not paid.ledger.job(job).state.ended and time.monotonic() < ends:
        time.sleep(later.step() or 0.0)
    assert_done_once(paid, job, "overdue")
    assert "REVIEW" not in [e.to for e in paid.ledger.events(job)]


def test_what_is_worth_knowing_of_the_bucket_is_told_once(
    paid: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mediaprep.submission.job.worker_pool.rehearse", lambda store: (Text("keys expire", "密钥会过期"),)
    )
    for name in ("noteone", "notetwo"):
        paid.add("tts", name)
    paid.work()
    assert [words for _, _, words in paid.told].count("keys expire") == 1


@pytest.mark.parametrize("state", [S.READY, S.RUNNING])
def test_a_long_rest_that_the_service_asks_for_holds_no_thread(paid: Shop, state: JobState) -> None:
    job = paid.add("notrain", f"rest{state.lower()}")
    before = paid.reach(job, state)
    paid.crew.governor.slower(3600)
    began, worker = time.monotonic(), paid.worker()
    while (row := paid.ledger.job(job)).next_at < time.time() + 60:
        assert time.monotonic() - began < 10
        time.sleep(worker.step() or 0.0)
    assert (row.state, row.owner, row.tries) == (state, None, before.tries)
    assert row.next_at == pytest.approx(time.time() + 3600, abs=60)
    assert paid.worker().step() == pytest.approx(1.0)
    paid.ledger.hint(job)
    paid.work(crew=WorkerPool(paid.ledger, lease_seconds=2, rate=1000))
    assert_done_once(paid, job, f"rest{state.lower()}")


def test_polls_that_fail_are_repeated(paid: Shop) -> None:
    paid.service.goes_wrong(
        {"do": "status", "status": 502, "on": "progress", "text": "badpoll", "first": 2},
        {"do": "reset", "on": "progress", "text": "badpoll", "skip": 2, "first": 2},
    )
    job = paid.add("notrain", "badpoll")
    paid.work()
    assert_done_once(paid, job, "badpoll")


def test_a_stale_address_is_asked_for_again(paid: Shop) -> None:
    paid.service.goes_wrong({"do": "stale", "on": "download", "text": "staleone", "first": 1})
    job = paid.add("notrain", "staleone")
    paid.work()
    assert_done_once(paid, job, "staleone")


def test_a_product_whose_file_went_missing_is_fetched_again_before_it_is_finished(paid: Shop) -> None:
    job = paid.add("notrain", "goneraw")
    row = paid.reach(job, S.SAVED)
    assert row.result is not None
    row.result.write_bytes(b"something else")
    paid.work()
    assert_done_once(paid, job, "goneraw")
    assert paid.stages.saved == [job, job]


def test_another_process_goes_on_from_every_state(paid: Shop) -> None:
    """What one worker knows in memory is not needed: each step by a worker of its own, with nothing shared."""
    job = paid.add("notrain", "relay")
    for _ in range(40):
        crew = WorkerPool(paid.ledger, lease_seconds=2, rate=1000)
        pause = paid.worker(crew=crew).step()
        crew.close()
        if pause is None:
            break
        time.sleep(pause)  # a step that found nothing due is none of the forty, however busy the machine is
    assert_done_once(paid, job, "relay")


def test_a_request_with_signed_urls_lives_in_memory_only_and_is_prepared_again_elsewhere(
    paid: Shop, tmp_path: Path
) -> None:
    assert paid.store is not None
    stored = paid.store.put(paid.footage)
    url = paid.store.get_url(stored.key, 600)
    job = paid.add("notrain", "signedurl", request={"RefVideoUrl": url})
    assert not paid.ledger.job(job).whole

    class FromManifest(PlainStages):
        def prepare(self, job: JobRow, tell: Callable[[str, Text], None]) -> Ready | Later:
            return Ready(payload={**job.spec["request"], "RefVideoUrl": url})

    stages = FromManifest(paid.out, paid.store)
    row = paid.reach(job, S.READY, stages=stages)
    assert not row.whole
    signature = url.rpartition("X-Amz-Signature=")[2].partition("&")[0]
    assert signature not in (tmp_path / "ledger.db-wal").read_bytes().decode("latin-1")
    elsewhere = WorkerPool(paid.ledger, lease_seconds=2, rate=1000)
    paid.worker(crew=elsewhere, stages=stages).step()
    assert paid.ledger.job(job).state is S.NEW
    paid.work(crew=elsewhere, stages=stages)
    assert_done_once(paid, job, "signedurl")


class Composing(PlainStages):
    """Waits for another job, then is made of its product."""

    def __init__(self, plain: PlainStages, need: NewJob) -> None:
        super().__init__(plain.out, plain.store)
        self.need = need
        self.book: Ledger | None = None

    def prepare(self, job: JobRow, tell: Callable[[str, Text], None]) -> Ready | Later | Saved:
        if job.endpoint != "deck":
            return super().prepare(job, tell)
        assert self.book is not None
        found = self.book.jobs(ids=[self.need.id])
        if not found or found[0].state is not S.DONE:
            return Later(seconds=0.05, needs=() if found else (self.need,))
        made = self.out / f"{job.id}.composed"
        assert found[0].output is not None
        made.write_bytes(found[0].output.read_bytes() * 2)
        return Saved(
            path=made, sha256=hashlib.sha256(made.read_bytes()).hexdigest(), kept={"of": self.need.id}
        )


def test_a_job_composed_of_others_sends_nothing_and_is_composed_again_when_it_is_gone(paid: Shop) -> None:
    piece = NewJob(
        id="composedpiece-1", name="composedpiece", endpoint="tts", base_url=paid.gateway.base_url, digest="p",
        spec={"request": request_of("tts", "你好composedpiece结束", paid.footage)}, quota="tts", places=1,
    )  # fmt: skip
    paid.stages = Composing(paid.stages, piece)
    paid.stages.book = paid.ledger
    whole = NewJob(
        id="whole-1", name="whole", endpoint="deck", base_url=paid.gateway.base_url, digest="w", spec={}
    )
    paid.ledger.enqueue(whole)
    paid.work()
    row = paid.ledger.job("whole-1")
    assert (row.state, row.attempt, row.kept["of"]) == (S.DONE, 0, piece.id)
    assert [e.to for e in paid.ledger.events("whole-1")] == ["SAVED", "DONE"]
    assert paid.charged("composedpiece") == 1
    assert row.result is not None
    row.result.unlink()
    paid.ledger.reopen(row, S.SAVED, name="finishing changed")
    paid.work()
    assert [e.to for e in paid.ledger.events("whole-1")][2:] == ["SAVED", "NEW", "SAVED", "DONE"]
    assert paid.charged("composedpiece") == 1
