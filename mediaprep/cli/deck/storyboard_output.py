"""What the storyboard verbs share: how a storyboard is told, and where its page is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from mediaprep.cli import printing
from mediaprep.cli.deck import deck_options
from mediaprep.cli.language import LANG, tell
from mediaprep.media.files import atomic
from mediaprep.model.decks.storyboard import PlannedStoryboard, Storyboard
from mediaprep.model.findings import Text
from mediaprep.report import storyboard_page as told


def page_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--report FILE.html"""
    return click.option(
        "--report",
        "page",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.html",
        help=tell(
            "Write one self-contained page with the pages' pictures and scripts.",
            "写出一个自包含的网页，含页面图片与文案。",
        ),
    )(command)


def show(story: Storyboard, form: str, plan: PlannedStoryboard | None = None) -> None:
    """A storyboard, and what was planned from it, on stdout."""
    if form == "json":
        printing.block(told.dumps(story, LANG, plan) + "\n")
        return
    deck_options.show(told.lines(story, LANG))
    for line in told.planned(plan, LANG) if plan is not None else ():
        printing.line(line)


def say(notes: Iterable[Text]) -> None:
    """On stderr."""
    for note in notes:
        printing.line(note.say(LANG), fg="yellow", err=True)


def write_page(path: Path, text: str) -> None:
    """A page, whole or not at all."""
    with atomic.landing(path) as part:
        part.write_text(text, encoding="utf-8", newline="")
