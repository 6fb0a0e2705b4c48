"""Results that wait to be downloaded: until when the service keeps them, and the alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from mediaprep.contract.quotas import RETENTION, expires_at
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.paid.records import JobRow, JobState

ALARM: Final = timedelta(days=3)
"""With so much left a result that is still not here is an alarm."""
RULE: Final = "results.expiring"
_UNDELIVERED: Final = frozenset({JobState.RUNNING, JobState.MADE, JobState.REVIEW})


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A task that succeeded and whose result is not on this disk. `not_before` = the latest moment at which it
    was certainly not finished yet (the last look that said so, else the submit): the service tells no time of
    its own, so the days are counted from there. Times carry a zone. `resumed` = the command that goes on with it,
    where it is a job of a manifest."""

    task_id: str
    not_before: datetime
    resumed: str = ""

    @property
    def expires_at(self) -> datetime:
        """Until then the service keeps it for certain."""
        return expires_at(self.not_before)

    @property
    def how(self) -> str:
        """The command that downloads it."""
        return self.resumed or f"mediaprep fetch {self.task_id} -o FILE"

    def left(self, now: datetime) -> timedelta:
        """How long it is certainly kept from `now` on; negative = it may be gone."""
        return self.expires_at - now


def alarm(waiting: Undelivered, now: datetime) -> Finding | None:
    """What to tell of a result that is still not here; None while there is time."""
    left = waiting.left(now)
    if left > ALARM:
        return None
    days, how = left / timedelta(days=1), waiting.how
    until = waiting.expires_at.strftime("%Y-%m-%d %H:%M UTC%z")
    if days > 0:
        message = Text(
            f"the result of task {waiting.task_id} is not downloaded; the service keeps it until {until} "
            f"({days:.1f} days): {how}",
            f"任务 {waiting.task_id} 的结果尚未下载；服务端保留至 {until}（还剩 {days:.1f} 天）：{how}",
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
        fix=Text(how, how),
    )


def alarm_of(row: JobRow, now: datetime) -> Finding | None:
    """The same of a job, counted from the last moment at which its task was certainly not finished."""
    if row.state not in _UNDELIVERED or row.task_id is None:
        return None
    since = datetime.fromtimestamp(row.seen_at or row.state_at, UTC)
    resumed = f"mediaprep jobs resume {row.spec.get('for', row.id)}" if row.resumable else ""
    return alarm(Undelivered(task_id=row.task_id, not_before=since, resumed=resumed), now)


def gone(submitted: datetime | None, now: datetime) -> Text:
    """What a MediaUrl that stays stale means; "" as long as the result must still be there."""
    if submitted is None or now - submitted < RETENTION:
        return Text("", "")
    days = RETENTION.days
    return Text(
        f": the service keeps results {days} days and this task was submitted on {submitted:%Y-%m-%d}",
        f"：服务端只保留结果 {days} 天，而该任务提交于 {submitted:%Y-%m-%d}",
    )
