"""What was sent, written down a second time, beside what it makes: a ledger that knows less than that is an older copy
of the one that sent it, or another, and would pay again.

A trace is only ever a reason to ask. It is written after the intent is in the ledger, and where it cannot be written
the job is sent all the same: the ledger is the truth.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mediaprep.contract.wire.received import is_kept_task_id
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, JobRow, LedgerEvent
from mediaprep.submission.durable_files import append_line

_MOST_BYTES: Final = 16 << 20
_MOST_SECONDS: Final = 1e11
_MOST_NAME: Final = 300
_A_PERSONS_WORD: Final = frozenset({"resubmit", "again"})
_PERSON: Final = "person"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """An attempt that was begun at `at` (seconds since 1970) by `ledger`, and its task, if one is known."""

    n: int
    at: float
    ledger: str
    task_id: str | None = None

    def say(self, job: JobRow) -> Text:
        """What a person is asked."""
        when = datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        how = f"mediaprep jobs resolve {job.id} --task-id {self.task_id or 'X'}"
        return Text(
            f"it was sent at {when} by the ledger {self.ledger}, and this ledger knows nothing of it: it is an older "
            f"copy, or another one; nothing is sent. Use that ledger, or {how}; to pay again: --resubmit instead",
            f"该任务已于 {when} 由账本 {self.ledger} 提交，而当前账本没有记录：它是旧副本或另一个账本，未发送任何请求。"
            f"请使用原账本，或 {how}；确需再次付费则改用 --resubmit",
        )


class RequestJournal:
    """The traces of one attempt of a job at `path`; at None nothing is kept."""

    def __init__(self, path: Path | None, job: str, n: int, nonce: str) -> None:
        mark = hashlib.sha256(nonce.encode("ascii")).hexdigest()[:12]
        self._path, self._key = path, {"job": job, "attempt": n, "mark": mark}

    def begun(self, ledger: str, at: float) -> None:
        """It is about to be sent."""
        self._add(at=at, ledger=ledger)

    def accepted(self, task_id: str) -> None:
        self._add(task=task_id)

    def in_vain(self) -> None:
        """It was certainly not accepted."""
        self._add(task=None)

    def _add(self, **told: Any) -> None:
        if self._path is not None:
            with contextlib.suppress(OSError):
                line = json.dumps({**self._key, **told}, ensure_ascii=False)
                append_line(self._path, line.encode("utf-8"))


def stranger(path: Path | None, job: JobRow, attempts: Sequence[AttemptRow] = ()) -> Trace | None:
    """The last attempt of `job` that may be a task and of which its row and its `attempts` know nothing, or do not
    know that it became one."""
    begun: dict[str, Trace] = {}
    for mark, told in _read(path, job.id):
        task = told.get("task")
        if "at" in told:
            ledger = "".join(sign for sign in str(told.get("ledger")) if sign.isprintable())[:_MOST_NAME]
            begun[mark] = Trace(n=told["attempt"], at=told["at"], ledger=ledger)
        elif task is None:
            begun.pop(mark, None)
        elif mark in begun and is_kept_task_id(str(task)):
            begun[mark] = replace(begun[mark], task_id=str(task))
    tasks = {
        None,
        *(one.task_id for one in attempts),
        *(task for one in attempts for task in one.callback_tasks),
    }
    unknown = [trace for trace in begun.values() if trace.n > job.attempt or trace.task_id not in tasks]
    return max(unknown, key=lambda trace: trace.at, default=None)


def settled(trace: Trace, events: tuple[LedgerEvent, ...]) -> bool:
    """Whether a person has said since to send it again."""
    return any(
        event.at > trace.at and event.name in _A_PERSONS_WORD and event.owner == _PERSON for event in events
    )


def _read(path: Path | None, job: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines about this job, each with the mark of its attempt; what cannot be read says nothing."""
    if path is None or not path.is_file():
        return
    try:
        with path.open("rb") as file:
            lines = file.read(_MOST_BYTES).splitlines()
    except OSError:
        return
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            told = json.loads(line)
            if isinstance(told, dict) and told.get("job") == job and _fits(told):
                yield str(told.get("mark")), told


def _fits(told: dict[str, Any]) -> bool:
    at, n = told.get("at", 0.0), told.get("attempt")
    return isinstance(n, int) and isinstance(at, int | float) and 0 <= at < _MOST_SECONDS
