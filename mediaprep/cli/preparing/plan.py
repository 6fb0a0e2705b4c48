"""`mediaprep plan MANIFEST`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, overwrite_option, profile_option, settings
from mediaprep.cli.paid.run_target import emulator_option
from mediaprep.cli.plan_output import show
from mediaprep.report.plans import plan_page
from mediaprep.verbs.finishing import output_claims


@click.command(
    "plan",
    help=tell(
        "Judge a manifest whole and say what each job takes: minutes, cost, and when it is done. Nothing is sent, and "
        "no file is changed but the cache of facts.",
        "整份清单先行判定：每个任务的分钟数、费用与完成时间。不发送任何请求，除缓存外不改动任何文件。",
    ),
)
@click.argument("manifest", type=click.Path(path_type=Path), metavar="MANIFEST")
@emulator_option
@click.option("--urls", is_flag=True, help=tell("Look at the requests' URLs too.", "同时访问请求中的 URL。"))
@click.option(
    "--unsafe", is_flag=True, help=tell("Allow mending that removes content.", "允许会删除内容的修复。")
)
@click.option(
    "--again", is_flag=True, help=tell("As if nothing was done or paid yet.", "视为尚未完成、尚未付费。")
)
@click.option(
    "--encoders",
    type=click.IntRange(1, 64),
    help=tell("Jobs that are mended or finished at once.", "同时修复或成片的任务数。"),
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help=tell("Write a page with the schedule.", "写出含排期的网页。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text")
@overwrite_option
@profile_option
@lang_option
def command(
    manifest: Path,
    emulated: bool,
    urls: bool,
    unsafe: bool,
    again: bool,
    encoders: int | None,
    page: Path | None,
    form: str,
    overwrite: bool,
    profile: str | None,
) -> int:
    """2 for a manifest that cannot be read as it stands, 1 when a job is refused, 3 when something could not be
    judged."""
    from mediaprep.batch.plan import PlanWish, plan

    output_claims.claim([page], reads=[manifest], overwrite=overwrite)
    more: dict[str, Any] = {} if encoders is None else {"encoders": encoders}
    wish = PlanWish(urls=urls, unsafe=unsafe, again=again, overwrite=overwrite, emulated=emulated, **more)
    made = plan(manifest, settings=settings(profile), wish=wish)
    show(made, form)
    if page is not None:
        plan_page.write(page, made, lang=LANG)
    return made.exit_code
