"""Readings of words: read from a list, written into scripts, never inside tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.script import ssml
from mediaprep.errors import BadConfig
from mediaprep.preflight.scripts import drafting, lexicon


def tag(character: str, syllable: str) -> str:
    return f'<phoneme alphabet="py" ph="{syllable}">{character}</phoneme>'


CHONGQING = tag("重", "chong2") + tag("庆", "qing4")
BOOK = lexicon.parse(
    "# names and readings\n重庆\tchong2 qing4\n重\tzhòng\n银行: yin2 háng\n单: Shàn\n"
    'AI\t人工智能\n"C++": C 加加\n绿色: lv4 -\n女: nǚ\nA&B\tA 和 B\n'
)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("去重庆", "去" + CHONGQING),
        ("重庆重", CHONGQING + tag("重", "zhong4")),
        ("银行", tag("银", "yin2") + tag("行", "hang2")),
        ("单老师", tag("单", "shan4") + "老师"),
        ("AI 课", '<sub alias="人工智能">AI</sub> 课'),
        ("PAIN AID", "PAIN AID"),
        ("学C++吧", '学<sub alias="C 加加">C++</sub>吧'),
        ("绿色", tag("绿", "lv4") + "色"),
        ("女", tag("女", "nv3")),
        ("A&amp;B", '<sub alias="A 和 B">A&amp;B</sub>'),
        ("1 &lt; 2 重", "1 &lt; 2 " + tag("重", "zhong4")),
    ],
)
def test_readings_are_written_per_character_or_as_alias(text: str, made: str) -> None:
    assert lexicon.apply(text, BOOK)[0] == made
    assert not [p for p in ssml.read(made).problems if p.refused]


@pytest.mark.parametrize(
    "text",
    [
        tag("重", "chong2"),
        '<sub alias="x">重庆</sub>',
        '<say-as interpret-as="characters">AI</say-as>',
        "<word>重庆</word>",
        '银<break time="1s"/>行',
    ],
)
def test_nothing_is_written_inside_elements_or_across_tags(text: str) -> None:
    assert lexicon.apply(text, BOOK) == (text, 0)


def test_a_word_cut_by_a_tag_is_not_found_but_its_pieces_are() -> None:
    made, count = lexicon.apply('重<break time="1s"/>庆', BOOK)
    assert (made, count) == (tag("重", "zhong4") + '<break time="1s"/>庆', 1)


def test_the_root_covers_nothing() -> None:
    assert lexicon.apply("<speak>重庆</speak>", BOOK) == (f"<speak>{CHONGQING}</speak>", 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("重庆 chong2 qing4", 1),
        ("# x\n重庆\tchong2", 2),
        ("重\tzhong4\n重\tchong2", 2),
        ("重\t", 1),
        ("重\ta1\tb", 1),
        ("x" + " " * 1_000_000, 1),  # no search without end
    ],
)
def test_a_list_that_is_wrong_says_its_line(text: str, line: int) -> None:
    with pytest.raises(BadConfig, match=f"names.tsv, line {line}") as caught:
        lexicon.parse(text, "names.tsv")
    assert f"第 {line} 行" in caught.value.zh


@pytest.mark.parametrize("reading", ["mp3", "x", "人工智能", "zhong6", "C1 B2"])
def test_what_is_no_pinyin_is_an_alias(reading: str) -> None:
    assert lexicon.parse(f"字\t{reading}").readings["字"].alias == reading


@given(st.text(alphabet="重庆银行单A I&<好。", max_size=40))
def test_a_script_says_the_same_with_readings_as_without(text: str) -> None:
    markup = drafting.to_ssml(text)
    made, _ = lexicon.apply(markup, BOOK)
    assert ssml.read(made).plain == ssml.read(markup).plain
    assert not [p for p in ssml.read(made).problems if p.refused]
    assert all(
        len(ssml.read(made).plain[m.start : m.end]) == 1 for m in ssml.read(made).marks if m.tag == "phoneme"
    )
    assert lexicon.apply(made, BOOK) == (made, 0)
