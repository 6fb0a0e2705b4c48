"""What the deck verbs share: their options, colours and exit codes."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.model.decks.lessons import SILENCE
from mediaprep.model.decks.storyboard import Empty
from mediaprep.model.findings import FileReport

Command = Callable[..., Any]
_COLOURS = {"pass": None, "advised": "yellow", "refused": "red", "unknown": "magenta", "unreadable": "red"}

deck_argument = click.argument(
    "deck", metavar=tell("DECK", "文稿"), type=click.Path(path_type=Path, dir_okay=False)
)


def silent_options(command: Command) -> Command:
    """--empty and --silence: what becomes of pages that have nothing to say."""
    for option in reversed(_SILENT):
        command = option(command)
    return command


_SILENT = (
    click.option(
        "--empty",
        type=click.Choice([empty.value for empty in Empty]),
        default=Empty.ERROR.value,
        show_default=True,
        help=tell(
            "A page without notes is refused, shown in silence, or speaks its title.",
            "没有备注的页：报错、静音展示，或朗读标题。",
        ),
    ),
    click.option(
        "--silence",
        type=click.FloatRange(0.5, 1800),
        default=SILENCE,
        show_default=True,
        metavar=tell("SECONDS", "秒"),
        help=tell("How long a silent page is shown.", "静音页展示的时长。"),
    ),
)


def hidden_option(*choices: str) -> Callable[[Command], Command]:
    """--hidden; the first choice is the default."""
    return click.option(
        "--hidden",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help=tell("What becomes of hidden pages in what is written.", "写出时如何处理隐藏页。"),
    )


def show(lines: Iterable[tuple[str, str]]) -> None:
    for verdict, line in lines:
        printing.line(line, fg=_COLOURS.get(verdict))


def exit_code(reports: Iterable[FileReport]) -> int:
    """1 when something is refused or unreadable, 3 when only something could not be checked."""
    verdicts = collections.Counter(report.verdict for report in reports)
    if verdicts["refused"] or verdicts["unreadable"]:
        return 1
    return 3 if verdicts["unknown"] else 0
