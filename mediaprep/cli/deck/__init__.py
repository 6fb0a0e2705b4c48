"""`mediaprep deck VERB`: what is done to decks before they are submitted. A new verb is a row here and a module
beside this one, with its `command`."""

from __future__ import annotations

import click

from mediaprep.cli.group import Verbs
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option

# verb → what it does. The order is the order of the work.
VERBS: dict[str, str] = {
    "check": tell("judge a deck, and say what is on which page", "检查文稿，并说明每页有什么"),
    "clean": tell("a copy without hidden pages, or with them shown", "去掉隐藏页或全部取消隐藏的副本"),
    "split": tell("too many pages: parts that PPT mode takes", "页数过多：拆成可接受的若干份"),
    "shrink": tell("too large: its pictures made smaller until it fits", "文件过大：缩小图片直到合格"),
    "preview": tell("write its pages as pictures", "把各页写成图片"),
    "script": tell("make a storyboard of its notes, to be edited", "把备注变成可编辑的分镜"),
    "plan": tell("turn a storyboard into requests, with minutes and cost", "把分镜变成请求，给出时长与费用"),
    "run": tell("make a narrated, captioned, chaptered video of it", "制作带讲解、字幕与章节的视频"),
    "notes": tell("write a storyboard's scripts into the notes of a copy", "把分镜文案写回副本的备注"),
}


@click.group(
    "deck",
    cls=Verbs,
    homes={verb: f"{__name__}.{verb}_deck" for verb in VERBS},
    verbs=VERBS,
    help=tell(
        "Look at, split, shrink and turn into a storyboard a deck (pptx, ppt, pdf) for PPT mode.",
        "PPT 模式的文稿（pptx、ppt、pdf）：检查、拆分、压缩、生成分镜。",
    ),
)
@lang_option
def command() -> None:
    """The root of the deck verbs; its words are set above, in both languages."""
