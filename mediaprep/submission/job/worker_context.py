"""What the parts of a worker have in common: the worker itself, as they see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mediaprep.errors import MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import JobRow
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.job.stage_protocol import Policy, Stages
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway


class WorkerContext(Protocol):
    """The tools at hand. `clock` gives seconds since 1970."""

    ledger: Ledger
    gateway: Gateway
    stages: Stages
    store: Store | None
    gate: Addresses | None
    policy: Policy
    crew: WorkerPool
    on_point: Callable[[str], None]
    withheld: Callable[[JobRow], Text | None]
    clock: Callable[[], float]
    jitter: Callable[[], float]

    def told(self, job: JobRow, kind: str, text: Text) -> None:
        """Say what happened to a job."""

    def words(self, job: JobRow, error: MediaprepError) -> Text:
        """An error as it stands in the job's row."""

    def backoff(self, tries: int, first: float | None = None, most: float | None = None) -> float:
        """Seconds to wait after so many tries in a row."""
