"""`mediaprep label show FILE…`"""

from __future__ import annotations

from dataclasses import asdict
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
    manifest = asdict(one.manifest) if one.manifest else None
    return {"path": str(one.path), **label_entry(one.label), "c2pa": manifest, "problem": problem}


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
    if one.manifest is not None:
        told = one.manifest
        by = tell(
            f"signed by {told.issuer}, made with {told.generator}",
            f"签名者 {told.issuer}，工具 {told.generator}",
        )
        printing.line(f"  C2PA: {told.state}; {shown(by, 200)}")
        for name, many in (("!", told.problems), (tell("of", "成分"), told.ingredients)):
            if many:
                printing.line(f"    {name} {shown(', '.join(many), 300)}")
    elif one.unread_manifest:
        printing.line(
            tell("  C2PA: a manifest; pip install 'mediaprep[c2pa]' reads it",
                 "  C2PA：带有凭证；安装 mediaprep[c2pa] 后可读取")
        )  # fmt: skip
