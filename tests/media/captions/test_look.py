"""Whatever may be wished of the look of captions, on the command line and in manifests alike, is drawn."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mediaprep.finishing import styles
from mediaprep.media.captions import subtitle_files
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue
from mediaprep.model.finishing.wishes import OPTIONS, WishField

CANVAS = Canvas(width=1920, height=1080, fps=Fraction(25), sample_rate=48000)
FONT = CaptionFont(path=Path("a.ttf"), family="A", line_factor=1.3)
PLACED = PlacedCue(
    cue=Cue(start_ms=0, end_ms=900, lines=("三个字",), spoken_ms=(0, 300, 600)), first_frame=0, end_frame=22
)
DARK = {"box", "outline_color"}  # so that letters can be read
NUMBERS = {"size": 9.0, "outline": 12.0, "margin": 20.0, "box_opacity": 0.3}
NOT_LOOKS = {"way", "sidecars", "second", "fonts", "language", "off_faces"} | {
    "punctuation",
    "words",
    "children",
    "chinese",
}
LOOKS = {row.field: row for row in OPTIONS if row.owner is CaptionWish and row.field not in NOT_LOOKS}


def other(name: str, field: WishField) -> Any:
    """A value that is not the default."""
    if field.kind is bool:
        return not field.default
    if field.kind is float:
        return NUMBERS[name]
    choices = field.option.choices
    return choices[-1] if choices else "203040" if name in DARK else "FFEE58"


def styled(wish: CaptionWish) -> CaptionStyle:
    try:
        return styles.styled(CANVAS, wish)
    except TypeError as error:
        pytest.fail(f"CaptionStyle in mediaprep/model/finishing/plans.py has no such field: {error}")


@pytest.mark.parametrize(("name", "field"), LOOKS.items(), ids=list(LOOKS))
def test_every_wish_of_a_look_is_styled_and_drawn(name: str, field: WishField) -> None:
    plain = CaptionWish(karaoke=name != "karaoke", box=None if name == "box" else "102030")
    before, after = styled(plain), styled(replace(plain, **{name: other(name, field)}))
    assert before != after, f"mediaprep/finishing/styles.py takes nothing from the wish's {name}"
    drawn = [subtitle_files.ass([PLACED], canvas=CANVAS, style=style, font=FONT) for style in (before, after)]
    assert drawn[0] != drawn[1], (
        f"mediaprep/media/captions/subtitle_files.py draws nothing of the style's {name}"
    )
