"""What a worker is brought: the stages that make something of a job, and how it behaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mediaprep.contract.progress import Progress
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import JobRow, NewJob, Ready

Tell = Callable[[str, Text], None]
"""Hears of one thing that happened to the job at hand: its kind (fix | say | upload | submit | wait | fetch |
finish) and the words."""


@dataclass(frozen=True, kw_only=True)
class Later:
    """Not ready yet: look again in `seconds`. `needs` are jobs that must be done first; they are enqueued."""

    seconds: float
    needs: tuple[NewJob, ...] = ()
    why: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Product:
    """What the service has made of a job. `progress` is its own word (with fresh addresses); where the TaskId
    never became known there is only the object `key` in the bucket (video or sound, no timestamps)."""

    task_id: str | None
    progress: Progress | None
    key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A product on disk, decoded and hashed. `kept` is added to what the job remembers (JSON)."""

    path: Path
    sha256: str
    seconds: float | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


class Stages(Protocol):
    """The three slow parts of a job. Each may be begun again after a kill, in another process: what it wrote
    must be found or replaced. None of them touches the ledger; `job` is the row as it was claimed."""

    def prepare(self, job: JobRow, tell: Tell) -> Ready | Later | Saved:
        """NEW → READY: mend, judge, speak first. A job that is composed of other jobs' products, and sends nothing
        itself, is Saved: NEW → SAVED. InputError makes the job REFUSED, ToolError FAILED. Where
        `job.whole` is False the ledger's `spec` lost signatures and is not fit to be sent: then the request must
        come from elsewhere, or the job is refused."""

    def trace(self, job: JobRow) -> Path | None:
        """The file beside what becomes of the job in which is written that it was sent; None: nowhere."""

    def save(self, job: JobRow, product: Product, tell: Tell) -> Saved:
        """MADE → SAVED: the product under a final name, whole and decoded. submit.fetch.Stale has its address
        asked for again, other GatewayErrors and ToolErrors are tried again later."""

    def finish(self, job: JobRow, tell: Tell) -> Mapping[str, Any]:
        """SAVED → DONE: what is made of `job.result`; columns to write (output, sha256, kept)."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How a worker behaves. Seconds, unless it says otherwise.

    `retry_failed`: new paid tasks after a task that failed (free ones, of ppt, are tried `retry_free` times
    besides). `allow_ungated`: submit although nothing could ever tell what became of a lost answer.
    `rate`: submits and polls a second, of this process. `ambiguous_seconds`: how long evidence is waited for;
    `blind_seconds`: the same where none can come; `fence_seconds`: for so long a signature can be accepted by a
    service whose clock is ours, and nobody is asked before that is over. `unsafe_resubmit` submits again without
    evidence, and pays twice: for the control run of the tests.
    """

    lease_seconds: float = 30.0
    retry_failed: int = 0
    retry_free: int = 2
    allow_ungated: bool = False
    rate: float = 5.0
    ambiguous_seconds: float = 24 * 3600.0
    blind_seconds: float = 180.0
    fence_seconds: float = 330.0  # 300 by the docs, and some to spare
    unknown_seconds: float = 300.0
    save_tries: int = 6
    poll_first: float = 1.0
    poll_most: float = 15.0
    wait_first: float = 2.0
    wait_most: float = 60.0
    unsafe_resubmit: bool = False
