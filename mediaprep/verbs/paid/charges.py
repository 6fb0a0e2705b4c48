"""What a row of the ledger takes of an hour package, and what that costs."""

from __future__ import annotations

from typing import Final

from mediaprep.contract.quotas import CHARGED_ON_FAILURE, BoughtCapacity
from mediaprep.model.decks import lessons
from mediaprep.model.paid.outcomes import Charge
from mediaprep.model.paid.records import JobRow, JobState
from mediaprep.preflight.scripts.estimate import Price, charged_minutes

_LESSON_SECONDS: Final = "paid_seconds"


class Charges:
    """By what was bought, and by a price where one is known."""

    def __init__(self, bought: BoughtCapacity, price: Price | None) -> None:
        self._bought, self._price = bought, price

    def of(self, row: JobRow) -> Charge | None:
        """What was sent of it; None for a job that was never sent, or was turned away. What a task in doubt takes is
        not known, and of one that failed only where the docs say that it is free."""
        if row.attempt and row.task_id is None and row.media is None and row.state.in_doubt:
            return self._charge(row, None)
        composed = row.endpoint == lessons.ENDPOINT and _LESSON_SECONDS in row.kept
        asked = row.state in (JobState.NEW, JobState.READY, JobState.REFUSED)
        if asked or not (row.task_id or row.media or composed):
            return None
        if row.state is JobState.FAILED and row.result is None:
            return self._charge(row, 0.0 if CHARGED_ON_FAILURE.get(row.endpoint) is False else None)
        return self.expected(row)

    def expected(self, row: JobRow) -> Charge:
        """The same as if it were sent: by its product, or while there is none by what was expected when it was
        prepared."""
        kept = row.kept
        length = next(
            (
                float(kept[name]) for name in (_LESSON_SECONDS, "seconds", "expected_seconds")
                if isinstance(kept.get(name), int | float)
            ),
            None,
        )  # fmt: skip
        return self._charge(row, length)

    def _charge(self, row: JobRow, seconds: float | None) -> Charge:
        endpoint = "ppt" if row.endpoint == lessons.ENDPOINT else row.endpoint
        request = row.payload or row.spec.get("job", {}).get("request", {})
        minutes = charged_minutes(endpoint, request, seconds, self._bought)
        cost = (
            None if minutes is None or self._price is None else round(self._price.at(endpoint) * minutes, 2)
        )
        return Charge(
            seconds=None if seconds is None else round(seconds, 3), minutes=minutes, cost=cost,
            currency=self._price.currency if self._price else "",
        )  # fmt: skip
