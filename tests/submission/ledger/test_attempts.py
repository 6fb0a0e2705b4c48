"""Attempts: one POST each, one end each; the gate's fence against the fetch; permits."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from mediaprep.errors import LedgerError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptState, Fetch, Intent, JobState
from mediaprep.submission.ledger import StaleClaim
from tests.submission.ledger.books import LEASE, Desk, owner

S, A = JobState, AttemptState
WHY = Text("because", "因为")


def state(desk: Desk, job: str, n: int = 1) -> AttemptState:
    found = desk.book.attempt(job, n)
    assert found is not None
    return found.state


def test_intent_permit_and_job_are_written_together_or_not_at_all(desk: Desk) -> None:
    one = desk.ready("one", quota="k:tts", places=1)
    two = desk.ready("two", quota="k:tts", places=1)
    first, attempt = desk.begin(one)
    assert (first.job.state, first.job.attempt) == (S.SUBMITTING, 1)
    assert attempt is not None
    assert desk.book.permits() == (("k:tts", 0, one),)
    assert desk.book.claim(owner(2), LEASE, ids=[two]) is None, "no place, so it is not even claimed"
    desk.book.accept(first, 1, "task-1")
    assert desk.book.claim(owner(2), LEASE, ids=[two]) is None, "the place is kept until the task ends"
    desk.book.move(desk.claim(ids=[one]), S.MADE, name="succeeded")
    assert desk.begin(two)[1] is not None
    assert desk.book.permits() == (("k:tts", 0, two),)


def test_permits_are_never_more_than_there_are(desk: Desk) -> None:
    names = [desk.ready(f"j{i}", quota="k:video:photo", places=5) for i in range(12)]
    got: list[str] = []
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        book = desk.another()
        barrier.wait()
        while claim := book.claim(owner(number), LEASE):
            more = {"nonce": "n", "token": "t", "signed_at": 0.0, "fence_at": 0.0}
            if book.begin_attempt(claim, Intent(**more)) is not None:
                got.append(claim.job.id)
            else:
                book.move(claim, S.READY, name="waits", next_in=60)
        book.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == len(set(got)) == 5
    assert set(got) < set(names)
    assert sorted(job for _, _, job in desk.book.permits() if job) == sorted(got)


def test_more_bought_places_are_added_and_fewer_taken_away_when_free(desk: Desk) -> None:
    desk.ready("a", quota="k", places=2)
    assert len(desk.book.permits()) == 2
    desk.ready("b", quota="k", places=3)
    assert len(desk.book.permits()) == 3
    desk.ready("c", quota="k", places=1)
    assert len(desk.book.permits()) == 1


def reviewed(desk: Desk, name: str, **more: object) -> str:
    job = desk.ambiguous(name, **more)
    desk.book.move(desk.claim(ids=[job]), S.REVIEW, name="no evidence")
    return job


def test_a_task_that_is_found_late_takes_a_place_if_there_is_one(desk: Desk) -> None:
    job = reviewed(desk, "found", quota="k", places=1)
    other = desk.ready("other", quota="k", places=1)
    desk.book.reopen(desk.book.job(job), S.RUNNING, name="task named", task_id="task-1", seen_at=0.0)
    assert desk.book.permits() == (("k", 0, job),)
    assert desk.book.claim(owner(1), LEASE, ids=[other]) is None


@pytest.mark.parametrize("by", ["a person", "a callback", "a late answer"])
def test_a_task_that_is_found_while_no_place_is_free_counts_all_the_same(desk: Desk, by: str) -> None:
    late = [reviewed(desk, f"late{n}", quota="k", places=2) for n in range(2)]
    one = desk.running("one", quota="k", places=2)
    two = desk.running("two", task="task-2", quota="k", places=2)
    waits = desk.ready("waits", quota="k", places=2)
    for n, job in enumerate(late):
        if by == "a person":
            row = desk.book.job(job)
            desk.book.reopen(row, S.RUNNING, name="task named", task_id=f"late-{n}", seen_at=0.0)
        elif by == "a callback":
            assert desk.book.callback_came(job, 1, "t", f"late-{n}")
        else:
            desk.book.late_answer(job, 1, f"late-{n}")
        assert desk.book.job(job).state is (S.AMBIGUOUS if by == "a callback" else S.RUNNING)
    assert {job for _, _, job in desk.book.permits()} == {one, two, *late}
    held = desk.claim(ids=[one])
    desk.book.move(held, S.MADE, name="succeeded")
    assert desk.book.claim(owner(1), LEASE, ids=[waits]) is None, "its place goes to the first that was found"
    came = "result came" if by == "a callback" else "succeeded"
    desk.book.move(desk.claim(ids=[late[0]]), S.MADE, name=came)
    assert desk.book.claim(owner(1), LEASE, ids=[waits]) is None
    assert desk.book.permits() == (("k", 0, late[1]), ("k", 1, two)) or set(desk.book.permits()) == {
        ("k", 0, two), ("k", 1, late[1]),
    }  # fmt: skip
    desk.book.move(desk.claim(ids=[two]), S.MADE, name="succeeded")
    assert desk.begin(waits)[1] is not None
    assert len(desk.book.permits()) == 2


def test_places_that_are_bought_go_first_to_a_task_that_runs_without_one(desk: Desk) -> None:
    late = reviewed(desk, "late", quota="k", places=1)
    one = desk.running("one", quota="k", places=1)
    desk.book.callback_came(late, 1, "t", "late-1")
    waits = desk.ready("waits", quota="k", places=2)
    assert desk.begin(waits)[1] is None
    assert {job for _, _, job in desk.book.permits()} == {one, late}
    assert min(slot for _, slot, _ in desk.book.permits()) == 0


def test_a_product_that_turns_out_not_to_be_made_counts_again(desk: Desk) -> None:
    job = desk.running("a", quota="k", places=1)
    desk.book.move(desk.claim(ids=[job]), S.MADE, name="succeeded")
    desk.book.move(desk.claim(ids=[job]), S.RUNNING, name="stale")
    assert desk.book.permits() == (("k", 0, job),)


def test_without_room_the_place_rests(desk: Desk) -> None:
    job = desk.ready(quota="k", places=1)
    other = desk.ready("b", quota="k", places=1)
    claim, _ = desk.begin(job)
    desk.book.reject(claim, 1, name="no room", why=WHY, next_in=10)
    assert (state(desk, job), desk.book.job(job).state) == (A.REJECTED, S.READY)
    assert desk.book.claim(owner(1), LEASE, ids=[other]) is None
    desk.clock.now += 10
    assert desk.begin(other)[1] is not None


@pytest.mark.parametrize(
    ("name", "attempt", "job_state"),
    [("not sent", A.NOT_SENT, S.READY), ("no room", A.REJECTED, S.READY), ("rejected", A.REJECTED, S.FAILED)],
)
def test_what_was_not_accepted_may_be_sent_again(
    desk: Desk, name: str, attempt: AttemptState, job_state: JobState
) -> None:
    claim = desk.submitting()
    row = desk.book.reject(claim, 1, name=name, why=WHY, answer='{"Header":{"Code":1}}')
    assert (row.state, state(desk, row.id)) == (job_state, attempt)
    if job_state is S.READY:
        again, second = desk.begin(row.id)
        assert second is not None
        assert second.n == again.job.attempt == 2


def test_an_attempt_in_doubt_blocks_every_further_one_whatever_led_there(desk: Desk) -> None:
    job = desk.ambiguous()
    with desk.book._db.write() as c:  # as if a move of the table were wrong
        from mediaprep.submission.ledger.schema import JOB

        c.execute(JOB.update().where(JOB.c.id == job).values(state="READY"))
    claim = desk.claim(ids=[job])
    with pytest.raises(LedgerError, match="may have been accepted"):
        desk.book.begin_attempt(claim, Intent(nonce="m", token="t", signed_at=0, fence_at=0))
    assert len(desk.book.attempts(job)) == 1


def test_an_answer_heard_by_a_zombie_moves_nothing_and_is_kept_as_evidence(desk: Desk) -> None:
    claim = desk.submitting(owner=owner(1))
    desk.dead.add("1")
    taken = desk.claim(owner(2))
    desk.book.move(taken, S.AMBIGUOUS, name="owner lost")
    with pytest.raises(StaleClaim):
        desk.book.accept(claim, 1, "task-late", answer="{}")
    row, attempt = desk.book.job(claim.job.id), desk.book.attempt(claim.job.id, 1)
    assert attempt is not None
    assert (row.state, row.task_id) == (S.AMBIGUOUS, None)
    assert (attempt.state, attempt.task_id) == (A.INTENT, "task-late")
    assert desk.book.fence(desk.claim(owner(2)), 1) is None, "a known task is not fenced"


def test_a_zombie_cannot_refuse_or_give_up_either(desk: Desk) -> None:
    claim = desk.submitting(owner=owner(1))
    desk.dead.add("1")
    desk.book.move(desk.claim(owner(2)), S.AMBIGUOUS, name="owner lost")
    for end in (
        lambda: desk.book.reject(claim, 1, name="rejected", why=WHY),
        lambda: desk.book.unknown(claim, 1, why=WHY),
    ):
        with pytest.raises(StaleClaim):
            end()
    assert (desk.book.job(claim.job.id).state, state(desk, claim.job.id)) == (S.AMBIGUOUS, A.INTENT)


# --- the gate ---


def fetch(desk: Desk, job: str, *, last: bool = False, nonce: str = "n") -> Fetch:
    return desk.book.may_fetch(job, 1, nonce, last=last)


def test_bytes_wait_for_the_task_id(desk: Desk) -> None:
    claim = desk.submitting()
    assert fetch(desk, claim.job.id) is Fetch.HOLD
    assert desk.book.attempts()[0].fetched_at is None
    desk.book.accept(claim, 1, "task-1")
    assert fetch(desk, claim.job.id) is Fetch.SERVE
    first = desk.book.attempts()[0].fetched_at
    desk.clock.now += 5
    assert fetch(desk, claim.job.id) is Fetch.SERVE
    assert desk.book.attempts()[0].fetched_at == first


def test_only_the_right_secret_fetches(desk: Desk) -> None:
    claim = desk.submitting()
    desk.book.accept(claim, 1, "task-1")
    assert fetch(desk, claim.job.id, nonce="m") is Fetch.NOBODY
    assert desk.book.may_fetch(claim.job.id, 2, "n") is Fetch.NOBODY
    assert desk.book.may_fetch("nobody", 1, "n") is Fetch.NOBODY
    assert desk.book.attempts()[0].fetched_at is None


def test_after_the_hold_a_living_submitter_is_served_and_a_dead_one_fenced(desk: Desk) -> None:
    alive = desk.submitting("alive", owner=owner(1))
    assert fetch(desk, alive.job.id, last=True) is Fetch.SERVE
    dead = desk.submitting("dead", owner=owner(2))
    desk.dead.add("2")
    assert fetch(desk, dead.job.id, last=True) is Fetch.GONE
    assert state(desk, dead.job.id) is A.FENCED
    expired = desk.submitting("expired", owner=owner(3))
    desk.clock.now += LEASE + 1
    assert fetch(desk, expired.job.id, last=True) is Fetch.GONE


def test_a_fenced_attempt_that_is_answered_after_all_is_followed_by_another(desk: Desk) -> None:
    claim = desk.submitting(owner=owner(1))
    desk.clock.now += LEASE + 1  # stopped, and nobody claimed its job
    assert fetch(desk, claim.job.id, last=True) is Fetch.GONE
    assert desk.book.accept(claim, 1, "task-orphan").state is S.AMBIGUOUS
    row = desk.book.fence(desk.claim(owner(2)), 1)
    assert row is not None
    assert (row.state, row.task_id) == (S.READY, None)
    assert fetch(desk, claim.job.id) is Fetch.GONE
    _, second = desk.begin(claim.job.id)
    assert second is not None


def test_whoever_asks_after_a_lost_answer_is_fenced_at_once(desk: Desk) -> None:
    job = desk.ambiguous()
    assert fetch(desk, job) is Fetch.GONE
    assert state(desk, job) is A.FENCED


def test_recovery_fences_what_was_never_fetched(desk: Desk) -> None:
    job = desk.ambiguous()
    row = desk.book.fence(desk.claim(), 1)
    assert row is not None
    assert row.state is S.READY
    assert (state(desk, job), fetch(desk, job)) == (A.FENCED, Fetch.GONE)


def test_what_was_fetched_is_never_fenced(desk: Desk) -> None:
    claim = desk.submitting(owner=owner(1))
    assert fetch(desk, claim.job.id, last=True) is Fetch.SERVE
    desk.dead.add("1")
    desk.book.move(desk.claim(owner(2)), S.AMBIGUOUS, name="owner lost")
    held = desk.claim(owner(2))
    assert desk.book.fence(held, 1) is None
    assert desk.book.job(claim.job.id).state is S.AMBIGUOUS
    assert fetch(desk, claim.job.id) is Fetch.SERVE, "the rest of the file may be asked for"


def test_an_attempt_without_a_gated_input_is_never_fenced(desk: Desk) -> None:
    job = desk.ambiguous(gated=False)
    assert desk.book.fence(desk.claim(), 1) is None
    assert state(desk, job) is A.UNKNOWN


def test_exactly_one_of_fetched_and_fenced_wins(desk: Desk) -> None:
    """Twelve times: the gate at the end of its hold against a recovering worker."""
    for number in range(12):
        claim = desk.submitting(f"j{number}", owner=owner(1))
        job = claim.job.id
        barrier = threading.Barrier(2)
        seen: dict[str, object] = {}

        def gate(
            job: str = job, barrier: threading.Barrier = barrier, seen: dict[str, object] = seen
        ) -> None:
            barrier.wait()
            seen["gate"] = desk.book.may_fetch(job, 1, "n", last=True)

        def recover(
            claim=claim, barrier: threading.Barrier = barrier, seen: dict[str, object] = seen
        ) -> None:  # type: ignore[no-untyped-def]
            row = desk.book.move(claim, S.AMBIGUOUS, name="owner lost", release=False)
            barrier.wait()
            seen["fenced"] = desk.book.fence(claim.on(row), 1)

        threads = [threading.Thread(target=run) for run in (gate, recover)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        attempt = desk.book.attempt(job, 1)
        assert attempt is not None
        assert (attempt.state is A.FENCED) != (attempt.fetched_at is not None)
        assert (seen["gate"] is Fetch.GONE) == (attempt.state is A.FENCED)
        assert (seen["fenced"] is not None) == (attempt.state is A.FENCED)


def test_served_by_the_gate_or_judged_lost_a_live_submit_that_is_answered_counts(desk: Desk) -> None:
    """The gate at the end of its hold against the answer: whatever wins, an accepted task is served."""
    for number in range(12):
        claim = desk.submitting(f"j{number}", owner=owner(1))
        barrier = threading.Barrier(2)
        seen: list[Fetch] = []

        def gate(
            job: str = claim.job.id, barrier: threading.Barrier = barrier, seen: list[Fetch] = seen
        ) -> None:
            barrier.wait()
            seen.append(desk.book.may_fetch(job, 1, "n", last=True))

        thread = threading.Thread(target=gate)
        thread.start()
        barrier.wait()
        assert desk.book.accept(claim, 1, f"task-{number}").state is S.RUNNING
        thread.join(30)
        assert seen == [Fetch.SERVE]


# --- callbacks ---


def test_a_callback_names_the_task_by_its_own_address_only(desk: Desk) -> None:
    job = desk.ambiguous(gated=False)
    desk.book.move(desk.claim(), S.AMBIGUOUS, name="waits", next_in=600)
    assert not desk.book.callback_came(job, 1, "forged", "task-x")
    assert not desk.book.callback_came(job, 2, "t", "task-x")
    assert desk.book.next_due() == 600
    assert desk.book.callback_came(job, 1, "t", "task-1")
    assert desk.book.callback_came(job, 1, "t", "task-2")
    assert desk.book.callback_came(job, 1, "t", "task-1"), "doubled: nothing new"
    attempt = desk.book.attempt(job, 1)
    assert attempt is not None
    assert (attempt.callback_task, attempt.callback_tasks) == ("task-1", ("task-1", "task-2"))
    row = desk.book.found(desk.claim(), 1, "task-1")
    assert (row.state, row.task_id, state(desk, job)) == (S.RUNNING, "task-1", A.ACCEPTED)


def test_a_callback_before_the_answer_moves_nothing(desk: Desk) -> None:
    claim = desk.submitting(gated=False)
    assert desk.book.callback_came(claim.job.id, 1, "t", "task-1")
    assert desk.book.job(claim.job.id).state is S.SUBMITTING
    assert desk.book.accept(claim, 1, "task-1", next_in=60).next_at == desk.clock.now


def test_a_late_callback_takes_a_job_out_of_review(desk: Desk) -> None:
    job = desk.ambiguous(gated=False)
    desk.book.move(desk.claim(), S.REVIEW, name="no evidence")
    assert desk.book.callback_came(job, 1, "t", "task-1")
    row = desk.book.job(job)
    assert (row.state, row.task_id) == (S.AMBIGUOUS, None), "it is asked after before it is believed"
    assert desk.book.events(job)[-1].owner == "callback"


def test_a_flood_of_callbacks_crowds_out_neither_the_first_nor_the_last(desk: Desk) -> None:
    job = desk.ambiguous(gated=False)
    for n in range(50):
        assert desk.book.callback_came(job, 1, "t", f"task_{n}")
    attempt = desk.book.attempt(job, 1)
    assert attempt is not None
    assert attempt.callback_tasks == tuple(f"task_{n}" for n in (*range(8), *range(42, 50)))


def test_a_task_heard_at_two_addresses_is_taken_at_neither_until_one_has_its_own(desk: Desk) -> None:
    one, two = desk.ambiguous("one", gated=False), desk.ambiguous("two", gated=False)
    for job, task in ((one, "task_2"), (two, "task_2"), (one, "task_1"), (two, "taskX2")):
        assert desk.book.callback_came(job, 1, "t", task)
    held = desk.claim(ids=[one])
    assert desk.book.found(held, 1, "task_2", heard=True) is None
    found = desk.book.found(held, 1, "task_1", heard=True, why=WHY)
    assert found is not None
    assert (found.state, desk.book.events(one)[-1].why) == (S.RUNNING, WHY)
    assert desk.book.found(desk.claim(ids=[two]), 1, "task_2", heard=True) is not None, "nobody else's now"


def test_after_a_person_said_resubmit_a_late_callback_does_not_take_the_job_back(desk: Desk) -> None:
    job = desk.ambiguous(gated=False)
    row = desk.book.move(desk.claim(), S.REVIEW, name="no evidence")
    desk.book.reopen(row, S.READY, name="resubmit")
    assert state(desk, job) is A.SET_ASIDE
    assert desk.book.callback_came(job, 1, "t", "task-1")
    assert desk.book.job(job).state is S.READY
    _, second = desk.begin(job)
    assert second is not None


def test_a_callback_that_names_another_jobs_task_is_not_believed(desk: Desk) -> None:
    desk.running("b", task="task-of-b")
    doubt, asked = desk.ambiguous("a"), reviewed(desk, "c")
    for job in (doubt, asked):
        assert desk.book.callback_came(job, 1, "t", "task-of-b"), "it has come to the right address"
        attempt = desk.book.attempt(job, 1)
        assert attempt is not None
        assert (attempt.callback_task, attempt.state) == (None, A.UNKNOWN)
    assert desk.book.job(asked).state is S.REVIEW
    assert desk.book.callback_came(asked, 1, "t", "task-of-c"), "what came wrong is no reason to be deaf"
    assert desk.book.job(asked).state is S.AMBIGUOUS


def test_a_task_that_another_jobs_answer_names_later_is_not_found_by_a_callback(desk: Desk) -> None:
    doubt = desk.ambiguous("a")
    assert desk.book.callback_came(doubt, 1, "t", "task-of-b")
    desk.running("b", task="task-of-b")
    assert desk.book.found(desk.claim(ids=[doubt]), 1, "task-of-b") is None
    assert desk.book.job(doubt).state is S.AMBIGUOUS


def test_only_whoever_wrote_an_intent_can_say_that_it_was_not_sent(desk: Desk) -> None:
    claim = desk.submitting("a")
    desk.book.never_sent(claim.job.id, 1, "of somebody else")
    assert state(desk, claim.job.id) is A.INTENT
    desk.book.never_sent(claim.job.id, 2, "n")
    desk.book.never_sent(claim.job.id, 1, "n")
    assert state(desk, claim.job.id) is A.NOT_SENT


@pytest.mark.needs("postgres")
@pytest.mark.parametrize("when", ["before the commit", "after the commit"])
def test_a_connection_that_breaks_in_the_middle_of_a_move_changes_all_or_nothing(
    postgres: object, when: str
) -> None:
    desk = Desk(postgres.fresh())  # type: ignore[attr-defined]
    claim = desk.submitting("a", quota="k", places=1)
    engine, broken = desk.book._db._engine, list[str]()

    def cut(connection: sa.Connection, *_: object) -> None:
        if not broken:
            broken.append(when)
            if when == "after the commit":
                connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
                raise sa.exc.OperationalError("commit", {}, OSError("the server closed the connection"))
            with desk.another()._db.write() as c:
                here = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
                c.execute(sa.text(f"select pg_terminate_backend(pid) from ({here}) as others"))

    sa.event.listen(engine, "commit", cut)
    with pytest.raises(LedgerError, match="cannot be used"):
        desk.book.accept(claim, 1, "task-1")
    assert desk.book.job(claim.job.id).state is (S.RUNNING if when == "after the commit" else S.SUBMITTING)
    if when == "after the commit":
        with pytest.raises(StaleClaim):
            desk.book.accept(claim, 1, "task-1")
    else:
        desk.book.accept(claim, 1, "task-1")
    row = desk.book.job(claim.job.id)
    assert (row.state, row.task_id, state(desk, row.id)) == (S.RUNNING, "task-1", A.ACCEPTED)
    assert desk.book.permits() == (("k", 0, row.id),)
    assert [e.name for e in desk.book.events(row.id)][-2:] == ["intent", "accepted"]
    desk.book.close()
