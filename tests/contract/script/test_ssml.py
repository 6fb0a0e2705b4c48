"""Scripts: tags, positions, both counts, and what is told of a wrong one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.script import ssml

EXAMPLE = '你好，我是虚拟<phoneme alphabet="py" ph="fu4">主</phoneme>播'


def wrong(text: str) -> list[tuple[int, str]]:
    return [(problem.column, problem.en) for problem in ssml.read(text).problems if problem.refused]


def advised(text: str) -> list[str]:
    return [problem.en for problem in ssml.read(text).problems if not problem.refused]


def test_the_example_of_the_docs_is_read() -> None:
    script = ssml.read(EXAMPLE)
    assert script.plain == "你好，我是虚拟主播"
    assert (script.characters, script.spoken_characters) == (len(EXAMPLE), 9)
    assert not script.problems
    (mark,) = script.marks
    assert (mark.tag, mark.start, mark.end, mark.attributes["ph"]) == ("phoneme", 7, 8, "fu4")


def test_plain_text_leads_back_to_its_place_in_the_source() -> None:
    text = '<speak>甲<break time="500ms"/>乙&lt;<sub alias="Tencent">腾讯</sub>&#20320;丁</speak>'
    script = ssml.read(text)
    assert script.plain == "甲乙<腾讯你丁"
    found = [text[script.source_at(place)] for place in range(len(script.plain))]
    assert found == ["甲", "乙", "&", "腾", "讯", "&", "丁"]
    assert script.source_at(len(script.plain)) == len(text)


def test_marks_stand_in_the_order_of_the_script() -> None:
    script = ssml.read('<word>你<insert-action type="a"/>好</word><break time="2s"/><break strength="weak"/>')
    assert [(m.tag, m.start, m.end) for m in script.marks] == [
        ("word", 0, 2),
        ("insert-action", 1, 1),
        ("break", 2, 2),
        ("break", 2, 2),
    ]
    assert [m.milliseconds for m in script.marks] == [None, None, 2000, None]
    assert [m.attributes["type"] for m in script.actions] == ["a"]


def test_positions_count_lines_and_columns_from_one() -> None:
    (problem,) = ssml.read("第一行\n第二<行").problems
    assert (problem.line, problem.column) == (2, 3)
    assert ssml.read("a\nb").place(2) == (2, 1)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("3<5", 2, "&lt;"),
        ("A&B", 2, "&amp;"),
        ("甲&nbsp;乙", 2, "no escape"),
        ("&#0;", 1, "no escape"),
        ("&#xD800;", 1, "no escape"),
        ("&#x110000;", 1, "no escape"),
        ("&#1114112;", 1, "no escape"),
        ("<word>你", 1, "never closed"),
        ("你</word>", 2, "closes nothing"),
        ("<word>你</sub>", 8, "closes nothing"),
        ("<break time=5s/>", 1, "quotes"),
        ('<prosody rate="1">你</prosody>', 1, "no tag of the docs"),
        ("<!-- x -->", 1, "not allowed"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>', 1, "not allowed"),
        ("<?xml version='1.0'?>", 1, "not allowed"),
        ("<![CDATA[x]]>", 1, "not allowed"),
        ("好<speak>你</speak>", 2, "around everything"),
        ("<speak>你</speak>好", 17, "after </speak>"),
        ('<phoneme alphabet="py">主</phoneme>', 1, "needs ph"),
        ('<phoneme alphabet="ipa" ph="fu4">主</phoneme>', 1, "one of py"),
        ('<phoneme alphabet="py" ph="fu">主</phoneme>', 1, "tone"),
        ('<phoneme alphabet="py" ph="fu6">主</phoneme>', 1, "tone"),
        ('<phoneme alphabet="py" ph="fu4 bo1">主</phoneme>', 1, "2 syllables for 1"),
        ('<phoneme alphabet="py" ph="fu4"></phoneme>', 1, "is empty"),
        ('<phoneme alphabet="py" ph="fu4">主<break/></phoneme>', 34, "may not stand in"),
        ("你<break>好</break>", 2, "holds nothing"),
        # beyond-the-docs.yaml, ssml.tags.break.time (1240/81278): integer 1..9 s, integer 50..9000 ms
        ('你<break time="0s"/>', 2, "1s to 9s"),
        ('你<break time="10s"/>', 2, "1s to 9s"),
        ('你<break time="49ms"/>', 2, "50ms"),
        ('你<break time="9001ms"/>', 2, "9000ms"),
        ('你<break time="0.5s"/>', 2, "whole numbers"),
        ('你<break time="500"/>', 2, "unit"),
        ('你<break strength="huge"/>', 2, "one of x-weak"),
        ('你<break pause="1"/>', 2, "has no pause"),
        ("<sub>你</sub>", 1, "needs alias"),
        ('<say-as interpret-as="number">1</say-as>', 1, "one of cardinal"),
        ("<word>你a</word>", 1, "only Chinese or only English"),
        ("<insert-action/>", 1, "needs type"),
        ('<sub alias="a" alias="b">你</sub>', 16, "given twice"),
        ('<sub alias="a<b">你</sub>', 12, "&lt;"),
        ("你\x00好", 2, "U+0000"),
        ("你\ud800", 2, "U+D800"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, column: int, words: str) -> None:
    found = wrong(text)
    assert any(place == column and words in told for place, told in found), found


@pytest.mark.parametrize(
    "text",
    [
        "你好",
        "",
        "A &amp; B &lt;C&gt; &quot;D&quot; &apos;E&apos; &#20320;&#x4f60;&#x10FFFF;",
        "a > b",
        '你<break time="1s"/>好',
        '<speak>你好<break time="50ms"/>再见<break time="9000ms"/>好<break time="9s" strength="x-strong"/></speak>',
        '<sub alias="a &amp; b">甲<insert-action type="x"/></sub>',
        "<word>Hello</word><word>你好</word>",
        '<phoneme alphabet="py" ph="lü4">绿</phoneme>',
        "<say-as interpret-as='digits'>123045</say-as >",
        '<speak version="1.0">你好</speak>',
        '<say-as interpret-as="cardinal">-1,487.01</say-as><say-as interpret-as="telephone">0755-8601 3388</say-as>',
    ],
)
def test_what_is_right_is_not_refused(text: str) -> None:
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<break/>你好", "after a word"),
        ("你好，<break/>", "after a word"),
        ('<phoneme alphabet="py" ph="zhu3 bo1">主播</phoneme>', "support one"),
        ('<speak version="1.0">你好</speak>', "has no version"),
        ('<say-as interpret-as="digits">12 三</say-as>', "no such number"),
        ('<say-as interpret-as="cardinal">三</say-as>', "no such number"),
    ],
)
def test_what_is_odd_is_advised_and_not_refused(text: str, words: str) -> None:
    assert wrong(text) == []
    assert any(words in told for told in advised(text))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])))
def test_an_escaped_text_is_right_and_says_itself(text: str) -> None:
    script = ssml.read(ssml.escape(text))
    assert script.plain == text
    assert not [problem for problem in script.problems if "&" in problem.en]
    assert not script.tagged


TAGS = "<word> </word> <sub\talias='x'> </sub> <break/> <speak> </speak> <phoneme\talphabet='py'\tph='a1'>"
pieces = st.sampled_from([*TAGS.split(" "), *'你a&<>/"= \n\ud800', "&lt;", "&#1;", "<x", "<!", "<?"])


@given(st.lists(pieces, max_size=30).map("".join))
def test_any_text_is_read_without_a_crash_and_offsets_hold(text: str) -> None:
    script = ssml.read(text)
    assert script.characters == len(text)
    starts = [script.source_at(place) for place in range(len(script.plain))]
    assert starts == sorted(starts)
    assert all(0 <= start < len(text) for start in starts)
    for mark in script.marks:
        assert 0 <= mark.start <= mark.end <= len(script.plain)
    for place, start in enumerate(starts):
        assert text[start] in {script.plain[place], "&"}


@pytest.mark.parametrize("text", ["<word>你" * 20_000, "<" * 50_000, "&" * 50_000, "你<break/>" * 10_000])
def test_a_hostile_script_costs_little(text: str) -> None:
    began = time.monotonic()
    script = ssml.read(text)
    assert time.monotonic() - began < 5
    assert len(script.problems) <= 20


def test_an_attribute_may_hold_what_a_text_may_not() -> None:
    escaped = ssml.escape("\"<&'", quotes=True)
    (mark,) = ssml.read(f'<sub alias="{escaped}">甲</sub>').marks
    assert mark.attributes["alias"] == "\"<&'"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A&B", "A&B"),
        ("A&&B", "A&&B"),
        ("3<5", "3<5"),
        ("甲<乙>丙", "甲<乙>丙"),
        ("甲<x 乙", "甲<x 乙"),
        ("甲<break time=5s/>乙", "甲乙"),
        ("甲<break time=5s/", "甲"),
        ("甲<!-- x -->乙", "甲乙"),
        ("<!-- x", ""),
        ("<?", ""),
    ],
)
def test_what_is_wrong_is_stepped_over_and_nothing_behind_it_is_lost(text: str, plain: str) -> None:
    script = ssml.read(text)
    assert any(problem.refused for problem in script.problems)
    assert script.plain == plain


def test_a_character_ends_behind_itself_and_an_escape_behind_its_semicolon() -> None:
    script = ssml.read("甲乙&lt;丙")
    assert [script.source_end(place) for place in range(4)] == [1, 2, 6, 7]


@pytest.mark.parametrize(
    ("time", "milliseconds"), [("50ms", 50), ("9000ms", 9000), ("1s", 1000), ("9s", 9000)]
)
def test_a_break_lasts_as_long_as_it_says(time: str, milliseconds: int) -> None:
    (mark,) = ssml.read(f'你<break time="{time}"/>').marks
    assert mark.milliseconds == milliseconds


def test_sixteen_tags_may_stand_in_each_other_and_no_seventeenth() -> None:
    """Ours: the docs nest two deep; what goes further is no script."""

    def too_deep(depth: int) -> list[str]:
        return [told for _, told in wrong("<word>" * depth + "你" + "</word>" * depth) if "deeper" in told]

    assert too_deep(16) == []
    assert too_deep(17) == ["tags nested deeper than 16"]


def test_advice_never_pushes_out_what_refuses_a_script() -> None:
    odd = "好，<break/>" * 300
    assert len(advised(odd)) == 20
    problems = ssml.read(f"{odd}A&B").problems
    assert len(problems) == 20 and problems[-1].refused
    assert wrong(f"{odd}A&B") == [(len(odd) + 2, "& must be written &amp;")]


def test_of_many_problems_the_first_are_told_wherever_they_were_found() -> None:
    """What is never closed is found at the end, and stands before what was found on the way."""
    problems = ssml.read("<word>" + "&" * 300).problems
    assert [problem.column for problem in problems] == [1, *range(7, 26)]
    assert "never closed" in problems[0].en
