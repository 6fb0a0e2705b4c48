"""Tasks in hand: submitted through the ledger as every paid job is, waited for together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, Unpack

from mediaprep.config import Settings
from mediaprep.contract.progress import Progress, Status
from mediaprep.library.boundary import OnProgress, Telling, boundary, look_up, rest
from mediaprep.library.call_options import FetchOptions, SubmitOptions
from mediaprep.library.paid_calls import fetch, submit
from mediaprep.model.any_path import AnyPath
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.jobs import Submitted, TaskState
from mediaprep.model.telling.json_results import cut
from mediaprep.submission.job.watch import Looks, failed, pending
from mediaprep.submission.wire.client import Gateway as GatewayClient

if TYPE_CHECKING:
    from mediaprep.errors import TaskFailed
    from mediaprep.model.paid.jobs import Fetched

_FRESH_SECONDS: Final = 1.0


class PaidGateway:
    """One account at one gateway, known to programs as `Gateway`. Safe to use from several threads; what is submitted
    is a job of the ledger, so that the same request is never paid twice. Raises BadConfig for settings without keys or
    with an address that signed requests may not go to.

    >>> gateway = Gateway(Settings.load())  # doctest: +SKIP
    >>> task = gateway.submit("tts", {"TimbreKey": "female_1", "InputSsml": "你好"})  # doctest: +SKIP
    >>> task.wait(timeout=600).status, task.fetch("hello.mp3").seconds  # doctest: +SKIP
    ('SUCCESS', 0.9)
    """

    def __init__(self, settings: Settings) -> None:
        _made = boundary(GatewayClient)(settings)
        self.settings, self.base_url, self._client = settings, _made.base_url, _made

    def __repr__(self) -> str:
        return cut(f"Gateway({self.base_url})")

    @property
    def emulated(self) -> bool:
        """Whether an emulator answers there, where nothing is paid. Raises Unreachable where nobody answers."""
        return self._client.kind() is GatewayKind.EMULATED

    def submit(
        self,
        endpoint: str,
        request: Mapping[str, object],
        *,
        on_progress: OnProgress | None = None,
        **options: Unpack[SubmitOptions],
    ) -> PaidTask:
        """`mediaprep.submit`, and its task in hand: the same errors, the same options."""
        done = submit(endpoint, request, settings=self.settings, on_progress=on_progress, **options)
        return PaidTask(self, done)

    def task(self, name: str, endpoint: str) -> PaidTask:
        """A task that was submitted before, by its TaskId or its job's name in the ledger. Nothing is asked yet."""
        return PaidTask(self, Submitted(task_id=name, endpoint=endpoint, job=name, before=True))


class PaidTask:
    """An accepted task, known to programs as `Task`. `id` is its TaskId, or its job's name where that never came;
    `submitted` tells of uploads and advice. Asking is free; nothing here pays."""

    def __init__(self, gateway: PaidGateway, submitted: Submitted) -> None:
        self.id, self.endpoint, self.job = (
            submitted.task_id or submitted.job,
            submitted.endpoint,
            submitted.job,
        )
        self.submitted, self._gateway = submitted, gateway
        self._lock, self._asked_at = threading.Lock(), float("-inf")
        self._error: TaskFailed | None = None
        self._result: TaskState | None = None
        self._status = Status.COMMIT.value
        if not submitted.task_id:  # its answer was lost, and its product is there
            self._status = Status.SUCCESS.value
            self._result = TaskState(task_id="", endpoint=self.endpoint, status=self._status)
        self._looks = Looks(gateway._client, self.id, self.endpoint, time.monotonic, None)

    def __repr__(self) -> str:
        return cut(f"Task({self.id}, {self.endpoint}, {self._status})")

    @property
    def state(self) -> str:
        """COMMIT, MAKING, SUCCESS or FAIL, as the service says now (asked once a second at most)."""
        self._ask()
        return self._status

    @property
    def result(self) -> TaskState | None:
        """How it ended: its length in seconds, where its product lies, or why it failed. None while it has not."""
        return self._result

    @property
    def error(self) -> TaskFailed | None:
        """What `wait` raises for a task that failed."""
        return self._error

    def wait(self, timeout: float | None = None, *, on_progress: OnProgress | None = None) -> TaskState:
        """Until it has ended, `timeout` seconds at most (None: as long as it takes); how it ended. Raises TaskFailed,
        StillPending (it can be waited for again), and what polling raises for good."""
        for task in as_completed([self], timeout, on_progress=on_progress):
            if task._error is not None:
                raise task._error
        return self._result or TaskState(task_id=self.id, endpoint=self.endpoint, status=self._status)

    def fetch(
        self, output: AnyPath, *, on_progress: OnProgress | None = None, **options: Unpack[FetchOptions]
    ) -> Fetched:
        """`mediaprep.fetch` of this task: its product at `output`, decoded and whole."""
        given: FetchOptions = {"endpoint": self.endpoint, **options}
        return fetch(self.id, output, settings=self._gateway.settings, on_progress=on_progress, **given)

    def _ask(self, telling: Telling | None = None) -> bool:
        """Whether it has ended, asked unless that was done just now."""
        with self._lock:
            if self._result is not None or time.monotonic() - self._asked_at < _FRESH_SECONDS:
                return self._result is not None
            event, seen = boundary(self._looks.look)()
            self._asked_at = time.monotonic()
            self._status = event.status or self._status
            if seen is not None and seen.status in (Status.SUCCESS, Status.FAIL):
                self._end(seen)
        if telling is not None:
            said = event.say()
            telling.say(f"{self.id}: {said.en}", f"{self.id}：{said.zh}")
        return self._result is not None

    def _end(self, seen: Progress) -> None:
        from mediaprep.submission.job import (
            single_request,  # the ledger's library, once there is something to note
        )
        from mediaprep.submission.ledger import selection
        from mediaprep.verbs.progress import state_of

        self._error = failed(self.id, seen) if seen.status is Status.FAIL else None
        self._result = state_of(self.id, self.endpoint, seen)
        if (found := selection.known_for(self._gateway.settings, self._gateway._client)) is None:
            return
        with found as ledger:
            row = ledger.find(self.id)
            if row is not None and self._error is not None:
                single_request.failed(ledger, row, self._error)
            elif row is not None:
                single_request.made(ledger, row)


def as_completed(
    tasks: Iterable[PaidTask], timeout: float | None = None, *, on_progress: OnProgress | None = None
) -> Iterator[PaidTask]:
    """Each of `tasks` once it has ended, failed or not (`task.error`), the first first; each is asked in turn.

    Raises StillPending for one that has not when `timeout` seconds are over (None: as long as it takes),
    and what polling raises for good; every task lives on and can be waited for again.

    >>> for task in as_completed([gateway.submit("tts", it) for it in requests]):  # doctest: +SKIP
    ...     task.fetch(f"{task.id}.mp3")
    """
    left = dict.fromkeys(tasks)
    began, telling, pause = time.monotonic(), Telling("", "wait", on_progress), _FRESH_SECONDS
    while left:
        ended = [task for task in left if boundary(task._ask)(telling)]
        for task in ended:
            del left[task]
            yield task
        if not left:
            return
        look_up()
        over = time.monotonic() - began
        if timeout is not None and over >= timeout:
            task = next(iter(left))
            raise pending(task.id, task._status, over)
        rest(min(pause, float("inf") if timeout is None else max(0.0, timeout - over)))
        pause = _FRESH_SECONDS if ended else min(pause * 1.5, 15.0)


Gateway: TypeAlias = PaidGateway
Task: TypeAlias = PaidTask
