"""What `fetch` saw of a single request's task, written to its job. Bookkeeping only: a ledger that cannot be written is
no matter, since nothing is paid for it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from mediaprep import processes
from mediaprep.errors import LedgerError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, JobRow, JobState
from mediaprep.submission.ledger import Ledger, Stale

_S = JobState
_STEPS: Final = ((_S.MADE, "succeeded"), (_S.SAVED, "saved"), (_S.DONE, "finished"))
_FROM: Final = (_S.RUNNING, _S.MADE, _S.SAVED)
_LEASE_SECONDS: Final = 60.0


def saved(ledger: Ledger, row: JobRow, output: Path, sha256: str) -> None:
    """Its product is a file now."""
    if row.resumable or row.state not in _FROM:
        return
    with contextlib.suppress(LedgerError):
        claim = _claimed(ledger, row)
        steps = _STEPS[_FROM.index(claim.job.state) :]
        ledger.moves(claim, *steps, output=output.absolute(), sha256=sha256)


def failed(ledger: Ledger, row: JobRow, error: MediaprepError) -> None:
    """Its task failed."""
    if row.resumable or row.state is not _S.RUNNING:
        return
    with contextlib.suppress(LedgerError):
        ledger.move(_claimed(ledger, row), _S.FAILED, name="failed", why=Text(error.en, error.zh))


def _claimed(ledger: Ledger, row: JobRow) -> Claim:
    ledger.hint(row.id)  # due now, whoever looked last
    found = ledger.claim(processes.me(), _LEASE_SECONDS, ids=[row.id])
    if found is None:
        raise Stale(row.id)
    return found
