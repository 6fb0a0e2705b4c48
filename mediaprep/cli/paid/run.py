"""`mediaprep run MANIFEST`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mediaprep.batch.manifest import read
from mediaprep.cli.language import tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.cli.paid import run_display
from mediaprep.cli.paid.emulated_account import account_options
from mediaprep.cli.paid.run_target import emulator_option, fresh_option, same_command, surroundings
from mediaprep.cli.paid.work_options import WorkOptions, options


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
@account_options
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
@options
@working_options
def command(
    manifest: Path,
    emulated: bool,
    fresh: bool,
    account: dict[str, Any],
    unsafe: bool,
    again: bool,
    asked: WorkOptions,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs: 4 before 1 before 3 before 5."""
    results = asked.results or manifest.with_suffix("")
    told = run_display.told_files(asked.report, results)
    run_display.claim_told(told, reads=[manifest], overwrite=asked.overwrite)
    wanted = read(manifest, told=told)
    wishes = asked.run_options(emulated=emulated, unsafe=unsafe, again=again, manifest=manifest)
    teller = console(log_format)
    with surroundings(emulated, fresh, teller, account) as environ:
        chosen = settings(profile, environ)
        shown = run_display.RunDisplay(
            form=asked.form,
            report=asked.report,
            results=results,
            title=manifest.name,
            teller=teller,
            on_done=asked.on_done,
            webhook=asked.webhook,
        )
        resume = wishes.resume if again else same_command()
        return run_display.work(
            chosen,
            wishes,
            asked.sizes,
            shown,
            lambda engine: engine.run(wanted),
            total=len(wanted),
            resume=resume,
        )
