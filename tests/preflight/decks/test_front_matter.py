"""Settings at the head of notes: read in both languages, mistakes told, and written so that reading gives the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mediaprep.errors import BadConfig
from mediaprep.model.decks.storyboard import Delivery, Page
from mediaprep.preflight.decks import front_matter


@pytest.mark.parametrize(
    ("notes", "settings", "text"),
    [
        ("大家好", {}, "大家好"),
        (
            "[voice=female_1] [avatar=k] [skip]\n大家好",
            {"voice": "female_1", "avatar": "k", "skip": True},
            "大家好",
        ),
        ("【音色=female_1】【语速=1.2】大家好", {"voice": "female_1", "speed": 1.2}, "大家好"),
        ("[ speed = 0.9 ][silent]", {"speed": 0.9, "silent": 3.0}, ""),
        ("[skip=no] shown", {"skip": False}, "shown"),
        ("[audio=my take 2.mp3]", {"audio": "my take 2.mp3"}, ""),
        ("[avatar=] nobody is seen", {"avatar": ""}, "nobody is seen"),
        ("[笑] 大家好", {}, "[笑] 大家好"),
        ("[] [skip] is spoken", {}, "[skip] is spoken"),
        ("later [skip] is text", {}, "later [skip] is text"),
        ("", {}, ""),
    ],
)
def test_settings_stand_at_the_head_and_only_there(
    notes: str, settings: dict[str, object], text: str
) -> None:
    head = front_matter.read(notes)
    assert (dict(head.settings), head.text, head.findings) == (settings, text, ())


@pytest.mark.parametrize(
    ("notes", "verdict", "said"),
    [
        ("[voise=female_1] text", "advised", "did you mean voice?"),
        ("[音色调=x] text", "advised", "音色"),
        ("[speed=fast] text", "refused", "speed needs a number"),
        ("[volume=1.5] text", "refused", "volume needs a number"),
        ("[skip=maybe] text", "refused", "skip needs a value"),
        ("[speed=nan] text", "refused", "speed needs a number"),
    ],
)
def test_what_looks_like_a_setting_and_is_none_is_told(notes: str, verdict: str, said: str) -> None:
    (finding,) = front_matter.read(notes).findings
    told = finding.message.en + (finding.fix.en if finding.fix else "")
    assert finding.verdict.value == verdict and said in told


words = some.text(
    some.characters(exclude_characters="[]【】\r\n", exclude_categories=["C"]), min_size=1, max_size=12
)
tidy = words.map(str.strip).filter(bool)
pages = some.builds(
    lambda number, avatar, voice, speed, volume, audio, silent, skip, hidden: Page(
        number=number,
        audio=Path(audio) if audio else None,
        silent=silent,
        skip=skip,
        hidden=hidden,
        delivery=Delivery(avatar=avatar, voice=voice, speed=speed, volume=volume),
    ),
    some.just(1),
    some.none() | some.just("") | tidy,
    some.none() | tidy,
    some.none() | some.integers(50, 150).map(lambda n: n / 100),
    some.none() | some.integers(0, 10),
    some.none() | some.just("a b.mp3"),
    some.none() | some.integers(1, 60).map(float),
    some.booleans(),
    some.booleans(),
)


@given(page=pages, text=some.text(some.characters(exclude_categories=["C"])).map(str.strip))
def test_what_is_written_is_read_again(page: Page, text: str) -> None:
    notes = front_matter.written(page, text)
    head = front_matter.read(notes)
    again = front_matter.settled(Page(number=1, hidden=page.hidden, skip=page.hidden), head)
    assert head.text == text and head.findings == ()
    assert again == page


def test_a_value_with_brackets_cannot_be_written() -> None:
    with pytest.raises(BadConfig, match="cannot stand in notes"):
        front_matter.written(Page(number=1, delivery=Delivery(voice="a]b")), "")
