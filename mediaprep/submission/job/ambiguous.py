"""AMBIGUOUS: an attempt may have been accepted and no TaskId was heard. Evidence decides, never a guess."""

from __future__ import annotations

import math
import mimetypes
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from mediaprep.contract.codes import NO_RECORD
from mediaprep.contract.products import suffix_of
from mediaprep.contract.progress import Progress, Status
from mediaprep.errors import GatewayError, Rejected
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, AttemptState, Claim, JobRow, JobState
from mediaprep.submission.job.evidence import OBJECT, UNNAMED, landed
from mediaprep.submission.job.sending import in_vain, refused_for_good
from mediaprep.submission.job.worker_context import WorkerContext
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.rate_limit import AT_ONCE

_IN_DOUBT = Text(
    "it may have been accepted; waiting for a sign of its task (or for your word: mediaprep jobs resolve)",
    "可能已被接受；正在等待任务的迹象（也可由人工裁决：mediaprep jobs resolve）",
)


_UNFORESEEN: Final = Text("an error that was not foreseen", "未预料到的错误")
_MOST_MISHAPS: Final = 3


def mishaps(ledger: Ledger, job: str) -> int:
    """How many attempts ended in an error that nobody foresaw, since anybody said that it be sent (again)."""
    count = 0
    for event in reversed(ledger.events(job)):
        if event.name in ("again", "resubmit"):
            break
        count += event.name == "mishap" and event.frm == JobState.SUBMITTING
    return count


def _can_be_of(job: JobRow, seen: Progress) -> bool:
    """Whether a task's product, where there is one, is of the kind that the job makes: a sound is no video."""
    made = mimetypes.guess_type(urlsplit(seen.media_url).path)[0]
    wished = mimetypes.guess_type(f"x{suffix_of(job.endpoint, job.payload or {})}")[0]
    return made is None or wished is None or made.partition("/")[0] == wished.partition("/")[0]


def _strangers(tasks: Sequence[str]) -> Text:
    named = ", ".join(tasks)
    return Text(
        f"callbacks named {named}: unknown to the service, or another job's",
        f"回调给出的任务号 {named}：服务端查不到，或属于其他任务",
    )


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


class AmbiguousJobs:
    """The moves out of doubt."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context

    def owner_lost(self, claim: Claim) -> None:
        """Whoever was sending is gone: a SUBMITTING job is only ever claimed then."""
        self._context.ledger.move(claim, JobState.AMBIGUOUS, name="owner lost")

    def settle(self, claim: Claim) -> None:
        """One look at all evidence: the fence, the answer heard late, the callbacks, the result, the gate."""
        context, job = self._context, claim.job
        attempt = context.ledger.attempt(job.id, job.attempt)
        assert attempt is not None  # an intent stands before every SUBMITTING
        if context.policy.unsafe_resubmit and attempt.state.open:
            context.ledger.resubmit_blindly(claim, attempt.n)
        elif attempt.state is AttemptState.FENCED:
            self._fenced(claim, attempt.n)
        elif attempt.state is AttemptState.NOT_SENT:
            context.ledger.move(claim, JobState.READY, name="not sent")
        elif (
            attempt.task_id is not None
            and context.ledger.found(claim, attempt.n, attempt.task_id) is not None
        ):
            return
        elif attempt.callback_tasks:
            self._ask_after(claim, attempt)
        elif key := landed(attempt, context.store):
            self._came(claim, key)
        elif not (attempt.gated and self._fenced(claim, attempt.n)):
            self.wait(claim, job.note)

    def _ask_after(self, claim: Claim, attempt: AttemptRow) -> None:
        """Callbacks are unsigned: each task that they name is asked after, and the first that the service knows, and
        that can be this job's, is its. One that failed only where no other is known: what follows a failure may be
        another attempt."""
        context, job = self._context, claim.job
        failed, strange = list[str](), list[str]()
        for task_id in attempt.callback_tasks:
            context.crew.governor.wait(AT_ONCE)
            try:
                seen = context.gateway.progress(task_id, job.endpoint)
            except GatewayError as error:
                if not (isinstance(error, Rejected) and error.code == NO_RECORD):
                    self._not_asked(claim, error)
                    return
                strange.append(task_id)
                continue
            if seen.status is Status.FAIL:
                failed.append(task_id)
            elif not _can_be_of(job, seen) or not self._taken(claim, attempt.n, task_id, strange):
                strange.append(task_id)
            else:
                return
        if len(failed) == 1 and self._taken(claim, attempt.n, failed[0], strange):
            return
        if key := landed(attempt, context.store):
            self._came(claim, key)
        else:
            self.wait(claim, _strangers([*strange, *failed]))

    def _taken(self, claim: Claim, n: int, task_id: str, strange: list[str]) -> bool:
        why = _strangers(strange) if strange else None
        return self._context.ledger.found(claim, n, task_id, heard=True, why=why) is not None

    def _not_asked(self, claim: Claim, error: GatewayError) -> None:
        """Nothing is decided by a look that failed, unless such looks are refused for good."""
        context, why = self._context, Text(error.en, error.zh)
        if refused_for_good(error):
            self.wait(claim, why)
            return
        pause = context.backoff(claim.job.tries, context.policy.poll_first, context.policy.wait_most)
        pause = max(pause, error.retry_after or 0.0)
        context.ledger.move(claim, JobState.AMBIGUOUS, name="waits", next_in=pause, why=why)
        context.told(claim.job, "wait", why)

    def _fenced(self, claim: Claim, n: int) -> bool:
        """Whether its input never flows: then another attempt is safe. The first comes at once, later ones back
        off, and after the third that ended in an error that nobody foresaw a person is asked."""
        context, job = self._context, claim.job
        before = in_vain(context.ledger, job.id, n)
        pause = context.backoff(before - 1) if before else 0.0
        ask = None
        if mishaps(context.ledger, job.id) >= _MOST_MISHAPS:
            how = f"mediaprep jobs resolve {job.id} --resubmit | --abandon"
            ask = Text(
                f"{job.note.en or _UNFORESEEN.en}; so it went {_MOST_MISHAPS} times, no task can come of it: {how}",
                f"{job.note.zh or _UNFORESEEN.zh}；已出现 {_MOST_MISHAPS} 次，且不会产生任务：{how}",
            )
        if context.ledger.fence(claim, n, next_in=pause, ask=ask) is None:
            return False
        context.on_point("after_fence")
        if ask is not None:
            context.told(job, "review", ask)
        return True

    def _came(self, claim: Claim, key: str) -> None:
        self._context.ledger.move(
            claim,
            JobState.MADE,
            name="result came",
            media=f"{OBJECT}{key}",
            why=UNNAMED,
        )
        self._context.told(claim.job, "submit", Text("its result lies in the bucket", "成品已在存储桶中"))

    def wait(self, claim: Claim, why: Text) -> None:
        """Look again later, or ask a person: not before evidence had its time, nor while a signature is fresh."""
        context, policy, job = self._context, self._context.policy, claim.job
        attempt = context.ledger.attempt(job.id, job.attempt)
        assert attempt is not None
        evidence = bool(attempt.results and context.store is not None) or attempt.callback
        patience = policy.ambiguous_seconds if evidence else policy.blind_seconds
        # A person who looks for its task before the fence may look too early.
        left = max(attempt.created_at + patience, attempt.fence_at) - context.clock()
        if left > 0:
            pause = min(left, context.backoff(job.tries, policy.poll_first, policy.wait_most))
            context.ledger.move(claim, JobState.AMBIGUOUS, name="waits", next_in=pause, why=why)
            context.told(job, "wait", _IN_DOUBT)
            return
        heard = f": {why.en}" if why.en else ""
        heard_zh = f"：{why.zh}" if why.zh else ""
        how = f"mediaprep jobs resolve {job.id} --task-id X | --resubmit | --abandon"
        asked = Text(
            f"attempt {attempt.n} may have been accepted and nothing tells{heard}; look for its task, then {how}",
            f"第 {attempt.n} 次提交可能已被接受且无从得知{heard_zh}；请先确认任务，再执行 {how}",
        )
        context.ledger.move(claim, JobState.REVIEW, name="no evidence", why=asked)
        context.told(job, "review", asked)
