"""`mediaprep propose FOOTAGE`"""

from __future__ import annotations

import json
from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, overwrite_option, profile_option, settings
from mediaprep.report.escaping import shown
from mediaprep.verbs.judging.propose import propose

_FILE = click.Path(path_type=Path, dir_okay=False)
_KINDS = {
    "no_face": ("no face", "无人脸"), "profile": ("profile", "侧脸"), "nodding": ("nodding", "俯仰过大"),
}  # fmt: skip


@click.command(
    "propose",
    help=tell(
        "Look through footage and propose the parameters of a no-train request: which part, where the mouth is left "
        "alone, whose face. Each choice says why; edit what is written. Nothing is sent.",
        "查看参考视频并给出免训练请求的参数建议：选用哪一段、哪些片段不驱动口型、驱动谁的脸。每项均说明理由，写出后可修改。不会发送任何请求。",
    ),
)
@click.argument("footage", type=_FILE)
@click.option("--audio", type=_FILE, help=tell("The sound that drives it.", "驱动音频。"))
@click.option("--text", help=tell("The text that is spoken.", "播报文本。"))
@click.option(
    "-o",
    "--output",
    type=_FILE,
    metavar="REQUEST.json",
    help=tell(
        "Write the request here, and photos of the speaker beside it where several people are seen.",
        "将请求写到此处；画面中有多人时，说话人的参考图写在旁边。",
    ),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@overwrite_option
@profile_option
@lang_option
def command(
    footage: Path,
    audio: Path | None,
    text: str | None,
    output: Path | None,
    form: str,
    overwrite: bool,
    profile: str | None,
) -> int:
    """Exit code 1 when our own rules refuse the request."""
    found = propose(
        footage, output=output, audio=audio, text=text, overwrite=overwrite, settings=settings(profile)
    )
    refused = any(finding.verdict.value == "refused" for finding in found.findings)
    if form == "json":
        printing.document(found.to_dict(LANG))
        return int(refused)
    for one in found.timeline:
        printing.line(f"  {one.start:7.2f}–{one.end:.2f} {tell('s', '秒')}  {tell(*_KINDS[one.kind])}")
    for choice in found.choices:
        value = json.dumps(choice.value, ensure_ascii=False)
        printing.line(f"  {choice.parameter} = {shown(value, 200)}")
        printing.line(f"      {shown(choice.why.say(LANG), 300)}")
    for finding in found.findings:
        printing.line(f"  {finding.rule}: {shown(finding.message.say(LANG), 300)}")
    for cut in found.cuts:
        told = tell("no parameter mends this: cut it out", "参数无法处理：请剪掉")
        printing.line(f"  {cut.start:.2f}–{cut.end:.2f} {tell('s', '秒')}  {told}")
    where = (
        shown(str(found.output)) if found.output else tell("give -o REQUEST.json", "请用 -o 请求.json 写出")
    )
    printing.line(f"{shown(footage.name)} → {where}")
    return int(refused)
