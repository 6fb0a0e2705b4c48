"""What a user wishes captions to be: how they look, where they go, in which forms. Values only."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


class CaptionsAs(enum.StrEnum):
    """How captions reach the viewer."""

    BURN = "burn"  # drawn into the picture
    SOFT = "soft"  # a track of the file, drawn by the player
    SIDECAR = "sidecar"  # files beside the video only


BEST = ("burn", "auto")
"""Words for: captions from the best source there is."""
SIDECAR_FORMS = ("srt", "vtt", "ass")
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

    way: CaptionsAs = CaptionsAs.BURN
    sidecars: tuple[str, ...] = ("srt",)
    second: Path | None = None
    karaoke: bool = False
    language: str = "zho"
    fonts: tuple[Path, ...] = ()
    size: float | None = None
    color: str = "FFFFFF"
    highlight: str = "FFD54A"  # what has been spoken, with karaoke
    outline: float | None = None
    outline_color: str = "101010"
    box: str | None = None
    box_opacity: float = 0.6
    position: str = "bottom"
    margin: float | None = None
    off_faces: bool = True


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A caption of a file that is not shown because nobody can say when: the number of its time line (0 where lines
    mean nothing), that line as it stands there, and the beginning of its text."""

    line: int
    clock: str
    text: str
