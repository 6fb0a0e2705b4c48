"""What a user wishes captions to be: how they look, where they go, in which forms. Values only."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from mediaprep.model.findings import Text


class CaptionsAs(enum.StrEnum):
    """How captions reach the viewer."""

    BURN = "burn"  # drawn into the picture
    SOFT = "soft"  # a track of the file, drawn by the player
    SIDECAR = "sidecar"  # files beside the video only


BEST = ("burn", "auto")
"""Words for: captions from the best source there is."""
SIDECAR_FORMS = ("srt", "vtt", "ass")
Position = Literal["bottom", "top", "middle"]
POSITIONS = get_args(Position)


@dataclass(frozen=True)
class Option:
    """How a wish is uttered on the command line: its flag, what it is about, what stands for its value. In a manifest
    its key is the field's name."""

    flag: str
    about: Text
    value: str = ""


_HEX, _PERCENT = "RRGGBB", "%"


@dataclass(frozen=True, kw_only=True)
class CaptionWish:
    """Everything about captions but their words. None = what suits the picture's shape.

    `size` is a character's side in percent of the picture's shorter side, `outline` in percent of that side,
    `margin` the distance from the edge in percent of the height; colours are RRGGBB. `second`: a second
    language, a subtitle file or a text with one line for each caption (or sentence). `fonts`: the first draws,
    the others lend what it lacks. `language` is the soft track's ISO 639-2 tag. `off_faces`: keep away from
    faces that are seen in main.
    """

    way: CaptionsAs = CaptionsAs.BURN
    sidecars: tuple[str, ...] = ("srt",)
    second: Path | None = None
    fonts: tuple[Path, ...] = ()
    karaoke: Annotated[
        bool, Option("--karaoke", Text("Characters light up as they are spoken.", "逐字高亮（卡拉 OK）。"))
    ] = False
    size: Annotated[
        float | None,
        Option(
            "--caption-size",
            Text("A character's side, percent of the shorter side.", "字号，占画面短边的百分比。"),
            _PERCENT,
        ),
    ] = None
    color: Annotated[str, Option("--caption-color", Text("Colour.", "字色。"), _HEX)] = "FFFFFF"
    highlight: Annotated[
        str,
        Option(
            "--caption-highlight",
            Text("Colour of what has been spoken, with --karaoke.", "卡拉 OK 已读字色。"),
            _HEX,
        ),
    ] = "FFD54A"
    outline: Annotated[
        float | None,
        Option(
            "--caption-outline",
            Text("Outline, percent of a character; 0: none.", "描边，占字号百分比；0 为无。"),
            _PERCENT,
        ),
    ] = None
    outline_color: Annotated[
        str, Option("--caption-outline-color", Text("Its colour.", "描边颜色。"), _HEX)
    ] = "101010"
    box: Annotated[
        str | None, Option("--caption-box", Text("A plate behind captions.", "字幕底框颜色。"), _HEX)
    ] = None
    box_opacity: Annotated[
        float,
        Option(
            "--caption-box-opacity", Text("How dense the plate is (0.6).", "底框不透明度（0.6）。"), "0-1"
        ),
    ] = 0.6
    position: Annotated[Position, Option("--caption-position", Text("Where they stand.", "位置。"))] = (
        "bottom"
    )
    margin: Annotated[
        float | None,
        Option(
            "--caption-margin",
            Text("Distance from the edge, percent of the height.", "距边缘，占画面高度百分比。"),
            _PERCENT,
        ),
    ] = None
    language: Annotated[
        str, Option("--caption-language", Text("Tag of the soft track.", "软字幕语言标签。"), "zho")
    ] = "zho"
    off_faces: bool = True


@dataclass(frozen=True, kw_only=True)
class Uttered:
    """A field of the wish that command line and manifests name alike."""

    kind: Any
    default: Any
    option: Option

    @property
    def choices(self) -> tuple[str, ...]:
        """What its value may be, where that is a set of words."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()


def uttered() -> Mapping[str, Uttered]:
    """Every field that has an Option, by name."""
    hints = get_type_hints(CaptionWish, include_extras=True)
    return {
        field.name: Uttered(kind=get_args(hints[field.name])[0], default=field.default, option=option)
        for field in fields(CaptionWish)
        for option in getattr(hints[field.name], "__metadata__", ())
    }


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A caption of a file that is not shown because nobody can say when: the number of its time line (0 where lines
    mean nothing), that line as it stands there, and the beginning of its text."""

    line: int
    clock: str
    text: str
