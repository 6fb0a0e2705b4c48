"""Statements that are asked all the time, made once each: making one takes longer than asking it."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from mediaprep.model.paid.records import JobState
from mediaprep.submission.ledger import permits
from mediaprep.submission.ledger.schema import JOB

RANKS: Final[Mapping[JobState, int]] = {
    JobState.MADE: 0,  # a product that expires
    JobState.AMBIGUOUS: 1,
    JobState.SUBMITTING: 1,
    JobState.RUNNING: 1,
    JobState.READY: 2,  # a place that stands empty
    JobState.SAVED: 3,
    JobState.NEW: 4,
}
"""What is moved first of all that is due."""

ONE: Final = sa.select(JOB).where(JOB.c.id == sa.bindparam("b_id"))


HOLDERS: Final = (
    sa.select(JOB.c.owner_host, JOB.c.owner_pid, JOB.c.owner_started)
    .where(JOB.c.lease_until > sa.bindparam("b_now"))
    .distinct()
)


@functools.cache
def due(states: tuple[JobState, ...], postgres: bool, by_id: bool, without: bool) -> sa.Select[Any]:
    """The most urgent job that is due and free."""
    now = sa.bindparam("b_now", type_=sa.Double)
    found = (
        sa.select(JOB.c.id)
        .where(JOB.c.state.in_([s.value for s in states]), JOB.c.next_at <= now, JOB.c.lease_until <= now)
        .where(
            sa.or_(JOB.c.state != JobState.READY.value, JOB.c.quota == "", JOB.c.quota.in_(permits.free(now)))
        )
    )
    found = found.where(among("b_ids", postgres)) if by_id else found.where(JOB.c.managed)
    found = found.where(sa.not_(among("b_without", postgres))) if without else found
    rank = sa.case({state.value: rank for state, rank in RANKS.items()}, value=JOB.c.state)
    first = sa.case(
        (JOB.c.state == JobState.MADE.value, sa.func.coalesce(JOB.c.expires_at, JOB.c.next_at)),
        else_=JOB.c.next_at,
    )
    found = found.order_by(rank, first, JOB.c.created_at, JOB.c.id).limit(1)
    return found.with_for_update(skip_locked=True)  # SQLite has the whole file already


OWNER: Final = ("owner_host", "owner_pid", "owner_started", "owner_name")
CLAIM: Final = (
    sa.update(JOB)
    .where(JOB.c.id == sa.bindparam("b_id"))
    .values(
        epoch=JOB.c.epoch + 1,
        lease_until=sa.bindparam("b_until"),
        **{name: sa.bindparam(f"b_{name}") for name in OWNER},
    )
    .returning(JOB)
)


@functools.cache
def moving(names: tuple[str, ...], stays: bool, ends: bool) -> sa.UpdateBase:
    """A move that writes these columns; one that stays in its state counts its tries."""
    values: dict[str, Any] = {name: sa.bindparam(f"b_{name}", type_=JOB.c[name].type) for name in names}
    due: Any = sa.bindparam("b_due", type_=sa.Double)
    values["next_at"] = due
    if not ends:
        hinted = JOB.c.hinted_at >= sa.bindparam("b_at", type_=sa.Double)
        values["next_at"] = sa.case((hinted, sa.bindparam("b_now", type_=sa.Double)), else_=due)
    if stays:
        values["tries"] = JOB.c.tries + 1
    held = (
        JOB.c.id == sa.bindparam("b_id"), JOB.c.epoch == sa.bindparam("b_epoch"), JOB.c.state == sa.bindparam("b_frm")
    )  # fmt: skip
    return sa.update(JOB).where(*held).values(values).returning(JOB)


@functools.cache
def next_due(states: tuple[str, ...], postgres: bool, by_id: bool, without: bool) -> sa.Select[Any]:
    """When the first of them is due."""
    now, soon = (sa.bindparam(name, type_=sa.Double) for name in ("b_now", "b_soon"))
    no_place = sa.and_(
        JOB.c.state == JobState.READY.value, JOB.c.quota != "", JOB.c.quota.not_in(permits.free(now))
    )  # fmt: skip
    when = sa.case(
        (JOB.c.lease_until > JOB.c.next_at, JOB.c.lease_until),
        (sa.and_(no_place, JOB.c.next_at < soon), soon),
        else_=JOB.c.next_at,
    )
    wanted = [JOB.c.state.in_(states), among("b_ids", postgres) if by_id else JOB.c.managed]
    if without:
        wanted.append(sa.not_(among("b_without", postgres)))
    return sa.select(sa.func.min(when)).where(*wanted)


def listed(ids: Collection[str] | None) -> str:
    """What `_among` takes."""
    return json.dumps(list(ids or ()))


@functools.cache
def among(name: str, postgres: bool) -> sa.ColumnElement[bool]:
    """Whether a job is one of those in a parameter, however many there are: a list would be thousands of them."""
    given = sa.bindparam(name, type_=sa.Text)
    if postgres:
        each = sa.func.jsonb_array_elements_text(sa.cast(given, postgresql.JSONB))
        return JOB.c.id.in_(sa.select(each.column_valued("wanted")))
    return JOB.c.id.in_(sa.select(sa.func.json_each(given).table_valued("value").c.value))
