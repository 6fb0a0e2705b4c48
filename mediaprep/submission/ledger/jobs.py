"""Jobs and their events, as statements inside a transaction that the caller began."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mediaprep.errors import BadRow, LedgerError
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, JobRow, JobState, NewJob, Owner
from mediaprep.submission import states as machine
from mediaprep.submission.ledger import permits, statements
from mediaprep.submission.ledger.schema import (
    EVENT,
    JOB,
    clean,
    dumped,
    inputs_dumped,
    is_clean,
    job_of,
    owner_of,
    text_dumped,
)

_ENDED: Final = [state.value for state in JobState if state.ended]
_OPEN: Final = [state.value for state in JobState if not state.ended]
IN_FLIGHT: Final = frozenset({JobState.SUBMITTING, JobState.RUNNING, JobState.AMBIGUOUS})
"""States in which a job has a permit."""
_KNOWN: Final = [state.value for state in JobState]
_PLACE_SECONDS: Final = 0.5
_EVENT: Final = sa.insert(EVENT)
_T = TypeVar("_T")
_PLAIN: Final = frozenset({"task_id", "expires_at", "result_sha256", "sha256", "pace", "failures", "seen_at"})


class StaleClaim(LedgerError):
    """The claim is no longer good: its lease ended and somebody else moved the job. Nothing was changed."""

    def __init__(self, job: str) -> None:
        super().__init__(
            f"job {job} is held by another worker by now; nothing was changed",
            f"任务 {job} 已由其他进程接管；未作任何更改",
        )


def insert(c: sa.Connection, new: Sequence[NewJob], now: float) -> None:
    """Add the jobs that are not there yet."""
    dialect: Any = postgresql if c.dialect.name == "postgresql" else sqlite
    rows = [
        {
            "id": job.id, "name": job.name, "endpoint": job.endpoint, "base_url": job.base_url,
            "digest": job.digest, "managed": job.managed, "quota": job.quota, "spec": dumped(job.spec),
            "inputs": "[]", "whole": is_clean(job.spec), "state": JobState.NEW.value, "attempt": 0,
            "failures": 0, "tries": 0, "output": str(job.output) if job.output else None, "kept": "{}",
            "note": text_dumped(Text("", "")), "epoch": 0, "lease_until": 0.0, "next_at": now, "hinted_at": 0.0,
            "state_at": now, "created_at": now,
        }
        for job in new
    ]  # fmt: skip
    if rows:
        c.execute(dialect.insert(JOB).on_conflict_do_nothing(), rows)
    for quota, places in {job.quota: job.places for job in new if job.quota}.items():
        permits.provide(c, quota, places)


def get(c: sa.Connection, job: str) -> JobRow | None:
    """The job of that id."""
    row = c.execute(statements.ONE, {"b_id": job}).mappings().first()
    return job_of(row) if row is not None else None


def select(
    c: sa.Connection,
    *,
    states: Collection[JobState] | None = None,
    ids: Collection[str] | None = None,
    digest: str | None = None,
    task_id: str | None = None,
    unfit: list[BadRow] | None = None,
) -> tuple[JobRow, ...]:
    """The jobs that fit all that is given, oldest first. A row that cannot be read, or stands in a state that is not
    known here, comes into `unfit`; without such a list the first raises BadRow."""
    found = sa.select(JOB).order_by(JOB.c.created_at, JOB.c.id)
    if states is not None:
        wanted = JOB.c.state.in_([state.value for state in states])
        found = found.where(wanted if unfit is None else sa.or_(wanted, JOB.c.state.not_in(_KNOWN)))
    if ids is not None:
        found = found.where(statements.among("b_ids", _postgres(c)))
    if digest is not None:
        found = found.where(JOB.c.digest == digest)
    if task_id is not None:
        found = found.where(JOB.c.task_id == task_id)
    return read(
        c.execute(found, {"b_ids": statements.listed(ids)} if ids is not None else {}).mappings(),
        job_of,
        unfit,
    )


def read(
    rows: Iterable[sa.RowMapping], of: Callable[[sa.RowMapping], _T], unfit: list[BadRow] | None
) -> tuple[_T, ...]:
    """Rows as values; what cannot be read comes into `unfit`, where there is such a list."""
    made = []
    for row in rows:
        try:
            made.append(of(row))
        except BadRow as error:
            if unfit is None:
                raise
            unfit.append(error)
    return tuple(made)


def release_dead(c: sa.Connection, gone: Callable[[Owner], bool], now: float) -> int:
    """End the leases of owners who no longer run; how many jobs that frees. Their epochs are raised when the
    jobs are claimed."""
    held = c.execute(statements.HOLDERS, {"b_now": now}).all()
    freed = 0
    for host, pid, started in held:
        if host is not None and gone(Owner(host=host, pid=pid, started=started, name="")):
            theirs = sa.select(JOB.c.id).where(
                JOB.c.owner_host == host, JOB.c.owner_pid == pid, JOB.c.owner_started == started,
                JOB.c.lease_until > now,
            )  # fmt: skip
            locked = theirs.with_for_update(skip_locked=True)  # another claimer may be at the same
            freed += c.execute(sa.update(JOB).where(JOB.c.id.in_(locked)).values(lease_until=0.0)).rowcount
    return freed


def claim(
    c: sa.Connection,
    owner: Owner,
    *,
    lease_seconds: float,
    now: float,
    ids: Collection[str] | None,
    states: Collection[JobState] | None,
    without: Collection[str] = (),
) -> Claim | None:
    """Take the most urgent job that is due and free, raising its epoch. One that is not managed is only taken by id.
    Raises BadRow for one that cannot be read."""
    wanted = [state for state in states if not state.ended] if states is not None else list(statements.RANKS)
    chosen = c.execute(
        statements.due(tuple(sorted(wanted)), _postgres(c), ids is not None, bool(without)),
        {"b_now": now, "b_ids": statements.listed(ids), "b_without": statements.listed(without)},
    ).scalar()
    if chosen is None:
        return None
    held = {f"b_{name}": value for name, value in _held_by(owner).items()}
    row = (
        c.execute(statements.CLAIM, {"b_id": chosen, "b_until": now + lease_seconds, **held}).mappings().one()
    )
    job = job_of(row)
    return Claim(job=job, owner=owner, epoch=job.epoch, at=now)


def heartbeat(c: sa.Connection, claim: Claim, lease_seconds: float, now: float) -> bool:
    """Lengthen a lease; False if the claim is lost."""
    held = (JOB.c.id == claim.job.id, JOB.c.epoch == claim.epoch, JOB.c.owner_name.is_not(None))
    return c.execute(sa.update(JOB).where(*held).values(lease_until=now + lease_seconds)).rowcount == 1


def move(
    c: sa.Connection,
    claim: Claim,
    frm: JobState,
    to: JobState,
    *,
    name: str,
    now: float,
    next_in: float = 0.0,
    release: bool = True,
    why: Text | None = None,
    **columns: Any,
) -> JobRow:
    """One move of the table, if the claim still holds; raises Stale otherwise. A hint that came since the
    claim was taken makes the job due at once."""
    row = _allowed(claim.job, frm, to, name)
    values = {**_columns(columns), "state": to.value, "note": text_dumped(why or Text("", ""))}
    if frm is not to:
        values |= {"tries": 0, "state_at": now}
    if release:
        values |= {"lease_until": 0.0, **_held_by(None)}
    _place(c, claim.job, frm, to, now)
    bound = {
        "b_id": claim.job.id, "b_epoch": claim.epoch, "b_frm": frm.value, "b_now": now, "b_at": claim.at,
        "b_due": now if to.ended else now + next_in, **{f"b_{name}": value for name, value in values.items()},
    }  # fmt: skip
    found = c.execute(statements.moving(tuple(values), frm is to, to.ended), bound).mappings().first()
    if found is None:
        raise StaleClaim(claim.job.id)
    job = job_of(found)
    if frm is not to:
        note_event(c, job, frm, name=row.name, why=why or row.why, now=now, owner=str(claim.owner))
    return job


def _place(c: sa.Connection, job: JobRow, frm: JobState, to: JobState, now: float) -> None:
    """Whatever is in flight has a place. A submit takes one before; a task that is found only later counts too."""
    if to not in IN_FLIGHT:
        if frm in IN_FLIGHT or to.ended:
            permits.give_back(c, job.id, now)
    elif frm not in IN_FLIGHT and to is not JobState.SUBMITTING and job.quota:
        permits.adopt(c, job.quota, job.id, now)


def _allowed(job: JobRow, frm: JobState, to: JobState, name: str) -> machine.Move:
    try:
        return machine.allowed(frm, to, name, sent=bool(job.attempt))
    except LedgerError as error:
        wrong = error
    raise BadRow(job.id, wrong.en, wrong.zh)


def moves(
    c: sa.Connection, claim: Claim, steps: Sequence[tuple[JobState, str]], *, now: float, **columns: Any
) -> JobRow:
    """Several moves, each a state and a name; the last takes the columns, and gives the claim back."""
    *first, (last, called) = steps
    for to, name in first:
        claim = claim.on(move(c, claim, claim.job.state, to, name=name, now=now, release=False))
    return move(c, claim, claim.job.state, last, name=called, now=now, **columns)


def release(c: sa.Connection, claim: Claim, due: float | None) -> None:
    """Give a claim back without a move. `due` (None: as before) does not outweigh a hint that came since."""
    mine = (JOB.c.id == claim.job.id, JOB.c.epoch == claim.epoch, JOB.c.lease_until > 0)
    values: dict[str, Any] = {"lease_until": 0.0, **_held_by(None)}
    if due is not None:
        values["next_at"] = sa.case((JOB.c.hinted_at >= claim.at, JOB.c.hinted_at), else_=due)
    c.execute(sa.update(JOB).where(*mine).values(values))


def reopen(
    c: sa.Connection,
    row: JobRow,
    to: JobState,
    *,
    name: str,
    now: float,
    by: str,
    why: Text | None = None,
    **columns: Any,
) -> JobRow:
    """A move that no worker makes: by late evidence, or by a person. Raises Stale when the job is not as it was
    seen, or is held."""
    found = _allowed(row, row.state, to, name)
    values = _columns(columns) | {
        "state": to.value, "next_at": now, "state_at": now, "tries": 0, "epoch": JOB.c.epoch + 1,
        "lease_until": 0.0, "note": text_dumped(why or Text("", "")), **_held_by(None),
    }  # fmt: skip
    _place(c, row, row.state, to, now)
    same = (
        JOB.c.id == row.id, JOB.c.epoch == row.epoch, JOB.c.state == row.state.value, JOB.c.lease_until <= now
    )  # fmt: skip
    changed = c.execute(sa.update(JOB).where(*same).values(values).returning(JOB)).mappings().first()
    if changed is None:
        raise StaleClaim(row.id)
    job = job_of(changed)
    note_event(c, job, row.state, name=found.name, why=why or found.why, now=now, owner=by)
    return job


def respec(c: sa.Connection, job: str, spec: Mapping[str, Any], output: str | None) -> None:
    """Other wishes for what is done with the product; they are no part of what was paid for."""
    values = {"spec": dumped(spec), "whole": is_clean(spec)}
    if output is not None:
        values["output"] = output
    c.execute(sa.update(JOB).where(JOB.c.id == job).values(values))


def hint(c: sa.Connection, job: str, now: float) -> None:
    """Something happened: whoever may move the job looks at it now."""
    c.execute(
        sa.update(JOB).where(JOB.c.id == job, JOB.c.state.not_in(_ENDED)).values(next_at=now, hinted_at=now)
    )


def next_due(
    c: sa.Connection,
    ids: Collection[str] | None,
    states: Collection[JobState] | None,
    now: float,
    without: Collection[str] = (),
) -> float | None:
    """When the next open job is due; None where none is open. A held job is due when its lease ends; one that
    waits for a place is looked at again after a while, because places become free unannounced."""
    open_ones = _OPEN if states is None else [state.value for state in states if not state.ended]
    asked = statements.next_due(tuple(sorted(open_ones)), _postgres(c), ids is not None, bool(without))
    bound = {
        "b_now": now, "b_soon": now + _PLACE_SECONDS, "b_ids": statements.listed(ids),
        "b_without": statements.listed(without),
    }  # fmt: skip
    found = c.execute(asked, bound).scalar()
    return float(found) if found is not None else None


def count(c: sa.Connection) -> dict[JobState, int]:
    """How many jobs stand where, as far as the states are known here."""
    rows = c.execute(sa.select(JOB.c.state, sa.func.count()).group_by(JOB.c.state)).all()
    return {JobState(state): number for state, number in rows if state in _KNOWN}


def paces(c: sa.Connection, endpoint: str, base_url: str, most: int) -> list[float]:
    """The last so many sightings of how fast that endpoint makes its products."""
    there = (JOB.c.endpoint == endpoint, JOB.c.base_url == base_url, JOB.c.pace.is_not(None))
    seen = c.execute(sa.select(JOB.c.pace).where(*there).order_by(JOB.c.created_at.desc()).limit(most))
    return [float(row[0]) for row in seen]


def owned(c: sa.Connection, job: str, now: float, gone: Callable[[Owner], bool]) -> bool:
    """Whether somebody who lives holds the job."""
    columns = (JOB.c.owner_host, JOB.c.owner_pid, JOB.c.owner_started, JOB.c.owner_name)
    row = c.execute(sa.select(*columns).where(JOB.c.id == job, JOB.c.lease_until > now)).mappings().first()
    owner = owner_of(row) if row is not None else None
    return owner is not None and not gone(owner)


def note_event(
    c: sa.Connection, job: JobRow, frm: JobState, *, name: str, why: Text, now: float, owner: str
) -> None:
    """Add one line to what happened."""
    line = {
        "job": job.id, "at": now, "frm": frm.value, "to": job.state.value, "name": name, "why": text_dumped(why),
        "attempt": job.attempt, "epoch": job.epoch, "owner": owner,
    }  # fmt: skip
    c.execute(_EVENT, line)


def _postgres(c: sa.Connection) -> bool:
    return c.dialect.name == "postgresql"


def _held_by(owner: Owner | None) -> dict[str, Any]:
    if owner is None:
        return {"owner_host": None, "owner_pid": None, "owner_started": None, "owner_name": None}
    return {
        "owner_host": owner.host, "owner_pid": owner.pid, "owner_started": owner.started, "owner_name": owner.name
    }  # fmt: skip


def _columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a move may write besides the state, as the columns take it."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in _PLAIN:
            values[name] = value
        elif name in ("result", "output"):
            values[name] = str(value) if value is not None else None
        elif name in ("spec", "payload"):
            values[name] = dumped(value) if value is not None else None
            if value is not None:
                values["whole"] = is_clean(value)
        elif name == "kept":
            values[name] = dumped(value)
        elif name == "inputs":
            values[name] = inputs_dumped(value)
        elif name == "media":
            values[name] = clean(value)
        elif name == "attempt":
            values[name] = value
        else:
            raise TypeError(f"a move writes no column {name!r}")
    return values
