"""Ledgers for tests: on SQLite and on PostgreSQL, with a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep import processes
from mediaprep.model.paid.records import AttemptRow, Claim, Input, Intent, JobState, NewJob, Owner
from mediaprep.submission.ledger import Ledger

LEASE = 30.0


@dataclass
class Clock:
    """Seconds that pass when told to."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """A ledger, its clock, who is taken for dead, and short ways to the usual moves."""

    where: str
    clock: Clock = field(default_factory=Clock)
    dead: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.book = self.another()

    def another(self) -> Ledger:
        """The same ledger, opened again."""
        return Ledger(self.where, clock=self.clock, gone=lambda owner: str(owner.pid) in self.dead)

    def add(self, name: str = "a", **more: Any) -> str:
        job = NewJob(
            **{
                "id": f"{name}-0123456789ab", "name": name, "endpoint": "notrain", "base_url": "https://gw",
                "digest": name, **more,
            }
        )  # fmt: skip
        return self.book.enqueue(job).id

    def claim(self, owner: Owner | None = None, **more: Any) -> Claim:
        found = self.book.claim(owner or processes.me(), LEASE, **more)
        assert found is not None
        return found

    def ready(self, name: str = "a", **more: Any) -> str:
        job = self.add(name, **more)
        self.book.move(self.claim(ids=[job]), JobState.READY, name="prepared")
        return job

    def begin(self, job: str, owner: Owner | None = None, **more: Any) -> tuple[Claim, AttemptRow | None]:
        claim = self.claim(owner, ids=[job])
        given = {
            "nonce": "n",
            "token": "t",
            "signed_at": self.clock.now,
            "fence_at": self.clock.now + 330,
            **more,
        }
        attempt = self.book.begin_attempt(claim, Intent(**given))
        return claim.on(self.book.job(job)), attempt

    def submitting(self, name: str = "a", *, gated: bool = True, **more: Any) -> Claim:
        """A job whose attempt is written down."""
        owner = more.pop("owner", None)
        inputs = (Input(parameter="RefVideoUrl", path=Path("/media/a.mp4")),) if gated else ()
        claim, attempt = self.begin(self.ready(name, **more), owner, gated=gated, inputs=inputs)
        assert attempt is not None
        return claim

    def running(self, name: str = "a", task: str = "task-1", **more: Any) -> str:
        claim = self.submitting(name, **more)
        self.book.accept(claim, claim.job.attempt, task)
        return claim.job.id

    def ambiguous(self, name: str = "a", **more: Any) -> str:
        from mediaprep.model.findings import Text

        claim = self.submitting(name, **more)
        self.book.unknown(claim, claim.job.attempt, why=Text("cut", "中断"))
        return claim.job.id


def owner(pid: int) -> Owner:
    """Somebody else of this host."""
    return Owner(host=processes.host(), pid=pid, started=1, name=f"worker-{pid}")
