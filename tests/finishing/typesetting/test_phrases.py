"""Names, short quotations and words that are said together again and again are not parted; 600 sentences."""

from __future__ import annotations

import random
import re
from fractions import Fraction

import pytest

from mediaprep.finishing.captions import typeset, words_of
from mediaprep.finishing.spoken import Spoken
from mediaprep.finishing.typesetting import phrases
from mediaprep.model.finishing.plans import CaptionStyle

NAMES = frozenset({
    "智能助手", "云上数智人", "欧阳娜娜", "呼和浩特", "混元大模型",
    "张三丰", "长江存储", "达瓦次仁", "阿里木江", "小小",
})  # fmt: skip
_PARTS = [
    "{n}今天在发布会上说，", "“{n}”这个名字，", "我们邀请到了{n}和{n}，", "据{n}介绍，", "《{n}传》的作者",
    "共有{k}万名观众收看了{n}的节目，", "价格从{k}元降到{k}.5元，", "{n}使用了iPhone 15和Wi-Fi 6，",
    "他问：“{n}在哪里？”", "到{y}年{m}月{m}日为止，", "“好的。”{n}回答，", "温度达到{k}℃，", "这是OpenAI的{n}，",
    "（{n}摄）", "增长了{k}%，", "{n}、{n}等人先后发言；", "会议于{m}点{k}分开始，",
]  # fmt: skip
_ENDS = [
    "效果非常好。",
    "大家都很高兴！",
    "你觉得怎么样？",
    "请继续关注我们的报道。",
    "就这样吧。”",
    "没有问题。",
]
COUNTED = re.compile(r"\d+(?:\.\d+)?(?:万名|元|℃|%|年|月|日|点|分)|iPhone 15|Wi-Fi 6")


def sentence(draw: random.Random) -> str:
    text = "".join(draw.choice(_PARTS) for _ in range(draw.randint(1, 2))) + draw.choice(_ENDS)
    for kind, values in (
        ("{n}", sorted(NAMES)),
        ("{k}", range(2, 60)),
        ("{y}", range(1990, 2026)),
        ("{m}", range(1, 12)),
    ):
        while kind in text:
            text = text.replace(kind, str(draw.choice(values)), 1)
    return text


def lines_of(text: str, names: frozenset[str], units: int = 14) -> list[str]:
    spoken = [Spoken(text=sign, start_ms=n * 190, end_ms=n * 190 + 180) for n, sign in enumerate(text)]
    style = CaptionStyle(font_px=50, max_units=units, safe_units=units, names=names)
    made = typeset(spoken, style, fps=Fraction(25), total_ms=len(text) * 190 + 900)
    return [line for cue in made.cues for line in cue.lines]


def kept(text: str) -> list[str]:
    """What no line may part, by rules written down anew here."""
    named = re.findall("|".join(sorted(NAMES, key=len, reverse=True)), text)
    return [*named, *(found[0] for found in COUNTED.finditer(text))]


@pytest.mark.parametrize("part", range(6))
def test_of_600_sentences_none_has_a_name_or_number_parted_or_a_mark_where_none_may_be(part: int) -> None:
    draw = random.Random(part)
    wrong = {}
    for text in (sentence(draw) for _ in range(100)):
        lines = lines_of(text, NAMES)
        joined = "\n".join(lines)
        faults = [word for word in set(kept(text)) if joined.count(word) < text.count(word)]
        faults += [
            line for line in lines if line[0] in "、。，！？；：）》」』”’…" or line[-1] in "。，（《「『“‘"
        ]
        if faults:
            wrong[text] = faults
    assert wrong == {}


def test_without_the_names_some_would_be_parted() -> None:
    """The oracle can fail."""
    draw = random.Random(0)
    texts = [sentence(draw) for _ in range(60)]
    assert any(
        "\n".join(lines_of(text, frozenset(), 9)).count(w) < text.count(w)
        for text in texts
        for w in kept(text)
    )


def test_what_is_said_together_again_and_again_is_one_term() -> None:
    text = "智能助手可以回答问题。用智能助手就行。我们的智能助手很聪明。"
    assert "智能助手" in phrases.terms(words_of(text))
    assert phrases.terms(words_of("智能助手可以回答问题。")) == frozenset()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("这就是“智能助手”了", "“智能助手”"), ("他读了《百年孤独》吗", "《百年孤独》"),
        ("所谓「内卷」现象", "「内卷」"),
        ("‘一带一路’倡议", "‘一带一路’"), ("住在〈春江〉里", "〈春江〉"),
    ],
)  # fmt: skip
def test_a_short_quotation_holds_together(text: str, whole: str) -> None:
    at = text.index(whole)
    assert set(range(at + 1, at + len(whole))) <= phrases.held(text, (), 16)
    assert not phrases.held(text, (), len(whole) - 1)  # no line would hold it
