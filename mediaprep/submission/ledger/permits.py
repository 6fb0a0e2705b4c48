"""Permits: one row for each place that the account has under a quota key. They belong to jobs, not processes."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mediaprep.submission.ledger.schema import PERMIT

_OF_JOB: Final = sa.select(PERMIT.c.slot).where(PERMIT.c.job == sa.bindparam("b_job"))
_BEYOND_GONE: Final = sa.delete(PERMIT).where(PERMIT.c.job == sa.bindparam("b_job"), PERMIT.c.slot < 0)
_LEFT: Final = (
    sa.update(PERMIT)
    .where(PERMIT.c.job == sa.bindparam("b_job"))
    .values(job=None, free_at=sa.bindparam("b_free_at"))
    .returning(PERMIT.c.quota, PERMIT.c.slot)
)
_IN_QUOTA: Final = PERMIT.c.quota == sa.bindparam("b_quota")
_EMPTY: Final = (
    sa.select(PERMIT.c.slot)
    .where(_IN_QUOTA, PERMIT.c.job.is_(None), PERMIT.c.free_at <= sa.bindparam("b_now"))
    .order_by(PERMIT.c.slot)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_BEYOND: Final = (
    sa.select(PERMIT.c.slot, PERMIT.c.job)
    .where(_IN_QUOTA, PERMIT.c.slot < 0)
    .order_by(PERMIT.c.slot.desc())
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKEN: Final = (
    sa.update(PERMIT)
    .where(_IN_QUOTA, PERMIT.c.slot == sa.bindparam("b_slot"), PERMIT.c.job.is_(None))
    .values(job=sa.bindparam("b_job"))
)


def provide(c: sa.Connection, quota: str, places: int) -> None:
    """See that there are `places` of them; free ones beyond that go."""
    found = c.execute(
        sa.select(sa.func.count()).where(PERMIT.c.quota == quota, PERMIT.c.slot >= 0)
    ).scalar_one()
    if found == places:
        return
    for slot in range(places):
        _insert(c, quota, slot, None)
    beyond = (PERMIT.c.quota == quota, PERMIT.c.slot >= places, PERMIT.c.job.is_(None))
    c.execute(sa.delete(PERMIT).where(*beyond))


def free(now: float | sa.BindParameter[float]) -> sa.Select[Any]:
    """The quota keys under which a place may be taken."""
    return sa.select(PERMIT.c.quota).where(PERMIT.c.job.is_(None), PERMIT.c.free_at <= now)


def take(c: sa.Connection, quota: str, job: str, now: float) -> bool:
    """A place for the job; False if there is none. A job that has one keeps it; those that run without one come
    first."""
    if c.execute(_OF_JOB, {"b_job": job}).first() is not None:
        return True
    while (slot := _empty(c, quota, now)) is not None:
        if _seated(c, quota, slot):
            continue
        return c.execute(_TAKEN, {"b_quota": quota, "b_slot": slot, "b_job": job}).rowcount == 1
    return False


def adopt(c: sa.Connection, quota: str, job: str, now: float) -> None:
    """A place for a job whose task runs at the service whether there is one or not. Where none is free it stands
    beyond them, and takes the first that becomes free: until then nothing is submitted under this key."""
    if take(c, quota, job, now):
        return
    lowest = sa.select(sa.func.coalesce(sa.func.min(PERMIT.c.slot), 0)).where(PERMIT.c.quota == quota)
    while not _insert(c, quota, min(0, c.execute(lowest).scalar_one()) - 1, job):
        """Another process stood there first."""


def give_back(c: sa.Connection, job: str, free_at: float) -> None:
    """The job's place, if it has one, is free again from `free_at` on, or goes to one that runs without."""
    c.execute(_BEYOND_GONE, {"b_job": job})
    for quota, slot in c.execute(_LEFT, {"b_job": job, "b_free_at": free_at}).all():
        _seated(c, quota, slot)


def all_of(c: sa.Connection) -> tuple[tuple[str, int, str | None], ...]:
    """Every place: quota key, number (below 0: beyond them all), and the job that has it."""
    rows = c.execute(
        sa.select(PERMIT.c.quota, PERMIT.c.slot, PERMIT.c.job).order_by(PERMIT.c.quota, PERMIT.c.slot)
    )
    return tuple((quota, slot, job) for quota, slot, job in rows)


def _empty(c: sa.Connection, quota: str, now: float) -> int | None:
    found: int | None = c.execute(_EMPTY, {"b_quota": quota, "b_now": now}).scalar()
    return found


def _seated(c: sa.Connection, quota: str, slot: int) -> bool:
    """Give an empty place to the first job that runs without one; False where there is none."""
    found = c.execute(_BEYOND, {"b_quota": quota}).first()
    if found is None:
        return False
    c.execute(sa.delete(PERMIT).where(PERMIT.c.quota == quota, PERMIT.c.slot == found[0]))
    c.execute(sa.update(PERMIT).where(PERMIT.c.quota == quota, PERMIT.c.slot == slot).values(job=found[1]))
    return True


def _insert(c: sa.Connection, quota: str, slot: int, job: str | None) -> bool:
    """Add a place; False where there is one of that number."""
    dialect: Any = postgresql if c.dialect.name == "postgresql" else sqlite
    row = {"quota": quota, "slot": slot, "job": job, "free_at": 0.0}
    added = dialect.insert(PERMIT).values(row).on_conflict_do_nothing().returning(PERMIT.c.slot)
    return c.execute(added).first() is not None
