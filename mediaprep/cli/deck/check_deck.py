"""`mediaprep deck check DECK…`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.deck.deck_options import exit_code, show
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import format_option, lang_option, profile_option, settings
from mediaprep.report import deck_text
from mediaprep.verbs.decks.check_decks import check_decks


@click.command(
    "check",
    help=tell(
        "Judge decks for PPT mode: pages, hidden ones, notes, size, and what the pictures of pages lose.",
        "按 PPT 模式检查文稿：页数、隐藏页、备注、大小，以及转成页面图片时会丢失的内容。",
    ),
)
@click.argument(
    "decks", nargs=-1, required=True, metavar=tell("DECK…", "文稿…"), type=click.Path(path_type=Path)
)
@format_option
@profile_option
@lang_option
def command(decks: tuple[Path, ...], form: str, profile: str | None) -> int:
    """Exit code 1 when something is refused or unreadable, 3 when only something could not be checked."""
    reports = check_decks(decks, profile=settings(profile).profile)
    if form == "json":
        printing.document(reports.to_dict(LANG))
    else:
        for report in reports:
            show(deck_text.judged(report, LANG))
    return exit_code(reports)
