"""`mediaprep progress TASK`"""

from __future__ import annotations

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.config import redact
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.model.paid.jobs import TaskState
from mediaprep.report.escaping import shown
from mediaprep.verbs.progress import progress

_EXIT = {"SUCCESS": 0, "FAIL": 4}
_PENDING = 5


@click.command("progress", help=tell("Ask once how a task stands.", "查询一次任务状态。"))
@click.argument("task")
@click.option(
    "--endpoint", type=click.Choice(list(ENDPOINTS)), help=tell("Where it was submitted.", "提交到哪个接口。")
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@profile_option
@lang_option
def command(task: str, endpoint: str | None, form: str, profile: str | None) -> int:
    """Exit code 0 for SUCCESS, 4 for FAIL, 5 while it is pending."""
    state = progress(task, settings=settings(profile), endpoint=endpoint)
    if form == "json":
        printing.document(_entry(state))
    else:
        for line in _lines(state):
            printing.line(line)
    return _EXIT.get(state.status, _PENDING)


def _entry(state: TaskState) -> dict[str, object]:
    return {
        "task_id": state.task_id,
        "endpoint": state.endpoint,
        "status": state.status,
        "ahead": state.ahead,
        "seconds": state.seconds,
        "media_url": redact(state.media_url) if state.media_url else None,
        "subtitles_url": redact(state.subtitles_url) if state.subtitles_url else None,
        "fail_code": state.fail_code,
        "fail_meaning": state.fail_meaning.say(LANG) if state.fail_meaning else None,
        "fail_remedy": state.fail_remedy.say(LANG) if state.fail_remedy else None,
        "fail_message": redact(state.fail_message),
    }


def _lines(state: TaskState) -> list[str]:
    told = [f"{state.task_id}  {state.status}"]
    if state.ahead is not None:
        told.append(tell(f"  {state.ahead} tasks ahead in the queue", f"  前面还有 {state.ahead} 个任务"))
    if state.seconds is not None:
        told.append(
            tell(f"  length as stated: {state.seconds:g} s", f"  服务端声称时长：{state.seconds:g} 秒")
        )
    if state.status == "FAIL":
        meaning = state.fail_meaning.say(LANG) if state.fail_meaning else ""
        told.append(f"  {state.fail_code}: {meaning} {shown(redact(state.fail_message))}".rstrip())
        if state.fail_remedy:
            told.append(f"  ↳ {state.fail_remedy.say(LANG)}")
    if state.media_url:
        told.append(f"  {redact(state.media_url)}")
    return told
