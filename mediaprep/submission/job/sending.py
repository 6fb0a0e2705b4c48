"""READY → SUBMITTING → …: the one POST of an attempt, between two synced transactions."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Final

from mediaprep.contract.codes import OVER_QUOTA, Retry, of_interface
from mediaprep.errors import GatewayError, InputError, LedgerError, Rejected, ToolError, Unknown, Unreachable
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, AttemptState, Claim, JobRow, JobState, Ready
from mediaprep.submission.job import request_journal
from mediaprep.submission.job.attempt import Outgoing, outgoing
from mediaprep.submission.job.request_journal import RequestJournal
from mediaprep.submission.job.worker_context import WorkerContext
from mediaprep.submission.ledger import Ledger, StaleClaim
from mediaprep.submission.wire.rate_limit import AT_ONCE

_S = JobState
_KEEP_TRIES: Final = 12
_KEEP_FIRST: Final = 0.05
_KEEP_MOST: Final = 2.0
_IN_VAIN: Final = (AttemptState.REJECTED, AttemptState.NOT_SENT, AttemptState.FENCED)


class Sending:
    """How an attempt is written down, sent and written down again."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context

    def send(self, claim: Claim) -> None:
        """One attempt: signed, a place taken, the intent written down, POSTed, its outcome written down. Raises
        Stale, having sent nothing or having kept what was heard."""
        context, job = self._context, claim.job
        if (why := context.withheld(job)) is not None:
            context.crew.leave(job.id, why)
            context.ledger.release(claim)
            return
        attempt = self._signed(claim)
        written = self._written_down(claim, attempt) if attempt is not None else None
        if attempt is None or written is None:
            return
        row, trace = written
        try:
            task_id = context.gateway.task_of(attempt.signed)
        except GatewayError as error:
            context.on_point("after_response")
            if not may_have_been_accepted(error):
                trace.in_vain()
            self._unanswered(claim, row.n, error)
        else:
            context.on_point("after_response")
            kept(context.ledger, claim, row.n, task_id, next_in=context.policy.poll_first)
            trace.accepted(task_id)  # never before the ledger knows it
            context.crew.governor.faster()
            context.told(job, "submit", Text(f"accepted: task {task_id}", f"已接受：任务 {task_id}"))
        context.on_point("after_journal")

    def _signed(self, claim: Claim) -> Outgoing | None:
        """What will be sent; None where that was decided otherwise."""
        context, job = self._context, claim.job
        ready = self._request(job)
        if ready is None:
            context.ledger.move(claim, _S.NEW, name="prepare again")
            return None
        attempts = context.ledger.attempts(job.id) if job.attempt else ()
        known = request_journal.stranger(context.stages.trace(job), job, attempts)
        if known is not None and not request_journal.settled(known, context.ledger.events(job.id)):
            context.ledger.move(claim, _S.REVIEW, name="sent before", why=known.say(job))
            return None
        try:
            if context.store is not None:
                for note in context.crew.rehearse(context.store):
                    context.told(job, "submit", note)
            context.ledger.keep_for(context.gateway.kind(), context.gateway.base_url)
            context.crew.governor.wait(AT_ONCE)
            return outgoing(
                job, ready, gateway=context.gateway, store=context.store, gate=context.gate,
                allow_ungated=context.policy.allow_ungated, fence_seconds=context.policy.fence_seconds,
            )  # fmt: skip
        except InputError as error:
            context.ledger.move(claim, _S.REFUSED, name="refused", why=context.words(job, error))
        except Unreachable as error:
            pause = context.backoff(job.tries)
            context.ledger.move(claim, _S.READY, name="waits", why=context.words(job, error), next_in=pause)
        except ToolError as error:
            context.ledger.move(claim, _S.FAILED, name="failed", why=context.words(job, error))
        return None

    def _request(self, job: JobRow) -> Ready | None:
        """What was prepared; None where neither the ledger nor this process has it whole."""
        kept = self._context.crew.requests.get(job.id)
        if kept is not None:
            return kept
        if job.payload is None or not job.whole:
            return None
        return Ready(payload=job.payload, inputs=job.inputs)

    def _written_down(self, claim: Claim, attempt: Outgoing) -> tuple[AttemptRow, RequestJournal] | None:
        """The intent, durable; None where there is no free place. Raises what keeps it from being sent."""
        context, job = self._context, claim.job
        context.on_point("before_intent")
        begun = time.monotonic()
        path = context.stages.trace(job)
        try:
            row = context.ledger.begin_attempt(claim, attempt.intent)
            if row is None:
                context.ledger.move(
                    claim, _S.READY, name="waits", next_in=context.backoff(job.tries, 0.2, 2.0),
                    why=Text("no free place", "没有空闲名额"),
                )  # fmt: skip
                return None
            context.on_point("after_intent")
            trace = RequestJournal(path, job.id, row.n, attempt.intent.nonce)
            trace.begun(context.ledger.shown, context.clock())
            self._still_mine(claim, begun)
            context.on_point("in_flight")
        except Exception:
            # A transaction whose end was not heard may have happened. If this fails too, it is in doubt, for free.
            with contextlib.suppress(LedgerError):
                context.ledger.never_sent(job.id, job.attempt + 1, attempt.intent.nonce)
            raise
        return row, trace

    def _still_mine(self, claim: Claim, begun: float) -> None:
        """A process that was stopped for long between intent and POST may have been judged dead meanwhile."""
        context, lease = self._context, self._context.policy.lease_seconds
        if time.monotonic() - begun < lease / 3 and not context.crew.pulse.lost(claim):
            return
        if context.ledger.heartbeat([claim], lease):
            raise StaleClaim(claim.job.id)

    def _unanswered(self, claim: Claim, n: int, error: GatewayError) -> None:
        context = self._context
        pause = max(error.retry_after or 0.0, context.backoff(in_vain(context.ledger, claim.job.id, n)))
        if isinstance(error, Rejected) and turned_away(error) and error.code != OVER_QUOTA:
            context.crew.governor.slower(error.retry_after or 0.0)
        outcome(context.ledger, claim, n, error, next_in=pause)
        context.told(claim.job, "submit", context.words(claim.job, error))


def in_vain(ledger: Ledger, job: str, n: int) -> int:
    """How many attempts before that one came to nothing in a row."""
    count = 0
    try:
        attempts = ledger.attempts(job)
    except LedgerError:  # how long to wait is no reason to forget what was heard
        return 0
    for attempt in reversed(attempts):
        if attempt.n >= n:
            continue
        if attempt.state not in _IN_VAIN:
            break
        count += 1
    return count


def may_have_been_accepted(error: GatewayError) -> bool:
    """Whether the request that ended in `error` may exist as a task, and be charged."""
    if isinstance(error, Rejected):
        return of_interface(error.code).retry in (Retry.AMBIGUOUS, Retry.NEVER_RESUBMIT)
    return isinstance(error, Unknown)


def turned_away(error: GatewayError) -> bool:
    """Whether the service had no room (and nothing else): the same may be sent again."""
    return isinstance(error, Rejected) and of_interface(error.code).retry is Retry.WAIT


def refused_for_good(error: GatewayError) -> bool:
    """Whether asking the same again brings nothing else."""
    again = (Retry.WAIT, Retry.AMBIGUOUS)
    return isinstance(error, Rejected) and of_interface(error.code).retry not in again


def outcome(ledger: Ledger, claim: Claim, n: int, error: GatewayError, *, next_in: float = 0.0) -> None:
    """Write down how a POST ended that brought no TaskId: what is not written ends in doubt. Raises Stale,
    LedgerError."""
    why, answer = Text(error.en, error.zh), ""
    if isinstance(error, Rejected):
        answer = json.dumps({"Code": error.code, "Message": error.message}, ensure_ascii=False)
    if may_have_been_accepted(error):
        _insist(lambda: ledger.unknown(claim, n, why=why, answer=answer))
        return
    name = "rejected"
    if isinstance(error, Unreachable):
        name = "not sent"
    elif turned_away(error):
        name = "no room"
    pause = 0.0 if name == "rejected" else next_in
    _insist(lambda: ledger.reject(claim, n, name=name, why=why, answer=answer, next_in=pause))


def kept(ledger: Ledger, claim: Claim, n: int, task_id: str, *, next_in: float = 0.0) -> None:
    """A TaskId is money: its transaction is tried for a while, and the id is told if it cannot be kept. Raises
    Stale (the attempt has it then), LedgerError."""
    answer = json.dumps({"TaskId": task_id})
    try:
        _insist(lambda: ledger.accept(claim, n, task_id, answer=answer, next_in=next_in))
    except StaleClaim:
        raise
    except LedgerError as error:
        how = f"mediaprep jobs resolve {claim.job.id} --task-id {task_id}"
        raise LedgerError(
            f"task {task_id} was accepted, but {error.en}; then: {how}",
            f"任务 {task_id} 已被接受，但{error.zh}；之后请执行：{how}",
        ) from None


def _insist(write: Callable[[], object]) -> None:
    """A transaction that is tried for a while: what it keeps is known nowhere else. Raises Stale, LedgerError."""
    pause = _KEEP_FIRST
    for left in reversed(range(_KEEP_TRIES)):
        try:
            write()
            return
        except StaleClaim:
            raise
        except LedgerError:
            if not left:
                raise
        time.sleep(pause)
        pause = min(pause * 2, _KEEP_MOST)
