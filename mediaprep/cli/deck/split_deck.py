"""`mediaprep deck split DECK -o FOLDER`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.deck.deck_options import deck_argument, exit_code, hidden_option, show
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import format_option, lang_option, overwrite_option, profile_option, settings
from mediaprep.model.decks.copies import Hidden
from mediaprep.report import deck_text
from mediaprep.verbs.decks.split_deck import split_deck


@click.command(
    "split",
    help=tell(
        "Split a deck with too many pages into parts that PPT mode takes, notes and all. The original is not touched.",
        "把页数过多的文稿拆成 PPT 模式可接受的若干份，备注随页保留。原文件不会被改动。",
    ),
)
@deck_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=tell(
        "The folder for NAME-1, NAME-2 … (made if need be).", "存放 名称-1、名称-2 … 的目录（自动创建）。"
    ),
)
@hidden_option("keep", "drop", "unhide")
@click.option(
    "--pages",
    "most_pages",
    type=click.IntRange(min=1),
    help=tell("Most pages of a part (default: the docs' limit).", "每份最多页数（默认按文档限制）。"),
)
@format_option
@overwrite_option
@profile_option
@lang_option
def command(
    deck: Path,
    output: Path,
    hidden: Hidden,
    most_pages: int | None,
    form: str,
    overwrite: bool,
    profile: str | None,
) -> int:
    """Exit code 1 when a part would be refused all the same."""
    made = split_deck(
        deck,
        output,
        hidden=hidden,
        most_pages=most_pages,
        overwrite=overwrite,
        profile=settings(profile).profile,
    )
    if form == "json":
        printing.document(made.to_dict(LANG))
    else:
        show(deck_text.split(made, LANG))
    return exit_code(part.report for part in made.parts)
