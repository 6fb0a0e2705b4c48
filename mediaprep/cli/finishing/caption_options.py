"""The options of `finish` that say how captions look and where they go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mediaprep.cli.language import tell
from mediaprep.model.finishing.captions import BEST, POSITIONS, SIDECAR_FORMS, CaptionsAs, CaptionWish

_FILE = click.Path(path_type=Path, dir_okay=False)
_SHOWN = CaptionWish()

_OPTIONS = (
    click.option(
        "--captions-as",
        "way",
        type=click.Choice([str(way) for way in CaptionsAs]),
        help=tell(
            "Drawn into the picture, a track that players draw, or only files beside the video.",
            "烧录进画面、播放器显示的软字幕轨，或仅外挂文件。",
        ),
    ),
    click.option(
        "--sidecar",
        "sidecars",
        type=click.Choice([*SIDECAR_FORMS, "none"]),
        multiple=True,
        help=tell("A file beside the video; may be repeated (default: srt).", "外挂字幕文件，可重复（默认 srt）。"),
    ),
    click.option(
        "--captions-second",
        "second",
        type=_FILE,
        help=tell(
            "A second language: a subtitle file, or a .txt with a line for each caption or sentence.",
            "第二语言：字幕文件，或每条字幕（句子）一行的 .txt。",
        ),
    ),
    click.option(
        "--karaoke",
        is_flag=True,
        help=tell("Characters light up as they are spoken.", "逐字高亮（卡拉 OK）。"),
    ),
    click.option(
        "--caption-size", "size", type=float, metavar="%",
        help=tell("A character's side, percent of the shorter side.", "字号，占画面短边的百分比。"),
    ),
    click.option("--caption-color", "color", metavar="RRGGBB", help=tell("Colour.", "字色。")),
    click.option(
        "--caption-highlight", "highlight", metavar="RRGGBB",
        help=tell("Colour of what has been spoken, with --karaoke.", "卡拉 OK 已读字色。"),
    ),
    click.option(
        "--caption-outline", "outline", type=float, metavar="%",
        help=tell("Outline, percent of a character; 0: none.", "描边，占字号百分比；0 为无。"),
    ),
    click.option(
        "--caption-outline-color", "outline_color", metavar="RRGGBB", help=tell("Its colour.", "描边颜色。")
    ),
    click.option("--caption-box", "box", metavar="RRGGBB", help=tell("A plate behind captions.", "字幕底框颜色。")),
    click.option(
        "--caption-box-opacity", "box_opacity", type=float, metavar="0-1",
        help=tell("How dense the plate is (0.6).", "底框不透明度（0.6）。"),
    ),
    click.option(
        "--caption-position", "position", type=click.Choice(POSITIONS), help=tell("Where they stand.", "位置。")
    ),
    click.option(
        "--caption-margin", "margin", type=float, metavar="%",
        help=tell("Distance from the edge, percent of the height.", "距边缘，占画面高度百分比。"),
    ),
    click.option(
        "--caption-language", "language", metavar="zho", help=tell("Tag of the soft track.", "软字幕语言标签。")
    ),
    click.option(
        "--over-faces",
        is_flag=True,
        help=tell("Do not move captions off faces.", "不为避让人脸而移动字幕。"),
    ),
)  # fmt: skip


def caption_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, to be taken by the command as keywords."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wish_of(given: dict[str, Any], fonts: tuple[Path, ...]) -> CaptionWish:
    """The options as a wish; what was not given stays as the wish has it."""
    left = {name: value for name, value in given.items() if value is not None}
    left["off_faces"] = not left.pop("over_faces", False)
    if "way" in left:
        left["way"] = CaptionsAs(left["way"])
    named = left.pop("sidecars", ())
    left["sidecars"] = tuple(form for form in named if form != "none") if named else _SHOWN.sidecars
    return CaptionWish(fonts=fonts, **left)


def implies_captions(given: dict[str, Any]) -> bool:
    """Whether an option was given that has no meaning without captions."""
    return any(value not in (None, (), False) for value in given.values())


def refuse_unused(captions: str | None, script: Path | None) -> None:
    """Raises click.UsageError for a script that a subtitle file would take the place of."""
    if script is not None and captions is not None and captions not in BEST:
        raise click.UsageError(
            tell(
                "--script goes with --captions burn: a subtitle file has its own words",
                "--script 须与 --captions burn 同用：字幕文件自带文字",
            )
        )
