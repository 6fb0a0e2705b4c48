"""One request as a job of the ledger, and a caller who waits until the service has accepted it.

It is sent by the same worker as the jobs of a run, and is as safe: an answer that was lost, a kill, a second command
at the same time go on with the same job. What its task makes is brought by whoever wants it.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mediaprep import processes
from mediaprep.contract.quotas import RETENTION
from mediaprep.errors import GatewayError, LedgerError, MediaprepError, Rejected, Unknown
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, JobRow, JobState, NewJob, Ready
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.job.ambiguous import acceptable_until, still_acceptable
from mediaprep.submission.job.evidence import look_again, nothing_was_charged
from mediaprep.submission.job.sending import turned_away
from mediaprep.submission.job.stage_protocol import Policy, Product, Saved, Tell
from mediaprep.submission.job.worker import Worker
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import Ledger, StaleClaim
from mediaprep.submission.wire.client import Gateway

_S = JobState
ACCEPTED: Final = frozenset({_S.RUNNING, _S.MADE, _S.SAVED, _S.DONE})
_SENDING: Final = frozenset({_S.NEW, _S.READY, _S.SUBMITTING, _S.AMBIGUOUS})
POLICY = Policy(allow_ungated=True)
"""Where nothing could tell of a lost answer it is sent all the same: a person is asked then."""
_DELIVERED: Final = ((_S.MADE, "succeeded"), (_S.SAVED, "saved"), (_S.DONE, "finished"))
_DELIVERED_FROM: Final = (_S.RUNNING, _S.MADE, _S.SAVED)
_SUBMIT: Final = Text("submit", "提交")
_ANEW: Final = Text("submitted again on request", "按要求重新提交")


class GivenRequest:
    """The stages of a request that was judged before: `ready` brings its files to where the service finds them.
    `sent` is the folder in which is noted that it was."""

    def __init__(self, ready: Callable[[], Ready], sent: Path) -> None:
        self._ready, self._sent = ready, sent

    def prepare(self, job: JobRow, tell: Tell) -> Ready:  # noqa: ARG002
        return self._ready()

    def trace(self, job: JobRow) -> Path | None:
        return self._sent / f"{job.id}.jsonl"

    def save(self, job: JobRow, product: Product, tell: Tell) -> Saved:
        raise NotImplementedError  # no worker is given a job in that state

    def finish(self, job: JobRow, tell: Tell) -> Mapping[str, Any]:
        raise NotImplementedError


@dataclass
class SubmitLog:
    """What happened while one caller waited: the last error, and whether anything was sent."""

    error: MediaprepError | None = None
    points: set[str] = field(default_factory=set)

    def failed(self, job: JobRow, error: MediaprepError) -> None:  # noqa: ARG002
        self.error = error

    @property
    def sent(self) -> bool:
        return "in_flight" in self.points


@dataclass(frozen=True, kw_only=True)
class CallerPatience:
    """How long (seconds) a free place is waited for, and, where an answer was lost and something may still tell of
    its task, that. `told` hears for how long the next try is put off, and why."""

    place_seconds: float = 0.0
    doubt_seconds: float = 0.0
    told: Callable[[float, Rejected], None] = lambda pause, why: None
    sleep: Callable[[float], None] = time.sleep


@contextlib.contextmanager
def worker(
    ledger: Ledger, gateway: Gateway, given: GivenRequest, *, store: Store | None, gate: Addresses | None
) -> Iterator[Worker]:
    """Who sends it."""
    crew = WorkerPool(ledger, lease_seconds=POLICY.lease_seconds, rate=POLICY.rate)
    try:
        yield Worker(
            ledger=ledger, gateway=gateway, stages=given, store=store, gate=gate, crew=crew, states=_SENDING,
            policy=POLICY,
        )  # fmt: skip
    finally:
        crew.close()


def accepted(
    worker: Worker, new: NewJob, patience: CallerPatience, *, again: bool, formerly: str
) -> tuple[JobRow, bool]:
    """The job of this request with its task, and whether it had that before: nothing was sent then. Raises what
    until_accepted and set_aside raise."""
    heard = SubmitLog()
    worker.failed, worker.on_point = heard.failed, heard.points.add
    row = enrolled(worker.ledger, new, again=again, formerly=formerly)
    if again and row.state.in_doubt and not row.resumable:
        try:
            until_accepted(worker, row, heard, CallerPatience())
        except Unknown:
            set_aside(worker.ledger, worker.ledger.job(row.id))
        row = enrolled(worker.ledger, new, again=not heard.sent, formerly=formerly)
    return until_accepted(worker, row, heard, patience), not heard.sent


def enrolled(ledger: Ledger, new: NewJob, *, again: bool, formerly: str = "") -> JobRow:
    """The job of this request: the one that it is already, or `new`. One whose task was accepted is followed by
    another when `again` is said, or when its result is kept no longer; of commands that say so at once all get the
    same. `formerly`: its digest as earlier versions made it."""
    digests = dict.fromkeys((formerly or new.digest, new.digest))
    known = [row for digest in digests for row in ledger.jobs(digest=digest) if _counts(row)]
    if not known:
        return ledger.enqueue(new)
    last = max(known, key=lambda row: row.created_at)
    is_over = again or last.created_at < time.time() - RETENTION.total_seconds()
    if not is_over or not (last.state in ACCEPTED or last.state is _S.FAILED):
        return last
    salted = hashlib.sha256(f"{new.digest}\nafter {last.id}".encode()).hexdigest()
    return ledger.enqueue(replace(new, id=f"{new.name}-{salted[:12]}"))


def until_accepted(worker: Worker, row: JobRow, heard: SubmitLog, patience: CallerPatience) -> JobRow:
    """The row once its task is known, or its product. Raises what kept it from being accepted, and Unknown where
    nobody can tell. The job stays as it is then, and the same request goes on with it."""
    worker.ids = [row.id]
    if not row.resumable:
        row = _looked_at(worker, row)
    began, doubted = time.monotonic(), False
    last: MediaprepError | None = None
    while row.state not in ACCEPTED:
        if row.resumable or row.state not in _SENDING:
            raise _ended(worker.ledger, row, last)
        heard.error = None
        due = worker.step()
        if why := worker.crew.left().get(row.id):
            raise LedgerError(f"job {row.id}: {why.en}", f"任务 {row.id}：{why.zh}")
        before, row = row, worker.ledger.job(row.id)
        waited = time.monotonic() - began
        last = heard.error or last
        if heard.error is not None and row.state in {_S.NEW, _S.READY}:
            _wait_for_a_place(heard.error, row.next_at - worker.clock(), waited, patience)
        if before.state is row.state is _S.AMBIGUOUS:
            began, waited = (began, waited) if doubted else (time.monotonic(), 0.0)
            doubted = True
            if waited >= patience.doubt_seconds or not _may_be_told(worker, row):
                raise _ended(worker.ledger, row, last)
        if due:
            patience.sleep(due)
    return row


def _wait_for_a_place(error: MediaprepError, pause: float, waited: float, patience: CallerPatience) -> None:
    """Raises the error that the last try ended in, unless it is lack of room and there is time for another."""
    if not isinstance(error, Rejected) or not turned_away(error) or waited + pause > patience.place_seconds:
        raise error
    patience.told(pause, error)


def set_aside(ledger: Ledger, row: JobRow) -> JobRow:
    """A person said: submit again regardless. Raises Unknown while its signature is so fresh that it may be accepted
    at any moment, and Stale where another process holds it."""
    until = acceptable_until(ledger, [row])
    if until is not None:
        told = still_acceptable(row.id, until, _SUBMIT)
        raise Unknown(f"{row.endpoint}: {told.en}", f"{row.endpoint}：{told.zh}")
    if row.state is not _S.REVIEW:
        row = ledger.reopen(row, _S.REVIEW, name="no evidence", why=row.note)
    return ledger.reopen(row, _S.FAILED, name="abandoned", why=_ANEW)


def _counts(row: JobRow) -> bool:
    """Whether a job of the same request is one to go on with; that of a manifest only if it was sent."""
    return not row.resumable or row.state in ACCEPTED or row.state.in_doubt


def _looked_at(worker: Worker, row: JobRow) -> JobRow:
    """The row, opened again where that costs nothing, and due at once."""
    ledger = worker.ledger
    row = look_again(ledger, row, worker.store)
    if row.state is _S.REFUSED or (row.state is _S.FAILED and nothing_was_charged(ledger, row)):
        with contextlib.suppress(StaleClaim):  # another command was quicker
            ledger.reopen(row, _S.NEW, name="again", by="run")
    ledger.hint(row.id)
    return ledger.job(row.id)


def _may_be_told(worker: Worker, row: JobRow) -> bool:
    """Whether anything can still tell of a task whose answer was lost."""
    attempt = worker.ledger.attempt(row.id, row.attempt)
    if attempt is None:
        return False
    return bool(attempt.results and worker.store is not None) or attempt.callback or attempt.gated


def _ended(ledger: Ledger, row: JobRow, last: MediaprepError | None) -> MediaprepError:
    """Why nobody waits for the row any longer; `last` is what went wrong with it meanwhile."""
    if last is not None:
        return last
    why = (f": {row.note.en}", f"：{row.note.zh}") if row.note.en else ("", "")
    if not row.state.in_doubt:
        return GatewayError(
            f"{row.endpoint}: the same request is job {row.id}, which is {row.state}{why[0]}: --again pays for another",
            f"{row.endpoint}：同一请求即任务 {row.id}，状态为 {row.state}{why[1]}；--again 会再次提交并计费",
        )
    if row.resumable:
        how = f"mediaprep jobs resume {row.id}"
        return Unknown(
            f"{row.endpoint}: the same request is job {row.id} of a manifest, which is {row.state}{why[0]}: {how}",
            f"{row.endpoint}：同一请求是清单中的任务 {row.id}，状态为 {row.state}{why[1]}：{how}",
        )
    until = acceptable_until(ledger, [row])
    if until is not None:
        told = still_acceptable(row.id, until, _SUBMIT)
        return Unknown(f"{row.endpoint}: {told.en}", f"{row.endpoint}：{told.zh}")
    at = datetime.fromtimestamp(row.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Unknown(
        f"{row.endpoint}: the same request was submitted at {at} and may have been accepted "
        f"(job {row.id}{why[0]}); look for its task, or submit with --again",
        f"{row.endpoint}：同一请求已于 {at} 提交且可能已被接受（任务 {row.id}{why[1]}）；"
        "请先确认任务是否存在，确需重提请加 --again",
    )


def saved(ledger: Ledger, row: JobRow, output: Path, sha256: str) -> None:
    """`fetch` has made a file of its product. Bookkeeping only: a ledger that cannot be written is no matter."""
    if row.resumable or row.state not in _DELIVERED_FROM:
        return
    with contextlib.suppress(LedgerError):
        claim = _claimed(ledger, row)
        steps = _DELIVERED[_DELIVERED_FROM.index(claim.job.state) :]
        ledger.moves(claim, *steps, output=output.absolute(), sha256=sha256)


def made(ledger: Ledger, row: JobRow) -> None:
    """Its task was seen to have succeeded, and nobody has its product yet: its place is free."""
    if row.resumable or row.state is not _S.RUNNING:
        return
    with contextlib.suppress(LedgerError):
        ledger.moves(_claimed(ledger, row), _DELIVERED[0])


def failed(ledger: Ledger, row: JobRow, error: MediaprepError) -> None:
    """`fetch` saw its task fail."""
    if row.resumable or row.state is not _S.RUNNING:
        return
    with contextlib.suppress(LedgerError):
        ledger.move(_claimed(ledger, row), _S.FAILED, name="failed", why=Text(error.en, error.zh))


def _claimed(ledger: Ledger, row: JobRow) -> Claim:
    ledger.hint(row.id)  # due now, whoever looked last
    found = ledger.claim(processes.me(), POLICY.lease_seconds, ids=[row.id])
    if found is None:
        raise StaleClaim(row.id)
    return found
