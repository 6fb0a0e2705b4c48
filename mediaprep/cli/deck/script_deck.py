"""`mediaprep deck script DECK -o story.yaml`"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from mediaprep.batch import storyboard as boards
from mediaprep.cli import printing
from mediaprep.cli.deck.deck_options import deck_argument, silent_options
from mediaprep.cli.deck.storyboard_output import page_option, say, show, write_page
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import format_option, lang_option, overwrite_option, profile_option, settings
from mediaprep.model.decks.storyboard import Delivery, Empty
from mediaprep.model.findings import Verdict
from mediaprep.report import storyboard_page as told
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.decks import deck_script
from mediaprep.verbs.finishing import output_claims


@click.command(
    "script",
    help=tell(
        "Make a storyboard (YAML) of a deck: one entry a page with its notes as SSML, to be edited and planned. "
        "Notes may begin with settings: [voice=…] [avatar=…] [speed=…] [silent=3] [skip].",
        "把文稿变成可编辑的分镜（YAML）：每页一项，备注转为 SSML。"
        "备注开头可写 [音色=…] [形象=…] [语速=…] [静音=3] [跳过]。",
    ),
)
@deck_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="STORY.yaml",
    help=tell(
        "Where it goes; page pictures go into STORY.pages beside it (default: stdout, without pictures).",
        "输出文件；页面图片写入旁边的 STORY.pages 目录（默认输出到屏幕，无图片）。",
    ),
)
@silent_options
@click.option("--avatar", help=tell("VirtualmanKey for every page.", "所有页面的 VirtualmanKey。"))
@click.option("--voice", help=tell("TimbreKey for every page.", "所有页面的 TimbreKey。"))
@click.option("--speed", type=float, help=tell("Pace of speech, 0.5 to 1.5.", "语速，0.5–1.5。"))
@click.option(
    "--notes",
    "sidecar",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="TEXT",
    help=tell(
        "Scripts from a text instead of the deck: a part for each page, between lines of ---.",
        "从文本读取文案而不用备注：每页一段，以 --- 行分隔。",
    ),
)
@click.option("--no-pictures", is_flag=True, help=tell("Draw no page pictures.", "不生成页面图片。"))
@page_option
@format_option
@overwrite_option
@profile_option
@lang_option
def command(
    deck: Path,
    output: Path | None,
    empty: str,
    silence: float,
    avatar: str | None,
    voice: str | None,
    speed: float | None,
    sidecar: Path | None,
    no_pictures: bool,
    page: Path | None,
    form: str,
    overwrite: bool,
    profile: str | None,
) -> int:
    """The storyboard is written whatever is found of it: it is there to be mended. Exit code 1 when some page is
    refused, 3 when something could not be judged."""
    chosen = settings(profile)
    output_claims.claim([output, page], reads=[deck, sidecar], overwrite=overwrite)
    story = deck_script.draft(
        deck,
        empty=Empty(empty),
        silence=silence,
        delivery=Delivery(avatar=avatar, voice=voice, speed=speed),
        sidecar=sidecar,
        account=AccountLists(chosen),
        profile=chosen.profile,
    )
    if output is None:
        if form == "json":
            printing.block(told.dumps(story, LANG) + "\n")
        else:
            printing.block(boards.dumps(story, base=Path.cwd(), lang=LANG))
    else:
        base = output.resolve().parent
        if not no_pictures:
            story, said = deck_script.pictured(
                story, base / f"{output.stem}.pages", base=base, overwrite=overwrite
            )
            say(said)
        boards.write(replace(story, deck=deck), output, lang=LANG)
        if page is not None:
            write_page(page, told.html(story, told.pictures_of(story, base), lang=LANG))
        show(story, form)
    return {Verdict.REFUSED: 1, Verdict.UNKNOWN: 3}.get(story.verdict, 0)
