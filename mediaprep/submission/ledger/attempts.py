"""Attempts, as statements inside a transaction that the caller began. A row is one POST, ever."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa

from mediaprep.config import redact
from mediaprep.errors import BadRow
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, AttemptState, Intent
from mediaprep.submission.ledger import jobs
from mediaprep.submission.ledger.schema import (
    ATTEMPT,
    attempt_of,
    callback_tasks,
    clean,
    dumped,
    inputs_dumped,
    text_dumped,
)

_MOST_ANSWER: Final = 4000
OPEN: Final = (AttemptState.INTENT, AttemptState.UNKNOWN)
_FIRST_HEARD: Final = 8
_LAST_HEARD: Final = 8
_INSERT: Final = sa.insert(ATTEMPT).returning(ATTEMPT)
_ONE: Final = sa.select(ATTEMPT).where(
    ATTEMPT.c.job == sa.bindparam("b_job"), ATTEMPT.c.n == sa.bindparam("b_n")
)


def insert(c: sa.Connection, job: str, n: int, intent: Intent, now: float) -> AttemptRow:
    """Write the intent down. A second attempt of the same number violates the key."""
    values = {
        "job": job, "n": n, "state": AttemptState.INTENT.value, "nonce_hash": _hash(intent.nonce),
        "token_hash": _hash(intent.token), "signed_at": intent.signed_at, "fence_at": intent.fence_at,
        "gated": intent.gated, "callback": intent.callback, "inputs": inputs_dumped(intent.inputs),
        "results": dumped(intent.results), "answer": "", "why": text_dumped(Text("", "")), "created_at": now,
    }  # fmt: skip
    return attempt_of(c.execute(_INSERT, values).mappings().one())


def get(c: sa.Connection, job: str, n: int) -> AttemptRow | None:
    """One attempt."""
    row = c.execute(_ONE, {"b_job": job, "b_n": n}).mappings().first()
    return attempt_of(row) if row is not None else None


def all_of(
    c: sa.Connection, job: str | None = None, unfit: list[BadRow] | None = None
) -> tuple[AttemptRow, ...]:
    """The attempts of a job (None: of all), in order. What cannot be read comes into `unfit`, or raises BadRow."""
    found = sa.select(ATTEMPT).order_by(ATTEMPT.c.created_at, ATTEMPT.c.job, ATTEMPT.c.n)
    if job is not None:
        found = found.where(ATTEMPT.c.job == job)
    return jobs.read(c.execute(found).mappings(), attempt_of, unfit)


def known(c: sa.Connection, job: str, n: int, *, nonce: str | None = None, token: str | None = None) -> bool:
    """Whether there is such an attempt and it has that secret (compared in constant time)."""
    columns = (ATTEMPT.c.nonce_hash, ATTEMPT.c.token_hash)
    row = c.execute(sa.select(*columns).where(ATTEMPT.c.job == job, ATTEMPT.c.n == n)).first()
    if row is None:
        return False
    expected, given = (row[0], nonce) if nonce is not None else (row[1], token or "")
    return hmac.compare_digest(expected, _hash(given))


def end(
    c: sa.Connection,
    job: str,
    n: int,
    state: AttemptState,
    *,
    now: float,
    frm: Collection[AttemptState] = OPEN,
    task_id: str | None = None,
    answer: str = "",
    why: Text | None = None,
) -> bool:
    """Compare-and-set of what became of it; False if it had become something else before."""
    values: dict[str, Any] = {"state": state.value, "ended_at": now}
    if task_id is not None:
        values["task_id"] = task_id
    if answer:
        values["answer"] = clean(answer)[:_MOST_ANSWER]
    if why is not None:
        values["why"] = text_dumped(why)
    which = (ATTEMPT.c.job == job, ATTEMPT.c.n == n, ATTEMPT.c.state.in_([s.value for s in frm]))
    return c.execute(sa.update(ATTEMPT).where(*which).values(values)).rowcount == 1


def name_task(c: sa.Connection, job: str, n: int, task_id: str, answer: str = "") -> None:
    """An answer that came too late to move the job: what it said is kept all the same."""
    values = {"task_id": task_id, **({"answer": redact(answer)[:_MOST_ANSWER]} if answer else {})}
    which = (ATTEMPT.c.job == job, ATTEMPT.c.n == n, ATTEMPT.c.task_id.is_(None))
    c.execute(sa.update(ATTEMPT).where(*which).values(values))


def fetched(c: sa.Connection, job: str, n: int, now: float) -> bool:
    """Compare-and-set: the input flows, unless the attempt is fenced or was never sent. The first time counts."""
    flows = (AttemptState.INTENT, AttemptState.UNKNOWN, AttemptState.ACCEPTED)
    which = (ATTEMPT.c.job == job, ATTEMPT.c.n == n, ATTEMPT.c.state.in_([s.value for s in flows]))
    when = sa.func.coalesce(ATTEMPT.c.fetched_at, now)
    return c.execute(sa.update(ATTEMPT).where(*which).values(fetched_at=when)).rowcount == 1


def flowed(c: sa.Connection, job: str, n: int, now: float) -> None:
    """An input has gone out whole: from now on a task can have been made of it."""
    which = (ATTEMPT.c.job == job, ATTEMPT.c.n == n, ATTEMPT.c.flowed_at.is_(None))
    c.execute(sa.update(ATTEMPT).where(*which).values(flowed_at=now))


def fence(c: sa.Connection, job: str, n: int, now: float, why: Text) -> bool:
    """Compare-and-set: from now on the input never flows. False once it has, or a TaskId is known."""
    which = (
        ATTEMPT.c.job == job, ATTEMPT.c.n == n, ATTEMPT.c.state.in_([s.value for s in OPEN]), ATTEMPT.c.gated,
        ATTEMPT.c.fetched_at.is_(None), ATTEMPT.c.task_id.is_(None), ATTEMPT.c.callback_task.is_(None),
    )  # fmt: skip
    values = {"state": AttemptState.FENCED.value, "ended_at": now, "why": text_dumped(why)}
    return c.execute(sa.update(ATTEMPT).where(*which).values(values)).rowcount == 1


def of_another(c: sa.Connection, job: str, task_id: str, *, heard: bool = False) -> bool:
    """Whether that task is another job's: the answer to its submit named it, which counts for more than any callback.
    `heard`: or callbacks named it at the address of another attempt that is in doubt, so that nobody can tell whose
    it is."""
    its = ATTEMPT.c.task_id == task_id
    if heard:
        doubted = ATTEMPT.c.state.in_([s.value for s in OPEN]) & ATTEMPT.c.task_id.is_(None)
        words = sa.literal(" ").concat(ATTEMPT.c.callback_task).concat(" ")
        its = its | (doubted & words.contains(f" {task_id} ", autoescape=True))
    return c.execute(sa.select(ATTEMPT.c.n).where(its, ATTEMPT.c.job != job)).first() is not None


def called_back(c: sa.Connection, job: str, n: int, task_id: str, now: float) -> None:
    """Keep the task that a callback named. Callbacks are unsigned, so each is one of several that may be the true
    one: the first eight are kept and the last eight, and no flood of them crowds out what came before or after it."""
    which = (ATTEMPT.c.job == job, ATTEMPT.c.n == n)
    found = c.execute(sa.select(ATTEMPT.c.callback_task).where(*which).with_for_update()).scalar()
    heard = callback_tasks(found)
    if task_id in heard:
        return
    kept = [*heard[:_FIRST_HEARD], *heard[_FIRST_HEARD:][1 - _LAST_HEARD :], task_id]
    when = sa.func.coalesce(ATTEMPT.c.callback_at, now)
    c.execute(sa.update(ATTEMPT).where(*which).values(callback_task=" ".join(kept), callback_at=when))


def _hash(secret: str) -> str:
    """The ledger can be read without its reader being able to fetch inputs or to call back."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
