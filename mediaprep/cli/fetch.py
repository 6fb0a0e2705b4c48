"""`mediaprep fetch TASK -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.cli.waiting import teller
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.verbs.fetch import fetch


@click.command(
    "fetch",
    help=tell(
        "Wait for a task to its end, download what it made, decode it and keep it.",
        "等待任务结束，下载结果，解码校验后保存。",
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
@working_options
def command(
    task: str,
    output: Path,
    endpoint: str | None,
    deadline: float | None,
    profile: str | None,
    log_format: str,
) -> int:
    """Exit code 5 while the task is still pending at the deadline, 4 when it failed."""
    speaker = console(log_format)
    with speaker.bar(tell("downloading", "下载"), None) as move:
        done = fetch(
            task,
            output,
            settings=settings(profile),
            endpoint=endpoint,
            deadline_seconds=deadline,
            on_event=teller(speaker),
            on_progress=lambda have, total: move(float(have)),
        )
    for note in done.notes:
        speaker.say(note.say(LANG), event="note")
    for path in (done.path, done.subtitles, done.timestamps):
        if path:
            click.echo(str(path))
    return 0
