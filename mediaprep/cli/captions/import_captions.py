"""`mediaprep captions import ORIGINAL TRANSLATED -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, overwrite_option
from mediaprep.verbs.files.caption_translations import bring_back

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "import",
    help=tell(
        "Write TRANSLATED (csv, xliff or srt, by number) with the times of ORIGINAL: -o name.srt or .vtt.",
        "把译文 TRANSLATED（csv、xliff 或 srt，按编号）配上 ORIGINAL 的时间：-o 名称.srt 或 .vtt。",
    ),
)
@click.argument("original", type=_FILE)
@click.argument("translated", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE)
@overwrite_option
@lang_option
def command(original: Path, translated: Path, output: Path, overwrite: bool) -> int:
    """Exit code 1 for numbers that are missing or too many, and files that cannot be read."""
    count = bring_back(original, translated, output, overwrite=overwrite)
    printing.line(tell(f"{output}  {count} captions", f"{output}  {count} 条字幕"))
    return 0
