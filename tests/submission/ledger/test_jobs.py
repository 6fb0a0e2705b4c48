"""Jobs in the ledger: claims, epochs, moves, what is due, who is dead."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.errors import LedgerError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Intent, JobState, NewJob
from mediaprep.submission.ledger import StaleClaim
from tests.submission.ledger.books import LEASE, Desk, owner

S = JobState


def test_a_job_is_added_once(desk: Desk) -> None:
    job = desk.add(spec={"request": {"InputSsml": "你好"}})
    desk.book.move(desk.claim(), S.READY, name="prepared", payload={"InputSsml": "你好"})
    again = desk.book.enqueue(NewJob(id=job, name="x", endpoint="tts", base_url="y", digest="z"))
    assert (again.state, again.name, again.spec) == (S.READY, "a", {"request": {"InputSsml": "你好"}})
    assert again.payload == {"InputSsml": "你好"}
    assert desk.another().job(job) == again


def test_a_claim_raises_the_epoch_and_an_older_one_changes_nothing(desk: Desk) -> None:
    job = desk.add()
    first = desk.claim(owner(1))
    assert desk.book.claim(owner(2), LEASE) is None
    desk.clock.now += LEASE + 1
    second = desk.claim(owner(2))
    assert second.epoch == first.epoch + 1
    before = desk.book.job(job)
    with pytest.raises(StaleClaim):
        desk.book.move(first, S.READY, name="prepared")
    with pytest.raises(StaleClaim):
        intent = Intent(nonce="n", token="t", signed_at=0, fence_at=0)
        desk.book.begin_attempt(first.on(replace(before, state=S.READY)), intent)
    assert desk.book.heartbeat([first], LEASE) == (first,)
    desk.book.release(first)
    assert desk.book.job(job) == before
    assert desk.book.attempts() == ()
    assert desk.book.move(second, S.READY, name="prepared").state is S.READY


def test_a_heartbeat_keeps_a_claim_and_a_move_ends_it(desk: Desk) -> None:
    job = desk.add()
    claim = desk.claim(owner(1))
    desk.clock.now += LEASE - 1
    assert desk.book.heartbeat([claim], LEASE) == ()
    desk.clock.now += LEASE - 1
    assert desk.book.claim(owner(2), LEASE) is None
    desk.book.move(claim, S.NEW, name="waits", next_in=5)
    assert desk.book.heartbeat([claim], LEASE) == (claim,), "a beat after the move must not hold the job"
    assert desk.book.claim(owner(2), LEASE) is None
    desk.clock.now += 5
    assert desk.claim(owner(2)).job.id == job


def test_a_dead_owner_of_this_host_is_replaced_at_once(desk: Desk) -> None:
    job = desk.add()
    claim = desk.claim(owner(1))
    assert desk.book.claim(owner(2), LEASE) is None
    desk.dead.add("1")
    taken = desk.claim(owner(2))
    assert (taken.job.id, taken.epoch) == (job, claim.epoch + 1)
    with pytest.raises(StaleClaim):
        desk.book.move(claim, S.READY, name="prepared")


def test_moves_that_the_table_does_not_know_are_refused(desk: Desk) -> None:
    job = desk.add()
    with pytest.raises(LedgerError, match="NEW to DONE"):
        desk.book.move(desk.claim(), S.DONE, name="finished")
    assert desk.book.job(job).state is S.NEW
    assert desk.book.events() == ()


def test_events_tell_the_whole_story_and_waiting_is_no_event(desk: Desk) -> None:
    job = desk.add()
    desk.book.move(desk.claim(), S.NEW, name="waits")
    desk.book.move(desk.claim(), S.NEW, name="waits")
    assert desk.book.job(job).tries == 2
    desk.book.move(desk.claim(), S.READY, name="prepared")
    claim, _ = desk.begin(job)
    desk.book.accept(claim, 1, "task-1")
    told = [(e.frm, e.to, e.name, e.attempt) for e in desk.book.events(job)]
    assert told == [
        ("NEW", "READY", "prepared", 0), ("READY", "SUBMITTING", "intent", 1), ("SUBMITTING", "RUNNING", "accepted", 1)
    ]  # fmt: skip
    assert desk.book.job(job).tries == 0
    assert desk.book.find("task-1") == desk.book.job(job)


def test_the_soonest_expiring_product_comes_first_and_new_jobs_last(desk: Desk) -> None:
    new = desk.add("new")
    desk.clock.now += 1
    running = desk.running("running", "task-r")
    for name, days in (("late", 6), ("soon", 1)):
        desk.running(name, f"task-{name}")
        claim = desk.claim(ids=[f"{name}-0123456789ab"])
        desk.book.move(claim, S.MADE, name="succeeded", expires_at=desk.clock.now + days * 86400)
    order = [desk.claim().job.id for _ in range(4)]
    assert order == ["soon-0123456789ab", "late-0123456789ab", running, new]


def test_one_shot_jobs_are_taken_by_name_only(desk: Desk) -> None:
    job = desk.add(managed=False)
    assert desk.book.claim(owner(1), LEASE) is None
    assert desk.book.next_due() is None
    assert desk.claim(ids=[job]).job.id == job


def test_a_hint_makes_a_job_due_even_while_it_is_held(desk: Desk) -> None:
    job = desk.running(gated=False)
    claim = desk.claim()
    assert desk.book.callback_came(job, 1, "t", "task-1")
    assert desk.book.move(claim, S.RUNNING, name="polled", next_in=60).next_at == desk.clock.now
    desk.clock.now += 1
    desk.book.move(desk.claim(), S.RUNNING, name="polled", next_in=60)
    assert desk.book.next_due() == 60
    assert desk.book.callback_came(job, 1, "t", "task-1")
    assert desk.claim().job.id == job


def test_ended_jobs_are_reopened_as_they_were_seen_or_not_at_all(desk: Desk) -> None:
    job = desk.add()
    row = desk.book.move(desk.claim(), S.REFUSED, name="refused", why=Text("too short", "太短"))
    assert row.note == Text("too short", "太短")
    assert desk.book.next_due() is None
    again = desk.book.reopen(row, S.NEW, name="again")
    assert (again.state, again.epoch) == (S.NEW, row.epoch + 1)
    with pytest.raises(StaleClaim):
        desk.book.reopen(row, S.NEW, name="again")
    assert desk.claim().job.id == job


def test_secrets_do_not_reach_the_ledger_and_what_lost_them_is_not_whole(desk: Desk) -> None:
    Settings.load({}, {"MEDIAPREP_ACCESSTOKEN": "canary-token-77"})
    signed = {"RefVideoUrl": "https://b/k.mp4?v=2&X-Amz-Signature=canary78"}
    desk.add("signed", spec={"request": signed, "text": "canary-token-77"})
    desk.add("plain", spec={"request": {"RefVideoUrl": "https://b/k.mp4?v=2"}})
    plain, cut = desk.book.jobs(ids=["plain-0123456789ab"])[0], desk.book.jobs(ids=["signed-0123456789ab"])[0]
    assert (plain.whole, plain.spec) == (True, {"request": {"RefVideoUrl": "https://b/k.mp4?v=2"}})
    assert (cut.whole, cut.spec["request"]) == (False, {"RefVideoUrl": "https://b/k.mp4?v=2"})
    desk.book.move(desk.claim(ids=[plain.id]), S.READY, name="prepared", payload=signed, kept={"u": signed})
    claim, _ = desk.begin(plain.id, nonce="canary-nonce", token="canary-callback")
    assert not desk.book.job(plain.id).whole
    desk.book.unknown(
        claim, 1, why=Text("at https://gw/x?signature=canary79", "canary-token-77"), answer="canary-token-77"
    )  # fmt: skip
    everything = repr((desk.book.jobs(), desk.book.attempts(), desk.book.events()))
    assert "canary" not in everything
    if desk.book.path is not None:
        for file in desk.book.path.parent.iterdir():
            assert b"canary" not in file.read_bytes(), file


def test_many_threads_take_every_job_exactly_once(desk: Desk) -> None:
    desk.book.enqueue_all(
        NewJob(id=f"j{i}", name=f"j{i}", endpoint="tts", base_url="b", digest=str(i)) for i in range(60)
    )
    taken: list[str] = []
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        book = desk.another()
        barrier.wait()
        while claim := book.claim(owner(100 + number), LEASE):
            taken.append(claim.job.id)
            book.move(claim, S.REFUSED, name="refused")
        book.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == sorted(f"j{i}" for i in range(60))
    assert desk.book.counts() == {S.REFUSED: 60}


def test_the_pace_is_the_median_of_what_was_seen_there(desk: Desk) -> None:
    assert desk.book.pace("notrain", "https://gw") is None
    for index, seconds in enumerate((10.0, 20.0, 90.0)):
        desk.running(f"j{index}", f"task-{index}")
        desk.book.made(f"task-{index}", seconds, 10.0)
    assert desk.book.pace("notrain", "https://gw") == 2.0
    assert desk.book.pace("notrain", "https://elsewhere") is None


def test_the_result_and_what_stages_remember_come_back(desk: Desk) -> None:
    job = desk.running()
    desk.book.move(desk.claim(), S.MADE, name="succeeded", media="https://cos/x.mp4?sign=canary")
    assert desk.book.job(job).media == "https://cos/x.mp4"
    desk.book.move(
        desk.claim(),
        S.SAVED,
        name="saved",
        result=Path("/out/raw.mp4"),
        result_sha256="ab",
        kept={"seconds": 1.5},
    )
    row = desk.book.job(job)
    assert (row.result, row.result_sha256, row.kept) == (Path("/out/raw.mp4"), "ab", {"seconds": 1.5})


def test_any_number_of_jobs_can_be_named(desk: Desk) -> None:
    desk.book.enqueue_all(
        NewJob(id=f"j{i}", name="j", endpoint="tts", base_url="b", digest=str(i)) for i in range(3)
    )
    names = [f"j{i}" for i in range(1, 50_000)]
    assert [row.id for row in desk.book.jobs(ids=names)] == ["j1", "j2"]
    assert desk.claim(ids=names).job.id == "j1"
    assert desk.book.next_due(names) == 0
    assert desk.book.jobs(ids=[]) == ()
    assert desk.book.claim(owner(1), LEASE, ids=[]) is None
    assert desk.book.next_due([]) is None
