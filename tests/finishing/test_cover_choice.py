"""Which of several pictures becomes the cover, and how a title stands on it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.errors import BadConfig
from mediaprep.finishing import cover_choice, styles
from mediaprep.finishing.cover_choice import CoverCandidate, best, worth
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.plans import Canvas, CaptionFont

FONT = CaptionFont(path=Path("a.otf"), family="A", line_factor=1.448)
FACE = FaceBox(x=200, y=60, width=120, height=150, score=0.9, yaw=5.0, sharpness=200.0)
SEEN = CoverCandidate(seconds=1.0, height=640, sharpness=100.0, face=FACE)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (SEEN, replace(SEEN, face=None, sharpness=5000.0)),
        (replace(SEEN, face=None), replace(SEEN, face=None, sharpness=10.0)),
        (SEEN, replace(SEEN, face=replace(FACE, sharpness=20.0))),
        (SEEN, replace(SEEN, face=replace(FACE, sharpness=None))),
        (SEEN, replace(SEEN, face=replace(FACE, height=40))),
        (SEEN, replace(SEEN, face=replace(FACE, yaw=-40.0))),
        (replace(SEEN, eyes_open=1.0), SEEN),
        (SEEN, replace(SEEN, eyes_open=0.1)),
        (replace(SEEN, mouth_closed=0.9), replace(SEEN, mouth_closed=0.2)),
        (replace(SEEN, eyes_open=1.0, face=replace(FACE, sharpness=90.0)), replace(SEEN, eyes_open=0.0)),
    ],
)  # fmt: skip
def test_the_better_picture_is_worth_more(better: CoverCandidate, worse: CoverCandidate) -> None:
    assert worth(better) > worth(worse)
    assert best([worse, better, worse]) is better and best([better, replace(better, seconds=2)]) is better


TITLES = ["三分钟学会插花", "AI 生成", "数字人服务上线：一天做出一百条讲解视频", "Spring sale",
          "第一行\n第二行",
          "“好”的视频，从封面开始！"]  # fmt: skip


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1080, 1440), (640, 360)])
@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_whole_in_at_most_two_lines_inside_the_picture(title: str, size: tuple[int, int]) -> None:
    canvas = Canvas(width=size[0], height=size[1], fps=Fraction(25), sample_rate=48000)
    placed, style = cover_choice.title_set(title, canvas, FONT, ())
    lines = placed.cue.lines
    assert 1 <= len(lines) <= 2 and "".join(lines).replace(" ", "") == title.replace("\n", "").replace(
        " ", ""
    )
    assert not any(kinsoku.may_not_begin(line) or kinsoku.may_not_end(line) for line in lines)
    left, top, right, bottom = styles.area(style, canvas, [placed.cue], line_factor=FONT.line_factor)
    assert left >= 0 and right <= size[0] and top >= 0 and bottom <= size[1]
    assert style.font_px >= 0.06 * min(size)
    low = replace(FACE, x=0, y=size[1] // 2, width=size[0], height=size[1] // 2)
    assert cover_choice.title_set(title, canvas, FONT, (low,))[1].position == "top"
    assert style.position == "bottom"


def test_a_title_that_no_cover_holds_is_refused() -> None:
    canvas = Canvas(width=640, height=360, fps=Fraction(25), sample_rate=48000)
    for title in ("很" * 200, "一\n二\n三"):
        with pytest.raises(BadConfig, match="two lines hold about"):
            cover_choice.title_set(title, canvas, FONT, ())
