"""What a user wishes a finished video to be: one value, from which its whole course follows."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from mediaprep.model.any_path import named_as_paths
from mediaprep.model.findings import Text
from mediaprep.model.finishing.captions import BEST, CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.options import SECONDS, Option
from mediaprep.model.finishing.plans import LOUDNESS_TARGETS, STILL_SECONDS
from mediaprep.model.finishing.scenery import SceneryWish


@dataclass(frozen=True, kw_only=True)
class Finishing:
    """What is done with a result. `captions`: "burn" (from the best source there is) or a subtitle file.
    `head` and `tail`: videos or photos (shown for `still_seconds`), in order. `script`: the spoken text, where the
    request has none. `chapters`: one for every page of a deck, and for each clip."""

    head: Annotated[
        tuple[Path, ...],
        Option(
            decks=True,
            example="head.mp4",
            help=Text("Clip or picture before the video; may be repeated.", "片头（视频或图片），可重复。"),
        ),
    ] = ()
    tail: Annotated[
        tuple[Path, ...],
        Option(
            decks=True,
            example="[a.mp4, b.png]",
            help=Text("Clip or picture after the video; may be repeated.", "片尾（视频或图片），可重复。"),
        ),
    ] = ()
    crossfade: Annotated[
        float,
        Option(
            unit=SECONDS,
            least=0,
            most=10,
            example="0.5",
            help=Text("Clips fade into each other.", "片段之间交叉淡化的时长。"),
        ),
    ] = 0.0
    captions: Annotated[
        Path | str | None,
        Option(
            unit=Text("burn|FILE", "burn|文件"),
            example="burn",
            help=Text(
                "A subtitle file, or burn: the .srt or .timestamps.json beside the video, or its script.",
                "字幕文件；或 burn：使用视频旁的 .srt 或 .timestamps.json，或脚本。",
            ),
        ),
    ] = None
    caption_wish: CaptionWish | None = None
    logo: Annotated[
        tuple[Path, ...],
        Option(
            decks=True,
            example="brand.png",
            help=Text(
                "Picture laid over the video; may be repeated, each in a corner of its own.",
                "叠加在画面上的台标，可重复，各占一角。",
            ),
        ),
    ] = ()
    mark_wish: MarkWish | None = None
    logo_wish: tuple[LogoWish, ...] = ()  # one for each logo; none: a corner of its own each
    loudness: Annotated[
        str | None,
        Option(
            choices=tuple(LOUDNESS_TARGETS),
            decks=True,
            example="web",
            help=Text("LUFS: web −16, streaming −14, ebu −23.", "LUFS：web −16，streaming −14，ebu −23。"),
        ),
    ] = None
    platform: Annotated[
        str | None,
        Option(
            unit=Text("NAME", "平台"),
            decks=True,
            example="douyin",
            help=Text(
                "Shape, size and loudness for douyin, channels, kuaishou, bilibili, xiaohongshu or shorts.",
                "按平台设定画幅、尺寸与响度：抖音、视频号、快手、B站、小红书、YouTube Shorts。",
            ),
        ),
    ] = None
    chapters: Annotated[
        bool, Option(example="true", help=Text("A chapter for every clip.", "每个片段一个章节。"))
    ] = False
    still_seconds: Annotated[
        float | None,
        Option(
            unit=SECONDS,
            example="2",
            help=Text(
                f"How long pictures are shown ({STILL_SECONDS:g}).", f"图片显示的时长（{STILL_SECONDS:g}）。"
            ),
        ),
    ] = None
    script: Annotated[
        Path | None,
        Option(
            example="talk.txt",
            help=Text(
                "The spoken text, aligned by its pauses (estimated).", "口播文本，按停顿对齐（估算）。"
            ),
        ),
    ] = None
    label: Annotated[
        str | None,
        Option(
            choices=("keep", "write"),
            example="write",
            decks=True,
            help=Text(
                "AIGC label of the file: keep main's (keep), or write one where there is none (write).",
                "文件的 AIGC 标识：保留主视频的（keep），没有时写入（write）。",
            ),
        ),
    ] = None
    label_producer: Annotated[
        str | None,
        Option(
            unit=Text("NAME", "名称"),
            example="91440300XXXXXXXX",
            decks=True,
            help=Text("Who made the content, for a label that is written.", "写入标识时的生成者名称或编码。"),
        ),
    ] = None
    scenery: SceneryWish | None = None  # fmt: skip

    def __post_init__(self) -> None:
        named_as_paths(self)

    @property
    def labels(self) -> bool:
        """Whether a label is to be written."""
        return self.label == "write"

    @property
    def marks(self) -> bool:
        """Whether the video is to be marked as generated, to be seen."""
        return self.mark_wish is not None and self.mark_wish.text is not None

    @property
    def wanted(self) -> bool:
        return any(
            (
                self.head,
                self.tail,
                self.captions,
                self.logo,
                self.loudness,
                self.platform,
                self.chapters,
                self.scenery,
                self.labels,
                self.marks,
            )
        )

    @property
    def only_says_so(self) -> bool:
        """Whether nothing is wanted but a mark or a label, which a sound can have too."""
        bare = replace(self, mark_wish=None, label=None)
        return self.wanted and not bare.wanted

    @property
    def looks(self) -> CaptionWish:
        """How captions look, told or not."""
        return self.caption_wish or CaptionWish()

    @property
    def files(self) -> tuple[tuple[str, Path], ...]:
        """What is read, each with its key."""
        found = [
            *(("head", path) for path in self.head),
            *(("tail", path) for path in self.tail),
            ("captions", None if self.captions in (None, *BEST) else Path(self.captions)),
            ("captions.second", self.looks.second),
            ("captions.words", self.looks.words),
            *(("captions.fonts", path) for path in self.looks.fonts),
            *(("logo", path) for path in self.logo),
            ("script", self.script),
            ("mark_clip", self.mark_wish.clip if self.mark_wish else None),
            *(self.scenery.files if self.scenery else ()),
        ]
        return tuple((key, path) for key, path in found if path is not None)

    @property
    def pictures(self) -> tuple[Path, ...]:
        """What is written beside the video: thumbnail and contact sheet."""
        return self.scenery.written if self.scenery else ()

    def settled(self) -> Finishing:
        """The same with absolute paths."""
        wish, captions = self.caption_wish, self.captions
        return replace(
            self,
            head=tuple(path.absolute() for path in self.head),
            tail=tuple(path.absolute() for path in self.tail),
            captions=captions.absolute() if isinstance(captions, Path) else captions,
            caption_wish=wish and wish.settled(),
            logo=tuple(path.absolute() for path in self.logo),
            mark_wish=self.mark_wish and self.mark_wish.settled(),
            script=self.script and self.script.absolute(),
            scenery=self.scenery and self.scenery.settled(),
        )


@dataclass(frozen=True, kw_only=True)
class WishField:
    """An option as it stands in a value: of which class (`owner`) it is which `field`, and the type of one value
    (`kind`: bool, float, Path or str; str too for what is a word or a file), of which there may be `many`."""

    name: str
    option: Option
    owner: type
    field: str
    kind: type
    many: bool
    default: Any

    @property
    def key(self) -> str:
        """Its name in the table of captions or of a logo."""
        return self.option.key or self.field

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def usual(self) -> str:
        """What it is where nothing is given, in words; empty for nothing."""
        if self.kind is bool or not self.default:
            return ""
        if self.kind is float:
            return f"{self.default * self.option.factor:g}"
        return ", ".join(self.default) if self.many else str(self.default)

    @property
    def help(self) -> Text:
        """What it does, and what it is where nothing is given."""
        told, usual = self.option.help, self.usual
        if not usual:
            return told
        return Text(f"{told.en.rstrip('.')} ({usual}).", f"{told.zh.rstrip('。')}（{usual}）。")


def _fields(owner: type) -> Iterator[WishField]:
    hints = typing.get_type_hints(owner, include_extras=True)
    for field in dataclasses.fields(owner):
        told = [it for it in getattr(hints[field.name], "__metadata__", ()) if isinstance(it, Option)]
        for option in told:
            bare = typing.get_args(hints[field.name])[0]
            parts = {part for part in (bare, *typing.get_args(bare)) if isinstance(part, type)}
            yield WishField(
                name=option.name or field.name, option=option, owner=owner, field=field.name,
                kind=next((kind for kind in (bool, float, str, Path) if kind in parts), str),
                many=typing.get_origin(bare) is tuple, default=field.default,
            )  # fmt: skip


OPTIONS: Final = tuple(
    field for owner in (Finishing, CaptionWish, LogoWish, MarkWish, SceneryWish) for field in _fields(owner)
)
"""Every finishing option there is."""
