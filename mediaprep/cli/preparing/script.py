"""`mediaprep script TEXTFILE`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, overwrite_option, profile_option, settings
from mediaprep.model.findings import Verdict
from mediaprep.report import script_draft as told
from mediaprep.verbs.script import script

_FILE = click.Path(path_type=Path, dir_okay=False)
_COLOURS = {"pass": None, "advised": "yellow", "refused": "red", "unknown": "magenta"}


@click.command(
    "script",
    help=tell(
        "Turn a plain text into SSML for one parameter: lines joined, symbols escaped, readings of names written "
        "in, banned words found, an over-long text split, the speaking time estimated.",
        "把纯文本变成某个参数可用的 SSML：合并换行、转义符号、写入读音、查禁用词、拆分过长文本、估计播报时长。",
    ),
)
@click.argument("file", type=_FILE, metavar=tell("TEXTFILE", "文本文件"))
@click.option(
    "-o",
    "--output",
    type=_FILE,
    help=tell(
        "Where the script goes (out-1.txt … when split); default: stdout.",
        "输出文件（拆分时编号）；默认 stdout。",
    ),
)
@click.option(
    "--for",
    "field",
    default="notrain.InputSsml",
    show_default=True,
    metavar="ENDPOINT.FIELD",
    help=tell("The parameter the script is meant for.", "脚本用于哪个参数。"),
)
@click.option(
    "--lexicon",
    type=_FILE,
    help=tell(
        "Readings, a line each: WORD<tab>chong2 qing4 (or chóng qìng), or WORD<tab>alias; WORD: … works too.",
        "读音表，每行一条：词<制表符>chong2 qing4（或 chóng qìng），或 词<制表符>替读文字；也可写 词: …",
    ),
)
@click.option(
    "--words",
    type=_FILE,
    help=tell("Banned words, one a line: each hit is refused.", "禁用词表，每行一词；命中即不合格。"),
)
@click.option(
    "--split",
    "splitting",
    is_flag=True,
    help=tell("Split a text that is too long at sentences.", "过长时按句拆分。"),
)
@click.option(
    "--plain/--markup",
    default=None,
    help=tell(
        "Whether the text holds no tags or some (default: look).", "文本是否不含标签（默认自动判断）。"
    ),
)
@click.option("--speed", default=1.0, show_default=True, help="SpeechParam.Speed [0.5, 1.5]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@overwrite_option
@profile_option
@lang_option
def command(
    file: Path,
    output: Path | None,
    field: str,
    lexicon: Path | None,
    words: Path | None,
    splitting: bool,
    plain: bool | None,
    speed: float,
    form: str,
    overwrite: bool,
    profile: str | None,
) -> int:
    """The script goes to stdout or to files, what is said of it to the other place. Exit code 1 when refused."""
    draft = script(
        file,
        output=output,
        field=field,
        lexicon_file=lexicon,
        words_file=words,
        splitting=splitting,
        plain=plain,
        speed=speed,
        overwrite=overwrite,
        profile=settings(profile).profile,
    )
    if form == "json":
        printing.document(draft.to_dict(LANG))
    else:
        if output is None:
            for part in draft.parts:
                printing.block(part.text + "\n")
        for verdict, line in told.lines(draft, LANG):
            printing.line(line, fg=_COLOURS[verdict], err=output is None)
        if draft.verdict is Verdict.REFUSED and output is not None:
            printing.line(tell("nothing was written", "未写出任何文件"))
    return 1 if draft.verdict is Verdict.REFUSED else 0
