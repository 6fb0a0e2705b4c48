"""`mediaprep finish MAIN -o OUT`"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mediaprep.model.results.finished_videos import Finished, Preview

from mediaprep.cli import printing, remote_paths
from mediaprep.cli.finishing.finish_options import finish_options
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, format_option, overwrite_option, settings, working_options
from mediaprep.cli.remote_paths import InputFile, OutputFile
from mediaprep.media.isolation import guard
from mediaprep.model.findings import Finding
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.report.check_text import finding_lines
from mediaprep.report.proof_text import check_line

_MOST_OF_A_RULE = 5


@click.command(
    "finish",
    help=tell(
        "Head and tail clips, burnt captions, logo and loudness in one pass, proved afterwards.",
        "一次编码完成片头片尾、字幕、台标与响度，并在之后校验。",
    ),
)
@click.argument("main", type=InputFile())
@click.option("-o", "--output", required=True, type=OutputFile(dir_okay=False))
@click.option(
    "--plan",
    "only_plan",
    is_flag=True,
    help=tell(
        "Only say what would be copied, what encoded, and about how long it takes.",
        "仅说明哪些复制、哪些编码及预计用时。",
    ),
)
@finish_options
@format_option
@overwrite_option
@working_options
def command(
    main: Path,
    output: Path,
    wishes: Finishing,
    only_plan: bool,
    form: str,
    overwrite: bool,
    profile: str | None,
    log_format: str,
) -> int:
    """Nothing is left under the output's name unless every check held."""
    guard.warm("packets", "video")
    if wishes.captions is not None:
        guard.warm("pictures", "video")
    # loads libraries for a third of a second, as the children do now
    from mediaprep.verbs.finish import RenderOptions, finish, overall, preview
    from mediaprep.verbs.finishing import labelling

    chosen = settings(profile)
    options = RenderOptions(
        ffmpeg_path=chosen.ffmpeg, overwrite=overwrite, labelling=labelling.by_settings(chosen)
    )
    if only_plan:
        found = preview(main, output, wishes, options=options)
        _tell_plan(found) if form == "text" else printing.document(found.to_dict(LANG))
        return 0
    remote_paths.claim(overwrite=overwrite)
    with console(log_format).bar(tell("finishing", "成片"), 1.0) as move:
        done = finish(
            main, output, wishes, options=options,
            on_progress=lambda stage, share: move(overall(stage, share)),
        )  # fmt: skip
    _tell(done) if form == "text" else printing.document(done.to_dict(LANG))
    remote_paths.deliver((*done.sidecars, done.receipt_path, *done.pictures))
    return 0


def _tell(done: Finished) -> None:
    for text in (*done.summary, *done.notes):
        printing.line(text.say(LANG))
    _tell_findings(done.findings)
    for check in done.checks:
        printing.line(check_line(check, LANG))
    printing.line(done.output)
    for path in (*done.sidecars, done.receipt_path, *done.pictures):
        if path:
            printing.line(path)


def _tell_findings(findings: Sequence[Finding]) -> None:
    """The first few of each rule, and how many more there are: an hour of fast speech has hundreds."""
    told: Counter[str] = Counter()
    for finding in findings:
        told[finding.rule] += 1
        if told[finding.rule] <= _MOST_OF_A_RULE:
            for _, line in finding_lines(finding, LANG):
                printing.line(line)
    for rule, count in told.items():
        if count > _MOST_OF_A_RULE:
            more = count - _MOST_OF_A_RULE
            printing.line(tell(f"  △ {rule}: {more} more like these", f"  △ {rule}：另有 {more} 处同样情况"))


def _tell_plan(found: Preview) -> None:
    for text in (*found.summary, *found.notes):
        printing.line(text.say(LANG))
    _tell_findings(found.findings)
    seconds = found.seconds
    printing.line(
        tell(
            f"about {seconds:.0f} s of work on two processors; nothing was written",
            f"双核预计约 {seconds:.0f} 秒；未写入任何文件",
        )
    )
