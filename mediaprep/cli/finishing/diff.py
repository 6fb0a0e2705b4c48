"""`mediaprep diff OLD NEW`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option
from mediaprep.report import diff_page
from mediaprep.report.escaping import shown
from mediaprep.verbs.diff import diff

_FILE = click.Path(path_type=Path, dir_okay=False)
_SAID = {
    "same": ("nothing differs", "没有差异"),
    "unknown": ("nothing differs of what could be compared", "可比较的部分没有差异"),
    "different": ("they differ", "存在差异"),
}


@click.command(
    "diff",
    help=tell(
        "Compare two finished videos for approval: picture, sound, captions, chapters, label, length. Videos that "
        "were only encoded anew are the same. Exit code: 0 the same, 1 they differ, 3 not all could be compared.",
        "比较两个成片供审核：画面、声音、字幕、章节、标识、时长。仅重新编码视为相同。"
        "退出码：0 相同，1 有差异，3 部分内容无法比较。",
    ),
)
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.option(
    "--report",
    type=_FILE,
    metavar="PAGE.html",
    help=tell("Write a page with stills side by side.", "写出含并排画面的页面。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@lang_option
def command(old: Path, new: Path, report: Path | None, form: str) -> int:
    """Exit code 1 when they differ, 3 when something could not be compared."""
    found = diff(old, new)
    if report is not None:
        diff_page.write(report, found, lang=LANG)
    if form == "json":
        printing.document(found.to_dict(LANG))
        return found.exit_code
    for one in found.differences:
        place = " · ".join(shown(text, 60) for text in (one.chapter, one.cue) if text)
        line = f"  {diff_page.when(one):17}  {shown(one.what.say(LANG), 300)}"
        printing.line(line + (f"  ({place})" if place else ""))
    printing.line(f"{shown(old.name)} → {shown(new.name)}: {tell(*_SAID[found.verdict])}")
    return found.exit_code
