"""The finishing options on a command line, from their table; they arrive as one `wishes` argument."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import Command
from mediaprep.cli.remote_paths import InputFile
from mediaprep.finishing.wishes import words as wish_words
from mediaprep.model.finishing.captions import BEST, CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import OPTIONS, Finishing, WishField

_FILE = InputFile()


def finish_options(command: Command) -> Command:
    """Adds them all; the command gets `wishes`. Raises BadConfig for what cannot be."""
    return _gathering(command, OPTIONS)


def deck_options(command: Command) -> Command:
    """Adds those that `deck run` takes too; as `finish_options`."""
    return _gathering(command, [row for row in OPTIONS if row.option.decks])


def _gathering(command: Command, rows: Iterable[WishField]) -> Command:
    rows = tuple(rows)

    @functools.wraps(command)
    def gathered(**values: Any) -> Any:
        return command(wishes=_wishes({row.name: values.pop(row.name) for row in rows}), **values)

    for row in reversed(rows):
        gathered = _option(row)(gathered)
    return gathered


def _option(row: WishField) -> Command:
    told: dict[str, Any] = {"help": row.help.say(LANG)}
    if row.kind is bool:
        return click.option(row.flag, row.name, is_flag=True, **told)
    kind = {Path: _FILE, float: click.FLOAT}.get(row.kind, click.STRING)
    kind = click.Choice(row.option.choices) if row.option.choices else kind
    unit = row.option.unit.say(LANG) if row.option.unit else None
    if row.name == "mark":  # --mark alone is the usual text
        told |= {"is_flag": False, "flag_value": "true"}
    several = row.many or row.owner is LogoWish
    return click.option(row.flag, row.name, type=kind, metavar=unit, multiple=several, **told)


def _wishes(given: Mapping[str, Any]) -> Finishing:
    captions, script = given.get("captions"), given.get("script")
    if script is not None and captions is not None and captions not in BEST:
        raise click.UsageError(
            tell(
                "--script goes with --captions burn: a subtitle file has its own words",
                "--script 须与 --captions burn 同用：字幕文件自带文字",
            )
        )
    made = wish_words.finishing(given, Path())
    if script is not None and made.captions is None:  # it is given for nothing else
        made = replace(made, captions="burn", caption_wish=CaptionWish())
    if given.get("chapters") or given.get("chapter"):
        titles = (tell("Opening", "片头"), tell("Main", "正片"), tell("Ending", "片尾"))
        made = replace(made, scenery=replace(made.scenery or SceneryWish(), clip_titles=titles))
    return made
