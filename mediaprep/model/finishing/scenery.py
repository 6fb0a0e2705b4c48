"""What stands around the presenter, as values: background, reframing, music, fades, chapters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from mediaprep.model.any_path import named_as_paths
from mediaprep.model.findings import Text
from mediaprep.model.finishing.options import SECONDS, Option


@dataclass(frozen=True, kw_only=True)
class Background:
    """What shows where main is transparent, or has `key` (RRGGBB, the colour of its green screen). Exactly one
    of `colour` (RRGGBB) and `path` is given; `format` is a photo's, `demuxer` a video's."""

    colour: str | None = None
    path: Path | None = None
    format: str | None = None
    demuxer: str | None = None
    key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reframe:
    """A window that moves over main's picture, which is then scaled to the canvas: its left upper corner at some of
    main's frames, straight on between them; before the first and after the last it stands."""

    path: tuple[tuple[int, int, int], ...]  # frame, x, y
    window: tuple[int, int]  # width, height in main's pixels


@dataclass(frozen=True, kw_only=True)
class Music:
    """Music under the whole video, again from its start where it is too short. `gain_db` brings it to its
    level; `key_gain_db` brings the voice to the level at which it pushes the music down."""

    path: Path
    demuxer: str
    gain_db: float
    key_gain_db: float


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A stretch of the finished video with a title, milliseconds."""

    start_ms: int
    end_ms: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Scenery:
    """All of it. Fades in frames, from black and silence and back."""

    background: Background | None = None
    reframe: Reframe | None = None
    music: Music | None = None
    fade_in: int = 0
    fade_out: int = 0
    chapters: tuple[Chapter, ...] = ()

    @property
    def restages(self) -> bool:
        """Whether main's picture is no longer its own picture, fitted."""
        return self.background is not None or self.reframe is not None

    @property
    def sounds(self) -> bool:
        """Whether the sound is no longer the clips' own."""
        return self.music is not None or self.fade_in > 0 or self.fade_out > 0

    @property
    def why_encoded(self) -> Text | None:
        """Why every picture has to be encoded, if so."""
        if self.background is not None:
            return Text("the background changes every picture", "背景会改变每一帧画面")
        if self.reframe is not None:
            return Text("reframing changes every picture", "画幅重构会改变每一帧画面")
        return None


@dataclass(frozen=True, kw_only=True)
class SceneryWish:
    """What a user wants of it, read from words by finish.wishes. `background`: RRGGBB, or a photo's or video's
    path; `green`: key main's green screen out (RRGGBB, "auto" measures it); `reframe`: "9:16" and the like; `size`:
    "1080x1920"; `music_below`: how many LU the music lies below the voice where nobody speaks; fades in seconds;
    `marks`: chapters (seconds of main, title); `chapters`: one for every clip, called `clip_titles` (before main,
    main, after it). `thumbnail` (the cover: at `cover_at`
    seconds of main, or `cover_picture`, or main's best, with `cover_title`) and `sheet` are files to write."""

    background: Annotated[
        str | Path | None,
        Option(
            unit=Text("COLOUR|FILE", "颜色|文件"),
            example="office.jpg",
            help=Text(
                "Behind a transparent webm or mov, or a green screen: RRGGBB, a picture or a video.",
                "透明 webm/mov 或绿幕的背景：RRGGBB、图片或视频。",
            ),
        ),
    ] = None
    green: Annotated[
        str | None,
        Option(
            unit=Text("auto|COLOUR", "auto|颜色"),
            example="auto",
            help=Text("Key main's green screen out.", "抠除主视频的绿幕。"),
        ),
    ] = None
    reframe: Annotated[
        str | None,
        Option(
            unit=Text("9:16", "9:16"),
            example="9:16",
            help=Text("Another shape, following the face.", "改变画幅，跟随人脸。"),
        ),
    ] = None
    size: Annotated[
        str | None,
        Option(
            unit=Text("WxH", "宽x高"),
            example="1080x1920",
            help=Text("Pixels of the finished picture, of its own shape.", "成片的像素尺寸，画幅不变。"),
        ),
    ] = None
    music: Annotated[
        Path | None,
        Option(
            decks=True,
            example="tune.mp3",
            help=Text("Background music, pushed down under the voice.", "背景音乐，人声处自动压低。"),
        ),
    ] = None
    music_below: Annotated[
        float,
        Option(
            unit=Text("LU", "LU"),
            decks=True,
            example="12",
            help=Text("How much lower it is than the voice, between words too.", "音乐低于人声的响度。"),
        ),
    ] = 8.0
    fade_in: Annotated[
        float, Option(unit=SECONDS, decks=True, example="0.5", help=Text("From black and silence.", "淡入。"))
    ] = 0.0
    fade_out: Annotated[
        float, Option(unit=SECONDS, decks=True, example="1", help=Text("To black and silence.", "淡出。"))
    ] = 0.0
    chapters: bool = False
    clip_titles: tuple[str, str, str] = ("Opening", "Main", "Ending")
    marks: Annotated[
        tuple[tuple[float, str], ...],
        Option(
            name="chapter",
            unit=Text("SECONDS=TITLE", "秒=标题"),
            example='["1:05=Part two"]',
            help=Text(
                "A chapter at a moment of the main video; may be repeated.",
                "在主视频某一时刻开始的章节，可重复。",
            ),
        ),
    ] = ()
    thumbnail: Annotated[
        Path | None,
        Option(
            unit=Text("FILE.jpg", "文件.jpg"),
            decks=True,
            example="cover.jpg",
            help=Text(
                "Write a cover: main's best picture, no captions on it.",
                "写出封面图：主视频中最佳的一帧，不带字幕。",
            ),
        ),
    ] = None
    cover_at: Annotated[
        float | None,
        Option(
            unit=SECONDS,
            least=0,
            decks=True,
            example="12.5",
            help=Text("The moment of main that the cover shows.", "封面取主视频的这一时刻。"),
        ),
    ] = None
    cover_picture: Annotated[
        Path | None,
        Option(
            decks=True,
            example="own.png",
            help=Text("A picture of yours as the cover.", "使用自己的图片作封面。"),
        ),
    ] = None
    cover_title: Annotated[
        str | None,
        Option(
            unit=Text("TEXT", "文字"),
            decks=True,
            example="三分钟学会插花",
            help=Text("A title on the cover, set as captions are.", "封面标题，排版与字幕一致。"),
        ),
    ] = None
    sheet: Annotated[
        Path | None,
        Option(
            unit=Text("FILE.jpg", "文件.jpg"), decks=True, example="sheet.jpg",
            help=Text("Write twelve pictures on one.", "写出十二宫格缩略图。"),
        ),
    ] = None  # fmt: skip

    def __post_init__(self) -> None:
        named_as_paths(self)

    @property
    def files(self) -> tuple[tuple[str, Path], ...]:
        """What is read, each with its part."""
        background = self.background if isinstance(self.background, Path) else None
        named = (("background", background), ("music", self.music), ("cover_picture", self.cover_picture))
        return tuple((role, path) for role, path in named if path is not None)

    @property
    def written(self) -> tuple[Path, ...]:
        """What is written beside the video."""
        return tuple(path for path in (self.thumbnail, self.sheet) if path is not None)

    def settled(self) -> SceneryWish:
        """The same with absolute paths."""
        return replace(
            self,
            background=self.background.absolute() if isinstance(self.background, Path) else self.background,
            music=self.music.absolute() if self.music else None,
            thumbnail=self.thumbnail.absolute() if self.thumbnail else None,
            cover_picture=self.cover_picture.absolute() if self.cover_picture else None,
            sheet=self.sheet.absolute() if self.sheet else None,
        )
