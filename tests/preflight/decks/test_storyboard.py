"""Notes → pages → notes: every script is one well-formed line, and nothing is lost on the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mediaprep.contract.script import ssml
from mediaprep.model.decks.storyboard import Delivery, Empty, Page, Storyboard
from mediaprep.preflight.decks import storyboard
from mediaprep.preflight.scripts import drafting as script

PIECES = (
    *"a字 <>&;/=\"'[]\n\v\t😀\u200d", '<break time="1s"/>', "&amp;", "<speak>", "</speak>", "[skip]", "[]", "[voice=",
)  # fmt: skip
TRICKY = some.lists(some.sampled_from(PIECES) | some.characters(exclude_categories=["Cs"]), max_size=40).map(
    "".join
)


def page(notes: str) -> Page:
    return storyboard.from_notes(Page(number=1), notes)


@given(notes=TRICKY)
def test_scripts_are_one_line_and_survive_the_way_back(notes: str) -> None:
    first = page(notes)
    assert len(first.script.splitlines()) <= 1
    again = storyboard.from_notes(Page(number=1), storyboard.to_notes(first))
    assert (again.script, again.delivery, again.skip) == (first.script, first.delivery, first.skip)


@given(plain=TRICKY.filter(lambda text: not script.is_markup(text)))
def test_plain_notes_are_always_well_formed(plain: str) -> None:
    assert not [problem for problem in ssml.read(page(plain).script).problems if problem.refused]


@pytest.mark.parametrize(
    ("notes", "script", "back"),
    [
        ("一行\v又一行\n新段落", "一行又一行新段落", "一行又一行新段落"),
        ("one line\nanother", "one line another", "one line another"),
        ("a < b && c", "a &lt; b &amp;&amp; c", "a < b && c"),
        ("<speak>A & B</speak>", "<speak>A &amp; B</speak>", "<speak>A &amp; B</speak>"),
        ('等<break time="500ms"/>一下', '等<break time="500ms"/>一下', '等<break time="500ms"/>一下'),
        ("5 &lt; 6", "5 &lt; 6", "5 < 6"),
        ("[] [skip] 是标记", "[skip] 是标记", "[]\n[skip] 是标记"),
    ],
)
def test_notes_read_back_as_people_would_write_them(notes: str, script: str, back: str) -> None:
    made = page(notes)
    assert (made.script, storyboard.to_notes(made)) == (script, back)


def drafted(empty: Empty) -> tuple[Page, ...]:
    return storyboard.drafted(
        4,
        notes={1: "你好", 2: "", 3: "  ", 4: "[skip=no] 看"},
        titles={2: "第二页 & 更多"},
        hidden=(3, 4),
        empty=empty,
    )


def test_pages_without_notes_stay_empty_are_silent_or_say_their_title() -> None:
    assert [(p.script, p.silent) for p in drafted(Empty.ERROR)] == [
        ("你好", None),
        ("", None),
        ("", None),
        ("看", None),
    ]
    assert [p.silent for p in drafted(Empty.SILENT)] == [None, 3.0, 3.0, None]
    titled = drafted(Empty.TITLE)
    assert [(p.script, p.silent) for p in titled[1:3]] == [("第二页 &amp; 更多", None), ("", 3.0)]


def test_hidden_pages_are_left_out_unless_their_notes_say_otherwise() -> None:
    assert [p.skip for p in drafted(Empty.ERROR)] == [False, False, True, False]


def test_seconds_are_measured_of_sound_given_of_silence_and_guessed_of_speech() -> None:
    pages = (
        Page(number=1, audio=Path("a.mp3")),
        Page(number=2, silent=4.0),
        Page(number=3, script="一二三四五六七八九十"),
        Page(number=4, script="一二三四五六七八九十", delivery=Delivery(speed=0.5)),
        Page(number=5),
        Page(number=6, script="不计入", skip=True),
    )
    story = storyboard.timed(Storyboard(deck=Path("d.pptx"), pages=pages), {1: 7.25})
    found = [p.seconds for p in story.pages[:5]]
    assert found[:2] == [7.25, 4.0] and found[4] is None
    assert found[2] is not None and found[3] == pytest.approx(2 * found[2], abs=0.02)
    assert story.seconds == pytest.approx(sum(s for s in found if s), abs=0.02)


@pytest.mark.parametrize(("characters", "refused"), [(20_000, False), (20_001, True)])
def test_a_script_is_counted_after_escaping_and_never_cut(characters: int, refused: bool) -> None:
    notes = "字" * (characters - 5) + "&"
    made = page(notes)
    assert len(made.script) == characters and made.script.endswith("&amp;")
    story = storyboard.judged(Storyboard(deck=Path("d.pptx"), pages=(made,)))
    assert [f.rule for f in story.pages[0].findings] == (["ppt.notes.characters"] if refused else [])
