"""`mediaprep deck clean DECK -o COPY --hidden drop|unhide`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.deck.deck_options import deck_argument, exit_code, hidden_option, show
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import format_option, lang_option, overwrite_option, profile_option, settings
from mediaprep.model.decks.copies import Hidden
from mediaprep.report import deck_text
from mediaprep.verbs.decks.clean_deck import clean_deck


@click.command(
    "clean",
    help=tell(
        "Write a copy without hidden pages, or with all of them shown. The original is not touched.",
        "写出去掉隐藏页（或全部取消隐藏）的副本。原文件不会被改动。",
    ),
)
@deck_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=tell("Where the copy goes.", "副本的路径。"),
)
@hidden_option("drop", "unhide")
@format_option
@overwrite_option
@profile_option
@lang_option
def command(deck: Path, output: Path, hidden: Hidden, form: str, overwrite: bool, profile: str | None) -> int:
    """Exit code 1 when the copy would be refused all the same."""
    made = clean_deck(deck, output, hidden=hidden, overwrite=overwrite, profile=settings(profile).profile)
    if form == "json":
        printing.document(made.to_dict(LANG))
    else:
        show(deck_text.copied(made, LANG))
    return exit_code([made.report])
