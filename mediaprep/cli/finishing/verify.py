"""`mediaprep verify RECEIPT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.report.proof_text import check_line
from mediaprep.verbs.verify import verify

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "verify",
    help=tell(
        "Check a finished or downloaded video again, against its receipt (OUT.mp4.receipt.json): bytes, "
        "sound, pictures, captions, size and length.",
        "对照回执（OUT.mp4.receipt.json）再次校验成片或下载的视频：文件内容、声音、画面、字幕、尺寸和时长。",
    ),
)
@click.argument("receipt", type=_FILE)
@click.option(
    "--video",
    type=_FILE,
    metavar="FILE",
    help=tell(
        "The video to check (default: the one the receipt lies beside).",
        "要校验的视频（默认为回执旁的视频）。",
    ),
)
@click.option(
    "--recoded",
    is_flag=True,
    help=tell(
        "The video was encoded anew, by a platform say: judge what it shows, not its bytes.",
        "视频被平台等重新编码过：只看内容，不比对字节。",
    ),
)
@click.option(
    "--allow-unknown",
    is_flag=True,
    help=tell("Exit with 0 although something could not be checked.", "即使有项目无法校验也返回 0。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@lang_option
def command(receipt: Path, video: Path | None, recoded: bool, allow_unknown: bool, form: str) -> int:
    """Exit code 1 when something does not hold, 3 when something could not be checked."""
    done = verify(receipt, video=video, recoded=recoded)
    if form == "json":
        printing.document(done.to_dict(LANG))
    else:
        for check in done.checks:
            printing.line(check_line(check, LANG))
        mark = f"  {EMULATED_MARK}" if done.receipt.emulated else ""
        printing.line(_verdict(done.video.name, len(done.broken), len(done.unknown)) + mark)
    return 0 if done.exit_code == 3 and allow_unknown else done.exit_code


def _verdict(name: str, failed: int, unknown: int) -> str:
    if failed:
        return tell(f"{name}: {failed} check(s) FAILED", f"{name}：{failed} 项校验未通过")
    if unknown:
        return tell(
            f"{name}: nothing failed, {unknown} check(s) could not run",
            f"{name}：没有未通过的项目，{unknown} 项无法校验",
        )
    return tell(f"{name}: is what was proved", f"{name}：与校验时一致")
