"""`mediaprep run MANIFEST`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.batch.manifest import read
from mediaprep.cli.language import tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.cli.paid import work_options
from mediaprep.cli.paid.run_target import emulator_option, fresh_option, same_command, surroundings
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.paid.run_session import RunOptions


@click.command(
    "run",
    help=tell(
        "Do all of it for the jobs of a manifest: mend, judge, upload, submit, wait, download, finish, prove. "
        "Run it again, after whatever happened, and it goes on where it stood: nothing is paid twice.",
        "按清单完成全部流程：修复、检查、上传、提交、等待、下载、成片、校验。无论发生什么，再次运行都会接着进行，不会重复计费。",
    ),
)
@click.argument("manifest", type=click.Path(path_type=Path, dir_okay=False), metavar="MANIFEST")
@emulator_option
@fresh_option
@click.option(
    "--unsafe", is_flag=True, help=tell("Allow mending that removes content.", "允许会删除内容的修复。")
)
@click.option(
    "--again",
    is_flag=True,
    help=tell(
        "Submit anew although the job was accepted before (pays again).",
        "即使此前已被接受也重新提交（会再次计费）。",
    ),
)
@work_options.options
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help=tell("Write one self-contained page about the run.", "写出一个自包含的网页报告。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@working_options
def command(
    manifest: Path,
    emulated: bool,
    fresh: bool,
    unsafe: bool,
    again: bool,
    jobs: int,
    encoders: int | None,
    deadline: float | None,
    retry_failed: int,
    allow_ungated: bool,
    overwrite: bool,
    report: Path | None,
    form: str,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs: 4 before 1 before 3 before 5."""
    wanted = read(manifest, report=report)
    output_claims.claim([report], reads=[manifest], overwrite=overwrite)
    wishes = RunOptions(
        unsafe=unsafe, again=again, overwrite=overwrite, deadline_seconds=deadline,
        detailed=bool(report) or form == "json", pictures=report is not None,
        policy=work_options.policy(retry_failed, allow_ungated), resume=work_options.resume_command(emulated),
    )  # fmt: skip
    teller = console(log_format)
    with surroundings(emulated, fresh, teller) as environ:
        chosen = settings(profile, environ)
        shown = work_options.RunDisplay(form=form, report=report, title=manifest.name, teller=teller)
        resume = wishes.resume if again else same_command()
        return work_options.work(
            chosen, wishes, work_options.crew(jobs, encoders), shown, lambda engine: engine.run(wanted),
            total=len(wanted), resume=resume,
        )  # fmt: skip
