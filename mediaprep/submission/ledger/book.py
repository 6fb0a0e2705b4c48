"""The ledger: every method is one transaction, and every transaction is on disk before its method returns."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import sqlalchemy as sa

from mediaprep import processes
from mediaprep.config import Settings
from mediaprep.errors import BadConfig, BadRow
from mediaprep.model.findings import Text
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import (
    AttemptRow,
    AttemptState,
    Claim,
    Fetch,
    Intent,
    JobRow,
    JobState,
    NewJob,
    Owner,
)
from mediaprep.submission.ledger import attempts, jobs, kinds, permits
from mediaprep.submission.ledger.database import Database, location
from mediaprep.submission.ledger.jobs import StaleClaim
from mediaprep.submission.ledger.queries import Looking
from mediaprep.submission.ledger.schema import JOB

_OF_A_TASK: Final = ("task_id", "media", "expires_at", "result", "result_sha256")
_NEVER_SENT: Final = Text("its input can never be fetched now", "其素材已不可能被取走")
_FETCHED_UNHEARD: Final = Text(
    "its input was asked for while nobody waits for its TaskId", "素材被请求时已无人等待其任务号"
)


class Ledger(Looking):
    """Paid work, durably. Safe to use from several threads and processes. `clock` gives seconds since 1970;
    `gone` says whether an owner certainly no longer runs."""

    def __init__(
        self,
        where: str | Path,
        *,
        clock: Callable[[], float] = time.time,
        gone: Callable[[Owner], bool] = processes.gone,
    ) -> None:
        self.where = str(where)
        self._db = Database(self.where)
        self._clock, self._gone = clock, gone

    @classmethod
    def open(cls, settings: Settings, environ: Mapping[str, str] | None = None) -> Self:
        """The ledger that the settings name. Raises BadConfig, ToolMissing or LedgerError."""
        return cls(location(settings, environ))

    @property
    def path(self) -> Path | None:
        """Its file; None for a database elsewhere."""
        return None if self._db.postgres else Path(self.where)

    @property
    def shown(self) -> str:
        """Where it lies, to be told."""
        return self._db.shown

    def keep_for(self, kind: GatewayKind, base_url: str) -> None:
        """From its first gateway on it is for that kind alone. Raises BadConfig for one of the other kind: an
        emulated task never stands beside paid ones, and nothing is paid for what is taken for a rehearsal."""
        if self._kind is None:
            with self._db.write() as c:
                self._db.one_at_a_time(c, "gateway kind")
                self._kind = kinds.settle(c, kind)
        if self._kind is kind:
            return
        if kind is GatewayKind.EMULATED:
            raise BadConfig(
                f"the ledger {self.shown} is for real gateways and {base_url} is an emulator: nothing is sent. Without "
                "MEDIAPREP_LEDGER an emulator's jobs have a ledger of their own; or name another file",
                f"账本 {self.shown} 记录真实任务，而 {base_url} 是模拟器：未发送任何请求。不设置 MEDIAPREP_LEDGER 时，"
                "模拟任务使用独立账本；也可指定其他文件",
            )
        raise BadConfig(
            f"the ledger {self.shown} is for an emulator's jobs and {base_url} is none: nothing is sent, nothing is "
            "paid. Name another ledger (MEDIAPREP_LEDGER) for real tasks, or none",
            f"账本 {self.shown} 记录模拟任务，而 {base_url} 不是模拟器：未发送任何请求，未产生费用。"
            "真实任务请用 MEDIAPREP_LEDGER 指定其他账本，或不设置",
        )

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- jobs ---

    def enqueue(self, new: NewJob) -> JobRow:
        """Add a job unless it is there; the row as it stands."""
        return self.enqueue_all([new])[0]

    def enqueue_all(self, new: Iterable[NewJob]) -> tuple[JobRow, ...]:
        """The same for many, in one transaction."""
        wanted = list(new)
        with self._db.write() as c:
            jobs.insert(c, wanted, self._clock())
            rows = {row.id: row for row in jobs.select(c, ids=[job.id for job in wanted])}
        return tuple(rows[job.id] for job in wanted)

    def claim(
        self,
        owner: Owner,
        lease_seconds: float,
        *,
        ids: Collection[str] | None = None,
        states: Collection[JobState] | None = None,
        without: Collection[str] = (),
    ) -> Claim | None:
        """The most urgent job that is due and that nobody who lives holds; None where there is none. Raises BadRow,
        and nothing is changed, for one that cannot be read: then it goes on `without` that."""
        with self._db.write() as c:
            now = self._clock()
            jobs.release_dead(c, self._gone, now)
            return jobs.claim(
                c, owner, lease_seconds=lease_seconds, now=now, ids=ids, states=states, without=without
            )

    def heartbeat(self, claims: Iterable[Claim], lease_seconds: float) -> tuple[Claim, ...]:
        """Lengthen the leases; gives the claims that were lost."""
        with self._db.write() as c:
            now = self._clock()
            return tuple(claim for claim in claims if not jobs.heartbeat(c, claim, lease_seconds, now))

    def move(
        self,
        claim: Claim,
        to: JobState,
        *,
        name: str,
        next_in: float = 0.0,
        release: bool = True,
        why: Text | None = None,
        **columns: Any,
    ) -> JobRow:
        """One move of machine.MOVES, if the claim still holds (else Stale, and nothing is changed)."""
        with self._db.write() as c:
            return jobs.move(
                c, claim, claim.job.state, to, name=name, now=self._clock(), next_in=next_in, release=release,
                why=why, **columns,
            )  # fmt: skip

    def moves(self, claim: Claim, *steps: tuple[JobState, str], **columns: Any) -> JobRow:
        """Several moves in one transaction, each a state and a name; the columns come with the last."""
        with self._db.write() as c:
            return jobs.moves(c, claim, steps, now=self._clock(), **columns)

    def release(self, claim: Claim, *, next_in: float | None = None) -> None:
        """Give a claim back without a move, to be due in `next_in`; nothing happens if it is lost."""
        with self._db.write() as c:
            jobs.release(c, claim, None if next_in is None else self._clock() + next_in)

    def reopen(
        self,
        row: JobRow,
        to: JobState,
        *,
        name: str,
        by: str = "person",
        why: Text | None = None,
        **columns: Any,
    ) -> JobRow:
        """Move a job that no worker would move, as it was seen in `row` (else Stale). What a person says of an
        attempt in doubt sets it aside."""
        with self._db.write() as c:
            now = self._clock()
            if name in ("resubmit", "abandoned", "again") and row.attempt:
                attempts.end(c, row.id, row.attempt, AttemptState.SET_ASIDE, now=now, why=why)
            if name in (
                "resubmit",
                "again",
            ):  # what an earlier task came to is not what the next one comes to
                columns = {**dict.fromkeys(_OF_A_TASK), **columns}
            if name in ("task named", "found"):
                task_id = columns.get("task_id")
                attempts.end(c, row.id, row.attempt, AttemptState.ACCEPTED, now=now, task_id=task_id)
            return jobs.reopen(c, row, to, name=name, now=now, by=by, why=why, **columns)

    def respec(self, job: str, spec: Mapping[str, Any], output: Path | None = None) -> None:
        """Replace what is wished of a job's finishing."""
        with self._db.write() as c:
            jobs.respec(c, job, spec, str(output) if output is not None else None)

    # --- attempts: each changes attempt and job in one transaction ---

    def begin_attempt(self, claim: Claim, intent: Intent) -> AttemptRow | None:
        """READY → SUBMITTING with a permit and a new attempt; None, and nothing is changed, where no permit is
        free. The claim is kept: `claim.on(ledger.job(id))` goes on with it."""
        with self._db.write() as c:
            now = self._clock()
            job = claim.job
            if job.quota and not permits.take(c, job.quota, job.id, now):
                return None
            n = job.attempt + 1
            before = attempts.get(c, job.id, job.attempt)
            if before is not None and before.state.open:  # whatever led here: this is how one pays twice
                raise BadRow(
                    job.id,
                    f"attempt {before.n} may have been accepted; nothing is sent",
                    f"第 {before.n} 次提交可能已被接受；不再发送",
                )
            jobs.move(
                c, claim, JobState.READY, JobState.SUBMITTING, name="intent", now=now, release=False, attempt=n
            )  # fmt: skip
            return attempts.insert(c, job.id, n, intent, now)

    def accept(self, claim: Claim, n: int, task_id: str, *, answer: str = "", next_in: float = 0.0) -> JobRow:
        """The answer named a task: SUBMITTING → RUNNING. If the gate fenced the attempt meanwhile, the task can
        only fail, and the job becomes AMBIGUOUS instead. Raises Stale, having kept the TaskId with the attempt."""
        try:
            with self._db.write() as c:
                now = self._clock()
                if attempts.end(
                    c, claim.job.id, n, AttemptState.ACCEPTED, now=now, task_id=task_id, answer=answer
                ):
                    return jobs.move(
                        c, claim, JobState.SUBMITTING, JobState.RUNNING, name="accepted", now=now,
                        next_in=next_in, task_id=task_id, seen_at=now,
                    )  # fmt: skip
                attempts.name_task(c, claim.job.id, n, task_id, answer)
                return jobs.move(c, claim, JobState.SUBMITTING, JobState.AMBIGUOUS, name="no answer", now=now)
        except StaleClaim:
            self.late_answer(claim.job.id, n, task_id, answer)
            raise

    def late_answer(self, job: str, n: int, task_id: str, answer: str = "") -> None:
        """What a worker heard after it had lost its claim: kept with the attempt, as evidence."""
        with self._db.write() as c:
            now = self._clock()
            attempts.name_task(c, job, n, task_id, answer)
            with contextlib.suppress(BadRow):
                self._named(c, job, n, task_id, now, by="late answer")
            jobs.hint(c, job, now)

    def never_sent(self, job: str, n: int, nonce: str) -> None:
        """Whoever wrote the intent down, or tried to, has sent nothing: its attempt, which `nonce` tells from that
        of anybody else, is no doubt."""
        with self._db.write() as c:
            now = self._clock()
            if attempts.known(c, job, n, nonce=nonce):
                attempts.end(c, job, n, AttemptState.NOT_SENT, now=now, frm=(AttemptState.INTENT,))
            jobs.hint(c, job, now)

    def reject(
        self,
        claim: Claim,
        n: int,
        *,
        name: str,
        why: Text,
        answer: str = "",
        next_in: float = 0.0,
    ) -> JobRow:
        """Certainly no task: SUBMITTING → READY (`no room`, `not sent`) or → FAILED (`rejected`, `failed`).
        Without room its place stays empty for `next_in`."""
        state = AttemptState.REJECTED if name in ("rejected", "no room") else AttemptState.NOT_SENT
        to = JobState.FAILED if name in ("rejected", "failed") else JobState.READY
        with self._db.write() as c:
            now = self._clock()
            attempts.end(c, claim.job.id, n, state, now=now, answer=answer, why=why)
            if name == "no room":
                permits.give_back(c, claim.job.id, now + next_in)
            return jobs.move(c, claim, JobState.SUBMITTING, to, name=name, now=now, next_in=next_in, why=why)

    def unknown(
        self, claim: Claim, n: int, *, why: Text, answer: str = "", name: str = "no answer"
    ) -> JobRow:
        """It may have been accepted: SUBMITTING → AMBIGUOUS."""
        with self._db.write() as c:
            now = self._clock()
            attempts.end(
                c, claim.job.id, n, AttemptState.UNKNOWN, now=now, frm=(AttemptState.INTENT,), answer=answer, why=why
            )  # fmt: skip
            return jobs.move(c, claim, JobState.SUBMITTING, JobState.AMBIGUOUS, name=name, now=now, why=why)

    def resubmit_blindly(self, claim: Claim, n: int) -> JobRow:
        """AMBIGUOUS → READY without any evidence. Pays twice sooner or later: for the control run of the tests
        that must show it."""
        with self._db.write() as c:
            now = self._clock()
            attempts.end(c, claim.job.id, n, AttemptState.SET_ASIDE, now=now)
            return jobs.move(c, claim, JobState.AMBIGUOUS, JobState.READY, name="unsafe", now=now)

    def found(
        self, claim: Claim, n: int, task_id: str, *, heard: bool = False, why: Text | None = None
    ) -> JobRow | None:
        """Evidence named the task of an AMBIGUOUS job: → RUNNING. None, and nothing is changed, where it is known as
        another job's by now; `heard`, by callbacks only: or where it may be another's."""
        with self._db.write() as c:
            now = self._clock()
            if attempts.of_another(c, claim.job.id, task_id, heard=heard):
                return None
            attempts.end(c, claim.job.id, n, AttemptState.ACCEPTED, now=now, task_id=task_id)
            return jobs.move(
                c, claim, JobState.AMBIGUOUS, JobState.RUNNING, name="found", now=now, why=why, task_id=task_id,
                seen_at=now,
            )  # fmt: skip

    def fence(self, claim: Claim, n: int, *, next_in: float = 0.0, ask: Text | None = None) -> JobRow | None:
        """An AMBIGUOUS job whose input never flowed: it never will, and the job is READY for another attempt in
        `next_in`, or in REVIEW where a person is to be asked. None, and nothing is changed, if the input has
        flowed or a task is known."""
        with self._db.write() as c:
            now = self._clock()
            if not attempts.fence(c, claim.job.id, n, now, _NEVER_SENT):
                attempt = attempts.get(c, claim.job.id, n)
                if attempt is None or attempt.state is not AttemptState.FENCED:  # the gate may have done it
                    return None
            to, name = (JobState.REVIEW, "mishap") if ask else (JobState.READY, "fenced")
            return jobs.move(c, claim, JobState.AMBIGUOUS, to, name=name, now=now, next_in=next_in, why=ask)

    # --- the gate's and the callback's side: no claim, compare-and-set on the attempt ---

    def may_fetch(self, job: str, n: int, nonce: str, *, last: bool = False) -> Fetch:
        """What becomes of a request for an input. A known task is served. An attempt that is being sent is on
        HOLD, until `last`: then it is served if its submitter lives, and fenced if not. One whose submit ended
        without an answer is fenced: nobody could name the task that asks."""
        with self._db.read() as c:
            if not attempts.known(c, job, n, nonce=nonce):
                return Fetch.NOBODY
            attempt = attempts.get(c, job, n)
            if attempt is None or not attempt.gated:
                return Fetch.NOBODY
            if attempt.state is AttemptState.INTENT and not last and attempt.fetched_at is None:
                return Fetch.HOLD
            if attempt.fetched_at is not None and attempt.state in attempts.OPEN:
                return Fetch.SERVE
        with self._db.write() as c:
            now = self._clock()
            row = jobs.get(c, job)
            sending = (
                row is not None
                and row.state is JobState.SUBMITTING
                and row.attempt == n
                and jobs.owned(c, job, now, self._gone)
            )
            attempt = attempts.get(c, job, n)
            unheard = attempt is not None and attempt.state in attempts.OPEN and not sending
            if unheard and attempts.fence(c, job, n, now, _FETCHED_UNHEARD):
                jobs.hint(c, job, now)
                return Fetch.GONE
            return Fetch.SERVE if attempts.fetched(c, job, n, now) else Fetch.GONE

    def flowed(self, job: str, n: int) -> None:
        """The gate has sent an input to its last byte."""
        with self._db.write() as c:
            attempts.flowed(c, job, n, self._clock())

    def callback_came(self, job: str, n: int, token: str, task_id: str) -> bool:
        """A callback by the address of one attempt; False if there is no such address. The task that it names, unless
        that is another job's, is one to ask after, and the next look comes now; nothing that it says is believed."""
        with self._db.write() as c:
            if not attempts.known(c, job, n, token=token):
                return False
            now = self._clock()
            if not attempts.of_another(c, job, task_id):
                attempts.called_back(c, job, n, task_id, now)
                with contextlib.suppress(BadRow):  # it came once: the attempt keeps it
                    self._heard(c, job, n, now)
            jobs.hint(c, job, now)
            return True

    def _named(self, c: sa.Connection, job: str, n: int, task_id: str, now: float, *, by: str) -> None:
        """A job in REVIEW whose last attempt's task became known after all is RUNNING."""
        row = jobs.get(c, job)
        waits = row is not None and row.state is JobState.REVIEW and row.attempt == n
        if row and waits and attempts.end(c, job, n, AttemptState.ACCEPTED, now=now, task_id=task_id):
            with contextlib.suppress(StaleClaim):  # a person was faster; the attempt has the TaskId
                jobs.reopen(
                    c, row, JobState.RUNNING, name="found", now=now, by=by, task_id=task_id, seen_at=now
                )  # fmt: skip

    def _heard(self, c: sa.Connection, job: str, n: int, now: float) -> None:
        """A job in REVIEW of whose last attempt a callback came after all is AMBIGUOUS again, and is asked after."""
        row, attempt = jobs.get(c, job), attempts.get(c, job, n)
        waits = row is not None and row.state is JobState.REVIEW and row.attempt == n
        if row and waits and attempt is not None and attempt.state in attempts.OPEN:
            with contextlib.suppress(StaleClaim):  # a person was faster; the attempt has the TaskId
                jobs.reopen(c, row, JobState.AMBIGUOUS, name="heard", now=now, by="callback")

    def hint(self, job: str) -> None:
        """Something happened that a job may wait for: it is looked at now. Nothing where there is no such job."""
        with self._db.write() as c:
            jobs.hint(c, job, self._clock())

    # --- how fast the service is ---

    def made(self, task_id: str, making_seconds: float, product_seconds: float) -> None:
        """Note how long a task was seen to be made, and how long its product is."""
        if product_seconds > 0:
            pace = round(making_seconds / product_seconds, 3)
            with self._db.write() as c:
                c.execute(sa.update(JOB).where(JOB.c.task_id == task_id).values(pace=pace))
