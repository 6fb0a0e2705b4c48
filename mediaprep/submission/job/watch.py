"""Waiting for a task by polling: Status decides, polls are free, and what is left is our own estimate."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, Protocol

from mediaprep.config import redact
from mediaprep.contract.codes import NO_RECORD, Retry, of_interface, of_task
from mediaprep.contract.progress import Progress, Status
from mediaprep.errors import GatewayError, Rejected, StillPending, TaskFailed, Unknown, Unreachable
from mediaprep.model.findings import Text
from mediaprep.model.paid.jobs import Waiting

FIRST_SECONDS: Final = 1.0
MOST_SECONDS: Final = 15.0
GROWTH: Final = 1.5
UNKNOWN_FOR_SECONDS: Final = 30.0
"""So long after a submit "no such record" may be lag between the service's parts."""
TROUBLE_SECONDS: Final = 900.0
"""So long polls may fail in a row before waiting is given up; the task lives on."""

MAKING_SECONDS: Final[dict[str, float]] = {"photo": 20.0}
"""Seconds of making for one second of product, where the docs say so (photo at 720P)."""
_PHOTO_1080P_FACTOR: Final = 2.0


class Asks(Protocol):
    """What can be asked about a task: submission.wire.client.Gateway, or a stand-in."""

    def progress(self, task_id: str, endpoint: str = "progress") -> Progress:
        """One look."""


def watch(
    gateway: Asks,
    task_id: str,
    endpoint: str,
    *,
    on_event: Callable[[Waiting], None] | None = None,
    deadline_seconds: float | None = None,
    making_seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> Progress:
    """Poll until the task ends; gives the successful answer.

    `making_seconds` is the expected time of making, for the ETA. Raises TaskFailed, StillPending when
    `deadline_seconds` are over, and what polling raises for good (Rejected, or trouble that does not end).
    """
    looks = Looks(gateway, task_id, endpoint, clock, making_seconds)
    while True:
        event, seen = looks.look()
        if seen is not None and seen.status is Status.SUCCESS:
            return seen
        if seen is not None and seen.status is Status.FAIL:
            raise failed(task_id, seen)
        if on_event:
            on_event(event)
        pause = looks.delay * (0.9 + 0.2 * jitter())
        if deadline_seconds is not None:
            left = deadline_seconds - event.elapsed_seconds
            if left <= 0:
                raise pending(task_id, event.status, event.elapsed_seconds)
            pause = min(pause, left)
        sleep(pause)
        looks.delay = min(looks.delay * GROWTH, MOST_SECONDS)


class Looks:
    """The looks at one task so far, and what they have shown."""

    def __init__(
        self,
        gateway: Asks,
        task_id: str,
        endpoint: str,
        clock: Callable[[], float],
        making_seconds: float | None,
    ) -> None:
        self.delay = FIRST_SECONDS
        self._gateway, self._task_id, self._endpoint = gateway, task_id, endpoint
        self._clock, self._making_seconds = clock, making_seconds
        self._began = clock()
        self._status = ""
        self._making_since: float | None = None
        self._trouble_since: float | None = None

    def look(self) -> tuple[Waiting, Progress | None]:
        """One poll. Raises what repeating cannot mend."""
        seen, trouble = self._ask()
        now = self._clock()
        if seen is not None:
            if seen.status is Status.MAKING and self._making_since is None:
                self._making_since = now
            if seen.status.value != self._status:
                self._status, self.delay = seen.status.value, FIRST_SECONDS
        event = Waiting(
            task_id=self._task_id,
            status=self._status,
            ahead=self._ahead(seen),
            elapsed_seconds=now - self._began,
            eta_seconds=self._eta(now),
            trouble=trouble,
        )
        return event, seen

    def _ask(self) -> tuple[Progress | None, Text | None]:
        try:
            seen = self._gateway.progress(self._task_id, self._endpoint)
        except (Rejected, Unreachable, Unknown) as error:
            trouble = error
        else:
            self._trouble_since = None
            return seen, None
        now = self._clock()
        if not self._may_pass(trouble, now):
            raise trouble
        if self._trouble_since is None:
            self._trouble_since = now
        if now - self._trouble_since > TROUBLE_SECONDS:
            raise trouble
        return None, Text(trouble.en, trouble.zh)

    def _may_pass(self, trouble: GatewayError, now: float) -> bool:
        if not isinstance(trouble, Rejected):
            return True
        if trouble.code == NO_RECORD:
            return not self._status and now - self._began < UNKNOWN_FOR_SECONDS
        return of_interface(trouble.code).retry in (Retry.WAIT, Retry.AMBIGUOUS)

    def _ahead(self, seen: Progress | None) -> int | None:
        # The PPT query has no such field.
        queued = seen is not None and seen.status is Status.COMMIT
        return seen.array_count if seen is not None and queued and self._endpoint != "ppt" else None

    def _eta(self, now: float) -> float | None:
        if self._making_seconds is None:
            return None
        spent = now - self._making_since if self._making_since is not None else 0.0
        return max(0.0, self._making_seconds - spent)


def making_estimate(
    endpoint: str, product_seconds: float | None, *, full_hd: bool = False, pace: float | None = None
) -> float | None:
    """How long making takes: `product_seconds` × `pace` (seen before), else × what the docs say, else None."""
    documented = MAKING_SECONDS.get(endpoint)
    if documented is not None and full_hd:
        documented *= _PHOTO_1080P_FACTOR
    factor = pace if pace is not None else documented
    return None if factor is None or product_seconds is None else product_seconds * factor


def failed(task_id: str, seen: Progress) -> TaskFailed:
    """The error that a FAIL means: the task table's row and what the service said."""
    row = of_task(seen.fail_code)
    said = redact(" ".join(seen.fail_message.split()))[:300]
    quoted_en, quoted_zh = (f" ({said})", f"（{said}）") if said else ("", "")
    error = TaskFailed(
        f"task {task_id} failed: code {seen.fail_code}, {row.meaning.en}{quoted_en}: {row.remedy.en}",
        f"任务 {task_id} 失败：结果码 {seen.fail_code}，{row.meaning.zh}{quoted_zh}：{row.remedy.zh}",
        task_id=task_id,
        fail_code=seen.fail_code,
        message=said,
    )
    error.remedy = row.remedy
    return error


def pending(task_id: str, status: str, elapsed: float) -> StillPending:
    """The error of a wait that ends before its task does."""
    said = status or "unknown"
    return StillPending(
        f"task {task_id} is still {said} after {elapsed:.0f} s: mediaprep fetch {task_id} -o FILE waits on",
        f"任务 {task_id} 等待 {elapsed:.0f} 秒后仍为 {said}：mediaprep fetch {task_id} -o FILE 可继续等待",
        task_id=task_id,
        status=status,
    )
