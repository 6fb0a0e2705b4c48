"""progress: where a task stands, once."""

from __future__ import annotations

import contextlib

from mediaprep.config import Settings, redact
from mediaprep.contract.codes import NO_RECORD, of_task
from mediaprep.contract.endpoints import get
from mediaprep.contract.progress import Progress, Status
from mediaprep.contract.wire.received import is_kept_task_id
from mediaprep.errors import BadConfig, Rejected
from mediaprep.model.paid.jobs import TaskState
from mediaprep.model.paid.records import JobRow
from mediaprep.submission.ledger import Ledger, selection
from mediaprep.submission.wire.client import Gateway


def progress(
    task: str,
    *,
    settings: Settings,
    endpoint: str | None = None,
    gateway: Gateway | None = None,
    ledger: Ledger | None = None,
) -> TaskState:
    """Ask once; `endpoint` is where the task was submitted, by default what the ledger says, else both
    queries are tried. Raises BadConfig for what is no TaskId, and the gateway's errors."""
    gateway = gateway or Gateway(settings)
    with contextlib.ExitStack() as opened:
        if ledger is None and (known_here := selection.known_for(settings, gateway)) is not None:
            ledger = opened.enter_context(known_here)
        task, known = origin(task, gateway, ledger)
    asked, seen = ask(task, gateway, endpoint or (known.endpoint if known else None))
    return state_of(task, asked, seen)


def state_of(task: str, asked: str, seen: Progress) -> TaskState:
    """What `asked` (an endpoint, or its query) said of a task."""
    failed = seen.status is Status.FAIL
    meaning = of_task(seen.fail_code) if failed else None
    queued = (
        seen.status is Status.COMMIT and get(asked).progress != "ppt_progress" and asked != "ppt_progress"
    )
    return TaskState(
        task_id=task,
        endpoint=asked,
        status=seen.status.value,
        ahead=seen.array_count if queued else None,
        seconds=seen.duration_ms / 1000 if seen.duration_ms > 0 else None,
        media_url=seen.media_url or None,
        subtitles_url=seen.subtitles_url or None,
        fail_code=seen.fail_code if failed else None,
        fail_meaning=meaning.meaning if meaning else None,
        fail_remedy=meaning.remedy if meaning else None,
        fail_message=redact(seen.fail_message) if failed else "",
    )


def origin(said: str, gateway: Gateway, ledger: Ledger | None) -> tuple[str, JobRow | None]:
    """The TaskId that is meant (`said`, or that of the job of this name), and what the ledger knows of it. Raises
    BadConfig for what is neither, and for a task of another gateway than the one in the settings."""
    known = None
    if ledger is not None:
        known = ledger.find(said) or next(
            (r for r in ledger.jobs(ids=[said], unfit=[]) if r.task_id or r.media), None
        )
    if known is None and not is_kept_task_id(said):
        raise BadConfig(
            "a TaskId is 1 to 64 letters, digits, - and _ (one of another form is fetched by the name of its job)",
            "TaskId 由 1 至 64 个字母、数字、- 或 _ 组成（其他形式的任务请用其作业名查询）",
        )
    task = known.task_id if known is not None and known.task_id else said
    if known is not None and known.base_url != gateway.base_url:
        raise BadConfig(
            f"task {task} was submitted to {known.base_url}, the settings name {gateway.base_url}",
            f"任务 {task} 提交于 {known.base_url}，而当前设置为 {gateway.base_url}",
        )
    return task, known


def ask(task: str, gateway: Gateway, endpoint: str | None) -> tuple[str, Progress]:
    """One answer, and the endpoint (or query) it came from. An unknown origin means asking both queries."""
    if endpoint is not None:
        return endpoint, gateway.progress(task, endpoint)
    try:
        return "progress", gateway.progress(task, "progress")
    except Rejected as error:
        if error.code != NO_RECORD:
            raise
        missing = error
    try:
        return "ppt_progress", gateway.progress(task, "ppt_progress")
    except Rejected as error:
        if error.code != NO_RECORD:
            raise
    raise missing
