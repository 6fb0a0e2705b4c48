"""Scripts made fit for the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.script import ssml
from mediaprep.preflight.scripts import drafting, estimate

PHONEME = '<phoneme alphabet="py" ph="fu4">主</phoneme>'


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("大家好，\n欢迎", "大家好，欢迎"),
        ("大家好\r\n\r\n欢迎", "大家好欢迎"),
        ("hello\nworld", "hello world"),
        ("hello  \n  world", "hello world"),
        ("你好\nworld", "你好world"),
        ("one\u2028two", "one two"),
        ("\n大家好\n", "大家好"),
    ],
)
def test_lines_are_joined_without_a_gap_in_chinese_and_with_one_in_latin(text: str, joined: str) -> None:
    assert drafting.tidy(text)[0] == joined


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("A & B", "A &amp; B"),
        ("1 < 2", "1 &lt; 2"),
        ("a<b and c>d", "a&lt;b and c>d"),
        ("already &amp; &lt; &#65;", "already &amp; &lt; &#65;"),
        ("&nbsp;", "&amp;nbsp;"),
        (f"虚拟{PHONEME}播", f"虚拟{PHONEME}播"),
        ('<speak>好<break time="1s"/>的</speak>', '<speak>好<break time="1s"/>的</speak>'),
    ],
)
def test_bare_symbols_are_escaped_and_tags_of_the_docs_stay(text: str, made: str) -> None:
    assert drafting.tidy(text)[0] == made


def test_marks_and_controls_are_dropped_and_counted() -> None:
    made, step = drafting.tidy("\ufeff你\x07好，\u200b欢\x00迎\n你 & 我")
    assert made == "你好，欢迎你 &amp; 我"
    assert (step.dropped, step.joined, step.escaped) == (4, 1, 1)
    assert (step.characters, step.spoken_characters) == (len(made), len("你好，欢迎你 & 我"))


@given(st.text(max_size=60))
def test_tidied_text_is_one_line_and_tidying_again_changes_nothing(text: str) -> None:
    made, _ = drafting.tidy(text)
    again, step = drafting.tidy(made)
    assert again == made
    assert (step.joined, step.escaped, step.dropped) == (0, 0, 0)
    assert len(made.splitlines()) <= 1


@given(st.text(alphabet="你好&<>\"' a\n。", max_size=40))
def test_plain_text_becomes_markup_that_says_the_same(text: str) -> None:
    read = ssml.read(drafting.to_ssml(text))
    assert read.problems == ()
    assert "".join(read.plain.split()) == "".join(text.split())


def test_a_script_is_measured_as_markup_with_the_place_of_its_first_problem() -> None:
    facts = drafting.measured("你好，\n欢迎 & 你\n")
    assert (facts.lines, facts.well_formed) == (2, False)
    assert facts.problem is not None and facts.problem.startswith("2:4")
    assert facts.problem_zh is not None and facts.problem_zh != facts.problem


def test_one_line_end_at_the_end_is_the_editors() -> None:
    assert drafting.measured("大家好欢迎\n").lines == 1
    assert drafting.measured("大家好欢迎\n").characters == 5


def test_three_hundred_characters_take_about_the_photo_modes_minute() -> None:
    seconds = estimate.spoken_seconds(ssml.read("好" * 300))
    assert 57 < seconds < 58
    assert estimate.spoken_seconds(ssml.read("好" * 300), 1.5) == pytest.approx(seconds / 1.5)


def test_breaks_are_counted_into_the_estimate() -> None:
    plain = estimate.spoken_seconds(ssml.read("大家好"))
    assert estimate.spoken_seconds(ssml.read('大家<break time="2s"/>好')) == pytest.approx(plain + 2)


def test_minutes_and_lengths_of_results() -> None:
    assert estimate.billable_minutes(90) == 1.5
    assert estimate.output_seconds(10.0, 25.0) == 25.0
    assert estimate.output_seconds(10.0, None) == 10.0
