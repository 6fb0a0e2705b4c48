"""Jobs brought to their end by the worker of paid jobs: what one thread needs for one, and many for thousands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from mediaprep.config import Settings
from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.manifest import Job
from mediaprep.model.outcomes import Event, Outcome, State
from mediaprep.model.paid import JobRow, JobState
from mediaprep.submit.client import Gateway
from mediaprep.submit.ledger import Ledger, Stale
from mediaprep.submit.stages import Policy
from mediaprep.submit.worker import Worker
from mediaprep.verbs import enrolling, voicing
from mediaprep.verbs.ongoing import Listener, Ongoing
from mediaprep.verbs.stages import Interrupted, JobStages, recall, result_of
from mediaprep.verbs.told import Told

ENDED: Final = frozenset(state for state in JobState if state.ended)
CPU: Final = frozenset({JobState.NEW, JobState.SAVED})
"""States whose next move keeps a processor busy: mending and judging, finishing."""
WAITING: Final = frozenset(JobState) - ENDED - CPU
"""States whose next move waits for the network."""
_IN_FLIGHT: Final = frozenset({JobState.SUBMITTING, JobState.RUNNING, JobState.AMBIGUOUS})
_NAP_SECONDS: Final = (0.02, 1.0)
_STATES: Final = {
    JobState.DONE: State.DONE,
    JobState.REFUSED: State.REFUSED,
    JobState.FAILED: State.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a run goes about it. `wait_seconds`: how long a free place is waited for (None: as long as it takes),
    `deadline_seconds`: how long a task, from when it was accepted or this run began. `detailed`: outcomes tell
    of inputs too where a job was prepared elsewhere; `pictures`: and have frames of the output."""

    unsafe: bool = False
    again: bool = False
    wait_seconds: float | None = None
    deadline_seconds: float | None = None
    detailed: bool = True
    pictures: bool = True
    policy: Policy = Policy()  # noqa: RUF009  (frozen)


class Open(Collection[str]):
    """The rows that are still worked on, for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}

    def add(self, *ids: str) -> None:
        with self._lock:
            self._ids.update(dict.fromkeys(ids))

    def drop(self, *ids: str) -> None:
        with self._lock:
            for name in ids:
                self._ids.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(tuple(self._ids))

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, name: object) -> bool:
        return name in self._ids
