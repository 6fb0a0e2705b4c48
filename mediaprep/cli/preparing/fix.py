"""`mediaprep fix FILE… -o OUT`"""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from mediaprep.cli import printing, remote_paths
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, format_option, overwrite_option, settings, working_options
from mediaprep.cli.remote_paths import InputFile, OutputFile
from mediaprep.config import redact
from mediaprep.errors import BadConfig, MediaprepError
from mediaprep.media.ffmpeg import EncodeProgress
from mediaprep.media.files import atomic
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Verdict, worst
from mediaprep.model.results.fix_outcomes import FixOutcome
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.mending.sound_files import SoundWish
from mediaprep.report.check_text import finding_lines, lines
from mediaprep.report.console import Console
from mediaprep.verbs.files import folders, remote_files
from mediaprep.verbs.fix import apply, planned


@click.command(
    "fix",
    help=tell(
        "Mend what can be mended into new files, prove them, and judge them again. The originals are not touched. "
        "Exit code: 0 all is well, 1 something is left that no allowed step mends; of several files one that fails "
        "does not stop the others.",
        "把能修的修好并写入新文件，校验后重新检查。原文件不会被改动。退出码：0 全部合格，1 有无法修复的问题；"
        "多个文件时，个别失败不影响其余。",
    ),
)
@click.argument("files", type=InputFile(), nargs=-1, required=True, metavar=tell("FILE…", "文件…"))
@click.option(
    "-o",
    "--output",
    required=True,
    type=OutputFile(),
    help=tell(
        "Where the mended file goes; a folder for several, which names them by itself.",
        "输出文件；多个文件时给出文件夹，自动命名。",
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
@click.option(
    "--denoise",
    is_flag=True,
    help=tell(
        "Take steady noise (hum, hiss, fans) out of a sound.", "降低音频中的持续噪声（嗡声、底噪、风扇声）。"
    ),
)
@click.option("--diff", is_flag=True, help=tell("Only show what would be done.", "只显示将要做什么。"))
@click.option("--no-faces", is_flag=True, help=tell("Do not look for faces.", "不检测人脸。"))
@format_option
@overwrite_option
@working_options
def command(
    files: tuple[Path, ...],
    output: Path,
    field: str | None,
    unsafe: bool,
    trim_silence: bool,
    pad: bool,
    normalise: bool,
    denoise: bool,
    diff: bool,
    no_faces: bool,
    form: str,
    overwrite: bool,
    profile: str | None,
    log_format: str,
) -> int:
    """Exit code 1 when something is left that no allowed step mends."""
    chosen = settings(profile)
    wish = FixWish(
        unsafe=unsafe,
        faces=not no_faces,
        sound=SoundWish(trim_silence=trim_silence, pad=pad, level=normalise, denoise=denoise),
        profile=chosen.profile,
        ffmpeg=chosen.ffmpeg,
    )
    many = len(files) > 1 or any(path.is_dir() for path in files)
    files = folders.listed(files)
    if not diff:
        remote_paths.claim(overwrite=overwrite)
        if many:
            _refuse_file(output)
            atomic.make_folder(output)
    work = _Mending(
        output=output, field=field, wish=wish, diff=diff, overwrite=overwrite, told=console(log_format)
    )
    if not many:
        outcome = work.mend(files[0])
        _tell(outcome, form, diff)
        if outcome.target is not None and not diff:
            remote_paths.deliver()
        return _code(outcome)
    return _each(work, files, form)


def _each(work: _Mending, files: tuple[Path, ...], form: str) -> int:
    """The worst exit code."""
    codes, outcomes = [], []
    for path in files:
        try:
            outcome = work.mend(path)
        except MediaprepError as error:  # the others are mended all the same
            printing.error(f"mediaprep: {redact(error.say(LANG))}")
            codes.append(error.exit_code)
            continue
        outcomes.append(outcome)
        codes.append(_code(outcome))
        if form != "json":
            _tell(outcome, form, work.diff)
    if form == "json":
        printing.document([outcome.to_dict(LANG) for outcome in outcomes])
    else:
        made = sum(outcome.target is not None for outcome in outcomes)
        printing.line(tell(f"{len(files)} files: {made} written", f"{len(files)} 个文件：已写出 {made} 个"))
    return max(codes)


def _refuse_file(output: Path) -> None:
    if (output.exists() and not output.is_dir()) or output.suffix:
        raise click.UsageError(
            tell(f"several files are mended into a folder: -o {output} is a file's name",
                 f"多个文件须写入文件夹：-o {output} 是文件名")
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Mending:
    """What is wished for every file of a call."""

    output: Path
    field: str | None
    wish: FixWish
    diff: bool
    overwrite: bool
    told: Console
    made: dict[Path, Path] = dataclasses.field(default_factory=dict)  # target → source

    def mend(self, path: Path) -> FixOutcome:
        """Raises as `fix` does, and BadConfig where another file of this call has that name already."""
        with self.told.bar(tell(f"mending {path.name}", f"修复 {path.name}"), None) as move:

            def follow(at: EncodeProgress) -> None:
                move(at.seconds)

            plan = planned(path, output=self.output, field=self.field, wish=self.wish)
            if self.diff:
                return plan.outcome
            if plan.named is not None:
                target = plan.named(self.output)
                if (other := self.made.setdefault(target, path)) != path:
                    raise BadConfig(
                        f"{path}: would be written as {target}, as {other} was: mend it by itself, under another name",
                        f"{path}：输出名 {target} 已被 {other} 使用：请单独修复并另取名",
                    )
            return apply(plan, output=self.output, overwrite=self.overwrite, on_progress=follow)


def _code(outcome: FixOutcome) -> int:
    return 1 if worst(outcome.left) is Verdict.REFUSED or outcome.before.verdict == "unreadable" else 0


def _tell(outcome: FixOutcome, form: str, diff: bool) -> None:
    if form == "json":
        printing.document(outcome.to_dict(LANG))
    else:
        _show(outcome, diff)
        _show_notes(outcome)


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
