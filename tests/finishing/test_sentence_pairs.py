"""Two languages pair by sentence: 200 of 200, whichever is spoken, however short or quoted a sentence is."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from mediaprep.finishing import bilingual
from mediaprep.finishing.captions import typeset
from mediaprep.finishing.spoken import Spoken
from mediaprep.model.finishing.plans import CaptionStyle

_ZH = [
    "大家好。", "他说：“走吧。”", "今天是{k}月{k}日，天气晴朗，气温{k}℃。", "真的吗？", "太好了！",
    "这款手机卖{k}.5元，比去年便宜了百分之{k}，深受用户欢迎，销量连续三个月位居第一。", "“你是谁？”她问。", "等等……",
    "请看第{k}页；", "我们在《春天》里见过{k}次。",
]  # fmt: skip
_EN = [
    "Hello everyone.", "He said: “Let us go.”", "It costs $3.{k} on Mr. Smith's list, which is a lot.", "Really?",
    "Great!", "Version 2.{k} of the program was released on the {k}th and it has been downloaded many times since.",
    "“Who are you?” she asked.", "See the 5 p.m. train, e.g. no. {k}, at the station.",
]  # fmt: skip
STYLE = CaptionStyle(font_px=50, max_units=16, safe_units=30, max_lines=1, second_px=34, second_units=45)


def pairs(kinds: list[str], seed: int, count: int) -> list[str]:
    draw = random.Random(seed)
    return [draw.choice(kinds).replace("{k}", str(draw.randint(2, 29))) for _ in range(count)]


@pytest.mark.parametrize("kinds", [_ZH, _EN], ids=["chinese", "english"])
@pytest.mark.parametrize("seed", range(4))
def test_every_sentence_has_its_own_translation_and_no_other(kinds: list[str], seed: int) -> None:
    first = pairs(kinds, seed, 25)
    second = [f"Translation {n} ends here" for n in range(len(first))]
    joint = "" if kinds is _ZH else " "
    spoken, at = [], 0
    for text in first:
        for sign in text + joint:
            spoken.append(Spoken(text=sign, start_ms=at, end_ms=at + 150))
            at += 150
        at += 300
    made = typeset(spoken, STYLE, fps=Fraction(25), total_ms=at + 500)
    places = bilingual.sentences(spoken)
    assert len(places) == len(first)
    cues, _ = bilingual.under(made.cues, bilingual.from_lines(second, places), STYLE)
    told: dict[int, str] = {}
    for cue in cues:
        middle = (cue.start_ms + cue.end_ms) / 2
        number = max(n for n, (start, _) in enumerate(places) if start <= middle)
        told[number] = f"{told.get(number, '')} {' '.join(cue.second)}".strip()
    assert [told.get(n, "") for n in range(len(second))] == second
