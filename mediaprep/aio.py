"""Every call of the library for async programs (asyncio, trio): the same names, arguments, results and errors.

A call works in a thread of its own, and `on_progress` is called there. Where its task is cancelled it is told. One that
writes or pays is waited for until it has come to rest: children are ended, part files removed, and what was accepted
stands in the ledger, where the same call goes on with it. One that only reads is left to end by itself.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Final, ParamSpec, TypeAlias, TypeVar, Unpack

import anyio
import anyio.to_thread

from mediaprep.config import Settings
from mediaprep.errors import TaskFailed
from mediaprep.library import file_calls, paid_calls, tasks
from mediaprep.library.boundary import GIVEN_UP, GaveUp, OnProgress
from mediaprep.library.call_options import FetchOptions, SubmitOptions
from mediaprep.model.any_path import AnyPath
from mediaprep.model.paid.jobs import Fetched, Submitted, TaskState

_P = ParamSpec("_P")
_R = TypeVar("_R")
_LOOK_SECONDS: Final = 0.01

__all__ = [
    "Gateway", "Task", "as_completed", "check", "check_decks", "clean_deck", "diff", "fetch", "finish", "fix", "lips",
    "load_manifest", "plan", "propose", "run", "say", "script", "shrink_deck", "split_deck", "submit", "verify",
]  # fmt: skip


class _ThreadCall:
    """A call in its thread: whether it has begun, has come to rest, and is still waited for."""

    def __init__(self) -> None:
        self.given_up, self.at_rest = threading.Event(), threading.Event()
        self._lock, self._begun = threading.Lock(), False

    def work(self, call: Callable[[], _R]) -> _R:
        with self._lock:
            if self.given_up.is_set():
                raise GaveUp
            self._begun = True
        GIVEN_UP.set(self.given_up)  # in this call's copy of the context
        try:
            return call()
        finally:
            self.at_rest.set()

    async def give_up(self, *, wait: bool) -> None:
        with self._lock:
            self.given_up.set()
            wait = wait and self._begun
        with anyio.CancelScope(shield=True):
            while wait and not self.at_rest.is_set():
                await anyio.sleep(_LOOK_SECONDS)


async def _in_thread(call: Callable[[], _R], *, reads: bool = False) -> _R:
    thread = _ThreadCall()
    try:
        return await anyio.to_thread.run_sync(lambda: thread.work(call), abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        await thread.give_up(wait=not reads)
        raise


def _awaited(call: Callable[_P, _R], *, reads: bool = False) -> Callable[_P, Awaitable[_R]]:
    @functools.wraps(call)
    async def awaited(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await _in_thread(functools.partial(call, *args, **kwargs), reads=reads)

    return awaited


check = _awaited(file_calls.check, reads=True)
check_decks = _awaited(file_calls.check_decks, reads=True)
verify = _awaited(file_calls.verify, reads=True)
diff = _awaited(file_calls.diff, reads=True)
lips = _awaited(file_calls.lips, reads=True)
propose = _awaited(file_calls.propose)
plan = _awaited(file_calls.plan, reads=True)
load_manifest = _awaited(file_calls.load_manifest, reads=True)
fix = _awaited(file_calls.fix)
script = _awaited(file_calls.script)
finish = _awaited(file_calls.finish)
clean_deck = _awaited(file_calls.clean_deck)
shrink_deck = _awaited(file_calls.shrink_deck)
split_deck = _awaited(file_calls.split_deck)
submit = _awaited(paid_calls.submit)
say = _awaited(paid_calls.say)
fetch = _awaited(paid_calls.fetch)
run = _awaited(paid_calls.run)


class AsyncGateway:
    """`mediaprep.Gateway` for async programs, known as `aio.Gateway`. Raises BadConfig as that does.

    >>> task = await aio.Gateway(Settings.load()).submit("tts", request)  # doctest: +SKIP
    >>> (await task.wait(timeout=600)).status  # doctest: +SKIP
    'SUCCESS'
    """

    def __init__(self, settings: Settings) -> None:
        self._gateway = tasks.PaidGateway(settings)
        self.settings, self.base_url = settings, self._gateway.base_url

    def __repr__(self) -> str:
        return repr(self._gateway)

    async def submit(
        self,
        endpoint: str,
        request: Mapping[str, object],
        *,
        on_progress: OnProgress | None = None,
        **options: Unpack[SubmitOptions],
    ) -> AsyncTask:
        """As `mediaprep.Gateway.submit`."""
        call = functools.partial(self._gateway.submit, endpoint, request, on_progress=on_progress, **options)
        return AsyncTask(await _in_thread(call))

    def task(self, name: str, endpoint: str) -> AsyncTask:
        """As `mediaprep.Gateway.task`."""
        return AsyncTask(self._gateway.task(name, endpoint))


class AsyncTask:
    """`mediaprep.Task` for async programs, known as `aio.Task`."""

    def __init__(self, task: tasks.PaidTask) -> None:
        self._task = task
        self.id, self.endpoint, self.job = task.id, task.endpoint, task.job
        self.submitted: Submitted = task.submitted

    def __repr__(self) -> str:
        return repr(self._task)

    @property
    def result(self) -> TaskState | None:
        """How it ended. None while it has not."""
        return self._task.result

    @property
    def error(self) -> TaskFailed | None:
        """What `wait` raises for a task that failed."""
        return self._task.error

    async def state(self) -> str:
        """COMMIT, MAKING, SUCCESS or FAIL, as the service says now."""
        return await _in_thread(lambda: self._task.state, reads=True)

    async def wait(self, timeout: float | None = None, *, on_progress: OnProgress | None = None) -> TaskState:
        """As `mediaprep.Task.wait`."""
        return await _in_thread(functools.partial(self._task.wait, timeout, on_progress=on_progress))

    async def fetch(
        self, output: AnyPath, *, on_progress: OnProgress | None = None, **options: Unpack[FetchOptions]
    ) -> Fetched:
        """As `mediaprep.Task.fetch`."""
        return await _in_thread(
            functools.partial(self._task.fetch, output, on_progress=on_progress, **options)
        )


async def as_completed(
    tasks_: Iterable[AsyncTask], timeout: float | None = None, *, on_progress: OnProgress | None = None
) -> AsyncIterator[AsyncTask]:
    """As `mediaprep.as_completed`: `async for task in as_completed(tasks, timeout)`."""
    mine = {task._task: task for task in tasks_}
    ended = tasks.as_completed(mine, timeout, on_progress=on_progress)
    while (task := await _in_thread(lambda: next(ended, None))) is not None:
        yield mine[task]


Gateway: TypeAlias = AsyncGateway
Task: TypeAlias = AsyncTask
