"""RUNNING → MADE → SAVED → DONE: polling by the answer's Status, and keeping what was paid for."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from mediaprep.config import redact
from mediaprep.contract.codes import NO_RECORD, Retry, of_interface, of_task
from mediaprep.contract.progress import Progress, Status
from mediaprep.contract.quotas import CHARGED_ON_FAILURE, RETENTION
from mediaprep.errors import GatewayError, MediaprepError, Rejected, TaskFailed, Unreachable
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, Claim, JobRow, JobState
from mediaprep.submission.download.download import StaleUrl
from mediaprep.submission.job.evidence import OBJECT
from mediaprep.submission.job.sending import refused_for_good
from mediaprep.submission.job.stage_protocol import Product
from mediaprep.submission.job.watch import failed, making_estimate
from mediaprep.submission.job.worker_context import WorkerContext
from mediaprep.submission.wire.rate_limit import AT_ONCE

_S = JobState
_REFUSED_SINCE: Final = "refused_since"
_KEPT_SECONDS: Final = RETENTION.total_seconds()
_PACE_SECONDS: Final = 30.0
_MOST_MS: Final = 10**9
"""More than that (11 days) is no length of a product, whatever the service says."""
_REFUSED_SECONDS: Final = 600.0
"""So long polls may be refused for good (wrong keys, for instance) before a person is asked."""


class KnownTasks:
    """The moves of a job whose task, or product, is known."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context
        self._paces: dict[tuple[str, str], tuple[float, float | None]] = {}  # each with until when it holds

    # --- RUNNING ---

    def poll(self, claim: Claim) -> None:
        """One look at the task."""
        context, job = self._context, claim.job
        assert job.task_id is not None
        context.crew.governor.wait(AT_ONCE)
        context.on_point("before_poll")
        try:
            seen = context.gateway.progress(job.task_id, job.endpoint)
        except GatewayError as error:
            self._no_look(claim, error)
            return
        context.crew.governor.faster()
        if seen.status is Status.SUCCESS:
            self._succeeded(claim, seen)
        elif seen.status is Status.FAIL:
            self._failed(claim, seen)
        else:
            self._pending(claim, seen)

    def _pending(self, claim: Claim, seen: Progress) -> None:
        context, job, now = self._context, claim.job, self._context.clock()
        kept = {name: value for name, value in job.kept.items() if name != _REFUSED_SINCE}
        if seen.status is Status.MAKING:
            kept.setdefault("making_since", now)
        ahead = seen.array_count if seen.status is Status.COMMIT and job.endpoint != "ppt" else None
        queue, queue_zh = (f", {ahead} ahead", f"，前面还有 {ahead} 个") if ahead else ("", "")
        why = Text(f"{seen.status}{queue}", f"{seen.status}{queue_zh}")
        context.ledger.move(
            claim, _S.RUNNING, name="polled", seen_at=now, kept=kept, why=why, next_in=self._pause(job, kept)
        )
        context.told(job, "wait", why)

    def _pause(self, job: JobRow, kept: dict[str, object]) -> float:
        """Seconds to the next look: backing off, and half of what is still expected where that is more."""
        context, policy = self._context, self._context.policy
        pause = min(policy.poll_first * 1.5 ** min(job.tries, 40), policy.poll_most)
        length, since = kept.get("expected_seconds"), kept.get("making_since")
        if isinstance(length, int | float) and isinstance(since, int | float):
            whole = making_estimate(job.endpoint, length, pace=self._pace(job))
            left = 0.0 if whole is None else whole - (context.clock() - since)
            pause = max(pause, min(left / 2, 4 * policy.poll_most))
        return pause * (0.9 + 0.2 * context.jitter())

    def _pace(self, job: JobRow) -> float | None:
        """How fast such products are made, looked up now and then: many tasks are asked after in the meantime."""
        known = (job.endpoint, job.base_url)
        until, pace = self._paces.get(known, (0.0, None))
        if until <= (now := self._context.clock()):
            pace = self._context.ledger.pace(*known)
            self._paces[known] = (now + _PACE_SECONDS, pace)
        return pace

    def _no_look(self, claim: Claim, error: GatewayError) -> None:
        """The look failed; the task lives on. Only what stays refused for long needs a person."""
        context, job = self._context, claim.job
        now, kept = context.clock(), dict(job.kept)
        final = refused_for_good(error)
        unknown = isinstance(error, Rejected) and error.code == NO_RECORD
        why = Text(error.en, error.zh)
        # From its first refusal on: a process that was down for a day has not been refused for a day.
        began = kept.setdefault(_REFUSED_SINCE, now) if final else None
        since = now - began if isinstance(began, int | float) else 0.0
        if final and since > (context.policy.unknown_seconds if unknown else _REFUSED_SECONDS):
            kept.pop(_REFUSED_SINCE)
            context.ledger.move(claim, _S.REVIEW, name="lost", why=why, kept=kept)
            context.told(job, "review", why)
            return
        if isinstance(error, Rejected) and not final:
            context.crew.governor.slower(error.retry_after or 0.0)
        pause = context.backoff(job.tries, context.policy.poll_first, context.policy.poll_most)
        context.ledger.move(
            claim, _S.RUNNING, name="polled", why=why, kept=kept, next_in=max(pause, error.retry_after or 0.0)
        )
        context.told(job, "wait", why)

    def _succeeded(self, claim: Claim, seen: Progress) -> None:
        context, job, now = self._context, claim.job, self._context.clock()
        context.crew.products.put(job.id, seen)
        since, pace = job.kept.get("making_since"), None
        if isinstance(since, int | float) and 0 < seen.duration_ms < _MOST_MS:
            pace = round((now - since) / (seen.duration_ms / 1000), 3)
        # The service tells no time of its own: counted from when it was certainly not finished.
        context.ledger.move(
            claim, _S.MADE, name="succeeded", media=seen.media_url, expires_at=(job.seen_at or now) + _KEPT_SECONDS,
            pace=pace if pace is not None else job.pace,
        )  # fmt: skip
        context.on_point("after_made")
        context.told(job, "wait", Text("SUCCESS", "SUCCESS"))

    def _failed(self, claim: Claim, seen: Progress) -> None:
        context, job = self._context, claim.job
        assert job.task_id is not None
        error: TaskFailed = failed(job.task_id, seen)
        why = Text(error.en, error.zh)
        attempt = context.ledger.attempt(job.id, job.attempt)
        if self._anew(job, seen, attempt):
            pause = context.backoff(job.failures)
            context.ledger.move(
                claim, _S.READY, name="failed free", why=why, failures=job.failures + 1, task_id=None, media=None,
                expires_at=None, next_in=pause,
            )  # fmt: skip
        else:
            context.ledger.move(claim, _S.FAILED, name="failed", why=why, failures=job.failures + 1)
        context.told(job, "failed", why)

    def _anew(self, job: JobRow, seen: Progress, attempt: AttemptRow | None) -> bool:
        """Whether a failed task is followed by another, paid one: if a person allowed it, or if it was free. It was
        free where the docs say so, and where no input of it ever left the gate."""
        policy = self._context.policy
        starved = attempt is not None and attempt.gated and attempt.flowed_at is None
        retryable = of_task(seen.fail_code).retry is Retry.NEW_PAID_TASK
        free = starved or (CHARGED_ON_FAILURE.get(job.endpoint) is False and retryable)
        return job.failures < (policy.retry_free if free else policy.retry_failed if retryable else 0)

    # --- MADE ---

    def save(self, claim: Claim) -> None:
        """Bring the product here."""
        context, job = self._context, claim.job
        try:
            product = self._product(job)
            if product is None:
                context.ledger.move(claim, _S.RUNNING, name="stale")
                return
            saved = context.stages.save(job, product, lambda kind, text: context.told(job, kind, text))
        except StaleUrl as error:
            self._stale(claim, error)
        except MediaprepError as error:
            self._not_saved(claim, error)
        else:
            kept = {**job.kept, **saved.kept, **({"seconds": saved.seconds} if saved.seconds else {})}
            context.ledger.move(
                claim, _S.SAVED, name="saved", result=saved.path.absolute(), result_sha256=saved.sha256, kept=kept
            )  # fmt: skip
            context.crew.products.pop(job.id)
            context.on_point("after_saved")

    def _product(self, job: JobRow) -> Product | None:
        """What there is to download; None if the task is not finished after all."""
        if job.media and job.media.startswith(OBJECT):
            return Product(task_id=job.task_id, progress=None, key=job.media.removeprefix(OBJECT))
        assert job.task_id is not None
        seen = self._context.crew.products.get(job.id)
        if seen is None:  # addresses are signed and so not kept: they are asked for again, for free
            self._context.crew.governor.wait(AT_ONCE)
            seen = self._context.gateway.progress(job.task_id, job.endpoint)
        if seen.status is not Status.SUCCESS:
            return None
        self._context.crew.products.put(job.id, seen)
        return Product(task_id=job.task_id, progress=seen)

    def _stale(self, claim: Claim, error: StaleUrl) -> None:
        context, job, now = self._context, claim.job, self._context.clock()
        context.crew.products.pop(job.id)
        if job.expires_at is not None and now > job.expires_at:
            why = Text(
                f"the service keeps results 7 days, and they are over: {error.en}",
                f"服务端只保留结果 7 天，已超过期限：{error.zh}",
            )
            context.ledger.move(claim, _S.REVIEW, name="expired", why=why)
            context.told(job, "review", why)
            return
        self._not_saved(claim, error)

    def _not_saved(self, claim: Claim, error: MediaprepError) -> None:
        """Tried again; what cannot come better by waiting is given to a person after some tries."""
        context, job, why = self._context, claim.job, Text(error.en, error.zh)
        context.crew.products.pop(job.id)
        passing = isinstance(error, Unreachable) or (
            isinstance(error, Rejected) and of_interface(error.code).retry in (Retry.WAIT, Retry.AMBIGUOUS)
        )
        late = job.expires_at is not None and context.clock() > job.expires_at
        # Its end is counted from the earliest moment it can be, so one cut connection does not make it over.
        if (late or not passing) and (job.tries + 1 >= context.policy.save_tries or (late and not passing)):
            name = "expired" if late else "not saved"
            context.ledger.move(claim, _S.REVIEW, name=name, why=why)
            context.told(job, "review", why)
            return
        pause = context.backoff(job.tries, context.policy.poll_first)
        context.ledger.move(claim, _S.MADE, name="download waits", why=why, next_in=pause)
        context.told(job, "fetch", why)

    # --- SAVED ---

    def finish(self, claim: Claim) -> None:
        """Make of the product what was wished."""
        context, job = self._context, claim.job
        if job.result is None or _sha256(job.result) != job.result_sha256:
            if job.attempt:
                context.ledger.move(claim, _S.MADE, name="file gone")
            else:  # it was never sent: it is composed
                context.ledger.move(claim, _S.NEW, name="compose again")
            return
        try:
            columns = dict(context.stages.finish(job, lambda kind, text: context.told(job, kind, text)))
        except MediaprepError as error:
            why = Text(redact(error.en), redact(error.zh))
            context.ledger.move(claim, _S.FAILED, name="finishing failed", why=why)
            context.told(job, "failed", why)
            return
        context.on_point("before_done")
        columns["kept"] = {**job.kept, **columns.get("kept", {})}
        context.ledger.move(claim, _S.DONE, name="finished", **columns)
        context.told(job, "finish", Text("done", "完成"))


def _sha256(path: Path) -> str | None:
    """The file's hash; None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
