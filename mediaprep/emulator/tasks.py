"""The queue: tasks, their states, and when a result is shown.

COMMIT → MAKING → SUCCESS | FAIL. Making happens in worker threads at once; `Speed` decides when the outcome
is shown, and only then does the task leave its quota, reach the account and call back.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.contract.quotas import Grant, Refusal
from mediaprep.emulator.account import Account
from mediaprep.emulator.options import Options

log = logging.getLogger(__name__)

COMMIT, MAKING, SUCCESS, FAIL = "COMMIT", "MAKING", "SUCCESS", "FAIL"
_CRASHED = 801004
_PATIENCE_SECONDS = 5.0
_QUEUE_SECONDS = 3.0
# Seconds of work per second of result in `real`; the docs give 20 for a photo's video at 720P.
_PACE: Mapping[str, float] = {
    "tts": 0.2,
    "ppt": 1.5,
    "basic": 1.0,
    "advanced": 1.5,
    "notrain": 2.0,
    "photo": 20.0,
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a task ends. `media` and `subtitles` are names in the result folder, "" for none."""

    state: str
    fail_code: int = 0
    fail_message: str = ""
    seconds: float = 0.0
    media: str = ""
    subtitles: str = ""
    timestamps: list[dict[str, Any]] | None = None


@dataclass(kw_only=True)
class Task:
    """An accepted task. `folder` is private to it; `quota` names what it occupies until it
    ends, `pool` what it was granted from."""

    task_id: str
    endpoint: str
    payload: Mapping[str, Any]
    quota: str
    pool: str
    folder: Path
    accepted_at: float
    state: str = COMMIT
    finished_at: float | None = None
    polls: int = 0
    outcome: Outcome | None = None
    ended: bool = field(default=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a progress call sees. `ahead` is the number of tasks queued before this one, 0 unless COMMIT."""

    task_id: str
    endpoint: str
    state: str
    ahead: int
    outcome: Outcome | None
    finished_at: float | None


class Tasks:
    """All tasks of one emulator. `make` renders (it must not raise; a crash is caught and fails the task),
    `on_end` is called once per ended task, after everyone can see its end."""

    def __init__(
        self,
        folder: Path,
        options: Options,
        account: Account,
        make: Callable[[Task], Outcome],
        on_end: Callable[[Task, Outcome], None],
    ) -> None:
        self._folder = folder
        self._options = options
        self._speed = options.pace
        self._account = account
        self._make = make
        self._on_end = on_end
        self._tasks: dict[str, Task] = {}
        self._open: dict[str, Task] = {}  # those that have not ended, in the order of acceptance
        self._queue: deque[Task] = deque()
        self._changed = threading.Condition()
        self._stopping = self._closed = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Takes up what an earlier run left unfinished, then works."""
        self._restore()
        for number in range(self._options.workers):
            thread = threading.Thread(target=self._work, name=f"emulator-worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, seconds: float = 10.0) -> None:
        """Lets running work end for a while; what is left is taken up by the next run on the same data."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()
        with self._changed:
            self._closed = True

    def admit(
        self,
        task_id: str,
        endpoint: str,
        payload: Mapping[str, Any],
        quota: str,
        decide: Callable[[int, int], Grant | Refusal],
    ) -> Task | Refusal:
        """Puts the task on record and into the queue, if `decide` grants it a place. It is told how many
        tasks are in flight under `quota`, and how many of them on exclusive channels."""
        with self._changed:
            flying = [t for t in self._open.values() if t.quota == quota]
            decided = decide(len(flying), sum(t.pool == "exclusive" for t in flying))
            if isinstance(decided, Refusal):
                return decided
            folder = self._folder / task_id
            folder.mkdir(mode=0o700, parents=True)
            kept = {"quota": quota, "pool": decided.pool, "payload": payload}
            (folder / "task.json").write_text(json.dumps(kept, ensure_ascii=False))
            task = Task(
                task_id=task_id,
                endpoint=endpoint,
                payload=payload,
                quota=quota,
                pool=decided.pool,
                folder=folder,
                accepted_at=self._options.now(),
            )
            self._account.accepted(task_id, endpoint, task.accepted_at, payload)
            self._tasks[task_id] = self._open[task_id] = task
            self._queue.append(task)
            self._changed.notify_all()
        return task

    def poll(self, task_id: str) -> Snapshot | None:
        """One answer of a progress call; in polls:N it is what moves the task on. None: no such task."""
        with self._changed:
            task = self._tasks.get(task_id)
            if task is None:
                return None
            if self._speed.mode == "polls" and not task.ended:
                self._turn(task)
        if task.outcome is not None and task.state in (COMMIT, MAKING) and self._due(task):
            self._end(task)
        with self._changed:
            return self._snapshot(task)

    def endpoint_of(self, task_id: str) -> str | None:
        """The nickname of the endpoint that accepted the task; None: no such task."""
        with self._changed:
            task = self._tasks.get(task_id)
            return task.endpoint if task else None

    def states(self) -> dict[str, str]:
        """TaskId → state, of all tasks."""
        with self._changed:
            return {t.task_id: t.state for t in self._tasks.values()}

    def finished_at(self, task_id: str) -> float | None:
        """When the task ended, in seconds; None while it runs or when there is none."""
        with self._changed:
            task = self._tasks.get(task_id)
            return task.finished_at if task else None

    def _snapshot(self, task: Task) -> Snapshot:
        ahead = 0
        if task.state == COMMIT:
            for other in self._open.values():
                if other is task:
                    break
                ahead += other.state == COMMIT
            ahead += max(0, self._commit_polls() - task.polls)
        return Snapshot(
            task_id=task.task_id,
            endpoint=task.endpoint,
            state=task.state,
            ahead=ahead,
            outcome=task.outcome if task.ended else None,
            finished_at=task.finished_at,
        )

    def _commit_polls(self) -> int:
        return (self._speed.polls + 1) // 2

    def _turn(self, task: Task) -> None:
        """Counts a poll. Holds the lock; waits a little for work that is due to be shown."""
        task.polls += 1
        if task.polls > self._commit_polls() and task.state == COMMIT:
            task.state = MAKING
        if self._due(task):
            self._changed.wait_for(lambda: task.outcome is not None or self._stopping, _PATIENCE_SECONDS)

    def _due(self, task: Task) -> bool:
        return self._speed.mode == "polls" and task.polls > self._speed.polls

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._stopping)
                if self._stopping:
                    return
                task = self._queue.popleft()
            try:
                self._run(task)
            except Exception:
                log.exception("task %s: the emulator itself failed", task.task_id)

    def _run(self, task: Task) -> None:
        mode = self._speed.mode
        if mode == "real" and not self._pause(_QUEUE_SECONDS):
            return
        if mode != "polls":
            with self._changed:
                task.state = MAKING
        began = self._options.now()
        try:
            outcome = self._make(task)
        except Exception:
            log.exception("task %s crashed", task.task_id)
            outcome = Outcome(state=FAIL, fail_code=_CRASHED, fail_message="任务制作过程发生崩溃")
        if mode == "real":
            due = began + outcome.seconds * _PACE.get(task.endpoint, 1.0)
            if not self._pause(due - self._options.now()):
                return
        with self._changed:
            task.outcome = outcome
            self._changed.notify_all()
        if mode != "polls":
            self._end(task)

    def _pause(self, seconds: float) -> bool:
        """Sleeps; False when the emulator is stopped meanwhile."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, max(0.0, seconds))

    def _end(self, task: Task) -> None:
        """Shows the outcome, once: disk first, then everyone, then the callback."""
        with self._changed:
            outcome = task.outcome
            if task.ended or outcome is None or self._closed:
                return
            (task.folder / "outcome.json").write_text(json.dumps(asdict(outcome), ensure_ascii=False))
            at = self._options.now()
            more = {"fail_code": outcome.fail_code, "fail_message": outcome.fail_message}
            self._account.finished(
                task.task_id, at, outcome.state, outcome.seconds, **(more if outcome.fail_code else {})
            )
            task.finished_at, task.state, task.ended = at, outcome.state, True
            del self._open[task.task_id]
            self._changed.notify_all()
        self._on_end(task, outcome)

    def _restore(self) -> None:
        for row in self._account.rows():
            folder = self._folder / row["task_id"]
            try:
                kept = json.loads((folder / "task.json").read_text())
            except FileNotFoundError:
                continue  # the data folder was thinned out: the account keeps the row, nothing more is known
            task = Task(
                task_id=row["task_id"],
                endpoint=row["endpoint"],
                payload=kept["payload"],
                quota=kept["quota"],
                pool=kept["pool"],
                folder=folder,
                accepted_at=row["accepted_at"],
            )
            self._tasks[task.task_id] = task
            if row["state"] in (SUCCESS, FAIL):
                task.outcome = Outcome(**json.loads((folder / "outcome.json").read_text()))
                task.state, task.finished_at, task.ended = row["state"], row["finished_at"], True
            else:
                self._open[task.task_id] = task
                self._queue.append(task)
