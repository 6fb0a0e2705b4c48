"""A user's own captions stay as they are, but for what the picture cannot hold; that is told."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mediaprep.finishing.given_cues import set_again
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.finishing.plans import CaptionStyle, Cue

STYLE = CaptionStyle(font_px=50, max_units=16, safe_units=30)
NARROW = CaptionStyle(font_px=60, max_units=14, safe_units=14)
BILINGUAL = CaptionStyle(font_px=50, max_units=16, safe_units=30, max_lines=1, second_px=34, second_units=40)


def cue(*lines: str, start: int = 1000, end: int = 4000) -> Cue:
    return Cue(start_ms=start, end_ms=end, lines=lines)


def again(*cues: Cue, style: CaptionStyle = STYLE, drawn: bool = True) -> tuple[tuple[Cue, ...], set[str]]:
    made = set_again(cues, style, fps=Fraction(25), total_ms=60_000, drawn=drawn)
    return made.cues, {finding.rule for finding in made.findings}


KEPT = [
    (cue("这一行有十八个全角字符宽但是画面放得下"), STYLE),
    (cue("第一行，", "第二行。", "第三行"), STYLE),
    (cue("，行首有标点"), STYLE),
    (cue("行尾有开括号（", "接着"), STYLE),
    (cue("The quick brown fox jumps over the lazy dog", "and runs away"), STYLE),
    (cue("上一行", "下一行"), BILINGUAL),
    (cue("一闪而过", start=1000, end=1100), STYLE),
]


@pytest.mark.parametrize(("given", "style"), KEPT)
def test_what_the_picture_holds_keeps_its_times_breaks_and_marks(given: Cue, style: CaptionStyle) -> None:
    found, rules = again(given, style=style)
    assert found == (given,) and "captions.cue.reset" not in rules


ANEW = [
    (cue("这一行实在太长了画面无论如何也放不下只好重新断行给观众看才行", end=9000), NARROW),
    (cue("一", "二", "三", "四"), STYLE),
    (cue("一", "二", "三"), BILINGUAL),
    (cue("The quick brown fox jumps over the lazy dog", end=8000), NARROW),
    (cue("x" * 90, end=9000), STYLE),
]


@pytest.mark.parametrize(("given", "style"), ANEW)
def test_what_it_cannot_hold_is_broken_anew_and_told_but_not_for_players(
    given: Cue, style: CaptionStyle
) -> None:
    found, rules = again(given, style=style)
    assert "captions.cue.reset" in rules
    assert all(kinsoku.units(line) <= style.safe_units for one in found for line in one.lines)
    joined = "".join(line for one in found for line in one.lines).replace(" ", "")
    assert joined == "".join(given.lines).replace(" ", "")
    assert again(given, style=style, drawn=False)[0] == (given,)


def test_cues_that_touch_keep_their_times_and_overlaps_give_way() -> None:
    touching = cue("一", start=0, end=1000), cue("二", start=1000, end=2000)
    assert again(*touching)[0] == touching
    found, rules = again(cue("一", start=0, end=3000), cue("二", start=1000, end=2000))
    assert [(one.start_ms, one.end_ms) for one in found] == [(0, 920), (1000, 2000)]
    assert "captions.cue.overlap" in rules


def test_marks_are_dropped_from_a_file_only_where_that_is_wished() -> None:
    given = cue("今天，我们出发。")
    assert again(given)[0] == (given,)
    dropping = CaptionStyle(font_px=50, max_units=16, safe_units=30, punctuation="drop")
    assert again(given, style=dropping)[0][0].lines == ("今天 我们出发",)
