"""What can be asked of the ledger. Nothing is changed by it, and nobody is blocked."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection
from typing import Final

import sqlalchemy as sa

from mediaprep.errors import BadRow
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.records import AttemptRow, JobRow, JobState, LedgerEvent
from mediaprep.submission.ledger import attempts, jobs, kinds, permits
from mediaprep.submission.ledger.database import Database
from mediaprep.submission.ledger.schema import EVENT, event_of

_PACES: Final = 20


class Looking:
    """The half of a ledger that only looks."""

    _db: Database
    _clock: Callable[[], float]
    _kind: GatewayKind | None = None

    @property
    def emulated(self) -> bool:
        """Whether it is for an emulator's jobs: nothing in it was ever paid."""
        if self._kind is None:
            with self._db.read() as c:
                self._kind = kinds.read(c)
        return self._kind is GatewayKind.EMULATED

    def job(self, job: str) -> JobRow:
        """The job of that id. Raises BadRow where there is none, or none that can be read."""
        with self._db.read() as c:
            found = jobs.get(c, job)
        if found is None:
            raise BadRow(job, "the ledger has no such job", "账本中没有此任务")
        return found

    def jobs(
        self,
        *,
        states: Collection[JobState] | None = None,
        ids: Collection[str] | None = None,
        digest: str | None = None,
        unfit: list[BadRow] | None = None,
    ) -> tuple[JobRow, ...]:
        """The jobs that fit, oldest first. Those that cannot be read come into `unfit`; where there is no such
        list, because none may be overlooked, the first raises BadRow."""
        with self._db.read() as c:
            return jobs.select(c, states=states, ids=ids, digest=digest, unfit=unfit)

    def find(self, task_id: str) -> JobRow | None:
        """The job whose task this is."""
        with self._db.read() as c:
            found = jobs.select(c, task_id=task_id)
        return found[-1] if found else None

    def attempt(self, job: str, n: int) -> AttemptRow | None:
        with self._db.read() as c:
            return attempts.get(c, job, n)

    def awaits_callback(self, job: str, n: int, token: str) -> bool:
        """Whether a callback with that secret is one attempt's."""
        with self._db.read() as c:
            return attempts.known(c, job, n, token=token)

    def attempts(self, job: str | None = None, unfit: list[BadRow] | None = None) -> tuple[AttemptRow, ...]:
        """The attempts of a job (None: of all), in order; `unfit` as of `jobs`."""
        with self._db.read() as c:
            return attempts.all_of(c, job, unfit)

    def events(self, job: str | None = None, unfit: list[BadRow] | None = None) -> tuple[LedgerEvent, ...]:
        """What happened to a job (None: to all), in order; `unfit` as of `jobs`."""
        found = sa.select(EVENT).order_by(EVENT.c.id)
        if job is not None:
            found = found.where(EVENT.c.job == job)
        with self._db.read() as c:
            return jobs.read(c.execute(found).mappings(), event_of, unfit)

    def permits(self) -> tuple[tuple[str, int, str | None], ...]:
        """Every place: quota key, number, and the job that has it."""
        with self._db.read() as c:
            return permits.all_of(c)

    def counts(self) -> dict[JobState, int]:
        """How many jobs stand where."""
        with self._db.read() as c:
            return jobs.count(c)

    def next_due(
        self,
        ids: Collection[str] | None = None,
        states: Collection[JobState] | None = None,
        without: Collection[str] = (),
    ) -> float | None:
        """Seconds until the next open job (of those) is due (0: now); None where no job is open."""
        with self._db.read() as c:
            now = self._clock()
            found = jobs.next_due(c, ids, states, now, without)
        return None if found is None else max(0.0, found - now)

    def pace(self, endpoint: str, base_url: str) -> float | None:
        """Seconds of making for one second of product, as seen there before; None without a sighting."""
        with self._db.read() as c:
            paces = jobs.paces(c, endpoint, base_url, _PACES)
        return statistics.median(paces) if paces else None
