"""What became of a job, told whole: from its row, and from what this process learned of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from mediaprep.config import Settings
from mediaprep.errors import LedgerError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.model.paid.records import JobRow, JobState
from mediaprep.submission.job.retention import alarm_of
from mediaprep.verbs.paid import completing
from mediaprep.verbs.paid.charges import Charges
from mediaprep.verbs.paid.job_progress import Ongoing
from mediaprep.verbs.paid.outcome_store import OutcomeStore
from mediaprep.verbs.paid.stages import JobStages

_STATES: Final = {
    JobState.DONE: State.DONE,
    JobState.REFUSED: State.REFUSED,
    JobState.FAILED: State.FAILED,
}
_OWN_CODES: Final = frozenset({State.REFUSED, State.FAILED})
_BEFORE: Final = Text(
    "was done before: nothing was paid or made again here", "此前已完成：此处未再次计费或制作"
)


class RowOutcomes:
    """`told` is what the stages learned. `detailed`: inputs are judged again where a job was prepared elsewhere;
    `pictures`: outcomes have frames of the output."""

    def __init__(
        self,
        *,
        settings: Settings,
        told: OutcomeStore,
        stages: JobStages,
        charges: Charges,
        emulated: Callable[[], bool],
        detailed: bool,
        pictures: bool,
    ) -> None:
        self._settings, self._told, self._stages, self._charges = settings, told, stages, charges
        self._emulated, self._detailed, self._pictures = emulated, detailed, pictures
        self._began: dict[str, float] = {}  # by row, for those that are told of

    def began(self, row: JobRow) -> None:
        """From now on its wall clock runs."""
        self._began[row.id] = time.monotonic()

    def of(self, row: JobRow, why: Text | None = None) -> Outcome:
        """What became of one row, whole; `why` nobody waits for it any more."""
        known = self._told.get(row.id)
        if known is None:
            known = self._recalled(row)
        state = _STATES.get(row.state, State.PENDING)
        alarm = alarm_of(row, datetime.now(UTC))
        problem = None if state is State.DONE else (why or (row.note if row.note.en else known.problem))
        code = {State.DONE: 0, State.PENDING: 5, State.REFUSED: 1}.get(state, 4 if row.attempt else 3)
        told = replace(
            known, state=state, ledger_id=row.id, task_id=row.task_id, result=row.result, problem=problem,
            output=row.output if state is State.DONE else None,
            notes=(*known.notes, alarm.message) if alarm else known.notes,
            emulated=self._emulated(), charge=self._charges.of(row),
            exit_code=known.exit_code if state in _OWN_CODES and known.exit_code else code,
            seconds=time.monotonic() - self._began.pop(row.id, time.monotonic()),
        )  # fmt: skip
        self._told.put(row.id, told)
        return told

    def _recalled(self, row: JobRow) -> Outcome:
        """What can be said of a job that was done elsewhere, or before."""
        try:
            work = Ongoing(self._stages.job_of(row), self._settings, lambda event: None)
        except MediaprepError:
            return Outcome(job=row.name, endpoint=row.endpoint, state=State.PENDING)
        if row.state is JobState.DONE:
            work.note(_BEFORE)
            self._stages.recall(row, work, inputs=self._detailed)
            if row.output is not None:
                completing.recalled(work, row.output, with_pictures=self._pictures)
        return work.outcome


def unread(name: str, why: Text) -> Outcome:
    """Of a job that nothing can be told of but that its row is unfit."""
    return Outcome(
        job=name,
        endpoint="",
        state=State.PENDING,
        ledger_id=name,
        problem=why,
        exit_code=LedgerError.exit_code,
    )
