"""`mediaprep deck plan STORY.yaml -o request.json`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.batch import storyboard as boards
from mediaprep.cli import printing
from mediaprep.cli.deck.storyboard_output import page_option, show, write_page
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import format_option, lang_option, overwrite_option, profile_option, settings
from mediaprep.model.findings import Verdict
from mediaprep.report import storyboard_page as told
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.decks.plan_deck import plan
from mediaprep.verbs.finishing import output_claims


@click.command(
    "plan",
    help=tell(
        "Turn a storyboard into the requests of its PPT tasks: everything judged, minutes and cost shown. Decks of "
        "more than 50 pages become several, pages that are left out are dropped from a copy.",
        "把分镜变成 PPT 任务的请求：逐项检查，给出时长与费用。超过 50 页会拆成多个任务，跳过的页从副本中去掉。",
    ),
)
@click.argument("story_file", metavar="STORY.yaml", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="REQUEST.json",
    help=tell(
        "The request, numbered when there are several (default: nothing is written).",
        "请求文件，多个任务时自动编号（默认不写文件）。",
    ),
)
@page_option
@format_option
@click.option(
    "--allow-unknown",
    is_flag=True,
    help=tell("A check that could not run does not fail the run.", "无法进行的检查不算失败。"),
)
@overwrite_option
@profile_option
@lang_option
def command(
    story_file: Path,
    output: Path | None,
    page: Path | None,
    form: str,
    allow_unknown: bool,
    overwrite: bool,
    profile: str | None,
) -> int:
    """Nothing is written when something is refused (exit code 1); 3 when something could not be judged."""
    chosen = settings(profile)
    base = story_file.resolve().parent
    story = boards.read(story_file)
    output_claims.claim([output, page], reads=[story_file, story.deck], overwrite=overwrite)
    done = plan(
        story,
        output or story_file.with_suffix(".json"),
        base=base,
        settings=chosen,
        account=AccountLists(chosen),
        dry=output is None,
        overwrite=overwrite,
    )
    show(done.story, form, done)
    if page is not None:
        write_page(page, told.html(done.story, told.pictures_of(story, base), lang=LANG, plan=done))
    if done.story.verdict is Verdict.REFUSED:
        if output is not None:
            printing.line(tell("nothing was written", "未写出任何文件"), err=True)
        return 1
    return 3 if done.story.verdict is Verdict.UNKNOWN and not allow_unknown else 0
