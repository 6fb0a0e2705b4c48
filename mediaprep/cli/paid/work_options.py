"""What `run` and `jobs resume` share: the options of many jobs at work, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from mediaprep.batch.engine import WAITERS, Engine, PoolSizes, Ran
from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import overwrite_option
from mediaprep.cli.paid import outcomes
from mediaprep.config import Settings
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.model.paid.outcomes import Outcome
from mediaprep.report import run_json
from mediaprep.report.console import Console
from mediaprep.report.run_board import Board
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.paid.run_session import RunOptions

RESUME: Final = "mediaprep jobs resume"
_STOPPED: Final = 5
Command = Callable[..., Any]


def options(command: Command) -> Command:
    """The options of many jobs at work."""
    command = overwrite_option(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: Final = (
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        default=WAITERS,
        show_default=True,
        help=tell("Jobs that are sent, asked after or downloaded at once.", "同时提交、查询或下载的任务数。"),
    ),
    click.option(
        "--encoders",
        type=click.IntRange(1, 64),
        help=tell(
            "Jobs that are mended or finished at once (default: half the processors).",
            "同时修复或成片的任务数（默认为处理器数的一半）。",
        ),
    ),
    click.option(
        "--deadline",
        type=float,
        metavar=tell("SECONDS", "秒"),
        help=tell(
            "How long a task is waited for, and for a free place or an answering gateway (default: to the end).",
            "任务的最长等待时间，亦适用于等待空闲名额或服务恢复（默认等到结束）。",
        ),
    ),
    click.option(
        "--retry-failed",
        type=click.IntRange(0, 10),
        default=0,
        metavar="N",
        help=tell(
            "Submit a failed task again up to N times; whether a failure is charged the docs only say of ppt.",
            "任务失败后最多重新提交 N 次；失败是否计费，文档仅对 ppt 有说明。",
        ),
    ),
    click.option(
        "--allow-ungated",
        is_flag=True,
        help=tell(
            "Submit although nothing could tell what became of a lost answer (no gate, no bucket).",
            "即使应答丢失后无从查证（无素材网关、无存储桶）也提交。",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class RunDisplay:
    """How a run is told: text or JSON on stdout, a page, and lines on stderr while it works."""

    form: str
    title: str
    teller: Console
    report: Path | None = None


def crew(jobs: int, encoders: int | None) -> PoolSizes:
    """As many threads as asked for."""
    return PoolSizes(waiters=jobs) if encoders is None else PoolSizes(waiters=jobs, encoders=encoders)


def resume_command(emulated: bool) -> str:
    """What goes on with jobs that are left."""
    return f"{RESUME} --emulator" if emulated else RESUME


def policy(retry_failed: int, allow_ungated: bool) -> Policy:
    """How the workers behave."""
    return Policy(retry_failed=retry_failed, allow_ungated=allow_ungated)


def work(
    settings: Settings,
    wishes: RunOptions,
    crew: PoolSizes,
    shown: RunDisplay,
    begin: Callable[[Engine], Ran],
    *,
    total: int,
    resume: str,
) -> int:
    """Run the engine, show what it does and what came of it; the exit code. `resume` is the command that goes
    on after a stop."""
    teller = shown.teller
    with Board(teller, total=total, lang=LANG) as board:

        def ended(outcome: Outcome) -> None:
            with printing.going_on():  # what was paid for goes on, whoever reads of it
                board.closed(outcome.job, lambda: _show(outcome, shown.form))

        def on_stop() -> None:
            teller.say(
                tell(
                    "stopping: what is on its way to the service ends first (again: leave at once)",
                    "正在停止：先等待已发出的请求结束（再按一次立即退出）",
                ),
                event="stopping",
            )

        engine = Engine(
            settings=settings, wishes=wishes, crew=crew, tell=board.tell, ended=ended, on_stop=on_stop
        )
        board.mark = f"{EMULATED_MARK} " if engine.emulated else ""
        ran = begin(engine)
    if shown.report is not None:
        from mediaprep.report.run_page import write

        write(shown.report, ran.outcomes, lang=LANG, title=f"mediaprep · {shown.title}")
    if shown.form == "json":
        for part in run_json.lines(ran.outcomes, lang=LANG):
            printing.block(part)
    if ran.stopped:
        teller.say(
            tell(
                f"stopped; nothing is lost. To go on: {resume}", f"已停止，没有丢失任何内容。继续：{resume}"
            ),
            event="stopped",
            resume=resume,
        )
        return _STOPPED
    return outcomes.gravest(ran.codes)


def _show(outcome: Outcome, form: str) -> None:
    if form == "text":
        outcomes.show(outcome)
