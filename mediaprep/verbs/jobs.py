"""`jobs`: what the ledger of paid work says, and the person's door to a job that only a person can decide."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from mediaprep import processes
from mediaprep.config import Settings
from mediaprep.contract.codes import NO_RECORD
from mediaprep.contract.wire.received import is_kept_task_id
from mediaprep.errors import BadConfig, BadRow, LedgerError, Rejected
from mediaprep.model.findings import Finding, Text
from mediaprep.model.paid.records import AttemptRow, AttemptState, JobRow, JobState, LedgerEvent
from mediaprep.submission.job.retention import alarm_of
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.submission.ledger import Ledger, StaleClaim, selection
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.paid import enrolment

_REFUSED_SECONDS: Final = 7 * 86400.0
_PERSON: Final = "person"
_Row = TypeVar("_Row", JobRow, AttemptRow, LedgerEvent)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A job as it stands, and what is alarming about it: a result that the service will not keep much longer."""

    row: JobRow
    alarm: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class JobHistory:
    """One job with all that happened to it."""

    row: JobRow
    attempts: tuple[AttemptRow, ...]
    events: tuple[LedgerEvent, ...]
    alarm: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """Which jobs are looked at: those that are not done and not old, or `everything`; those of some `states`; those
    of a `manifest`, by its path; those that were moved `since` (seconds since 1970)."""

    everything: bool = False
    states: Sequence[JobState] = ()
    manifest: Path | None = None
    since: float | None = None

    @property
    def wanted(self) -> Sequence[JobState] | None:
        if self.states:
            return self.states
        whole = self.everything or self.manifest is not None or self.since is not None
        return None if whole else [state for state in JobState if state is not JobState.DONE]


def listed(
    settings: Settings,
    which: JobFilter = JobFilter(),
    *,
    now: datetime | None = None,
    unfit: list[BadRow] | None = None,
) -> tuple[Listed, ...]:
    """The jobs that fit, what was moved last at the end, behind them those of the emulator. What was refused, and
    never paid, is only shown for a week, and not when a later try of the same job is there. What cannot be read comes
    into `unfit`; without such a list the first raises BadRow."""
    now = now or datetime.now(UTC)
    with selection.visible(settings) as ledgers:
        found = []
        for ledger in ledgers:
            rows = ledger.jobs(unfit=unfit)
            shown = _fitting(rows, which, now.timestamp())
            found += [Listed(row=row, alarm=alarm_of(row, now)) for row in _of(ledger, shown)]
        return tuple(found)


def _fitting(rows: Sequence[JobRow], which: JobFilter, now: float) -> list[JobRow]:
    """The rows that are looked at, oldest move first."""
    wanted, mains = which.wanted, _of_manifest(rows, which.manifest)
    newest = {row.name: row.created_at for row in sorted(rows, key=lambda row: row.created_at)}
    by_default = not (which.everything or which.states or which.manifest or which.since is not None)

    def fits(row: JobRow) -> bool:
        old = row.state_at < now - _REFUSED_SECONDS or newest[row.name] > row.created_at
        return (
            (wanted is None or row.state in wanted)
            and (mains is None or row.id in mains or row.spec.get("for") in mains)
            and (which.since is None or row.state_at >= which.since)
            and not (by_default and old and row.state is JobState.REFUSED and not row.attempt)
        )

    return sorted(filter(fits, rows), key=lambda row: (row.state_at, row.id))


def _of_manifest(rows: Sequence[JobRow], manifest: Path | None) -> set[str] | None:
    """The ids of the jobs that came with it; None where any manifest will do."""
    if manifest is None:
        return None
    return {row.id for row in rows if row.spec.get(enrolment.MANIFEST) == str(manifest.absolute())}


def shown(settings: Settings, name: str, *, now: datetime | None = None) -> tuple[JobHistory, ...]:
    """The job of that row, or all of that name in their manifest. Raises LedgerError where there is none."""
    with selection.visible(settings) as ledgers:
        ledger, rows = _named(ledgers, name)
        return tuple(
            JobHistory(
                row=row,
                attempts=tuple(_of(ledger, ledger.attempts(row.id))),
                events=tuple(_of(ledger, ledger.events(row.id))),
                alarm=alarm_of(row, now or datetime.now(UTC)),
            )
            for row in _of(ledger, rows)
        )


def exported(
    settings: Settings, *, unfit: list[BadRow] | None = None
) -> tuple[tuple[JobRow, ...], tuple[AttemptRow, ...], tuple[LedgerEvent, ...]]:
    """Jobs, attempts and events: the whole ledger, in which no secret stands, and the emulator's. `unfit` as of
    `listed`."""
    with selection.visible(settings) as ledgers:
        return (
            tuple(row for ledger in ledgers for row in _of(ledger, ledger.jobs(unfit=unfit))),
            tuple(row for ledger in ledgers for row in _of(ledger, ledger.attempts(unfit=unfit))),
            tuple(row for ledger in ledgers for row in _of(ledger, ledger.events(unfit=unfit))),
        )


def resolve(
    settings: Settings,
    name: str,
    *,
    task_id: str | None = None,
    resubmit: bool = False,
    abandon: bool = False,
) -> JobRow:
    """What a person says of a job in doubt: its task is `task_id` (the service is asked whether it knows it), or
    it is submitted again (which may pay twice; a failed job too), or it is given up. Nothing is sent here:
    `jobs resume` goes on.

    Raises BadConfig where none or several are said, LedgerError for a job that is not in doubt or is being
    worked on or could still be accepted, and the gateway's errors.
    """
    if sum((task_id is not None, resubmit, abandon)) != 1:
        raise BadConfig(
            "say one of --task-id TASK, --resubmit, --abandon",
            "请给出 --task-id 任务号、--resubmit、--abandon 之一",
        )
    with selection.visible(settings) as ledgers:
        ledger, found = _named(ledgers, name)
        row = _to_decide(found, name, failed=resubmit)
        if task_id is not None:
            _refuse_unknown(settings, ledger, row, task_id)
        if resubmit:
            _refuse_early(ledger, row)
        try:
            if row.state is JobState.SUBMITTING:
                row = _left(ledger, row)
            if row.state is JobState.AMBIGUOUS:  # a person knows before the deadline does
                row = ledger.reopen(row, JobState.REVIEW, name="no evidence", by=_PERSON, why=_DECIDED)
            return _decided(ledger, row, task_id, resubmit=resubmit)
        except StaleClaim:
            raise LedgerError(
                f"job {row.id} is being worked on right now: stop that first, or look again",
                f"任务 {row.id} 正在处理中：请先停止，或稍后再看",
            ) from None


def _left(ledger: Ledger, row: JobRow) -> JobRow:
    """A job whose command died while it was sending. Raises Stale where it lives."""
    claim = ledger.claim(processes.me(), Policy.lease_seconds, ids=[row.id], states=[row.state])
    if claim is None:
        raise StaleClaim(row.id)
    return ledger.move(claim, JobState.AMBIGUOUS, name="owner lost")


def _decided(ledger: Ledger, row: JobRow, task_id: str | None, *, resubmit: bool) -> JobRow:
    if task_id is not None:
        return ledger.reopen(
            row, JobState.RUNNING, name="task named", by=_PERSON, task_id=task_id, seen_at=row.state_at
        )
    if not resubmit:
        return ledger.reopen(row, JobState.FAILED, name="abandoned", by=_PERSON)
    if row.state is JobState.FAILED:
        return ledger.reopen(row, JobState.NEW, name="again", by=_PERSON)
    if row.media is not None:  # the product is known, be it by its object alone
        return ledger.reopen(row, JobState.MADE, name="download again", by=_PERSON)
    ready = row.payload is not None and row.whole
    return ledger.reopen(row, JobState.READY if ready else JobState.NEW, name="resubmit", by=_PERSON)


def _named(ledgers: Iterable[Ledger], name: str) -> tuple[Ledger, tuple[JobRow, ...]]:
    """The first ledger that has it, and the job of that row or all of that name."""
    for ledger in ledgers:
        found = ledger.jobs(ids=[name]) or tuple(row for row in ledger.jobs(unfit=[]) if row.name == name)
        if found:
            return ledger, found
    raise LedgerError(f"the ledger has no job {name}", f"账本中没有任务 {name}")


def _of(ledger: Ledger, rows: Iterable[_Row]) -> Iterator[_Row]:
    """Rows that say whether they are an emulator's."""
    emulated = ledger.emulated
    return (replace(row, emulated=emulated) for row in rows)


def _to_decide(found: Sequence[JobRow], name: str, *, failed: bool) -> JobRow:
    """The one of these jobs that waits for a person's word; a failed one can only be submitted again."""
    states = {state for state in JobState if state.in_doubt} | ({JobState.FAILED} if failed else set())
    open_ = [row for row in found if row.state in states]
    if len(open_) > 1:
        ids = ", ".join(row.id for row in open_)
        raise BadConfig(
            f"several jobs are called {name}: say which: {ids}", f"有多个任务叫 {name}，请指明：{ids}"
        )
    if not open_:
        raise LedgerError(
            f"job {found[0].id} is {found[0].state}: there is nothing to decide",
            f"任务 {found[0].id} 的状态为 {found[0].state}：无需人工决定",
        )
    return open_[0]


def _refuse_early(ledger: Ledger, row: JobRow) -> None:
    """While the signature of an attempt in doubt can be accepted, no look for its task says that there is none.
    Raises LedgerError."""
    attempt = ledger.attempt(row.id, row.attempt)
    if attempt is None or row.media is not None:  # nothing was sent, or nothing will be
        return
    left = attempt.fence_at - time.time()
    if left > 0 and (attempt.state.open or attempt.state is AttemptState.SET_ASIDE):
        raise LedgerError(
            f"job {row.id}: attempt {attempt.n} could still be accepted for {left:.0f} s: wait so long, look for its "
            "task, and only then say --resubmit",
            f"任务 {row.id}：第 {attempt.n} 次提交在 {left:.0f} 秒内仍可能被接受：请等待后确认任务，再使用 --resubmit",
        )


def _refuse_unknown(settings: Settings, ledger: Ledger, row: JobRow, task_id: str) -> None:
    """A slip of the pen must not bind a job to nothing, or to another job's task."""
    if not is_kept_task_id(task_id):
        raise BadConfig(
            "a TaskId is 1 to 64 letters, digits, - and _", "TaskId 由 1 至 64 个字母、数字、- 或 _ 组成"
        )
    other = ledger.find(task_id)
    if other is not None and other.id != row.id:
        raise BadConfig(f"task {task_id} is that of job {other.id}", f"任务号 {task_id} 属于任务 {other.id}")
    gateway = Gateway(settings)
    if gateway.base_url != row.base_url:
        raise BadConfig(
            f"job {row.id} was submitted to {row.base_url}, the settings name {gateway.base_url}",
            f"任务 {row.id} 提交于 {row.base_url}，而当前设置为 {gateway.base_url}",
        )
    try:
        gateway.progress(task_id, row.endpoint)
    except Rejected as error:
        if error.code != NO_RECORD:
            raise
        raise BadConfig(
            f"the service knows no task {task_id} of this account", f"服务端没有该账号的任务 {task_id}"
        ) from None


_DECIDED: Final = Text("a person decides", "由人工决定")
