"""`mediaprep label show FILE…`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.label.label_options import files_argument, format_option, label_entry, label_lines
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option
from mediaprep.report.escaping import shown
from mediaprep.verbs.label import LabelShown, show


@click.command("show", help=tell("Say what label files carry.", "显示文件所带的标识。"))
@files_argument
@format_option
@lang_option
def command(files: tuple[Path, ...], form: str) -> int:
    """Exit code 1 when a file cannot be read; a file without a label is no error."""
    found = [show(path) for path in files]
    if form == "json":
        printing.document([_entry(one) for one in found])
    else:
        for one in found:
            _tell(one)
    return 1 if any(one.problem for one in found) else 0


def _entry(one: LabelShown) -> dict[str, object]:
    problem = one.problem.say(LANG) if one.problem else None
    return {"path": str(one.path), **label_entry(one.label), "problem": problem}


def _tell(one: LabelShown) -> None:
    name = shown(str(one.path))
    if one.problem is not None:
        printing.line(f"✗ {name}  {shown(one.problem.say(LANG), 300)}")
    elif one.label is None:
        printing.line(f"– {name}  {tell('no label (AIGC)', '没有标识（AIGC）')}")
    else:
        printing.line(f"✓ {name}")
        for line in label_lines(one.label):
            printing.line(line)
