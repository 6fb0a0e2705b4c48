"""Callbacks are unsigned: whatever is posted beside the true one, and in whatever order, a job gets its own task."""

from __future__ import annotations

import itertools
import json
import os
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.model.paid.records import JobState
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.job import evidence
from tests.submission.paying import QUICK, Service, Shop, request_of, shop

S = JobState
_NUMBERS = itertools.count()
_POLICY = replace(QUICK, allow_ungated=True, ambiguous_seconds=0.6)


@dataclass(frozen=True, kw_only=True)
class Overheard(Addresses):
    """The gate's addresses, and the one for callbacks known to others."""

    told: list[str] = field(default_factory=list)

    def of_callback(self, job: str, n: int, token: str) -> str:
        self.told.append(super().of_callback(job, n, token))
        return self.told[-1]


def post(address: str, task_id: str) -> None:
    """A callback, as anybody can send it who knows the address."""
    body = json.dumps({"Payload": {"TaskId": task_id, "Status": "SUCCESS", "Progress": 100}}).encode()
    asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


def in_doubt(paid: Shop, name: str, *rules: dict[str, Any], callback: bool = False) -> tuple[str, str, str]:
    """A job whose answer was lost: its id, its callback's address, its true task."""
    quiet = () if callback else ({"do": "callback-lost", "text": name},)
    paid.service.goes_wrong({"do": "lost", "when": "after", "text": name, "first": 1}, *quiet, *rules)
    assert paid.gate is not None
    address = Overheard(base_url=paid.gate.address.base_url)
    job = paid.add("basic", name)
    paid.reach(job, S.AMBIGUOUS, gate=address)
    (task,) = paid.service.tasks(name)
    return job, address.told[0], task["task_id"]


def sent_elsewhere(paid: Shop, endpoint: str, text: str) -> str:
    """A task of the account that this ledger does not know."""
    request = request_of(endpoint, f"你好，欢迎观看{text}结束", paid.footage)
    signed = paid.gateway.signed(
        endpoint, paid.gateway.prepare(endpoint, request), request_id=os.urandom(16).hex()
    )
    task = paid.gateway.task_of(signed)
    ends = time.monotonic() + 20
    while not paid.gateway.progress(task, endpoint).status.final:
        assert time.monotonic() < ends
        time.sleep(0.02)
    return task


@pytest.mark.parametrize(
    "posted",
    [
        ["forged", "true"],
        ["true", "forged"],
        ["forged", "worse", "true", "forged", "true"],
        ["another job's", "true"],
        ["true", "another job's"],
        ["failed", "true"],
        ["true", "failed"],
        ["sound", "true"],
        [*(f"forged{n}" for n in range(40)), "true"],
        ["true", *(f"forged{n}" for n in range(40))],
    ],
    ids=lambda posted: " ".join(posted[:3]),
)
def test_a_job_takes_the_task_that_is_its_own(
    running: Service, tmp_path: Path, posted: Sequence[str]
) -> None:
    name = f"own{next(_NUMBERS)}"
    with shop(running, tmp_path, bucket=False, policy=_POLICY) as paid:
        running.goes_wrong({"do": "fail", "code": 801003, "text": "fails"})
        others: dict[str, Callable[[], str | None]] = {
            "another job's": lambda: paid.reach(paid.add("basic", "another"), S.DONE).task_id,
            "failed": lambda: sent_elsewhere(paid, "basic", "fails"),
            "sound": lambda: sent_elsewhere(paid, "tts", "sound"),
        }
        named = {what: made() or "" for what, made in others.items() if what in posted}
        job, address, named["true"] = in_doubt(paid, name)
        for what in posted:
            post(address, named.get(what, what))
        paid.work()
        row = paid.ledger.job(job)
        assert (row.state, row.task_id, paid.charged(name)) == (S.DONE, named["true"], 1)
        running.goes_well()


def test_forged_callbacks_before_the_true_one_do_no_harm(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path, bucket=False, policy=replace(_POLICY, ambiguous_seconds=8.0)) as paid:
        forged = [{"do": "callback-forged", "text": "harmed"}] * 3
        job, _, task = in_doubt(paid, "harmed", *forged, callback=True)
        paid.work()
        row, (attempt,) = paid.ledger.job(job), paid.ledger.attempts(job)
        assert (row.state, row.task_id, paid.charged("harmed")) == (S.DONE, task, 1)
        (found,) = [event for event in paid.ledger.events(job) if event.name == "found"]
        assert set(attempt.callback_tasks) > {task}
        assert all(one in found.why.en for one in attempt.callback_tasks if one != task)
        running.goes_well()


def test_what_is_forged_after_the_answer_was_heard_is_not_even_asked_after(paid: Shop) -> None:
    address = Overheard(base_url=paid.gate.address.base_url if paid.gate else "")
    job = paid.add("basic", "heard")
    task = paid.reach(job, S.RUNNING, S.MADE, gate=address).task_id
    for n in range(3):
        post(address.told[0], f"forged{n}")
    paid.work()
    assert (paid.ledger.job(job).state, paid.ledger.job(job).task_id) == (S.DONE, task)


def test_nothing_but_forged_tasks_is_a_question_and_the_true_one_answers_it(
    running: Service, tmp_path: Path
) -> None:
    with shop(running, tmp_path, bucket=False, policy=_POLICY) as paid:
        job, address, task = in_doubt(paid, "asked")
        for one in ("forged1", "forged2"):
            post(address, one)
        note = paid.reach(job, S.REVIEW).note
        assert "forged1, forged2" in note.en
        assert "forged1, forged2" in note.zh
        assert evidence.look_again(paid.ledger, paid.ledger.job(job), None).state is S.AMBIGUOUS
        paid.reach(job, S.REVIEW)
        post(address, task)
        paid.work()
        assert (paid.ledger.job(job).state, paid.charged("asked")) == (S.DONE, 1)
        assert len(paid.ledger.attempts(job)) == 1
        running.goes_well()


def test_a_look_that_fails_decides_nothing(running: Service, tmp_path: Path) -> None:
    with shop(running, tmp_path, bucket=False, policy=replace(_POLICY, ambiguous_seconds=0.1)) as paid:
        polls = [{"do": "status", "on": "progress", "text": "unsure", "first": 6}]
        job, address, task = in_doubt(paid, "unsure", *polls)
        post(address, task)
        paid.work()
        assert (paid.ledger.job(job).state, paid.ledger.job(job).task_id) == (S.DONE, task)
        assert "REVIEW" not in [event.to for event in paid.ledger.events(job)]
        running.goes_well()
