"""`mediaprep jobs …`: the ledger of paid work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, lang_option, profile_option, settings, working_options
from mediaprep.cli.paid import run_display, work_options
from mediaprep.cli.paid.emulated_account import account_options
from mediaprep.cli.paid.jobs_list import list_, tell_unfit, watch
from mediaprep.cli.paid.run_target import emulator_option, surroundings
from mediaprep.cli.paid.work_options import WorkOptions
from mediaprep.errors import BadRow
from mediaprep.model.paid.records import AttemptRow, JobRow, LedgerEvent
from mediaprep.report import ledger_tables
from mediaprep.verbs import jobs as verbs

_JSON = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.group("jobs", help=tell("The ledger of paid work.", "付费任务账本。"))
def command() -> None:
    """The root of what can be done with it."""


command.add_command(list_)
command.add_command(watch)


@command.command(
    "show",
    help=tell("Show a job: every attempt and every move.", "显示一个任务的每次提交与每次状态变化。"),
)
@click.argument("name", metavar=tell("JOB", "任务"))
@_JSON
@lang_option
def show(name: str, form: str) -> int:
    """0, or 3 where there is no such job."""
    for one in verbs.shown(settings(), name):
        if form == "json":
            _echo(ledger_tables.document([one.row], one.attempts, one.events, LANG))
            continue
        for line in ledger_tables.job_lines(one.row, one.alarm, LANG):
            printing.line(line)
        for place in (one.row.result, one.row.output):
            if place is not None:
                printing.line(f"    {place}")
        for attempt in one.attempts:
            printing.line(ledger_tables.attempt_line(attempt, LANG))
        for event in one.events:
            printing.line(ledger_tables.event_line(event, LANG))
    return 0


@command.command(
    "resume",
    help=tell(
        "Go on with jobs that a run left open, without its manifest: all of this account, or those named. "
        "A failed finishing is tried again, for free.",
        "继续此前未完成的任务，无需清单：当前账号的全部任务，或指定的任务。失败的后期处理会免费重试。",
    ),
)
@click.argument("names", nargs=-1, metavar=tell("[JOB…]", "[任务…]"))
@emulator_option
@account_options
@work_options.options
@working_options
def resume(
    names: tuple[str, ...],
    emulated: bool,
    account: dict[str, Any],
    asked: WorkOptions,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs; 0 where nothing was open."""
    wishes = asked.run_options(emulated=emulated)
    told = run_display.told_files(asked.report, asked.results)
    shown = run_display.RunDisplay(
        form=asked.form,
        report=asked.report,
        results=asked.results,
        title="jobs",
        teller=console(log_format),
        on_done=asked.on_done,
        webhook=asked.webhook,
    )
    with surroundings(emulated, False, shown.teller, account) as environ:
        return run_display.work(
            settings(profile, environ), wishes, asked.sizes, shown, lambda engine: engine.resume(names, told=told),
            total=0, resume=wishes.resume,
        )  # fmt: skip


@command.command(
    "resolve",
    help=tell(
        "Say of a job in doubt what only a person can know; then `jobs resume` goes on.",
        "对状态存疑的任务作出人工判断；之后用 jobs resume 继续。",
    ),
)
@click.argument("name", metavar=tell("JOB", "任务"))
@click.option("--task-id", metavar="TASK", help=tell("This is its task.", "指定其任务号。"))
@click.option(
    "--resubmit",
    is_flag=True,
    help=tell(
        "Submit it again, or download it again where its task is known (a task in doubt may be paid twice).",
        "重新提交；若任务号已知则重新下载（存疑的任务可能被重复计费）。",
    ),
)
@click.option("--abandon", is_flag=True, help=tell("Give it up.", "放弃该任务。"))
@profile_option
@lang_option
def resolve(name: str, task_id: str | None, resubmit: bool, abandon: bool, profile: str | None) -> int:
    """0 when it was written down."""
    row: JobRow = verbs.resolve(settings(profile), name, task_id=task_id, resubmit=resubmit, abandon=abandon)
    for line in ledger_tables.job_lines(row, None, LANG):
        printing.line(line)
    if not row.state.ended:
        printing.line(tell(f"to go on: {_way_on(row)}", f"继续：{_way_on(row)}"), err=True)
    return 0


def _way_on(row: JobRow) -> str:
    if row.resumable:
        return f"{work_options.RESUME} {row.id}"
    if row.task_id is None and row.media is None:
        return f"mediaprep submit {row.endpoint} REQUEST.json"
    return f"mediaprep fetch {row.task_id or row.id} -o FILE"


@command.command(
    "export",
    help=tell(
        "Write the whole ledger to stdout, for archives and spreadsheets; no secret stands in it.",
        "将整个账本输出到标准输出，用于归档或表格；其中不含任何密钥。",
    ),
)
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
@click.option(
    "--table",
    type=click.Choice(["jobs", "attempts", "events"]),
    default="jobs",
    show_default=True,
    help=tell("Which table, as CSV.", "CSV 输出哪张表。"),
)
@lang_option
def export(form: str, table: str) -> int:
    """0."""
    unfit: list[BadRow] = []
    rows, attempts, events = verbs.exported(settings(), unfit=unfit)
    tell_unfit(unfit)
    if form == "json":
        _echo(ledger_tables.document(rows, attempts, events, LANG))
        return 0
    tables: dict[str, Sequence[JobRow | AttemptRow | LedgerEvent]] = {
        "jobs": rows,
        "attempts": attempts,
        "events": events,
    }
    for line in ledger_tables.table(tables[table], LANG):
        printing.block(line)
    return 0


@command.command(
    "diagram",
    help=tell(
        "Print the states of a job and all moves between them, as a Mermaid diagram.",
        "以 Mermaid 图输出任务的状态及其全部变化。",
    ),
)
@lang_option
def diagram() -> int:
    """0."""
    from mediaprep.submission.states import diagram as drawn

    printing.block(drawn())
    return 0


def _echo(document: object) -> None:
    printing.document(document)
