"""`mediaprep jobs list` and `mediaprep jobs watch`"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, settings
from mediaprep.config import redact
from mediaprep.errors import BadRow
from mediaprep.model.paid.records import JobState
from mediaprep.report import ledger_tables
from mediaprep.report.runs.jobs_screen import JobsScreen
from mediaprep.verbs.jobs import JobFilter, Listed, listed

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
Command = Callable[..., Any]


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Some time ago (`90m`, `2h`, `3d`, `1w`), or a date or time of this place or any other (ISO 8601), in seconds
    since 1970."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)([smhdw])", value.strip())
    if found:
        return time.time() - float(found[1]) * _UNITS[found[2]]
    try:
        return datetime.fromisoformat(value.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        said = tell(
            f"{value!r}: say 30m, 2h, 3d, 1w, or a date such as 2026-12-01 or 2026-12-01T08:30",
            f"{value!r}：应为 30m、2h、3d、1w，或日期，如 2026-12-01、2026-12-01T08:30",
        )
    raise click.BadParameter(said, ctx, param)


def _filters(command: Command) -> Command:
    """Which jobs."""
    for option in reversed(
        (
            click.option(
                "--all",
                "everything",
                is_flag=True,
                help=tell("Those that are done too.", "包括已完成的任务。"),
            ),
            click.option(
                "--state",
                "states",
                type=click.Choice([state.value for state in JobState], case_sensitive=False),
                multiple=True,
                help=tell(
                    "Only those of this state; may be given again.", "只列出该状态的任务，可多次给出。"
                ),
            ),
            click.option(
                "--manifest",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=tell("Only those that came with this manifest.", "只列出来自该清单的任务。"),
            ),
            click.option(
                "--since",
                callback=_moment,
                metavar=tell("WHEN", "时间"),
                help=tell(
                    "Only those that moved since then: 30m, 2h, 3d, or a date.",
                    "只列出此后有变化的任务：30m、2h、3d 或日期。",
                ),
            ),
            click.option("--format", "form", type=click.Choice(["text", "json"]), default="text"),
        )
    ):
        command = option(command)
    return lang_option(command)


@click.command(
    "list",
    help=tell(
        "List the jobs that are not done, and results that the service will not keep much longer. Times are local. "
        "What was refused before it was paid is shown for a week.",
        "列出未完成的任务，以及即将过期的结果；时间为本地时间。付费前被拒的任务只显示一周。",
    ),
)
@_filters
def list_(
    everything: bool, states: tuple[str, ...], manifest: Path | None, since: float | None, form: str
) -> int:
    """0, whatever is listed."""
    unfit: list[BadRow] = []
    found = listed(settings(), _filter(everything, states, manifest, since), unfit=unfit)
    tell_unfit(unfit)
    if form == "json":
        printing.document({"schema": ledger_tables.SCHEMA, "jobs": [_entry(one) for one in found]})
        return 0
    for one in found:
        _show(one)
    return 0


@click.command(
    "watch",
    help=tell(
        "Watch jobs, whoever works on them, until none is open: a board on a terminal, else a line for each change.",
        "持续查看任务（无论由哪个进程处理），直至全部结束：终端上为看板，否则每次变化输出一行。",
    ),
)
@_filters
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    metavar=tell("SECONDS", "秒"),
    help=tell("How often is looked.", "查看间隔。"),
)
def watch(
    everything: bool,
    states: tuple[str, ...],
    manifest: Path | None,
    since: float | None,
    form: str,
    interval: float,
) -> int:
    """0 once none of them is open."""
    which, chosen = _filter(everything or not states, states, manifest, since), settings()
    known: dict[str, tuple[str, str]] = {}
    with JobsScreen(LANG) as screen:
        while True:
            unfit: list[BadRow] = []
            found = listed(chosen, which, unfit=unfit)
            open_ones = [one for one in found if not one.row.state.ended]
            if screen.live and form == "text":
                screen.show([one.row for one in found])
            else:
                for one in found:
                    now = (str(one.row.state), one.row.note.en)
                    if known.get(one.row.id) != now and (
                        one in open_ones or one.row.id in known or everything
                    ):
                        printing.document(_entry(one), indent=None) if form == "json" else _show(one)
                        known[one.row.id] = now
            if not open_ones:
                return 0
            time.sleep(interval)


def _filter(everything: bool, states: Sequence[str], manifest: Path | None, since: float | None) -> JobFilter:
    return JobFilter(
        everything=everything,
        states=[JobState(state.upper()) for state in states],
        manifest=manifest,
        since=since,
    )


def _entry(one: Listed) -> dict[str, Any]:
    return {**ledger_tables.entry(one.row, LANG), "alarm": one.alarm.message.say(LANG) if one.alarm else None}


def _show(one: Listed) -> None:
    head, *more = ledger_tables.job_lines(one.row, one.alarm, LANG)
    printing.line(head, fg=ledger_tables.COLOURS.get(one.row.state))
    for line in more:
        printing.line(line)


def tell_unfit(unfit: Sequence[BadRow]) -> None:
    """What cannot be read of the ledger, once each, on stderr."""
    for line in dict.fromkeys(error.say(LANG) for error in unfit):
        printing.line(f"mediaprep: {redact(line)}", err=True)
