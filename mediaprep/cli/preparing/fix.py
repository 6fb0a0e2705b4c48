"""`mediaprep fix FILE -o OUT`"""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from mediaprep.cli import printing, remote_paths
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, format_option, overwrite_option, settings, working_options
from mediaprep.cli.remote_paths import InputFile, OutputFile
from mediaprep.media.ffmpeg import EncodeProgress
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Verdict, worst
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.mending.sound_files import SoundWish
from mediaprep.report.check_text import finding_lines, lines
from mediaprep.verbs.files import remote_files
from mediaprep.verbs.fix import apply, planned


@click.command(
    "fix",
    help=tell(
        "Mend what can be mended into a new file, prove it, and judge it again. The original is not touched.",
        "把能修的修好并写入新文件，校验后重新检查。原文件不会被改动。",
    ),
)
@click.argument("file", type=InputFile(), metavar=tell("FILE", "文件"))
@click.option(
    "-o",
    "--output",
    required=True,
    type=OutputFile(),
    help=tell(
        "Where the mended file goes (a folder names it by itself).", "输出文件（给出文件夹则自动命名）。"
    ),
)
@click.option(
    "--for",
    "field",
    metavar="ENDPOINT.FIELD",
    help=tell("The parameter the file is meant for (default: by kind).", "文件用于哪个参数（默认按类型）。"),
)
@click.option(
    "--unsafe",
    is_flag=True,
    help=tell(
        "Allow what removes content: cutting, cropping, dropping a track.",
        "允许会删除内容的修复：裁剪时长、裁剪画面、去掉音轨。",
    ),
)
@click.option(
    "--trim-silence", is_flag=True, help=tell("Take the silent edges off a sound.", "裁去音频首尾静音。")
)
@click.option(
    "--pad", is_flag=True, help=tell("Add silence to a sound that is too short.", "音频过短时在末尾补静音。")
)
@click.option(
    "--normalise",
    is_flag=True,
    help=tell(
        "Bring a sound to -16 LUFS, as near as its peaks allow.", "把音频响度调到 -16 LUFS（受峰值限制）。"
    ),
)
@click.option("--diff", is_flag=True, help=tell("Only show what would be done.", "只显示将要做什么。"))
@click.option("--no-faces", is_flag=True, help=tell("Do not look for faces.", "不检测人脸。"))
@format_option
@overwrite_option
@working_options
def command(
    file: Path,
    output: Path,
    field: str | None,
    unsafe: bool,
    trim_silence: bool,
    pad: bool,
    normalise: bool,
    diff: bool,
    no_faces: bool,
    form: str,
    overwrite: bool,
    profile: str | None,
    log_format: str,
) -> int:
    """Exit code 1 when something is left that no allowed step mends."""
    chosen = settings(profile)
    teller = console(log_format)
    with teller.bar(tell(f"mending {file.name}", f"修复 {file.name}"), None) as move:

        def follow(at: EncodeProgress) -> None:
            move(at.seconds)

        wish = FixWish(
            unsafe=unsafe,
            faces=not no_faces,
            sound=SoundWish(trim_silence=trim_silence, pad=pad, level=normalise),
            profile=chosen.profile,
            ffmpeg=chosen.ffmpeg,
        )
        if not diff:
            remote_paths.claim(overwrite=overwrite)
        plan = planned(file, output=output, field=field, wish=wish)
        outcome = plan.outcome
        if not diff:
            outcome = apply(plan, output=output, overwrite=overwrite, on_progress=follow)
    if form == "json":
        printing.document(outcome.to_dict(LANG))
    else:
        _show(outcome, diff)
        _show_notes(outcome)
    if outcome.target is not None and not diff:
        remote_paths.deliver()
    return 1 if worst(outcome.left) is Verdict.REFUSED or outcome.before.verdict == "unreadable" else 0


def _show_notes(outcome: FixOutcome) -> None:
    for note in outcome.notes:
        printing.line(f"  ! {note.say(LANG)}", fg="yellow")


def _show(outcome: FixOutcome, diff: bool) -> None:
    for _, line in lines(remote_files.spelled([outcome.before], {}), LANG):
        printing.line(line)
    for step in outcome.steps:
        printing.line(f"  + {step.say().say(LANG)}", fg="green")
    for step in outcome.held_back:
        printing.line(f"  · {step.say().say(LANG)}  (--unsafe)", fg="yellow")
    if diff:
        for argv in outcome.commands:
            printing.line("  $ " + shlex.join(argv))
        return
    if outcome.target is None:
        for finding in outcome.left:
            for _, line in finding_lines(finding, LANG):
                printing.line(line, fg="red")
        printing.line(tell("nothing was written", "未写出任何文件"))
    elif not outcome.steps:
        printing.line(
            tell(f"nothing to mend; copied to {outcome.target}", f"无需修复；已复制到 {outcome.target}")
        )
    elif outcome.after is not None:
        for _, line in lines([outcome.after], LANG):
            printing.line(line)
        if isinstance(outcome.after.facts, VideoFacts) and outcome.after.facts.seconds:
            printing.line(tell(f"written: {outcome.target}", f"已写出：{outcome.target}"))
