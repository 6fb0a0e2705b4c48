"""`mediaprep finish MAIN -o OUT`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, settings, working_options
from mediaprep.model.plans import LOUDNESS_TARGETS
from mediaprep.report.check_text import finding_lines
from mediaprep.verbs.finish import finish

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "finish",
    help=tell(
        "Head and tail clips, burnt captions, logo and loudness in one pass, proved afterwards.",
        "一次编码完成片头片尾、字幕、台标与响度，并在之后校验。",
    ),
)
@click.argument("main", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE)
@click.option("--head", type=_FILE, help=tell("Clip before the video.", "片头。"))
@click.option("--tail", type=_FILE, help=tell("Clip after the video.", "片尾。"))
@click.option(
    "--captions",
    metavar="burn|FILE",
    help=tell(
        "A subtitle file, or burn: the .srt or .timestamps.json beside MAIN, or --script.",
        "字幕文件；或 burn：使用 MAIN 旁的 .srt 或 .timestamps.json，或 --script。",
    ),
)
@click.option(
    "--script",
    type=_FILE,
    help=tell("The spoken text, aligned by its pauses (estimated).", "口播文本，按停顿对齐（估算）。"),
)
@click.option("--font", type=_FILE, help=tell("Font file for captions.", "字幕字体文件。"))
@click.option("--logo", type=_FILE, help=tell("Picture laid over the video.", "叠加在画面上的台标。"))
@click.option(
    "--loudness", type=click.Choice(sorted(LOUDNESS_TARGETS)), help="LUFS: web −16, streaming −14, ebu −23"
)
@working_options
def command(
    main: Path,
    output: Path,
    head: Path | None,
    tail: Path | None,
    captions: str | None,
    script: Path | None,
    font: Path | None,
    logo: Path | None,
    loudness: str | None,
    profile: str | None,
    log_format: str,
) -> int:
    """Nothing is left under the output's name unless every check held."""
    with console(log_format).bar(tell("finishing", "成片"), 1.0) as move:
        done = finish(
            main,
            output=output,
            head=head,
            tail=tail,
            captions=Path(captions) if captions and captions != "burn" else captions,
            script=script,
            font=font,
            logo=logo,
            loudness=loudness,
            ffmpeg_path=settings(profile).ffmpeg,
            on_progress=lambda stage, share: move(share),
        )
    for text in (*done.summary, *done.notes):
        click.echo(text.say(LANG))
    for finding in done.findings:
        for _, line in finding_lines(finding, LANG):
            click.echo(line)
    for check in done.checks:
        click.echo("  " + check.say())
    click.echo(str(done.output))
    if done.sidecar:
        click.echo(str(done.sidecar))
    return 0
