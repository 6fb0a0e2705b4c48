"""`mediaprep label VERB`: the label of generated content in files. A new verb is a row here and a module beside this
one, with its `command`."""

from __future__ import annotations

import click

from mediaprep.cli.group import Verbs
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option

# verb → what it does. The order is the order of the work.
VERBS: dict[str, str] = {
    "show": tell("say what label files carry", "显示文件所带的标识"),
    "check": tell("judge it: there, understood, signed, as in the receipt", "检查：存在、可读、签名、与回执一致"),
    "mark": tell("a copy that says so to be seen, or heard", "加上可见（或可听）的标识，写入新文件"),
    "write": tell("a labelled copy of what has no label", "为没有标识的文件写入标识（输出副本）"),
}  # fmt: skip


@click.group(
    "label",
    cls=Verbs,
    homes={verb: f"{__name__}.{verb}_label" for verb in VERBS},
    verbs=VERBS,
    help=tell(
        "The label of generated content (AIGC, 隐式标识) in videos, sounds and pictures. What is there is kept: "
        "no verb removes or alters one.",
        "视频、音频与图片中的生成合成内容标识（AIGC，隐式标识）。已有标识一律保留，任何命令都不会去除或改动。",
    ),
)
@lang_option
def command() -> None:
    """The root of the label verbs; its words are set above, in both languages."""
