"""`mediaprep label check FILE…`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.label.label_options import files_argument, format_option, key_option, label_entry
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, settings
from mediaprep.model.findings import FileReport
from mediaprep.report.check_text import lines
from mediaprep.verbs.finishing.labelling import key_of
from mediaprep.verbs.label import check, show

_EXIT = {"refused": 1, "unreadable": 1, "unknown": 3}


@click.command(
    "check",
    help=tell(
        "Judge the label that generated content has to carry; with a key also its signature over label and streams.",
        "检查生成内容应带的标识；给出密钥时还校验其对标识与码流的签名。",
    ),
)
@files_argument
@key_option
@format_option
@lang_option
def command(files: tuple[Path, ...], key_file: Path | None, form: str) -> int:
    """Exit code 1 when a label is missing or wrong, 3 when that could not be found out."""
    key = key_of(settings(), key_file)
    reports = [check(path, key=key) for path in files]
    if form == "json":
        printing.document([_entry(report) for report in reports])
    else:
        for _, line in lines(reports, LANG):
            printing.line(line)
    codes = {_EXIT.get(report.verdict, 0) for report in reports}
    return 1 if 1 in codes else max(codes, default=0)


def _entry(report: FileReport) -> dict[str, object]:
    return {
        "path": report.path,
        "verdict": report.verdict,
        **label_entry(show(Path(report.path)).label),
        "findings": [
            {"rule": one.rule, "verdict": one.verdict.value, "message": one.message.say(LANG)}
            for one in report.findings
        ],
    }
