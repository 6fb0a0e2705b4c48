"""A single submit as a job of the ledger: written down before and after its one POST, and never repeated by itself.

No worker touches such a job. What it came to is said by the command that sent it, by `fetch`, or by a person.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import secrets
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mediaprep import processes
from mediaprep.contract.quotas import RETENTION
from mediaprep.errors import GatewayError, LedgerError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, JobRow, JobState, NewJob
from mediaprep.submission.job.attempt import fence_at
from mediaprep.submission.job.sending import kept, may_have_been_accepted, outcome
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.submission.ledger import Ledger, Stale
from mediaprep.submission.wire.client import Gateway

_S = JobState
_NEVER_SENT: Final = Text("its command ended before anything was accepted", "命令在被接受之前已结束")
_IDLE_SECONDS: Final = 3900.0
"""A command that waits for a free place tries again sooner: after an hour at most, if the service says so."""
_LEASE_SECONDS: Final = 180.0
"""Longer than the one POST can take: nothing beats for it."""


_ACCEPTED: Final = (_S.RUNNING, _S.MADE, _S.SAVED, _S.DONE)
_DELIVERED: Final = ((_S.MADE, "succeeded"), (_S.SAVED, "saved"), (_S.DONE, "finished"))
_DELIVERED_FROM: Final = (_S.RUNNING, _S.MADE, _S.SAVED)
"""Where a delivery may find its job: in the middle only where an earlier version was killed between the moves."""


class Twin(LedgerError):
    """Another command was quicker with the very same request: `row`. Nothing was sent."""

    def __init__(self, row: JobRow) -> None:
        super().__init__(
            f"the same request was submitted at the same time: job {row.id}",
            f"同一请求已同时由其他命令提交：任务 {row.id}",
        )
        self.row = row


class OneShot:
    """The one job of one command. `send` may be called again only after it was turned away for lack of room.
    `again`: the same request may be a task already, as long as none of it is in doubt. Raises BadConfig for a
    ledger that is not for this kind of gateway, Unreachable."""

    def __init__(
        self,
        ledger: Ledger,
        gateway: Gateway,
        endpoint: str,
        request: Mapping[str, Any],
        digest: str,
        *,
        again: bool = False,
    ) -> None:
        ledger.keep_for(gateway.kind(), gateway.base_url)
        self._again, self._since = again, time.time()
        self._ledger, self._gateway, self._request = ledger, gateway, request
        salted = hashlib.sha256(f"{digest}\n{secrets.token_hex(16)}".encode()).hexdigest()
        self.job = ledger.enqueue(
            NewJob(
                id=f"{endpoint}-{salted[:12]}", name=endpoint, endpoint=endpoint, base_url=gateway.base_url,
                digest=digest, managed=False,
            )
        ).id  # fmt: skip
        ledger.move(self._claim(), _S.READY, name="prepared", payload=request)

    def send(self) -> str:
        """One attempt: intent, POST, outcome. Gives the TaskId; raises what the gateway raised, and Twin."""
        claim = self._claim()
        signed = self._gateway.signed(claim.job.endpoint, self._request, request_id=secrets.token_hex(16))
        try:
            attempt = self._ledger.begin_attempt(
                claim, nonce=secrets.token_hex(16), token=secrets.token_hex(16), signed_at=signed.at,
                fence_at=fence_at(signed, self._gateway, Policy.fence_seconds), twins=self._refuse_twins,
            )  # fmt: skip
        except Twin:
            self._ledger.release(claim)
            raise
        assert attempt is not None  # it takes no permit
        claim = claim.on(self._ledger.job(self.job))
        try:
            task_id = self._gateway.task_of(signed)
        except GatewayError as error:
            outcome(self._ledger, claim, attempt.n, error)
            if may_have_been_accepted(error):
                _reviewed(self._ledger, self.job, Text(error.en, error.zh))
            raise
        kept(self._ledger, claim, attempt.n, task_id)
        return task_id

    def _refuse_twins(self, rows: tuple[JobRow, ...]) -> None:
        """What was seen before this command's job was written down may have changed since."""
        kept_from = self._since - RETENTION.total_seconds()
        for row in rows:
            is_task = row.task_id is not None and row.state in _ACCEPTED and row.created_at > kept_from
            if row.state.in_doubt or (is_task and not self._again):
                raise Twin(row)

    def give_up(self, error: MediaprepError) -> None:
        """The command ends without a task."""
        with contextlib.suppress(LedgerError):
            if self._ledger.job(self.job).state is _S.READY:
                self._ledger.move(self._claim(), _S.FAILED, name="failed", why=Text(error.en, error.zh))

    def _claim(self) -> Claim:
        return _claimed(self._ledger, self.job)


def doubts(ledger: Ledger, digest: str) -> tuple[JobRow, ...]:
    """Jobs of this very request of which nobody knows whether they were accepted, oldest first."""
    return ledger.jobs(digest=digest, states=[state for state in JobState if state.in_doubt])


def accepted(ledger: Ledger, digest: str, now: float) -> JobRow | None:
    """The latest job that this very request became, while the service keeps its result; `now` is seconds since
    1970. A failed one is none."""
    kept_from = now - RETENTION.total_seconds()
    rows = ledger.jobs(digest=digest, states=_ACCEPTED)
    return next((row for row in reversed(rows) if row.task_id and row.created_at > kept_from), None)


def acceptable_until(ledger: Ledger, rows: Iterable[JobRow]) -> float | None:
    """Until when (seconds since 1970) the last attempt of any of them may still be accepted; None where that is
    over: their signatures are too old."""
    attempts = [ledger.attempt(row.id, row.attempt) for row in rows]
    open_ = (one.fence_at for one in attempts if one is not None and one.state.open)
    until = max(open_, default=0.0)
    return until if until > time.time() else None


def still_acceptable(job: str, until: float, then: Text) -> Text:
    """What to tell of a request, now `job`, that may be accepted until then: no look for its task says before that
    there is none. `then`: the verb with which it is given again."""
    when = datetime.fromtimestamp(math.ceil(until), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    how = f"mediaprep jobs resolve {job} --abandon"
    return Text(
        f"the same request (job {job}) may still be accepted until {when}: look for its task then, and only if there "
        f"is none {then.en} with --again (to insist before: {how})",
        f"同一请求（任务 {job}）在 {when} 之前仍可能被接受：请届时确认任务，若不存在再用 --again {then.zh}"
        f"（坚持立即提交：{how}）",
    )


def set_aside(ledger: Ledger, row: JobRow) -> None:
    """A person said: submit again regardless. A submit that is still on its way elsewhere is left alone."""
    with contextlib.suppress(Stale):
        if row.state is not _S.REVIEW:
            row = _reviewed(ledger, row.id, row.note)
        ledger.reopen(
            row, _S.FAILED, name="abandoned", why=Text("submitted again on request", "按要求重新提交")
        )


def settle(ledger: Ledger) -> None:
    """Single submits whose command died while it was sending become questions for a person; those whose command
    ended before that are over."""
    idle = time.time() - _IDLE_SECONDS
    for row in ledger.jobs(states=[_S.NEW, _S.READY], unfit=[]):
        if not row.managed and row.state_at < idle:
            with contextlib.suppress(Stale):
                ledger.move(_claimed(ledger, row.id), _S.FAILED, name="failed", why=_NEVER_SENT)
    for row in ledger.jobs(states=[_S.SUBMITTING, _S.AMBIGUOUS], unfit=[]):
        if not row.managed:
            with contextlib.suppress(Stale):
                _reviewed(ledger, row.id, row.note)


def ended(
    ledger: Ledger,
    row: JobRow,
    *,
    saved: Path | None = None,
    failed: MediaprepError | None = None,
) -> None:
    """What `fetch` saw of a single submit's task. Bookkeeping only: a ledger that cannot be written is no matter."""
    if row.managed or row.state not in (_DELIVERED_FROM if saved is not None else (_S.RUNNING,)):
        return
    with contextlib.suppress(LedgerError, OSError):
        claim = _claimed(ledger, row.id)
        if failed is not None:
            ledger.move(claim, _S.FAILED, name="failed", why=Text(failed.en, failed.zh))
        elif saved is not None:
            with saved.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            steps = _DELIVERED[_DELIVERED_FROM.index(claim.job.state) :]
            ledger.moves(claim, *steps, output=saved.absolute(), sha256=sha256)


def _reviewed(ledger: Ledger, job: str, why: Text) -> JobRow:
    """The job in REVIEW. Raises Stale where somebody who lives still holds it."""
    claim = _claimed(ledger, job)
    row = claim.job
    if row.state is _S.SUBMITTING:
        row = ledger.move(claim, _S.AMBIGUOUS, name="owner lost", release=False)
        claim = claim.on(row)
    return ledger.move(claim, _S.REVIEW, name="no evidence", why=why)


def _claimed(ledger: Ledger, job: str) -> Claim:
    found = ledger.claim(processes.me(), _LEASE_SECONDS, ids=[job])
    if found is None:
        raise Stale(job)
    return found
