"""What tells of a task whose answer was lost: its TaskId heard late or by a callback, its product in the bucket."""

from __future__ import annotations

import contextlib
from typing import Final

from mediaprep.contract.quotas import CHARGED_ON_FAILURE
from mediaprep.errors import MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, AttemptState, JobRow, JobState
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.ledger import Ledger, StaleClaim

OBJECT: Final = "object:"
"""Before the key, where a product is known by its object only."""
UNNAMED: Final = Text(
    "its TaskId never came: there is the product, and no timestamps", "未得到任务号：只有成品，没有时间戳"
)
_CERTAINLY_NOTHING: Final = frozenset({AttemptState.REJECTED, AttemptState.NOT_SENT, AttemptState.FENCED})
_SUBTITLES: Final = "Subtitle"


def landed(attempt: AttemptRow, store: Store | None) -> str | None:
    """The key of this attempt's product, if it lies in the bucket."""
    if store is None:
        return None
    for parameter, key in attempt.results.items():
        if _SUBTITLES in parameter.rpartition(".")[2]:
            continue  # subtitles alone are no product
        with contextlib.suppress(MediaprepError):  # it is looked for again
            if store.exists(key):
                return key
    return None


def nothing_was_charged(ledger: Ledger, row: JobRow) -> bool:
    """Whether a job that ended without a product certainly cost nothing."""
    ends = ledger.events(row.id)[-1:]  # a task that was given up did not fail, and may have been charged
    failed = bool(ends) and ends[0].name == "failed"
    if failed and CHARGED_ON_FAILURE.get(row.endpoint) is False and row.task_id is not None:
        return True
    return all(attempt.state in _CERTAINLY_NOTHING for attempt in ledger.attempts(row.id))


def look_again(ledger: Ledger, row: JobRow, store: Store | None) -> JobRow:
    """A job in REVIEW on its way again, where that sends nothing and costs nothing: its task is known and is asked
    after, or its product can be downloaded. Else the row as it is. Raises LedgerError."""
    if row.state is not JobState.REVIEW:
        return row
    with contextlib.suppress(StaleClaim):  # somebody else was quicker
        if row.media is not None:
            return ledger.reopen(row, JobState.MADE, name="download again", by="run")
        attempt = ledger.attempt(row.id, row.attempt)
        if row.task_id is None and (attempt is None or attempt.state is AttemptState.FENCED):
            return row
        task_id = row.task_id or (attempt and attempt.task_id)
        known = ledger.find(task_id) if task_id else None
        if task_id and (known is None or known.id == row.id):
            return ledger.reopen(
                row, JobState.RUNNING, name="found", by="run", task_id=task_id, seen_at=row.seen_at or row.state_at
            )  # fmt: skip
        if attempt is not None and attempt.state.open and attempt.callback_tasks:
            return ledger.reopen(row, JobState.AMBIGUOUS, name="heard", by="run")
        if attempt is not None and (key := landed(attempt, store)):
            return ledger.reopen(
                row, JobState.MADE, name="result came", by="run", why=UNNAMED, media=f"{OBJECT}{key}"
            )
        return row
    return ledger.job(row.id)
