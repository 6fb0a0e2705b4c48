"""What a user wishes captions to be: how they look, where they go, in which forms. Values only."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from mediaprep.model.any_path import named_as_paths
from mediaprep.model.findings import Text
from mediaprep.model.finishing.options import PERCENT, RRGGBB, SHARE, Option


class CaptionsAs(enum.StrEnum):
    """How captions reach the viewer."""

    BURN = "burn"  # drawn into the picture
    SOFT = "soft"  # a track of the file, drawn by the player
    SIDECAR = "sidecar"  # files beside the video only


CHINESE = ("simplified", "traditional", "taiwan", "hongkong")
"""Scripts that captions can be put into; Taiwan's with its own words."""
BEST = ("burn", "auto")
"""Words for: captions from the best source there is."""
SIDECAR_FORMS = ("srt", "vtt", "ass")
NO_SIDECAR = "none"
PUNCTUATION = ("drop", "keep")
POSITIONS = ("bottom", "top", "middle")


@dataclass(frozen=True, kw_only=True)
class CaptionWish:
    """Everything about captions but their words. None = what suits the picture's shape.

    `size` is a character's side in percent of the picture's shorter side, `outline` in percent of that side,
    `margin` the distance from the edge in percent of the height; colours are RRGGBB. `second`: a second
    language, a subtitle file or a text with one line for each caption (or sentence). `fonts`: the first draws,
    the others lend what it lacks. `language` is the soft track's ISO 639-2 tag. `off_faces`: keep away from
    faces that are seen in main.
    """

    way: Annotated[
        CaptionsAs,
        Option(
            name="captions_as",
            key="as",
            choices=tuple(way.value for way in CaptionsAs),
            example="soft",
            help=Text(
                "Drawn into the picture, a track that players draw, or only files beside the video.",
                "烧录进画面、播放器显示的软字幕轨，或仅外挂文件。",
            ),
        ),
    ] = CaptionsAs.BURN
    sidecars: Annotated[
        tuple[str, ...],
        Option(
            name="sidecar",
            choices=(*SIDECAR_FORMS, NO_SIDECAR),
            example="[vtt, ass]",
            help=Text("A file beside the video; may be repeated.", "外挂字幕文件，可重复。"),
        ),
    ] = ("srt",)
    second: Annotated[
        Path | None,
        Option(
            name="captions_second",
            example="en.srt",
            help=Text(
                "A second language: a subtitle file, or a .txt with a line for each caption or sentence.",
                "第二语言：字幕文件，或每条字幕（句子）一行的 .txt。",
            ),
        ),
    ] = None
    karaoke: Annotated[
        bool,
        Option(example="true", help=Text("Characters light up as they are spoken.", "逐字高亮（卡拉 OK）。")),
    ] = False
    chinese: Annotated[
        str | None,
        Option(
            name="captions_chinese",
            choices=CHINESE,
            example="taiwan",
            help=Text(
                "In this Chinese script (needs mediaprep[opencc]).",
                "转换为该中文字形（需 mediaprep[opencc]）。",
            ),
        ),
    ] = None
    language: Annotated[
        str,
        Option(
            name="caption_language",
            unit=Text("zho", "zho"),
            example="eng",
            help=Text("Tag of the soft track.", "软字幕语言标签。"),
        ),
    ] = "zho"
    fonts: Annotated[
        tuple[Path, ...],
        Option(
            name="font",
            example="[sans.ttf, emoji.ttf]",
            help=Text(
                "Font file for captions; further ones draw what the first lacks.",
                "字幕字体文件；可重复，后者补足前者缺少的字形。",
            ),
        ),
    ] = ()
    size: Annotated[
        float | None,
        Option(
            name="caption_size",
            unit=PERCENT,
            example="6",
            help=Text("A character's side, percent of the shorter side.", "字号，占画面短边的百分比。"),
        ),
    ] = None
    color: Annotated[
        str, Option(name="caption_color", unit=RRGGBB, example="'FFD54A'", help=Text("Colour.", "字色。"))
    ] = "FFFFFF"
    highlight: Annotated[
        str,
        Option(
            name="caption_highlight",
            unit=RRGGBB,
            example="'1E88E5'",
            help=Text("Colour of what has been spoken, with --karaoke.", "卡拉 OK 已读字色。"),
        ),
    ] = "FFD54A"
    outline: Annotated[
        float | None,
        Option(
            name="caption_outline",
            unit=PERCENT,
            example="7",
            help=Text("Outline, percent of a character; 0: none.", "描边，占字号百分比；0 为无。"),
        ),
    ] = None
    outline_color: Annotated[
        str,
        Option(
            name="caption_outline_color",
            unit=RRGGBB,
            example="'000000'",
            help=Text("Its colour.", "描边颜色。"),
        ),
    ] = "101010"
    box: Annotated[
        str | None,
        Option(
            name="caption_box",
            unit=RRGGBB,
            example="'203040'",
            help=Text("A plate behind captions.", "字幕底框颜色。"),
        ),
    ] = None
    box_opacity: Annotated[
        float,
        Option(
            name="caption_box_opacity",
            unit=SHARE,
            example="0.8",
            help=Text("How dense the plate is.", "底框不透明度。"),
        ),
    ] = 0.6
    position: Annotated[
        str,
        Option(
            name="caption_position",
            choices=POSITIONS,
            example="top",
            help=Text("Where they stand.", "位置。"),
        ),
    ] = "bottom"
    margin: Annotated[
        float | None,
        Option(
            name="caption_margin",
            unit=PERCENT,
            example="5",
            help=Text("Distance from the edge, percent of the height.", "距边缘，占画面高度百分比。"),
        ),
    ] = None
    off_faces: Annotated[
        bool,
        Option(
            name="over_faces", negated=True, example="true",
            help=Text("Do not move captions off faces.", "不为避让人脸而移动字幕。"),
        ),
    ] = True  # fmt: skip
    punctuation: Annotated[
        str | None,
        Option(
            name="captions_punctuation",
            choices=PUNCTUATION,
            example="keep",
            help=Text(
                "。 and ， at line ends, blanks inside: dropped from simplified Chinese that is set here, kept in a "
                "file of yours, unless said otherwise.",
                "行末的。，去掉、行内以空格代替：默认对本工具排的简体字幕去掉，对自带的字幕文件保留。",
            ),
        ),
    ] = None
    words: Annotated[
        Path | None,
        Option(
            name="captions_words",
            example="lexicon.tsv",
            help=Text(
                "Names and words that no line parts: one a line, or a lexicon.",
                "不可拆开的人名、品牌与词语：每行一个，或读音词典。",
            ),
        ),
    ] = None
    children: Annotated[
        bool,
        Option(
            name="captions_children",
            example="true",
            help=Text(
                "For children, who read more slowly (7 Chinese characters a second, not 9).",
                "面向儿童：阅读速度更慢（每秒 7 字而非 9 字）。",
            ),
        ),
    ] = False

    def __post_init__(self) -> None:
        named_as_paths(self)

    def settled(self) -> CaptionWish:
        """The same with absolute paths."""
        return replace(
            self,
            second=self.second and self.second.absolute(),
            words=self.words and self.words.absolute(),
            fonts=tuple(path.absolute() for path in self.fonts),
        )


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A caption of a file that is not shown because nobody can say when: the number of its time line (0 where lines
    mean nothing), that line as it stands there, and the beginning of its text."""

    line: int
    clock: str
    text: str
