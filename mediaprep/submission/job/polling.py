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
from mediaprep.submission.download.download import Stale as StaleAddress
from mediaprep.submission.job.evidence import OBJECT
from mediaprep.submission.job.sending import refused_for_good
from mediaprep.submission.job.stage_protocol import Product
from mediaprep.submission.job.watch import failed, making_estimate
from mediaprep.submission.job.worker_context import Bench
from mediaprep.submission.wire.rate_limit import AT_ONCE

_S = JobState
_REFUSED_SINCE: Final = "refused_since"
_KEPT_SECONDS: Final = RETENTION.total_seconds()
_MOST_MS: Final = 10**9
"""More than that (11 days) is no length of a product, whatever the service says."""
_REFUSED_SECONDS: Final = 600.0
"""So long polls may be refused for good (wrong keys, for instance) before a person is asked."""


class Tasks:
    """The moves of a job whose task, or product, is known."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    # --- RUNNING ---

    def poll(self, claim: Claim) -> None:
        """One look at the task."""
        bench, job = self._bench, claim.job
        assert job.task_id is not None
        bench.crew.governor.wait(AT_ONCE)
        bench.on_point("before_poll")
        try:
            seen = bench.gateway.progress(job.task_id, job.endpoint)
        except GatewayError as error:
            self._no_look(claim, error)
            return
        bench.crew.governor.faster()
        if seen.status is Status.SUCCESS:
            self._succeeded(claim, seen)
        elif seen.status is Status.FAIL:
            self._failed(claim, seen)
        else:
            self._pending(claim, seen)

    def _pending(self, claim: Claim, seen: Progress) -> None:
        bench, job, now = self._bench, claim.job, self._bench.clock()
        kept = {name: value for name, value in job.kept.items() if name != _REFUSED_SINCE}
        if seen.status is Status.MAKING:
            kept.setdefault("making_since", now)
        ahead = seen.array_count if seen.status is Status.COMMIT and job.endpoint != "ppt" else None
        queue, queue_zh = (f", {ahead} ahead", f"，前面还有 {ahead} 个") if ahead else ("", "")
        why = Text(f"{seen.status}{queue}", f"{seen.status}{queue_zh}")
        bench.ledger.move(
            claim, _S.RUNNING, name="polled", seen_at=now, kept=kept, why=why, next_in=self._pause(job, kept)
        )
        bench.told(job, "wait", why)

    def _pause(self, job: JobRow, kept: dict[str, object]) -> float:
        """Seconds to the next look: backing off, and half of what is still expected where that is more."""
        bench, policy = self._bench, self._bench.policy
        pause = min(policy.poll_first * 1.5 ** min(job.tries, 40), policy.poll_most)
        length, since = kept.get("expected_seconds"), kept.get("making_since")
        if isinstance(length, int | float) and isinstance(since, int | float):
            whole = making_estimate(job.endpoint, length, pace=bench.ledger.pace(job.endpoint, job.base_url))
            left = 0.0 if whole is None else whole - (bench.clock() - since)
            pause = max(pause, min(left / 2, 4 * policy.poll_most))
        return pause * (0.9 + 0.2 * bench.jitter())

    def _no_look(self, claim: Claim, error: GatewayError) -> None:
        """The look failed; the task lives on. Only what stays refused for long needs a person."""
        bench, job = self._bench, claim.job
        now, kept = bench.clock(), dict(job.kept)
        final = refused_for_good(error)
        unknown = isinstance(error, Rejected) and error.code == NO_RECORD
        why = Text(error.en, error.zh)
        # From its first refusal on: a process that was down for a day has not been refused for a day.
        began = kept.setdefault(_REFUSED_SINCE, now) if final else None
        since = now - began if isinstance(began, int | float) else 0.0
        if final and since > (bench.policy.unknown_seconds if unknown else _REFUSED_SECONDS):
            kept.pop(_REFUSED_SINCE)
            bench.ledger.move(claim, _S.REVIEW, name="lost", why=why, kept=kept)
            bench.told(job, "review", why)
            return
        if isinstance(error, Rejected) and not final:
            bench.crew.governor.slower(error.retry_after or 0.0)
        pause = bench.backoff(job.tries, bench.policy.poll_first, bench.policy.poll_most)
        bench.ledger.move(
            claim, _S.RUNNING, name="polled", why=why, kept=kept, next_in=max(pause, error.retry_after or 0.0)
        )
        bench.told(job, "wait", why)

    def _succeeded(self, claim: Claim, seen: Progress) -> None:
        bench, job, now = self._bench, claim.job, self._bench.clock()
        bench.crew.products.put(job.id, seen)
        since, pace = job.kept.get("making_since"), None
        if isinstance(since, int | float) and 0 < seen.duration_ms < _MOST_MS:
            pace = round((now - since) / (seen.duration_ms / 1000), 3)
        # The service tells no time of its own: counted from when it was certainly not finished.
        bench.ledger.move(
            claim, _S.MADE, name="succeeded", media=seen.media_url, expires_at=(job.seen_at or now) + _KEPT_SECONDS,
            pace=pace if pace is not None else job.pace,
        )  # fmt: skip
        bench.on_point("after_made")
        bench.told(job, "wait", Text("SUCCESS", "SUCCESS"))

    def _failed(self, claim: Claim, seen: Progress) -> None:
        bench, job = self._bench, claim.job
        assert job.task_id is not None
        error: TaskFailed = failed(job.task_id, seen)
        why = Text(error.en, error.zh)
        attempt = bench.ledger.attempt(job.id, job.attempt)
        if self._anew(job, seen, attempt):
            pause = bench.backoff(job.failures)
            bench.ledger.move(
                claim, _S.READY, name="failed free", why=why, failures=job.failures + 1, task_id=None, media=None,
                expires_at=None, next_in=pause,
            )  # fmt: skip
        else:
            bench.ledger.move(claim, _S.FAILED, name="failed", why=why, failures=job.failures + 1)
        bench.told(job, "failed", why)

    def _anew(self, job: JobRow, seen: Progress, attempt: AttemptRow | None) -> bool:
        """Whether a failed task is followed by another, paid one: if a person allowed it, or if it was free. It was
        free where the docs say so, and where no input of it ever left the gate."""
        policy = self._bench.policy
        starved = attempt is not None and attempt.gated and attempt.flowed_at is None
        retryable = of_task(seen.fail_code).retry is Retry.NEW_PAID_TASK
        free = starved or (CHARGED_ON_FAILURE.get(job.endpoint) is False and retryable)
        return job.failures < (policy.retry_free if free else policy.retry_failed if retryable else 0)

    # --- MADE ---

    def save(self, claim: Claim) -> None:
        """Bring the product here."""
        bench, job = self._bench, claim.job
        try:
            product = self._product(job)
            if product is None:
                bench.ledger.move(claim, _S.RUNNING, name="stale")
                return
            saved = bench.stages.save(job, product, lambda kind, text: bench.told(job, kind, text))
        except StaleAddress as error:
            self._stale(claim, error)
        except MediaprepError as error:
            self._not_saved(claim, error)
        else:
            kept = {**job.kept, **saved.kept, **({"seconds": saved.seconds} if saved.seconds else {})}
            bench.ledger.move(
                claim, _S.SAVED, name="saved", result=saved.path.absolute(), result_sha256=saved.sha256, kept=kept
            )  # fmt: skip
            bench.crew.products.pop(job.id)
            bench.on_point("after_saved")

    def _product(self, job: JobRow) -> Product | None:
        """What there is to download; None if the task is not finished after all."""
        if job.media and job.media.startswith(OBJECT):
            return Product(task_id=job.task_id, progress=None, key=job.media.removeprefix(OBJECT))
        assert job.task_id is not None
        seen = self._bench.crew.products.get(job.id)
        if seen is None:  # addresses are signed and so not kept: they are asked for again, for free
            self._bench.crew.governor.wait(AT_ONCE)
            seen = self._bench.gateway.progress(job.task_id, job.endpoint)
        if seen.status is not Status.SUCCESS:
            return None
        self._bench.crew.products.put(job.id, seen)
        return Product(task_id=job.task_id, progress=seen)

    def _stale(self, claim: Claim, error: StaleAddress) -> None:
        bench, job, now = self._bench, claim.job, self._bench.clock()
        bench.crew.products.pop(job.id)
        if job.expires_at is not None and now > job.expires_at:
            why = Text(
                f"the service keeps results 7 days, and they are over: {error.en}",
                f"服务端只保留结果 7 天，已超过期限：{error.zh}",
            )
            bench.ledger.move(claim, _S.REVIEW, name="expired", why=why)
            bench.told(job, "review", why)
            return
        self._not_saved(claim, error)

    def _not_saved(self, claim: Claim, error: MediaprepError) -> None:
        """Tried again; what cannot come better by waiting is given to a person after some tries."""
        bench, job, why = self._bench, claim.job, Text(error.en, error.zh)
        bench.crew.products.pop(job.id)
        passing = isinstance(error, Unreachable) or (
            isinstance(error, Rejected) and of_interface(error.code).retry in (Retry.WAIT, Retry.AMBIGUOUS)
        )
        late = job.expires_at is not None and bench.clock() > job.expires_at
        # Its end is counted from the earliest moment it can be, so one cut connection does not make it over.
        if (late or not passing) and (job.tries + 1 >= bench.policy.save_tries or (late and not passing)):
            name = "expired" if late else "not saved"
            bench.ledger.move(claim, _S.REVIEW, name=name, why=why)
            bench.told(job, "review", why)
            return
        pause = bench.backoff(job.tries, bench.policy.poll_first)
        bench.ledger.move(claim, _S.MADE, name="download waits", why=why, next_in=pause)
        bench.told(job, "fetch", why)

    # --- SAVED ---

    def finish(self, claim: Claim) -> None:
        """Make of the product what was wished."""
        bench, job = self._bench, claim.job
        if job.result is None or _sha256(job.result) != job.result_sha256:
            if job.attempt:
                bench.ledger.move(claim, _S.MADE, name="file gone")
            else:  # it was never sent: it is composed
                bench.ledger.move(claim, _S.NEW, name="compose again")
            return
        try:
            columns = dict(bench.stages.finish(job, lambda kind, text: bench.told(job, kind, text)))
        except MediaprepError as error:
            why = Text(redact(error.en), redact(error.zh))
            bench.ledger.move(claim, _S.FAILED, name="finishing failed", why=why)
            bench.told(job, "failed", why)
            return
        bench.on_point("before_done")
        columns["kept"] = {**job.kept, **columns.get("kept", {})}
        bench.ledger.move(claim, _S.DONE, name="finished", **columns)
        bench.told(job, "finish", Text("done", "完成"))


def _sha256(path: Path) -> str | None:
    """The file's hash; None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
