"""`mediaprep deck run DECK -o VIDEO.mp4 --voice KEY`"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mediaprep.batch import manifest
from mediaprep.batch.reading import job_rows
from mediaprep.cli.deck.deck_options import silent_options
from mediaprep.cli.finishing.finish_options import deck_options
from mediaprep.cli.language import tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.cli.paid import run_display, work_options
from mediaprep.cli.paid.emulated_account import account_options
from mediaprep.cli.paid.run_target import emulator_option, fresh_option, same_command, surroundings
from mediaprep.cli.paid.work_options import WorkOptions
from mediaprep.model.decks import lessons
from mediaprep.model.decks.storyboard import Empty
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job

_FILE = click.Path(path_type=Path, dir_okay=False)
_STORIES = (".yaml", ".yml")


@click.command(
    "run",
    help=tell(
        "Make one video of a deck (pptx, pdf, ppt) or of its storyboard (YAML): its notes are spoken, its pages made "
        "by PPT tasks of at most 50 pages, joined, captioned, and a chapter for each. Run it again, after whatever "
        "happened: what was paid is not paid again, and of a changed deck only what changed.",
        "把文稿（pptx、pdf、ppt）或其分镜（YAML）做成一个视频：朗读备注，按每份至多 50 页提交 PPT 任务，"
        "拼接并加字幕与章节。"
        "可随时重新运行：已付费的不会重复计费，改动后只重做改动的部分。",
    ),
)
@click.argument("deck", type=_FILE, metavar=tell("DECK|STORY.yaml", "文稿|分镜.yaml"))
@click.option("-o", "--output", required=True, type=_FILE, help=tell("Where the video goes.", "成片路径。"))
@click.option("--voice", help=tell("TimbreKey for every page.", "所有页面的 TimbreKey。"))
@click.option("--avatar", help=tell("VirtualmanKey for every page.", "所有页面的 VirtualmanKey。"))
@click.option("--speed", type=float, help=tell("Pace of speech, 0.5 to 1.5.", "语速，0.5–1.5。"))
@click.option(
    "--text",
    is_flag=True,
    help=tell(
        "Let the PPT task speak the pages itself: when they are shown is then seen by their pictures, and captions "
        "are estimated.",
        "由 PPT 任务自行朗读：页面时间按画面识别，字幕时间为估算。",
    ),
)
@silent_options
@click.option(
    "--hidden",
    type=click.Choice(["drop", "unhide"]),
    default="drop",
    show_default=True,
    help=tell("What becomes of hidden pages.", "如何处理隐藏页。"),
)
@click.option(
    "--captions",
    type=click.Choice([*(way.value for way in CaptionsAs), "none"]),
    default=CaptionsAs.BURN.value,
    show_default=True,
    help=tell("How captions are shown.", "字幕形式。"),
)
@click.option("--no-chapters", is_flag=True, help=tell("No chapters.", "不加章节。"))
@deck_options
@emulator_option
@fresh_option
@account_options
@work_options.options
@working_options
def command(
    deck: Path,
    output: Path,
    emulated: bool,
    fresh: bool,
    account: dict[str, Any],
    asked: WorkOptions,
    profile: str | None,
    log_format: str,
    **wished: Any,
) -> int:
    """The exit code of the job: 0 done, 1 refused, 4 failed, 5 still pending."""
    wanted = _job(deck, output, **wished)
    told = run_display.told_files(asked.report, asked.results)
    manifest.refuse_shared([wanted], deck, told=told)
    run_display.claim_told(told, reads=[deck], overwrite=asked.overwrite)
    wishes = asked.run_options(emulated=emulated)
    teller = console(log_format)
    with surroundings(emulated, fresh, teller, account) as environ:
        shown = run_display.RunDisplay(
            form=asked.form,
            report=asked.report,
            results=asked.results,
            title=deck.name,
            teller=teller,
            on_done=asked.on_done,
            webhook=asked.webhook,
        )
        return run_display.work(
            settings(profile, environ), wishes, asked.sizes, shown, lambda engine: engine.run([wanted]), total=1,
            resume=same_command(),
        )  # fmt: skip


def _job(
    deck: Path,
    output: Path,
    *,
    voice: str | None,
    avatar: str | None,
    speed: float | None,
    text: bool,
    empty: str,
    silence: float,
    hidden: Any,
    captions: str,
    no_chapters: bool,
    wishes: Finishing,
) -> Job:
    """The job that a manifest would say. Raises BadConfig."""
    speech = {name: value for name, value in (("TimbreKey", voice), ("Speed", speed)) if value is not None}
    request: dict[str, Any] = {"SpeechParam": speech} if speech else {}
    if avatar is not None:
        request["VirtualmanKey"] = avatar
    if captions != "none":
        wishes = replace(wishes, captions="burn", caption_wish=CaptionWish(way=CaptionsAs(captions)))
    made = Job(
        id=re.sub(r"[^0-9A-Za-z._-]+", "-", output.stem).strip("-._")[:64] or "lesson", endpoint=lessons.ENDPOINT,
        request=request, output=output.absolute(), base=Path.cwd(), voice_first=not text,
        finish=replace(wishes, chapters=not no_chapters),
    )  # fmt: skip
    story = deck.suffix.lower() in _STORIES
    lesson = lessons.Lesson(deck=deck, hidden=hidden, empty=Empty(empty), silence=silence)
    return job_rows.lesson_job(made, deck if story else lesson)
