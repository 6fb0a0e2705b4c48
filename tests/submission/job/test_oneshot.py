"""Single submits in the ledger: what is written when, and what a death leaves."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.errors import LedgerError, Rejected, Unknown, Unreachable
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import AttemptState, JobRow, JobState
from mediaprep.submission.job import oneshot, sending
from mediaprep.submission.ledger import Ledger, jobs
from mediaprep.submission.wire.client import Gateway, Signed

REQUEST = {"InputSsml": "你好", "TimbreKey": "female_1", "Speed": 1.0}
ACCOUNT = {"base_url": "http://127.0.0.1:9", "appkey": "some-appkey", "accesstoken": "some-token"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


class Real(Gateway):
    """One that need not be asked what it is."""

    def kind(self) -> GatewayKind:
        return GatewayKind.REAL


class Answers(Real):
    """A gateway whose answer is given; what the ledger holds at that moment is seen."""

    def __init__(self, ledger: Ledger, answer: str | Exception) -> None:
        super().__init__(Settings.load(ACCOUNT, {}))
        self.ledger, self.answer, self.held = ledger, answer, list[tuple[JobRow, AttemptState]]()

    def task_of(self, signed: Signed) -> str:
        with Ledger(self.ledger.where) as other:
            self.held += [(row, other.attempts(row.id)[-1].state) for row in other.jobs() if row.attempt]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_the_intent_is_on_disk_before_anything_is_sent(ledger: Ledger) -> None:
    gateway = Answers(ledger, "task-1")
    once = oneshot.OneShot(ledger, gateway, "tts", REQUEST, "d1")
    assert once.send() == "task-1"
    ((row, attempt),) = gateway.held
    assert (row.state, attempt) == (JobState.SUBMITTING, AttemptState.INTENT)
    found = ledger.find("task-1")
    assert found is not None
    assert (found.endpoint, found.state, found.payload) == ("tts", JobState.RUNNING, REQUEST)
    assert oneshot.doubts(ledger, "d1") == ()
    assert ledger.claim(found.owner or sending_owner(), 30) is None, "no worker takes it"


def sending_owner():  # type: ignore[no-untyped-def]
    from mediaprep import processes

    return processes.me()


@pytest.mark.parametrize(
    ("error", "attempt", "job"),
    [
        (Unreachable("x"), AttemptState.NOT_SENT, JobState.FAILED),
        (Rejected("x", code=100001), AttemptState.REJECTED, JobState.FAILED),
        (Rejected("x", code=100008), AttemptState.REJECTED, JobState.FAILED),
        (Rejected("x", code=110005), AttemptState.UNKNOWN, JobState.REVIEW),
        (Rejected("x", code=-101000), AttemptState.UNKNOWN, JobState.REVIEW),
        (Unknown("x"), AttemptState.UNKNOWN, JobState.REVIEW),
    ],
)
def test_every_end_is_written_down(
    ledger: Ledger, error: Exception, attempt: AttemptState, job: JobState
) -> None:
    once = oneshot.OneShot(ledger, Answers(ledger, error), "tts", REQUEST, "d1")
    with pytest.raises(type(error)) as caught:
        once.send()
    once.give_up(caught.value)  # type: ignore[arg-type]
    assert ledger.job(once.job).state is job
    assert [a.state for a in ledger.attempts(once.job)] == [attempt]
    assert bool(oneshot.doubts(ledger, "d1")) is (job is JobState.REVIEW)
    assert oneshot.doubts(ledger, "other") == ()


_DIES = """
import os, sys
from mediaprep.config import Settings
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.job.oneshot import OneShot
class Dies(Gateway):
    def kind(self):
        return GatewayKind.REAL

    def task_of(self, signed):
        os._exit(9)
settings = Settings.load({"base_url": "http://127.0.0.1:9", "appkey": "some-appkey", "accesstoken": "some-token"}, {})
OneShot(Ledger(sys.argv[1]), Dies(settings), "tts", {}, "d1").send()
"""


def test_a_command_that_ended_while_it_waited_for_room_leaves_nothing_open(tmp_path: Path) -> None:
    then = time.time()
    now = [then]
    with Ledger(tmp_path / "ledger.db", clock=lambda: now[0]) as ledger:
        job = oneshot.OneShot(ledger, Answers(ledger, "never"), "tts", REQUEST, "d1").job
        oneshot.settle(ledger)
        assert ledger.job(job).state is JobState.READY, "its command may still wait"
        now[0] = then - 2 * 3600
        old = oneshot.OneShot(ledger, Answers(ledger, "never"), "tts", REQUEST, "d2").job
        now[0] = then
        oneshot.settle(ledger)
        assert ledger.job(old).state is JobState.FAILED
        assert ledger.job(job).state is JobState.READY


def test_a_command_killed_while_sending_leaves_a_question(ledger: Ledger) -> None:
    done = subprocess.run([sys.executable, "-c", _DIES, ledger.where], cwd=Path.cwd(), check=False)
    assert done.returncode == 9
    (doubt,) = oneshot.doubts(ledger, "d1")
    assert doubt.state is JobState.SUBMITTING
    oneshot.settle(ledger)
    assert ledger.job(doubt.id).state is JobState.REVIEW
    oneshot.set_aside(ledger, ledger.job(doubt.id))
    assert oneshot.doubts(ledger, "d1") == ()
    assert [a.state for a in ledger.attempts()] == [AttemptState.SET_ASIDE]


class Killed(BaseException):
    """The command ends here."""


def test_a_command_killed_while_it_notes_a_delivery_leaves_nothing_half_way(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = oneshot.OneShot(ledger, Answers(ledger, "task-1"), "tts", REQUEST, "d1")
    once.send()
    product = tmp_path / "made.mp3"
    product.write_bytes(b"sound")
    whole = jobs.move

    def killed(c: Any, claim: Any, frm: JobState, to: JobState, **more: Any) -> JobRow:
        if to is JobState.SAVED:
            raise Killed
        return whole(c, claim, frm, to, **more)

    monkeypatch.setattr(jobs, "move", killed)
    with pytest.raises(Killed):
        oneshot.ended(ledger, ledger.job(once.job), saved=product)
    monkeypatch.undo()
    assert ledger.job(once.job).state is JobState.RUNNING
    with Ledger(ledger.where, gone=lambda owner: True) as later:
        oneshot.ended(later, later.job(once.job), saved=product)
        row = later.job(once.job)
    assert (row.state, row.output) == (JobState.DONE, product)
    assert [e.to for e in ledger.events(row.id)][-4:] == ["RUNNING", "MADE", "SAVED", "DONE"]


@pytest.mark.parametrize("half", [("MADE",), ("MADE", "SAVED")])
def test_a_delivery_that_was_left_half_way_is_noted_by_the_next_fetch(
    ledger: Ledger, tmp_path: Path, half: tuple[str, ...]
) -> None:
    once = oneshot.OneShot(ledger, Answers(ledger, "task-1"), "tts", REQUEST, "d1")
    once.send()
    for to, name in zip(half, ("succeeded", "saved"), strict=False):
        claim = ledger.claim(sending_owner(), 30, ids=[once.job])
        assert claim is not None
        ledger.move(claim, JobState(to), name=name)
    product = tmp_path / "made.mp3"
    product.write_bytes(b"sound")
    oneshot.ended(ledger, ledger.job(once.job), saved=product)
    assert ledger.job(once.job).state is JobState.DONE


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return (
        str(tmp_path / "shared.db")
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres").fresh())
    )


def test_of_commands_with_the_same_request_at_the_same_moment_one_sends(where: str) -> None:
    sent: list[str] = []
    ready, ends = threading.Barrier(4), list[str]()

    class Slow(Real):
        def task_of(self, signed: Signed) -> str:
            sent.append(signed.url)
            time.sleep(1.0)
            return "task-1"

    def command(again: bool) -> None:
        with Ledger(where) as book:
            once = oneshot.OneShot(book, Slow(Settings.load(ACCOUNT, {})), "tts", REQUEST, "d1", again=again)
            ready.wait()
            try:
                ends.append(once.send())
            except oneshot.Twin as twin:
                once.give_up(twin)
                ends.append(f"{book.job(once.job).state} {'同时' in twin.zh}")

    threads = [threading.Thread(target=command, args=(n > 1,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(sent) == 1
    assert sorted(ends) == ["FAILED True"] * 3 + ["task-1"]


@pytest.mark.parametrize("again", [False, True])
def test_what_became_a_task_meanwhile_is_sent_again_on_request_only(ledger: Ledger, again: bool) -> None:
    first, second = (
        oneshot.OneShot(ledger, Answers(ledger, f"task-{n}"), "tts", REQUEST, "d1", again=again)
        for n in (1, 2)
    )
    other = oneshot.OneShot(ledger, Answers(ledger, "task-3"), "tts", REQUEST, "d2")
    assert first.send() == "task-1"
    if again:
        assert second.send() == "task-2"
    else:
        with pytest.raises(oneshot.Twin) as twin:
            second.send()
        assert twin.value.row.task_id == "task-1"
    assert other.send() == "task-3"


def test_a_task_id_that_cannot_be_written_is_at_least_told(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **more: object) -> JobRow:
        raise LedgerError("the disk is full", "磁盘已满")

    monkeypatch.setattr(ledger, "accept", full)
    monkeypatch.setattr(sending.time, "sleep", lambda seconds: None)
    once = oneshot.OneShot(ledger, Answers(ledger, "task-9"), "tts", REQUEST, "d1")
    with pytest.raises(LedgerError, match=r"task-9 was accepted.*disk is full.*resolve .* --task-id task-9"):
        once.send()


def test_the_same_request_has_the_same_digest_whatever_its_signatures() -> None:
    from mediaprep.submission.bucket.signatures import digest_of

    def digest(url: str, endpoint: str = "notrain", appkey: str = "k", salt: str = "") -> str:
        request = {"RefVideoUrl": url, "VideoParam": {"RefPhotoUrls": [url]}}
        return digest_of("https://gw", appkey, endpoint, request, salt)

    one = digest("https://b/k.mp4?X-Amz-Date=1&X-Amz-Signature=a")
    assert one == digest("https://b/k.mp4?X-Amz-Date=2&X-Amz-Signature=b") == digest("https://b/k.mp4")
    assert one != digest("https://b/other.mp4")
    assert one != digest("https://b/k.mp4?version=2")
    assert (
        digest("https://b/k?v=1&q-signature=x")
        == digest("https://b/k?v=1&q-signature=y")
        != digest("https://b/k?v=2")
    )
    assert one != digest("https://b/k.mp4", endpoint="photo")
    assert one != digest("https://b/k.mp4", appkey="other")
    assert one != digest("https://b/k.mp4", salt="again")
