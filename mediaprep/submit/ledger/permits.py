"""Permits: one row for each place that the account has under a quota key. They belong to jobs, not processes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mediaprep.submit.ledger.schema import PERMIT


def provide(c: sa.Connection, quota: str, places: int) -> None:
    """See that there are `places` of them; free ones beyond that go."""
    found = c.execute(sa.select(sa.func.count()).where(PERMIT.c.quota == quota)).scalar_one()
    if found == places:
        return
    dialect: Any = postgresql if c.dialect.name == "postgresql" else sqlite
    for slot in range(places):
        row = {"quota": quota, "slot": slot, "job": None, "free_at": 0.0}
        c.execute(dialect.insert(PERMIT).values(row).on_conflict_do_nothing())
    beyond = (PERMIT.c.quota == quota, PERMIT.c.slot >= places, PERMIT.c.job.is_(None))
    c.execute(sa.delete(PERMIT).where(*beyond))


def free(now: float) -> sa.Select[Any]:
    """The quota keys under which a place may be taken."""
    return sa.select(PERMIT.c.quota).where(PERMIT.c.job.is_(None), PERMIT.c.free_at <= now)


def take(c: sa.Connection, quota: str, job: str, now: float) -> bool:
    """A place for the job; False if there is none. A job that has one keeps it."""
    if c.execute(sa.select(PERMIT.c.slot).where(PERMIT.c.job == job)).first() is not None:
        return True
    empty = (PERMIT.c.quota == quota, PERMIT.c.job.is_(None), PERMIT.c.free_at <= now)
    chosen = sa.select(PERMIT.c.slot).where(*empty).order_by(PERMIT.c.slot).limit(1)
    slot = c.execute(chosen.with_for_update(skip_locked=True)).scalar()
    if slot is None:
        return False
    mine = (PERMIT.c.quota == quota, PERMIT.c.slot == slot, PERMIT.c.job.is_(None))
    return c.execute(sa.update(PERMIT).where(*mine).values(job=job)).rowcount == 1


def give_back(c: sa.Connection, job: str, free_at: float) -> None:
    """The job's place, if it has one, is free again from `free_at` on."""
    c.execute(sa.update(PERMIT).where(PERMIT.c.job == job).values(job=None, free_at=free_at))


def all_of(c: sa.Connection) -> tuple[tuple[str, int, str | None], ...]:
    """Every place: quota key, number, and the job that has it."""
    rows = c.execute(
        sa.select(PERMIT.c.quota, PERMIT.c.slot, PERMIT.c.job).order_by(PERMIT.c.quota, PERMIT.c.slot)
    )
    return tuple((quota, slot, job) for quota, slot, job in rows)
