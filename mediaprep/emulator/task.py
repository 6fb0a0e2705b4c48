"""One task of the emulator: what was accepted, how it stands, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMIT, MAKING, SUCCESS, FAIL = "COMMIT", "MAKING", "SUCCESS", "FAIL"
INPUTS = "INPUTS"  # where a task fails whose files did not come or were refused


@dataclass(frozen=True, kw_only=True)
class TaskEnd:
    """How a task ends. `media` and `subtitles` are names in the result folder, "" for none; `stage` says where
    it failed: INPUTS, MAKING, "" = it did not, or the emulator itself broke."""

    state: str
    fail_code: int = 0
    fail_message: str = ""
    seconds: float = 0.0
    media: str = ""
    subtitles: str = ""
    timestamps: list[dict[str, Any]] | None = None
    stage: str = ""


@dataclass(kw_only=True)
class Task:
    """An accepted task. `folder` is private to it; `quota` names what it occupies until it
    ends, `pool` what it was granted from, `takes_hours` whether it is taken off an hour package; `due` is when
    the standing clock ends it."""

    task_id: str
    endpoint: str
    payload: Mapping[str, Any]
    quota: str
    pool: str
    takes_hours: bool = True
    folder: Path
    accepted_at: float
    due: float | None = None
    state: str = COMMIT
    finished_at: float | None = None
    polls: int = 0
    outcome: TaskEnd | None = None
    ending: bool = field(default=False, repr=False)  # it is being written down that it ended
    ended: bool = field(default=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a progress call sees. `ahead` is the number of tasks queued before this one, 0 unless COMMIT."""

    task_id: str
    endpoint: str
    state: str
    ahead: int
    outcome: TaskEnd | None
    finished_at: float | None
