"""`mediaprep check FILE…`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.model.findings import FileReport
from mediaprep.report import check_json, check_text
from mediaprep.verbs.check import check

_COLOURS = {"pass": "green", "advised": "yellow", "refused": "red", "unknown": "magenta", "unreadable": "red"}


@click.command(
    "check",
    help=tell(
        "Judge files against the service's limits, before a byte is uploaded.",
        "上传之前，按服务的限制逐项检查文件。",
    ),
)
@click.argument(
    "files", nargs=-1, required=True, metavar=tell("FILE…", "文件…"), type=click.Path(path_type=Path)
)
@click.option(
    "--for",
    "field",
    metavar="ENDPOINT.FIELD",
    help=tell(
        "The parameter the file is meant for, such as notrain.RefVideoUrl (default: by kind).",
        "文件用于哪个参数，如 notrain.RefVideoUrl（默认按类型）。",
    ),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--no-faces", is_flag=True, help=tell("Do not look for faces.", "不检测人脸。"))
@click.option(
    "--hash", "hashes", is_flag=True, help=tell("Add the sha256 of each file.", "附上文件的 sha256。")
)
@click.option(
    "--allow-unknown",
    is_flag=True,
    help=tell("A check that could not run does not fail the run.", "无法进行的检查不算失败。"),
)
@profile_option
@lang_option
def command(
    files: tuple[Path, ...],
    field: str | None,
    form: str,
    no_faces: bool,
    hashes: bool,
    allow_unknown: bool,
    profile: str | None,
) -> int:
    """Exit code 1 when something is refused or unreadable, 3 when only something could not be checked."""
    chosen = settings(profile).profile
    reports = check(files, field=field, profile=chosen, faces=not no_faces, hashes=hashes)
    if form == "json":
        click.echo(check_json.dumps(reports, profile=chosen, lang=LANG))
    else:
        for verdict, line in check_text.lines(reports, LANG):
            click.echo(click.style(line, fg=_COLOURS[verdict]))
        click.echo(check_text.totals(reports, LANG))
    return exit_code(reports, allow_unknown=allow_unknown)


def exit_code(reports: tuple[FileReport, ...], *, allow_unknown: bool) -> int:
    verdicts = {report.verdict for report in reports}
    if verdicts & {"refused", "unreadable"}:
        return 1
    return 3 if "unknown" in verdicts and not allow_unknown else 0
