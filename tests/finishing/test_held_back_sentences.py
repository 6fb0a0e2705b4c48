"""Six hundred sentences of kinds that nobody tuned for (quotes, numbers, names, Latin in between): no word of the
lexicon and no name is split, no line begins with a closing mark or ends with an opening one, with 。 or with ，."""

from __future__ import annotations

import itertools
import random
import re

import pytest
import rjieba

from mediaprep.finishing.typesetting import kinsoku
from tests.finishing.test_captions import NO_BEGIN, NO_END, lines_of, set_text, style

NAMES = ["欧阳娜娜", "智能助手", "司马相如", "云上播报", "阿卜杜拉", "长安大街九号院", "小满科技"]
LATIN = ["ChatGPT-5", "iPhone 17 Pro", "H.264", "5G", "Wi-Fi 7", "OpenAI", "v2.0.1", "AI+", "B2B", "USB-C"]
NUMBERS = [
    "3,580万元",
    "12.5%",
    "2026年11月30日",
    "第27届",
    "19:30",
    "1/3",
    "约420美元",
    "36.5℃",
    "100 km/h",
    "三百六十五天",
]
PLAIN = ["用户反馈普遍良好", "产品已经正式上线", "会议将在下午举行", "系统运行十分稳定",
    "价格比去年更便宜", "大家都觉得很方便",
         "天气预报说有小雨", "我们还需要再确认", "数据增长超出预期", "现场气氛非常热烈"]  # fmt: skip
SAID = ["“{0}，”{1}说，“{2}。”", "{1}问：“{0}吗？”{2}。", "他读的是《{1}》，{0}，{2}。",
    "{1}（{0}）表示{2}。", "“{1}”的意思是‘{0}’，{2}。",
        "{0}：「{1}」，{2}。", "{1}、{0}和{2}，都在这里。", "{0}，{1}……{2}！",
    "关于{1}，{0}；但是{2}。", "{1}——{0}——{2}。"]  # fmt: skip


def sentence(seed: int) -> str:
    """Of four parts of any kind, in one of ten shapes of speech."""
    draw = random.Random(f"held back {seed}")
    kinds = [
        lambda: f"{draw.choice(NAMES)}{draw.choice(PLAIN)}", lambda: f"{draw.choice(PLAIN)}{draw.choice(NUMBERS)}",
        lambda: f"{draw.choice(LATIN)}的{draw.choice(PLAIN)}", lambda: draw.choice(PLAIN),
        lambda: f"{draw.choice(NUMBERS)}的{draw.choice(LATIN)}",
    ]  # fmt: skip
    first, last = (draw.choice(kinds)() for _ in range(2))
    return draw.choice(SAID).format(first, draw.choice(NAMES), last)


@pytest.mark.parametrize("hundred", range(6))
def test_a_held_back_sentence_is_set_as_an_editor_would(hundred: int) -> None:
    wrong = {}
    for seed in range(hundred * 100, hundred * 100 + 100):
        text = sentence(seed)
        for units in (16, 12):
            result = set_text(text, units, style(units, punctuation=None, names=frozenset(NAMES)))
            lines = lines_of(result)
            cut = [name for name in NAMES if name in text and not any(name in line for line in lines)]
            bad = [line for line in lines if line[0] in NO_BEGIN or line[-1] in NO_END]
            trailing = [line for line in lines if re.search("[。，][”’」』）》]*$", line)]
            told = any(one.rule == "captions.word.units" for one in result.findings)
            split = [] if told else lexicon_splits(text, lines)
            if cut or bad or trailing or split or max(map(kinsoku.units, lines)) > units:
                wrong[text, units] = (cut, bad, trailing, split, lines)
    assert wrong == {}


def lexicon_splits(text: str, lines: list[str]) -> list[str]:
    """Words of the segmenter that a break cuts, apart from those that reach into a name: there the name holds."""
    shed = set("。， ")
    edges = set(itertools.accumulate(sum(sign not in shed for sign in line) for line in lines))
    named = {at for name in NAMES for found in re.finditer(name, text) for at in range(*found.span())}
    cut, at, seen = [], 0, 0
    for word in rjieba.cut(text):
        spans, at = range(at, at + len(word)), at + len(word)
        signs = sum(sign not in shed for sign in word)
        if signs == len(word) and not named & set(spans) and edges & set(range(seen + 1, seen + signs)):
            cut.append(word)
        seen += signs
    return cut


def test_the_sentences_are_six_hundred_and_of_all_kinds() -> None:
    texts = [sentence(seed) for seed in range(600)]
    assert len(set(texts)) > 590
    assert all(sum(part in text for text in texts) > 10 for part in (*NAMES, *LATIN, *NUMBERS))


def test_cut_off_blindly_they_would_not_be_so() -> None:
    texts = [sentence(seed) for seed in range(100)]
    blind = [[text[at : at + 16] for at in range(0, len(text), 16)] for text in texts]
    assert sum(bool(lexicon_splits(text, lines)) for text, lines in zip(texts, blind, strict=True)) > 30
