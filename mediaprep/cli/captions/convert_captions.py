"""`mediaprep captions convert FILE --to SCRIPT -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, overwrite_option
from mediaprep.model.finishing.captions import CHINESE
from mediaprep.verbs.files.caption_translations import convert

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "convert",
    help=tell(
        "Write the captions of FILE in the other Chinese script, cues and times as they are: -o name.srt or .vtt.",
        "把 FILE 的字幕转换为另一种中文字形，条目与时间不变：-o 名称.srt 或 .vtt。",
    ),
)
@click.argument("file", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE)
@click.option(
    "--to",
    "script",
    type=click.Choice(CHINESE),
    required=True,
    help=tell("The script (needs mediaprep[opencc]).", "目标字形（需 mediaprep[opencc]）。"),
)
@overwrite_option
@lang_option
def command(file: Path, output: Path, script: str, overwrite: bool) -> int:
    """Exit code 1 for a file without captions."""
    count = convert(file, output, script, overwrite=overwrite)
    printing.line(tell(f"{output}  {count} captions", f"{output}  {count} 条字幕"))
    return 0
