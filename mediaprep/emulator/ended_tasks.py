"""Tasks that have ended: each in its folder, the latest of them in memory too. What a task leaves in memory for good is
a few bytes, so that an emulator may run for as long as it likes."""

from __future__ import annotations

import collections
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mediaprep.emulator.store.small_files import write_json
from mediaprep.emulator.task import COMMIT, Task, TaskEnd

_KEPT: Final = 1024
_TASK_ID: Final = re.compile(r"[0-9a-f]{32}")
_TASK, _OUTCOME = "task.json", "outcome.json"


class EndedTasks:
    """Not for two threads at once. `folder` holds a folder a task."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._latest: collections.OrderedDict[str, Task] = collections.OrderedDict()
        self._polls: dict[bytes, int] = {}  # of those that are not in memory
        self.count = 0

    def add(self, task: Task) -> None:
        """A task has ended, and its outcome is on disk."""
        self.count += 1
        self._keep(task)

    def find(self, task_id: str) -> Task | None:
        """The task, as it ended; None: there is none of this name."""
        if task_id in self._latest:
            self._latest.move_to_end(task_id)
            return self._latest[task_id]
        if not self.count or not _TASK_ID.fullmatch(task_id):
            return None
        try:
            task = read(self._folder / task_id)
        except FileNotFoundError:
            return None
        if not task.ended:
            return None
        task.polls = self._polls.pop(bytes.fromhex(task_id), 0)
        self._keep(task)
        return task

    def polls(self) -> dict[str, int]:
        """How many polls of each were answered, as far as there were any."""
        return {task_id.hex(): polls for task_id, polls in self._polls.items()} | {
            task.task_id: task.polls for task in self._latest.values()
        }

    def clear(self) -> None:
        """Forgets all of them; their folders go with those of the tasks that have not ended."""
        self._latest.clear()
        self._polls.clear()
        self.count = 0
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            shutil.rmtree(path, ignore_errors=True)

    def _keep(self, task: Task) -> None:
        self._latest[task.task_id] = task
        while len(self._latest) > _KEPT:
            task_id, oldest = self._latest.popitem(last=False)
            if oldest.polls:
                self._polls[bytes.fromhex(task_id)] = oldest.polls


def write_accepted(task: Task) -> None:
    """Puts a task on disk as it was accepted; its folder is there."""
    kept = {
        "endpoint": task.endpoint, "accepted_at": task.accepted_at, "quota": task.quota, "pool": task.pool,
        "hours": task.takes_hours, "payload": task.payload,
    }  # fmt: skip
    write_json(task.folder / _TASK, kept)


def write_outcome(task: Task, outcome: TaskEnd, at: float) -> None:
    """And how it ended, at `at` (seconds)."""
    write_json(task.folder / _OUTCOME, {**vars(outcome), "finished_at": at})


def take_over(folder: Path, row: Mapping[str, Any]) -> Task:
    """The task of a folder that an earlier run wrote; what an earlier version did not write there is taken from its row
    of the account. Raises FileNotFoundError."""
    wanted = {_TASK: ("endpoint", "accepted_at"), _OUTCOME: ("finished_at",)}
    for name, keys in wanted.items():
        path = folder / name
        kept = json.loads(path.read_text(encoding="utf-8")) if name == _TASK or path.is_file() else None
        if kept is not None and not set(keys) <= set(kept):
            write_json(path, {**{key: row[key] for key in keys}, **kept})
    return read(folder)


def read(folder: Path) -> Task:
    """The task of a folder. Raises FileNotFoundError."""
    kept = json.loads((folder / _TASK).read_text(encoding="utf-8"))
    task = Task(
        task_id=folder.name,
        endpoint=kept["endpoint"],
        payload=kept["payload"],
        quota=kept["quota"],
        pool=kept["pool"],
        takes_hours=kept.get("hours", True),
        folder=folder,
        accepted_at=kept["accepted_at"],
        state=COMMIT,
    )
    try:
        ended = json.loads((folder / _OUTCOME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return task
    finished_at = ended.pop("finished_at", None)
    if finished_at is not None:
        task.outcome, task.finished_at, task.ended = TaskEnd(**ended), finished_at, True
        task.state = task.outcome.state
    return task
