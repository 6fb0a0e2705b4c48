"""The visible mark in a hundred random plans: high enough, inside the safe area, on no face, caption or logo."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.errors import BadConfig
from mediaprep.finishing import marking, styles
from mediaprep.finishing.timeline import lay
from mediaprep.model.facts import ABSENT, VideoFacts
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.plans import (
    Canvas,
    CaptionFont,
    CaptionStyle,
    Cue,
    Logo,
    PlacedCue,
    RenderPlan,
    Role,
)

FONT = CaptionFont(path=Path("a.otf"), family="A", line_factor=1.448)


def plan_of(width: int, height: int, *, seconds: float = 8.0, **more: object) -> RenderPlan:
    canvas = Canvas(width=width, height=height, fps=Fraction(25), sample_rate=48000)
    facts = VideoFacts(
        container="mp4", codec="h264", width=width, height=height, seconds=seconds, size_bytes=1, fps=25.0,
        frames=round(seconds * 25), variable_rate=False, audio=ABSENT,
    )  # fmt: skip
    clips = lay(canvas, [(Role.MAIN, Path("m.mp4"), facts)], overlap_frames=0)
    return RenderPlan(clips=clips, canvas=canvas, output=Path("o.mp4"), **more)  # type: ignore[arg-type]


def meets(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("seed", range(100))
def test_it_is_high_enough_long_enough_and_covers_nothing(seed: int) -> None:
    draw = random.Random(seed)
    width, height = (draw.randrange(360, 4097, 2) for _ in range(2))
    if max(width, height) > 3 * min(width, height):
        width = height
    edge, side = round(min(width, height) * 0.04), round(width * draw.uniform(0.08, 0.2))
    corners = draw.sample(
        [(edge, edge), (width - edge - side, edge), (edge, height - edge - side)], draw.randint(0, 2)
    )
    logos = tuple(
        Logo(path=Path("l.png"), format="png", x=x, y=y, width=side, height=side) for x, y in corners
    )
    canvas = Canvas(width=width, height=height, fps=Fraction(25), sample_rate=48000)
    style = styles.plan.style_for(canvas)
    cues = (
        PlacedCue(cue=Cue(start_ms=0, end_ms=3000, lines=("一二三四五六七",)), first_frame=0, end_frame=75),
    )
    plan = plan_of(width, height, logos=logos, cues=cues, style=style, font=FONT, burn=draw.random() < 0.7)
    size = min(width, height) * draw.uniform(0.15, 0.45)
    x, y = draw.uniform(0, width - size), draw.uniform(0, height - size)
    face = (x, y, x + size, y + size)
    wish = MarkWish(
        text=draw.choice(["true", "AI-generated", "内容由AI生成"]), corner=draw.choice([None, "bottom-right"])
    )
    mark, clear = marking.placed(plan, wish, FONT, [face])
    assert not meets(mark.box, face)
    drawn = mark.style.outline_px  # outside of the line that libass sets at the margin
    assert mark.style.margin_top >= mark.box[1] + drawn - 1
    assert height - mark.style.margin_bottom + drawn <= mark.box[3] + 1
    assert clear and not any(
        meets(mark.box, (one.x, one.y, one.x + one.width, one.y + one.height)) for one in logos
    )
    caption = styles.area(style, canvas, [cues[0].cue], line_factor=FONT.line_factor)
    assert not (plan.burn and meets(mark.box, caption))
    assert mark.box[0] >= 0 and mark.box[2] <= width and mark.box[1] >= 0 and mark.box[3] <= height
    assert mark.style.font_px * (0.72 if wish.text == "AI-generated" else 0.86) >= 0.05 * min(width, height)
    assert mark.placed.first_frame == 0 and mark.end_frame >= 50


@pytest.mark.parametrize(
    ("corner", "position", "align"),
    [("top-left", "top", "left"), ("top-right", "top", "right"), ("bottom-left", "bottom", "left"),
     ("bottom-right", "bottom", "right"), (None, "top", "left")],
)  # fmt: skip
def test_it_stands_in_the_corner_that_is_wished(corner: str | None, position: str, align: str) -> None:
    style: CaptionStyle = marking.placed(plan_of(1920, 1080), MarkWish(text="true", corner=corner), FONT)[
        0
    ].style
    assert (style.position, style.align) == (position, align)


def test_a_short_video_is_marked_from_end_to_end_and_a_fade_does_not_count() -> None:
    from mediaprep.model.finishing.scenery import Scenery

    assert marking.placed(plan_of(640, 360, seconds=1.2), MarkWish(text="true"), FONT)[0].end_frame == 30
    fading = plan_of(640, 360, scenery=Scenery(fade_in=20))
    assert marking.placed(fading, MarkWish(text="true"), FONT)[0].end_frame == 70


def test_where_nothing_is_free_the_face_still_is_and_that_is_told() -> None:
    everywhere = Logo(path=Path("l.png"), format="png", x=0, y=0, width=640, height=360)
    mark, clear = marking.placed(
        plan_of(640, 360, logos=(everywhere,)), MarkWish(text="true"), FONT, [(0, 0, 320, 200)]
    )
    assert not clear and not meets(mark.box, (0, 0, 320, 200))


@pytest.mark.parametrize(
    "wish",
    [MarkWish(text="true", corner="middle"), MarkWish(text="true", opacity=0.2), MarkWish(text="true", seconds=1.0),
     MarkWish(text=" "), MarkWish(text="一" * 13), MarkWish(text="a\nb")],
)  # fmt: skip
def test_what_cannot_be_a_mark_is_refused(wish: MarkWish) -> None:
    with pytest.raises(BadConfig):
        marking.refuse(wish)
