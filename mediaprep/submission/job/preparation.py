"""NEW → READY: the request mended and judged; or composed of other jobs' products, and nothing is sent."""

from __future__ import annotations

from mediaprep.errors import GatewayError, InputError, ToolError
from mediaprep.model.paid.records import Claim, JobState
from mediaprep.submission.job.stage_protocol import Later, Saved
from mediaprep.submission.job.worker_context import WorkerContext

_S = JobState


class Preparation:
    """The moves out of NEW."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context

    def prepare(self, claim: Claim) -> None:
        """What the stages make of it; signed addresses of the user's own stay in this process's memory."""
        job = claim.job
        self._context.on_point("prepare_mid")
        try:
            made = self._context.stages.prepare(job, lambda kind, text: self._context.told(job, kind, text))
        except InputError as error:
            self._context.ledger.move(claim, _S.REFUSED, name="refused", why=self._context.words(job, error))
            return
        except ToolError as error:
            self._context.ledger.move(claim, _S.FAILED, name="failed", why=self._context.words(job, error))
            return
        except GatewayError as error:
            self._context.ledger.move(
                claim,
                _S.NEW,
                name="waits",
                why=self._context.words(job, error),
                next_in=self._context.backoff(job.tries),
            )
            return
        if isinstance(made, Later):
            if made.needs:
                self._context.ledger.enqueue_all(made.needs)
            self._context.ledger.move(claim, _S.NEW, name="waits", why=made.why, next_in=made.seconds)
            return
        if isinstance(made, Saved):
            self._composed(claim, made)
            return
        kept = {**job.kept, **({"expected_seconds": made.seconds} if made.seconds else {})}
        row = self._context.ledger.move(
            claim, _S.READY, name="prepared", payload=made.payload, inputs=made.inputs, kept=kept
        )
        if not row.whole:  # signed URLs of the user's own: they live in memory only
            self._context.crew.requests.put(job.id, made)

    def _composed(self, claim: Claim, made: Saved) -> None:
        kept = {**claim.job.kept, **made.kept, **({"seconds": made.seconds} if made.seconds else {})}
        self._context.ledger.move(
            claim, _S.SAVED, name="composed", result=made.path.absolute(), result_sha256=made.sha256, kept=kept
        )  # fmt: skip
        self._context.on_point("after_saved")
