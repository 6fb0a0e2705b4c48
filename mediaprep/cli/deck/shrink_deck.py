"""`mediaprep deck shrink DECK -o COPY`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.deck.deck_options import deck_argument, exit_code, show
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import format_option, lang_option, overwrite_option, profile_option, settings
from mediaprep.report import deck_text
from mediaprep.verbs.decks.shrink_deck import shrink_deck

_MEGABYTE = 1_000_000


@click.command(
    "shrink",
    help=tell(
        "Make the pictures of a deck smaller until it fits, no more than it takes. The original is not touched.",
        "逐步缩小文稿中的图片，直到大小合格为止，不多压缩。原文件不会被改动。",
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
@click.option(
    "--to",
    "megabytes",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MB",
    help=tell(
        "Its size at most, in megabytes (default: the docs' limit).", "大小上限，单位 MB（默认按文档限制）。"
    ),
)
@format_option
@overwrite_option
@profile_option
@lang_option
def command(
    deck: Path, output: Path, megabytes: float | None, form: str, overwrite: bool, profile: str | None
) -> int:
    """Exit code 1 when the copy would be refused all the same."""
    most_bytes = None if megabytes is None else int(megabytes * _MEGABYTE)
    made = shrink_deck(
        deck, output, most_bytes=most_bytes, overwrite=overwrite, profile=settings(profile).profile
    )
    if form == "json":
        printing.document(made.to_dict(LANG))
    else:
        show(deck_text.copied(made, LANG))
    return exit_code([made.report])
