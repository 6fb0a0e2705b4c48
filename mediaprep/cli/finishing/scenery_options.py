"""Options of `finish` on what stands around the presenter; they arrive as one `scenery` argument."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mediaprep.cli.language import tell
from mediaprep.cli.options import Command
from mediaprep.finishing import wishes

_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = {
    "background": click.option(
        "--background",
        metavar=tell("COLOUR|FILE", "颜色|文件"),
        help=tell(
            "Behind a transparent webm or mov, or a green screen: RRGGBB, a picture or a video.",
            "透明 webm/mov 或绿幕的背景：RRGGBB、图片或视频。",
        ),
    ),
    "green": click.option(
        "--green",
        metavar=tell("auto|COLOUR", "auto|颜色"),
        help=tell("Key main's green screen out.", "抠除主视频的绿幕。"),
    ),
    "reframe": click.option(
        "--reframe",
        metavar="9:16",
        help=tell("Another shape, following the face.", "改变画幅，跟随人脸。"),
    ),
    "music": click.option(
        "--music",
        type=_FILE,
        help=tell("Background music, pushed down under the voice.", "背景音乐，人声处自动压低。"),
    ),
    "music_below": click.option(
        "--music-below",
        type=float,
        metavar="LU",
        help=tell("How much lower it is than the voice, between words too (8).", "音乐低于人声的响度（8）。"),
    ),
    "fade_in": click.option(
        "--fade-in",
        type=float,
        metavar="SECONDS",
        help=tell("From black and silence.", "淡入。"),
    ),
    "fade_out": click.option(
        "--fade-out", type=float, metavar="SECONDS", help=tell("To black and silence.", "淡出。")
    ),
    "chapters": click.option(
        "--chapters", is_flag=True, help=tell("A chapter for every clip.", "每个片段一个章节。")
    ),
    "chapter": click.option(
        "--chapter",
        multiple=True,
        metavar="SECONDS=TITLE",
        help=tell("A chapter at a moment of MAIN; may be repeated.", "在主视频某一时刻开始的章节，可重复。"),
    ),
    "thumbnail": click.option(
        "--thumbnail",
        type=_FILE,
        metavar="FILE.jpg",
        help=tell("Write the best picture.", "写出最佳封面图。"),
    ),
    "sheet": click.option(
        "--sheet",
        type=_FILE,
        metavar="FILE.jpg",
        help=tell("Write twelve pictures on one.", "写出十二宫格缩略图。"),
    ),
}
_OF_DECKS = ("music", "music_below", "fade_in", "fade_out", "thumbnail", "sheet")
"""What a video of slides may have too; its chapters are its pages."""


def scenery_options(command: Command) -> Command:
    """Adds the options; the command gets `scenery`, None when none was given. Raises BadConfig for one that
    cannot be."""
    return _gathering(command, tuple(_OPTIONS))


def deck_scenery_options(command: Command) -> Command:
    """Adds those that a video of slides may have; as `scenery_options`."""
    return _gathering(command, _OF_DECKS)


def _gathering(command: Command, names: Sequence[str]) -> Command:
    @functools.wraps(command)
    def gathered(**values: Any) -> Any:
        given = {name: values.pop(name) for name in names}
        if given.get("chapters") or given.get("chapter"):
            given["clip_titles"] = (tell("Opening", "片头"), tell("Main", "正片"), tell("Ending", "片尾"))
        return command(**values, scenery=wishes.scenery(given, Path()))

    for name in reversed(names):
        gathered = _OPTIONS[name](gathered)
    return gathered
