"""`mediaprep finish MAIN -o OUT`"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mediaprep.verbs.finish import Preview

from mediaprep.cli import printing
from mediaprep.cli.finishing.caption_options import caption_options, implies_captions, refuse_unused, wish_of
from mediaprep.cli.finishing.logo_options import logo_options, logos_of
from mediaprep.cli.finishing.scenery_options import scenery_options
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, overwrite_option, settings, working_options
from mediaprep.media.isolation import guard
from mediaprep.model.findings import Finding
from mediaprep.model.finishing.captions import BEST
from mediaprep.model.finishing.plans import LOUDNESS_TARGETS, STILL_SECONDS
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.report.check_text import finding_lines
from mediaprep.report.proof_text import check_line

_MOST_OF_A_RULE = 5
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
@click.option(
    "--head",
    type=_FILE,
    multiple=True,
    help=tell("Clip or picture before the video; may be repeated.", "片头（视频或图片），可重复。"),
)
@click.option(
    "--tail",
    type=_FILE,
    multiple=True,
    help=tell("Clip or picture after the video; may be repeated.", "片尾（视频或图片），可重复。"),
)
@click.option(
    "--crossfade",
    type=float,
    default=0.0,
    metavar="SECONDS",
    help=tell("Clips fade into each other.", "片段之间交叉淡化的时长。"),
)
@click.option(
    "--still-seconds",
    type=float,
    default=STILL_SECONDS,
    metavar="SECONDS",
    help=tell("How long pictures are shown.", "图片显示的时长。"),
)
@click.option(
    "--plan",
    "only_plan",
    is_flag=True,
    help=tell(
        "Only say what would be copied, what encoded, and about how long it takes.",
        "仅说明哪些复制、哪些编码及预计用时。",
    ),
)
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
@click.option(
    "--font",
    "fonts",
    type=_FILE,
    multiple=True,
    help=tell(
        "Font file for captions; further ones draw what the first lacks.",
        "字幕字体文件；可重复，后者补足前者缺少的字形。",
    ),
)
@caption_options
@logo_options
@click.option(
    "--loudness", type=click.Choice(sorted(LOUDNESS_TARGETS)), help="LUFS: web −16, streaming −14, ebu −23"
)
@scenery_options
@overwrite_option
@working_options
def command(
    main: Path,
    output: Path,
    head: tuple[Path, ...],
    tail: tuple[Path, ...],
    crossfade: float,
    still_seconds: float,
    only_plan: bool,
    captions: str | None,
    script: Path | None,
    fonts: tuple[Path, ...],
    loudness: str | None,
    scenery: SceneryWish | None,
    overwrite: bool,
    profile: str | None,
    log_format: str,
    **captioned: Any,  # and logos
) -> int:
    """Nothing is left under the output's name unless every check held."""
    logos = logos_of(captioned)
    if captions is None and (script is not None or fonts or implies_captions(captioned)):
        captions = "burn"
    refuse_unused(captions, script)
    guard.warm("packets", "video")
    if captions is not None:
        guard.warm("pictures", "video")
    # loads libraries for a third of a second, as the children do now
    from mediaprep.verbs.finish import finish, overall, preview

    wishes: dict[str, Any] = {
        **logos,
        "head": head,
        "tail": tail,
        "crossfade": crossfade,
        "still_seconds": still_seconds,
        "captions": Path(captions) if captions and captions not in BEST else captions,
        "caption_wish": wish_of(captioned, fonts),
        "script": script,
        "loudness": loudness,
        "scenery": scenery,
        "ffmpeg_path": settings(profile).ffmpeg,
    }
    if only_plan:
        _tell_plan(preview(main, output=output, **wishes))
        return 0
    with console(log_format).bar(tell("finishing", "成片"), 1.0) as move:
        done = finish(
            main,
            output=output,
            overwrite=overwrite,
            on_progress=lambda stage, share: move(overall(stage, share)),
            **wishes,
        )  # fmt: skip
    for text in (*done.summary, *done.notes):
        printing.line(text.say(LANG))
    _tell_findings(done.findings)
    for check in done.checks:
        printing.line(check_line(check, LANG))
    printing.line(done.output)
    for sidecar in done.sidecars:
        printing.line(sidecar)
    for path in (done.receipt_path, *done.pictures):
        if path:
            printing.line(path)
    return 0


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
