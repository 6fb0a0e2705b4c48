"""`mediaprep say TEXT -o voice.mp3`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, format_option, overwrite_option, settings, working_options
from mediaprep.cli.paid.waiting import teller
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.say import say


@click.command(
    "say",
    help=tell(
        "Speak a text with a voice of the service: the audition before a video is paid for.",
        "用服务的音色朗读文本：制作视频前的试听。",
    ),
)
@click.argument("text", required=False)
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tell("Speak what is in this file instead of TEXT.", "朗读该文件的内容，代替 TEXT。"),
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help=".mp3 | .wav"
)
@click.option("--voice", default="female_1", show_default=True, help="TimbreKey")
@click.option("--speed", default=1.0, show_default=True, help="[0.5, 1.5]")
@click.option("--volume", default=0, show_default=True, help="[0, 10]")
@click.option("--ssml", is_flag=True, help=tell("TEXT is SSML, not plain text.", "文本为 SSML 而非纯文本。"))
@click.option(
    "--wait",
    "wait_seconds",
    type=float,
    default=60.0,
    show_default=True,
    help=tell("Wait this long for a free place in the quota.", "配额已满时最多等待多久。"),
)
@click.option(
    "--again",
    is_flag=True,
    help=tell("Speak anew what was spoken before (pays again).", "即使此前已合成也重新提交（会再次计费）。"),
)
@format_option
@overwrite_option
@working_options
def command(
    text: str | None,
    file: Path | None,
    output: Path,
    voice: str,
    speed: float,
    volume: int,
    ssml: bool,
    wait_seconds: float,
    again: bool,
    form: str,
    overwrite: bool,
    profile: str | None,
    log_format: str,
) -> int:
    """Prints the file, its measured length and where the timestamps are."""
    if (text is None) is (file is None):
        raise click.UsageError(tell("give TEXT or --file, one of the two", "TEXT 与 --file 须且只能给出一个"))
    speaker = console(log_format)
    output_claims.claim([output], reads=[file], overwrite=overwrite)
    done = say(
        script_files.spoken(file) if file is not None else text or "",
        output,
        settings=settings(profile),
        voice=voice,
        speed=speed,
        volume=volume,
        is_ssml=ssml or file is not None,
        again=again,
        overwrite=overwrite,
        wait_seconds=wait_seconds,
        on_submitted=lambda task: speaker.say(tell(f"accepted: {task}", f"已接受：{task}"), event="submit"),
        on_event=teller(speaker),
    )
    if form == "json":
        printing.document(done.to_dict(LANG))
        return 0
    printing.line(f"{done.path}  {done.seconds:.2f} s")
    if done.timestamps:
        printing.line(done.timestamps)
    return 0
