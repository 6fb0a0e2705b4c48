"""What no part of a worker foresaw: the one job that it happened to is put aside, and all others go on."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import Final

from mediaprep.config import redact
from mediaprep.errors import BadRow, LedgerError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptState, Claim, JobState
from mediaprep.submission.job.ambiguous import AmbiguousJobs
from mediaprep.submission.job.worker_context import WorkerContext
from mediaprep.submission.ledger import StaleClaim

_S = JobState
_log = logging.getLogger(__name__)
_ASIDE: Final[Mapping[JobState, tuple[JobState, str]]] = {
    _S.NEW: (_S.FAILED, "failed"),
    _S.READY: (_S.FAILED, "failed"),
    _S.RUNNING: (_S.REVIEW, "mishap"),
    _S.MADE: (_S.REVIEW, "mishap"),
    _S.SAVED: (_S.FAILED, "finishing failed"),  # the result stays, and is finished again for free
}
_MOST: Final = 200


class UnexpectedErrors:
    """The moves after an error that is nobody's. Nothing that may have been sent is sent again by them."""

    def __init__(self, context: WorkerContext, doubts: AmbiguousJobs) -> None:
        self._context, self._doubts = context, doubts

    def put_aside(self, claim: Claim, error: Exception) -> None:
        """The job as `error` left it, if this claim still holds it; as it is, where what the ledger holds of it is
        the trouble. Raises LedgerError, if no job is to blame."""
        _log.debug("%s\n%s", claim.job.id, redact("".join(traceback.format_exception(error))))
        try:
            self._moved(claim, error)
        except StaleClaim:
            pass  # another worker has it by now
        except BadRow as bad:
            self._left(claim, bad)
        except (LedgerError, BrokenPipeError):
            raise
        except Exception as another:  # noqa: BLE001  (it would end the run of all)
            _log.debug("%s\n%s", claim.job.id, redact("".join(traceback.format_exception(another))))
            self._left(claim, error)

    def _left(self, claim: Claim, error: Exception) -> None:
        """This process takes it no more."""
        self._context.ledger.release(claim)
        self._context.crew.leave(claim.job.id, unforeseen(error))

    def _moved(self, claim: Claim, error: Exception) -> None:
        context, why = self._context, unforeseen(error)
        row = context.ledger.job(claim.job.id)
        if row.epoch != claim.epoch or row.owner is None:  # its move was made before
            return
        claim = claim.on(row)
        attempt = (
            context.ledger.attempt(row.id, row.attempt) if row.state in (_S.READY, _S.SUBMITTING) else None
        )
        if row.state is _S.SUBMITTING and attempt is not None and attempt.state is AttemptState.NOT_SENT:
            context.ledger.reject(claim, row.attempt, name="failed", why=why)
        elif row.state is _S.SUBMITTING:  # it may have been sent: evidence decides
            context.ledger.unknown(claim, row.attempt, why=why, name="mishap")
        elif row.state is _S.READY and attempt is not None and attempt.state.open:  # nothing leads here
            context.ledger.move(claim, _S.REVIEW, name="mishap", why=why)
        elif row.state is _S.AMBIGUOUS:
            self._doubts.wait(claim, why)
        else:
            to, name = _ASIDE[row.state]
            context.ledger.move(claim, to, name=name, why=why)
        context.told(row, "failed", why)


def unforeseen(error: Exception) -> Text:
    """An error as it stands in a row: its own words where it has them in both languages, else its type."""
    if isinstance(error, MediaprepError):
        return Text(redact(error.en), redact(error.zh))
    said = redact(" ".join(str(error).split()))[:_MOST]
    what = type(error).__name__ + (f": {said}" if said else "")
    return Text(f"an error that was not foreseen ({what})", f"未预料到的错误（{what}）")
