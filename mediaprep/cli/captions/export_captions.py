"""`mediaprep captions export FILE -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, overwrite_option
from mediaprep.verbs.files.caption_translations import export

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "export",
    help=tell(
        "Write the captions of FILE with numbers and times, for translators: -o name.csv, .xliff or .srt.",
        "导出 FILE 的字幕（带编号与时间）供翻译：-o 名称.csv、.xliff 或 .srt。",
    ),
)
@click.argument("file", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE)
@click.option(
    "--from", "source", default="zh", show_default=True, help=tell("Language of FILE.", "原文语言。")
)
@click.option(
    "--to", "target", default="en", show_default=True, help=tell("Language to translate into.", "译文语言。")
)
@overwrite_option
@lang_option
def command(file: Path, output: Path, source: str, target: str, overwrite: bool) -> int:
    """Exit code 1 for a file without captions."""
    count = export(file, output, languages=(source, target), overwrite=overwrite)
    printing.line(tell(f"{output}  {count} captions", f"{output}  {count} 条字幕"))
    return 0
