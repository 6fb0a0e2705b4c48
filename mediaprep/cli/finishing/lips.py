"""`mediaprep lips VIDEO`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option
from mediaprep.report.escaping import shown
from mediaprep.verbs.files.lips import lips

_FILE = click.Path(path_type=Path, dir_okay=False)
_SAID = {
    "in_step": ("in step", "同步"),
    "off": ("off", "不同步"),
    "other_sound": ("another sound", "声音不是此人所说"),
    "frozen": ("frozen", "嘴部静止"),
    "talks_in_silence": ("talks in silence", "无声时说话"),
    "unknown": ("unknown", "无法判断"),
}


@click.command(
    "lips",
    help=tell(
        "Say whether the lips of a video follow its voice: a mouth that stands still while the voice goes on, one that "
        "talks in silence, an offset where enough of both is there. Exit code: 0 in step, 1 something is wrong, "
        "3 unknown.",
        "判断视频的口型是否与语音一致：有语音而嘴部静止、无声而嘴部在说话，以及素材足够时的偏移量。"
        "退出码：0 同步，1 有问题，3 无法判断。",
    ),
)
@click.argument("video", type=_FILE)
@click.option(
    "--audio",
    type=_FILE,
    help=tell(
        "The voice that the lips should follow, in place of the video's own sound.",
        "口型应对应的语音，代替视频自带声音。",
    ),
)
@click.option(
    "--footage",
    type=_FILE,
    help=tell(
        "Footage of the same speaker with its sound: tells sooner that a sound is another.",
        "同一说话人的原素材（含声音），可更早判断声音不匹配。",
    ),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@lang_option
def command(video: Path, audio: Path | None, footage: Path | None, form: str) -> int:
    """Exit code 1 when something is wrong, 3 when nothing can be told."""
    found = lips(video, audio=audio, footage=footage)
    if form == "json":
        printing.document(found.to_dict(LANG))
        return found.exit_code
    for one in found.intervals:
        when = f"{one.start:.2f}–{one.end:.2f} {tell('s', '秒')}"
        printing.line(f"  {when:17}  {one.what.say(LANG)}")
    late = "" if found.offset_ms is None else f"  {found.offset_ms:+d} ms"
    printing.line(f"{shown(video.name)}: {tell(*_SAID[found.verdict])}{late}")
    printing.line(f"    {found.why.say(LANG)}")
    return found.exit_code
