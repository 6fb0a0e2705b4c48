"""`mediaprep jobs …`: the ledger of paid work."""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import engines
from mediaprep.cli.language import tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.verbs.shift import Wishes


@click.group("jobs", help=tell("The ledger of paid work.", "付费任务账本。"))
def command() -> None:
    """The root of what can be done with it."""


@command.command(
    "resume",
    help=tell(
        "Go on with jobs that a run left open, without its manifest: all of this account, or those named. "
        "A failed finishing is tried again, for free.",
        "继续此前未完成的任务，无需清单：当前账号的全部任务，或指定的任务。失败的后期处理会免费重试。",
    ),
)
@click.argument("names", nargs=-1, metavar=tell("[JOB…]", "[任务…]"))
@engines.options
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help=tell("Write one self-contained page about the run.", "写出一个自包含的网页报告。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@working_options
def resume(
    names: tuple[str, ...],
    jobs: int,
    encoders: int | None,
    deadline: float | None,
    retry_failed: int,
    allow_ungated: bool,
    report: Path | None,
    form: str,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs; 0 where nothing was open."""
    wishes = Wishes(
        deadline_seconds=deadline, detailed=bool(report) or form == "json", pictures=report is not None,
        policy=engines.policy(retry_failed, allow_ungated),
    )  # fmt: skip
    shown = engines.Shown(form=form, report=report, title="jobs", teller=console(log_format))
    return engines.work(
        settings(profile), wishes, engines.crew(jobs, encoders), shown, lambda engine: engine.resume(names),
        total=0, resume=engines.RESUME,
    )  # fmt: skip
