"""Results that wait to be downloaded: until when the service keeps them, which comes first, and the alarm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mediaprep.contract.quotas import RETENTION, expires_at
from mediaprep.model.findings import Finding, Text, Verdict

ALARM: Final = timedelta(days=3)
"""With so much left a result that is still not here is an alarm."""
RULE: Final = "results.expiring"


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A task that succeeded and whose result is not on this disk. `not_before` = the latest moment at which it
    was certainly not finished yet (the last look that said so, else the submit): the service tells no time of
    its own, so the days are counted from there. Times carry a zone."""

    task_id: str
    not_before: datetime

    @property
    def expires_at(self) -> datetime:
        """Until then the service keeps it for certain."""
        return expires_at(self.not_before)

    def left(self, now: datetime) -> timedelta:
        """How long it is certainly kept from `now` on; negative = it may be gone."""
        return self.expires_at - now


def soonest_first(waiting: Iterable[Undelivered]) -> tuple[Undelivered, ...]:
    """The order in which results are downloaded. Those whose days are over come first too: what they are
    counted from is a lower bound, so they may still be there."""
    return tuple(sorted(waiting, key=lambda one: (one.expires_at, one.task_id)))


def alarm(waiting: Undelivered, now: datetime) -> Finding | None:
    """What to tell of a result that is still not here; None while there is time."""
    left = waiting.left(now)
    if left > ALARM:
        return None
    days = left / timedelta(days=1)
    until = waiting.expires_at.strftime("%Y-%m-%d %H:%M UTC%z")
    if days > 0:
        message = Text(
            f"the result of task {waiting.task_id} is not downloaded; the service keeps it until {until} "
            f"({days:.1f} days): mediaprep fetch {waiting.task_id} -o FILE",
            f"任务 {waiting.task_id} 的结果尚未下载；服务端保留至 {until}（还剩 {days:.1f} 天）："
            f"mediaprep fetch {waiting.task_id} -o FILE",
        )
    else:
        message = Text(
            f"the result of task {waiting.task_id} is not downloaded; it may be deleted since {until}",
            f"任务 {waiting.task_id} 的结果尚未下载，{until} 起可能已被删除；将优先尝试",
        )
    return Finding(
        rule=RULE,
        verdict=Verdict.ADVISED,
        measured=round(days, 2),
        limit=f"> {ALARM.days}",
        unit="d",
        message=message,
        fix=Text(f"mediaprep fetch {waiting.task_id} -o FILE", f"mediaprep fetch {waiting.task_id} -o FILE"),
    )


def gone(submitted: datetime | None, now: datetime) -> Text:
    """What a MediaUrl that stays stale means; "" as long as the result must still be there."""
    if submitted is None or now - submitted < RETENTION:
        return Text("", "")
    days = RETENTION.days
    return Text(
        f": the service keeps results {days} days and this task was submitted on {submitted:%Y-%m-%d}",
        f"：服务端只保留结果 {days} 天，而该任务提交于 {submitted:%Y-%m-%d}",
    )
