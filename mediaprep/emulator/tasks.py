"""The queue: tasks, their states, and when a result is shown.

COMMIT → MAKING → SUCCESS | FAIL. Making happens in worker threads at once; `Speed` decides when the outcome
is shown, and only then does the task leave its quota, reach the account and call back.

By the standing clock a task ends at the moment its pace says, counted from its acceptance: one move of the
clock ends everything that is due by then, in that order.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mediaprep.contract.quotas import Grant, Refusal
from mediaprep.emulator.account import entitlements
from mediaprep.emulator.account.charges import ChargeLog
from mediaprep.emulator.ended_tasks import EndedTasks, take_over, write_accepted, write_outcome
from mediaprep.emulator.options import Options
from mediaprep.emulator.task import COMMIT, FAIL, INPUTS, MAKING, SUCCESS, Snapshot, Task, TaskEnd

log = logging.getLogger(__name__)

_CRASHED = 801004
_FETCHERS = 16  # workers without rendering: they mostly wait for inputs
_PATIENCE_SECONDS = 5.0
_QUEUE_SECONDS = 3.0
# Seconds of work per second of result in `real`; the docs give 20 for a photo's video at 720P.
PACE: Mapping[str, float] = {
    "tts": 0.2,
    "ppt": 1.5,
    "basic": 1.0,
    "advanced": 1.5,
    "notrain": 2.0,
    "photo": 20.0,
}


class TaskQueue:
    """All tasks of one emulator. `make` renders (it must not raise; a crash is caught and fails the task),
    `on_end` is called once per ended task, after everyone can see its end."""

    def __init__(
        self,
        folder: Path,
        options: Options,
        account: ChargeLog,
        make: Callable[[Task], TaskEnd],
        on_end: Callable[[Task, TaskEnd], None],
    ) -> None:
        self._folder = folder
        self._options = options
        self._speed = options.pace
        self._account = account
        self._make = make
        self._on_end = on_end
        self._ended = EndedTasks(folder)
        self._open: dict[str, Task] = {}  # those that have not ended, in the order of acceptance
        self._queue: deque[Task] = deque()
        self._changed = threading.Condition()
        self._busy = 0  # workers that have a task in hand
        self._stopping = self._closed = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Takes up what an earlier run left unfinished, then works."""
        self._restore()
        workers = max(self._options.workers, _FETCHERS) if self._options.no_render else self._options.workers
        for number in range(workers):
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
        *,
        request_id: str = "",
        hold: bool = False,
    ) -> Task | Refusal:
        """Puts the task on record and into the queue (or not, on `hold`, until `release`), if `decide` grants
        it a place. It is told how many tasks are in flight under `quota`, and how many of them on exclusive
        channels."""
        with self._changed:
            flying = [t for t in self._open.values() if t.quota == quota]
            decided = decide(len(flying), sum(t.pool == "exclusive" for t in flying))
            if isinstance(decided, Refusal):
                return decided
            folder = self._folder / task_id
            folder.mkdir(mode=0o700, parents=True)
            task = Task(
                task_id=task_id,
                endpoint=endpoint,
                payload=payload,
                quota=quota,
                pool=decided.pool,
                takes_hours=decided.takes_hours,
                folder=folder,
                accepted_at=self._options.now(),
            )
            write_accepted(task)
            more = {"request_id": request_id, "quota": quota, "pool": decided.pool}
            self._account.accepted(task_id, endpoint, task.accepted_at, payload, **more)
            self._open[task_id] = task
        self._account.sync()  # before anybody is told its TaskId
        if not hold:
            self.release(task)
        return task

    def release(self, task: Task) -> None:
        """Puts a held task into the queue."""
        with self._changed:
            if not self._forgotten(task):
                self._queue.append(task)
                self._changed.notify_all()

    def clear(self) -> None:
        """Forgets all tasks. What is being rendered goes on and is thrown away: nobody hears of it."""
        with self._changed:
            self._open.clear()
            self._queue.clear()
            self._ended.clear()
            self._changed.notify_all()

    def quiet(self, seconds: float) -> bool:
        """Waits until all rendering is done; False when it takes longer."""
        with self._changed:
            idle = lambda: self._stopping or not (self._queue or self._busy)  # noqa: E731
            return self._changed.wait_for(idle, seconds)

    def settle(self) -> None:
        """Ends what the clock, which was moved, says is due; wakes whoever waits for a moment."""
        with self._changed:
            now = self._options.now()
            due = [(t.due, t) for t in self._open.values() if t.due is not None and t.due <= now]
            self._changed.notify_all()
        for _, task in sorted(due, key=lambda pair: pair[0]):
            self._end(task)

    def poll(self, task_id: str) -> Snapshot | None:
        """One answer of a progress call; in polls:N it is what moves the task on. None: no such task."""
        with self._changed:
            task = self._known(task_id)
            if task is None:
                return None
            task.polls += 1
            if self._speed.mode == "polls" and not task.ended:
                self._turn(task)
        if task.outcome is not None and not task.ended and self._due(task):
            self._end(task)
        with self._changed:
            return self._snapshot(task)

    def find(self, task_id: str) -> Task | None:
        """The task; None: no such task."""
        with self._changed:
            return self._known(task_id)

    def count(self) -> int:
        """How many tasks there are, ended ones too."""
        with self._changed:
            return len(self._open) + self._ended.count

    def standings(self) -> dict[str, dict[str, Any]]:
        """TaskId → its state where it has not ended, and how many polls of it were answered since the emulator
        started where there were any."""
        with self._changed:
            standing: dict[str, dict[str, Any]] = {
                task_id: {"polls": polls} for task_id, polls in self._ended.polls().items()
            }
            return standing | {t.task_id: {"state": t.state, "polls": t.polls} for t in self._open.values()}

    def pulse(self) -> tuple[int, tuple[tuple[str, str], ...]]:
        """What changes when a task comes, goes on or ends."""
        with self._changed:
            return len(self._open) + self._ended.count, tuple(
                (t.task_id, t.state) for t in self._open.values()
            )

    def finished_at(self, task_id: str) -> float | None:
        """When the task ended, in seconds; None while it runs or when there is none."""
        with self._changed:
            task = self._known(task_id)
            return task.finished_at if task else None

    def _known(self, task_id: str) -> Task | None:
        return self._open.get(task_id) or self._ended.find(task_id)

    def _snapshot(self, task: Task) -> Snapshot:
        if self._speed.mode == "clock" and self._options.now() >= task.accepted_at + _QUEUE_SECONDS:
            task.state = MAKING if task.state == COMMIT else task.state
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
        """After a poll. Holds the lock; waits a little for work that is due to be shown."""
        if task.polls > self._commit_polls() and task.state == COMMIT:
            task.state = MAKING
        if self._due(task):
            self._changed.wait_for(lambda: task.outcome is not None or self._stopping, _PATIENCE_SECONDS)

    def _due(self, task: Task) -> bool:
        if self._speed.mode == "clock":
            return task.due is not None and task.due <= self._options.now()
        return self._speed.mode == "polls" and task.polls > self._speed.polls

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._stopping)
                if self._stopping:
                    return
                task = self._queue.popleft()
                self._busy += 1
            try:
                self._run(task)
            except Exception:
                log.exception("task %s: the emulator itself failed", task.task_id)
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def _run(self, task: Task) -> None:
        mode = self._speed.mode
        if mode == "real" and not self._pause(task, self._options.now(), _QUEUE_SECONDS):
            return
        if mode not in ("polls", "clock"):
            with self._changed:
                task.state = MAKING
        began = self._options.now()
        try:
            outcome = self._make(task)
        except Exception:
            if self._forgotten(task):
                return  # its folder went meanwhile
            log.exception("task %s crashed", task.task_id)
            outcome = TaskEnd(state=FAIL, fail_code=_CRASHED, fail_message="任务制作过程发生崩溃")
        making = outcome.seconds * PACE[task.endpoint]
        if mode == "real" and not self._pause(task, began, making):
            return
        with self._changed:
            task.outcome = outcome
            if mode == "clock":
                task.due = task.accepted_at + _QUEUE_SECONDS + making
            self._changed.notify_all()
        if mode == "clock":
            self.settle()
        elif mode != "polls":
            self._end(task)

    def _pause(self, task: Task, start: float, seconds: float) -> bool:
        """Sleeps until so many seconds after `start`; False when the emulator is stopped or the task forgotten."""
        with self._changed:
            while (left := start + seconds - self._options.now()) > 0:
                if self._stopping or self._forgotten(task):
                    return False
                self._changed.wait(left)
            return not self._stopping

    def _forgotten(self, task: Task) -> bool:
        return self._open.get(task.task_id) is not task

    def _end(self, task: Task) -> None:
        """Shows the outcome, once: disk first, then everyone, then the callback. Whoever comes second waits."""
        with self._changed:
            self._changed.wait_for(lambda: not task.ending or task.ended or self._forgotten(task))
            outcome = task.outcome
            if task.ended or outcome is None or self._closed or self._forgotten(task):
                return
            task.ending = True
            at = self._options.now() if task.due is None else task.due
            self._record(task, outcome, at)
        self._account.sync()
        with self._changed:
            if self._forgotten(task):
                return
            task.finished_at, task.state, task.ended = at, outcome.state, True
            del self._open[task.task_id]
            self._ended.add(task)
            self._changed.notify_all()
        self._on_end(task, outcome)

    def _record(self, task: Task, outcome: TaskEnd, at: float) -> None:
        write_outcome(task, outcome, at)
        charged = outcome.state == SUCCESS or (
            outcome.stage != INPUTS
            and entitlements.charges_failure(task.endpoint, ordered=self._options.charge_failures)
        )
        why = {
            "fail_code": outcome.fail_code,
            "fail_message": outcome.fail_message,
            "stage": outcome.stage,
        }
        self._account.finished(
            task.task_id,
            at,
            outcome.state,
            outcome.seconds,
            charged=charged,
            deducted=outcome.seconds if charged and task.takes_hours else 0.0,
            media=outcome.media,
            subtitles=outcome.subtitles,
            **(why if outcome.fail_code else {}),
        )

    def _restore(self) -> None:
        for row in self._account.rows():
            folder = self._folder / row["task_id"]
            try:
                task = take_over(folder, row)
            except FileNotFoundError:
                continue  # the data folder was thinned out: the account keeps the row, nothing more is known
            if row["state"] not in (SUCCESS, FAIL):
                task.state, task.finished_at, task.outcome, task.ended = COMMIT, None, None, False
                self._open[task.task_id] = task
                self._queue.append(task)
            else:
                self._ended.add(task)
