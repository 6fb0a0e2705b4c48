"""`mediaprep label mark FILE -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, overwrite_option, settings
from mediaprep.finishing import marking
from mediaprep.model.finishing.logos import LOGO_POSITIONS
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.verbs.finish import RenderOptions
from mediaprep.verbs.label_mark import mark

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "mark",
    help=tell(
        "Say that it was generated: “AI生成” over a video's first 2 s, a rhythm in Morse before a sound.",
        "加上生成标识：视频开头 2 秒显示“AI生成”，音频开头加入摩斯节奏。",
    ),
)
@click.argument("file", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE)
@click.option("--text", default="true", metavar=tell("TEXT", "文字"), help=tell("Other words.", "自定文字。"))
@click.option("--corner", type=click.Choice(LOGO_POSITIONS), help=tell("Its corner.", "所在的角。"))
@click.option(
    "--clip", type=_FILE, help=tell("A sound to put before a sound instead.", "改用此音频作为开头标识。")
)
@overwrite_option
@lang_option
def command(
    file: Path, output: Path, text: str, corner: str | None, clip: Path | None, overwrite: bool
) -> int:
    """Exit code 1 for what cannot be read or marked."""
    wish = MarkWish(text=text, corner=corner)
    marking.refuse(wish)
    mark(
        file,
        output,
        wish,
        clip=clip,
        options=RenderOptions(ffmpeg_path=settings().ffmpeg, overwrite=overwrite),
    )
    printing.line(output)
    return 0
