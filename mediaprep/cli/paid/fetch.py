"""`mediaprep fetch TASK -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, format_option, overwrite_option, settings, working_options
from mediaprep.cli.paid.waiting import teller
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.model.finishing.proof import broken
from mediaprep.report.proof_text import check_line
from mediaprep.verbs.fetch import fetch


@click.command(
    "fetch",
    help=tell(
        "Wait for a task to its end, download what it made, decode it and keep it, with a receipt for `verify`.",
        "等待任务结束，下载结果，解码校验后保存，并附回执供 verify 使用。",
    ),
)
@click.argument("task")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help=tell("File or folder.", "文件或文件夹。"),
)
@click.option(
    "--endpoint",
    type=click.Choice([n for n, row in ENDPOINTS.items() if row.kind == "submit"]),
    help=tell("Where it was submitted.", "提交到哪个接口。"),
)
@click.option(
    "--deadline",
    type=float,
    metavar=tell("SECONDS", "秒"),
    help=tell("Stop waiting after this long (exit code 5).", "最多等待多久（退出码 5）。"),
)
@click.option(
    "--sound",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=tell(
        "The sound that was sent (OriginalVoice): is it heard in the video?",
        "提交时使用的音频（OriginalVoice）：核对视频中的声音是否一致。",
    ),
)
@format_option
@overwrite_option
@working_options
def command(
    task: str,
    output: Path,
    endpoint: str | None,
    deadline: float | None,
    sound: Path | None,
    form: str,
    overwrite: bool,
    profile: str | None,
    log_format: str,
) -> int:
    """Exit code 5 while the task is still pending at the deadline, 4 when it failed, 1 when the video is not
    what was asked for (it is kept: it was paid for)."""
    speaker = console(log_format)
    with speaker.bar(tell("downloading", "下载"), None) as move:
        done = fetch(
            task,
            output,
            settings=settings(profile),
            endpoint=endpoint,
            deadline_seconds=deadline,
            driving=sound,
            write_receipt=True,
            overwrite=overwrite,
            on_event=teller(speaker),
            on_progress=lambda have, total: move(float(have)),
        )
    for note in done.notes:
        speaker.say(note.say(LANG), event="note")
    for check in broken(done.checks):
        speaker.say(check_line(check, LANG).strip(), event="check")
    if form == "json":
        printing.document(done.to_dict(LANG))
        return 1 if broken(done.checks) else 0
    for path in (done.path, done.subtitles, done.timestamps, done.receipt):
        if path:
            printing.line(path)
    return 1 if broken(done.checks) else 0
