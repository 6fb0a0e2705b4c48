"""`mediaprep deck check DECK…`"""

from __future__ import annotations

import collections
from pathlib import Path

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.report import check_text
from mediaprep.verbs.check import check

_FIELD = "ppt.PPTFileUrl"


@click.command(
    "check",
    help=tell(
        "Judge decks for PPT mode: pages, hidden ones, notes, size, and what the pictures of pages lose.",
        "按 PPT 模式检查文稿：页数、隐藏页、备注、大小，以及转成页面图片时会丢失的内容。",
    ),
)
@click.argument(
    "files", nargs=-1, required=True, metavar=tell("DECK…", "文稿…"), type=click.Path(path_type=Path)
)
@profile_option
@lang_option
def command(files: tuple[Path, ...], profile: str | None) -> int:
    """Exit code 1 when something is refused or unreadable, 3 when only something could not be checked."""
    reports = check(files, field=_FIELD, profile=settings(profile).profile)
    for _, line in check_text.lines(reports, LANG):
        click.echo(line)
    verdicts = collections.Counter(report.verdict for report in reports)
    if verdicts["refused"] or verdicts["unreadable"]:
        return 1
    return 3 if verdicts["unknown"] else 0
