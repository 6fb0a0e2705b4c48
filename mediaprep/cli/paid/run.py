"""`mediaprep run MANIFEST`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mediaprep.batch import plan as plans
from mediaprep.batch.manifest import sound
from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.cli.paid import outcomes, run_display
from mediaprep.cli.paid.emulated_account import account_options
from mediaprep.cli.paid.run_target import emulator_option, fresh_option, same_command, surroundings
from mediaprep.cli.paid.work_options import WorkOptions, options
from mediaprep.cli.plan_output import show
from mediaprep.config import redact
from mediaprep.model.paid.manifest_plan import ManifestPlan


@click.command(
    "run",
    help=tell(
        "Do all of it for the jobs of a manifest: mend, judge, upload, submit, wait, download, finish, prove. "
        "Run it again, after whatever happened, and it goes on where it stood: nothing is paid twice.",
        "按清单完成全部流程：修复、检查、上传、提交、等待、下载、成片、校验。无论发生什么，再次运行都会接着进行，不会重复计费。",
    ),
)
@click.argument("manifest", type=click.Path(path_type=Path), metavar="MANIFEST")
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
@click.option(
    "--dry-run",
    is_flag=True,
    help=tell("Do as `plan` does: judge all, send nothing.", "等同 plan：只判定，不发送。"),
)
@click.option(
    "--keep-going",
    is_flag=True,
    help=tell(
        "Run the other jobs although some are refused (otherwise none is begun).",
        "即使有任务不合格也运行其余任务（默认全部不开始）。",
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
    dry_run: bool,
    keep_going: bool,
    asked: WorkOptions,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs: 4 before 2 before 1 before 3 before 5."""
    results = asked.results or manifest.with_suffix("")
    told = run_display.told_files(asked.report, results)
    wish = plans.PlanWish(
        unsafe=unsafe, again=again, overwrite=asked.overwrite, emulated=emulated, encoders=asked.sizes.encoders,
        told=told,
    )  # fmt: skip
    if dry_run:
        planned = plans.plan(manifest, settings=settings(profile), wish=wish)
        show(planned, asked.form)
        return planned.exit_code
    run_display.claim_told(told, reads=[manifest], overwrite=asked.overwrite)
    wishes = asked.run_options(emulated=emulated, unsafe=unsafe, again=again, manifest=manifest)
    teller = console(log_format)
    shown = run_display.RunDisplay(
        form=asked.form, report=asked.report, results=results, title=manifest.name, teller=teller,
        on_done=asked.on_done, webhook=asked.webhook,
    )  # fmt: skip
    with surroundings(emulated, fresh, teller, account) as environ:
        chosen = settings(profile, environ)
        planned = plans.plan(manifest, settings=chosen, wish=wish)
        stopped = _refused(planned, keep_going=keep_going)
        wanted = sound(manifest, told=told)
        code = run_display.work(
            chosen, wishes, asked.sizes, shown,
            lambda engine: engine.turn_away(plans.turned_away(planned)) if stopped else engine.run(wanted),
            total=len(wanted), resume=wishes.resume if again else same_command(),
        )  # fmt: skip
    return outcomes.gravest({code, planned.exit_code}) if planned.mistakes else code


def _refused(planned: ManifestPlan, *, keep_going: bool) -> bool:
    """Whether nothing is begun because a job is refused. Raises BadDocument with all that is wrong where the manifest
    cannot be read as it stands; who keeps going is told of it."""
    wrong = plans.refusals(planned)
    if wrong is not None and planned.mistakes:
        if not keep_going:
            raise wrong
        printing.error(redact(f"mediaprep: {wrong.say(LANG)}"))
    return wrong is not None and not keep_going
