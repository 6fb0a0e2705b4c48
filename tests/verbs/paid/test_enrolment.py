"""A job that had ended is opened again only where that costs nothing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mediaprep import processes
from mediaprep.contract.quotas import BoughtCapacity
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.records import AttemptState, Intent, JobRow, JobState
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.paid import enrolment
from tests.submission.emulated import BASIC
from tests.submission.ledger.books import Desk

S = JobState
_GATEWAY = cast(Gateway, SimpleNamespace(base_url="https://gw", appkey="k", bought=BoughtCapacity()))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(str(tmp_path / "ledger.db"))
    yield made
    made.book.close()


def again(desk: Desk, job: str, **more: Any) -> JobRow:
    wish = Job(id="a", endpoint="basic", request=dict(BASIC), output=Path("/out/a.webm"))
    return enrolment.again(desk.book, _GATEWAY, desk.book.job(job), wish, **more)


def moved(desk: Desk, job: str, to: JobState, name: str, **columns: Any) -> None:
    desk.book.move(desk.claim(ids=[job]), to, name=name, **columns)


def test_a_ppt_task_that_failed_was_free(desk: Desk) -> None:
    job = desk.running(endpoint="ppt")
    moved(desk, job, S.FAILED, "failed")
    assert again(desk, job).state is S.NEW


def test_a_ppt_task_that_was_given_up_may_have_been_charged(desk: Desk) -> None:
    job = desk.running(endpoint="ppt")
    moved(desk, job, S.REVIEW, "lost")
    desk.book.reopen(desk.book.job(job), S.FAILED, name="abandoned")
    assert again(desk, job).state is S.FAILED


def test_a_task_that_was_lost_is_asked_after_and_not_submitted_again(desk: Desk) -> None:
    job = desk.running()
    moved(desk, job, S.REVIEW, "lost")
    row = again(desk, job)
    assert (row.state, row.task_id) == (S.RUNNING, "task-1")


def test_a_product_that_could_not_be_kept_is_downloaded_again(desk: Desk) -> None:
    job = desk.running()
    moved(desk, job, S.MADE, "succeeded", media="https://cdn/a.mp4")
    moved(desk, job, S.REVIEW, "not saved")
    assert again(desk, job).state is S.MADE


def in_review(desk: Desk, **more: Any) -> str:
    job = desk.ambiguous(**more)
    moved(desk, job, S.REVIEW, "no evidence")
    return job


def test_a_job_in_doubt_stays_a_question(desk: Desk) -> None:
    assert again(desk, in_review(desk)).state is S.REVIEW


def test_a_result_that_came_late_ends_the_doubt(desk: Desk) -> None:
    class _Bucket:
        def exists(self, key: str) -> int | None:
            return 7 if key == "results/a.1.mp4" else None

    claim, attempt = desk.begin(desk.ready(), results={"VideoStorageS3Url": "results/a.1.mp4"})
    assert attempt is not None
    desk.book.unknown(claim, 1, why=Text("cut", "中断"))
    moved(desk, claim.job.id, S.REVIEW, "no evidence")
    assert again(desk, claim.job.id).state is S.REVIEW
    row = again(desk, claim.job.id, store=cast(Store, _Bucket()))
    assert (row.state, row.media) == (S.MADE, "object:results/a.1.mp4")


def test_an_answer_heard_after_a_person_was_asked_is_followed(desk: Desk) -> None:
    job = in_review(desk, gated=False)
    desk.book.late_answer(job, 1, "task-9")
    row, (attempt,) = desk.book.job(job), desk.book.attempts(job)
    assert (row.state, row.task_id, attempt.state) == (S.RUNNING, "task-9", AttemptState.ACCEPTED)


def test_what_an_earlier_task_came_to_is_not_what_the_next_one_comes_to(desk: Desk) -> None:
    job = desk.running()
    moved(desk, job, S.MADE, "succeeded", media="https://cdn/a.mp4", expires_at=1.0)
    moved(desk, job, S.REVIEW, "expired")
    row = desk.book.reopen(desk.book.job(job), S.READY, name="resubmit")
    assert (row.task_id, row.media, row.expires_at) == (None, None, None)


def test_a_voice_that_was_refused_is_tried_again_with_its_job(desk: Desk) -> None:
    request = {**BASIC, "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"}}
    wish = Job(id="a", endpoint="basic", request=request, output=Path("/out/a.webm"), voice_first=True)
    row = desk.book.enqueue(enrolment.new_job(wish, _GATEWAY))
    voice = desk.book.enqueue(enrolment.voice_of(row.id, wish, _GATEWAY)).id
    moved(desk, voice, S.REFUSED, "refused")
    moved(desk, row.id, S.FAILED, "failed")
    assert enrolment.again(desk.book, _GATEWAY, desk.book.job(row.id), wish).state is S.NEW
    assert desk.book.job(voice).state is S.NEW


def test_a_run_again_pays_nothing_while_the_same_request_may_still_be_accepted(tmp_path: Path) -> None:
    wish = Job(id="a", endpoint="basic", request=dict(BASIC), output=Path("/out/a.webm"))
    other = Job(
        id="a", endpoint="basic", request={**BASIC, "InputSsml": "另一段"}, output=Path("/out/b.webm")
    )
    with Ledger(tmp_path / "ledger.db") as book:

        def in_doubt(row: JobRow, fence_in: float) -> None:
            me = processes.me()
            held = book.claim(me, 30, ids=[row.id])
            assert held is not None
            book.move(held, S.READY, name="prepared")
            held = book.claim(me, 30, ids=[row.id])
            assert held is not None
            at = time.time()
            one = book.begin_attempt(held, Intent(nonce="n", token="t", signed_at=at, fence_at=at + fence_in))
            assert one is not None
            book.unknown(held.on(book.job(row.id)), 1, why=Text("cut", "中断"))

        first = enrolment.enrol(book, _GATEWAY, wish)
        in_doubt(first, 300)
        with pytest.raises(BadConfig, match=r"may still be accepted until .* UTC") as caught:
            enrolment.enrol(book, _GATEWAY, wish, salt="s1")
        assert f"jobs resolve {first.id} --abandon" in caught.value.zh
        assert enrolment.enrol(book, _GATEWAY, wish).id == first.id, "the same job is gone on with"
        assert enrolment.enrol(book, _GATEWAY, other, salt="s1").id != first.id
        doubt = book.reopen(book.job(first.id), S.REVIEW, name="no evidence")
        book.reopen(doubt, S.FAILED, name="abandoned")
        second = enrolment.enrol(book, _GATEWAY, wish, salt="s1")
        in_doubt(second, 300)
        with pytest.raises(BadConfig, match=f"job {second.id}"):
            enrolment.enrol(book, _GATEWAY, wish, salt="s2")
        with sqlite3.connect(book.where) as plain:
            plain.execute("update attempt set fence_at = 1.0")
        assert enrolment.enrol(book, _GATEWAY, wish, salt="s2").id not in (first.id, second.id)


@pytest.mark.parametrize("name", ["第一课", "課程-1", "урок", "第一课~voice", "日本語.v2"])
def test_a_name_of_any_script_is_plain_in_addresses_and_stays_one_of_its_own(name: str) -> None:
    wish = Job(id=name, endpoint="basic", request=dict(BASIC), output=Path("/out/a.webm"))
    new = enrolment.new_job(wish, _GATEWAY)
    other = enrolment.new_job(
        Job(id=f"{name}二", endpoint="basic", request=dict(BASIC), output=wish.output), _GATEWAY
    )
    assert new.id.isascii() and new.name == name and new.digest == other.digest
    assert new.id != other.id and new.id == enrolment.new_job(wish, _GATEWAY).id
