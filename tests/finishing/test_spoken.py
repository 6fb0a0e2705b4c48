"""Timestamps of a tts task, and cues, become characters with times."""

from __future__ import annotations

import pytest

from mediaprep.errors import BadAsset
from mediaprep.finishing.spoken import Spoken, from_cue, from_timestamps, spread
from mediaprep.model.finishing.plans import Cue


def word(text: str, start: int, end: int) -> dict[str, object]:
    return {"Word": text, "StartTimestamp": start, "EndTimestamp": end}


def test_a_tenth_of_a_microsecond_is_the_unit() -> None:
    sentence = {
        "Sentence": "播报。",
        "Words": [word("播", 1_000_000, 3_000_000), word("报。", 3_000_000, 5_500_000)],
    }
    spoken = from_timestamps([sentence])
    assert [(s.text, s.start_ms, s.end_ms) for s in spoken] == [("播", 100.0, 300.0), ("报。", 300.0, 550.0)]


def test_marks_and_spaces_that_only_the_sentence_has_are_put_back() -> None:
    words = [word("hello", 0, 10_000), word("world", 10_000, 20_000), word("好", 20_000, 30_000)]
    spoken = from_timestamps([{"Sentence": "hello world，好！", "Words": words}])
    assert "".join(s.text for s in spoken) == "hello world，好！"


def test_a_sentence_that_says_something_else_is_not_mixed_in() -> None:
    spoken = from_timestamps([{"Sentence": "完全不同", "Words": [word("你", 0, 1), word("好", 1, 2)]}])
    assert "".join(s.text for s in spoken) == "你好"


@pytest.mark.parametrize(
    "sentences",
    [
        [{"Sentence": "x"}],
        [{"Words": "你好"}],
        [{"Words": [word("好", 20, 10)]}],
        [{"Words": [{"Word": "好", "StartTimestamp": 1.5, "EndTimestamp": 2}]}],
        [{"Words": [word("你", 900_000, 950_000), word("好", 100_000, 200_000)]}],
        [{"Words": ["好"]}],
        [],
        [{"Sentence": "", "Words": []}],
    ],
)
def test_stamps_of_another_shape_are_refused_with_a_way_out(sentences: list[dict[str, object]]) -> None:
    with pytest.raises(BadAsset, match="TextTimestampResult") as caught:
        from_timestamps(sentences)
    assert caught.value.zh != caught.value.en


def test_several_characters_of_one_item_share_its_time_and_marks_take_none() -> None:
    rows = spread([Spoken(text="你好。", start_ms=0, end_ms=400)])
    assert [(row[0], row[1], row[2]) for row in rows] == [("你", 0, 200), ("好", 200, 400), ("。", 400, 400)]


def test_a_line_break_ends_a_paragraph() -> None:
    rows = spread([Spoken(text="甲\n乙", start_ms=0, end_ms=400)])
    assert [(row[0], row[3]) for row in rows] == [("甲", True), ("乙", False)]


def test_a_cue_is_spread_over_its_own_time() -> None:
    spoken = from_cue(Cue(start_ms=1000, end_ms=3000, lines=("你好", "世界")))
    assert "".join(s.text for s in spoken) == "你好世界"
    assert spoken[0].start_ms == 1000 and spoken[-1].end_ms == pytest.approx(3000)
    assert (
        "".join(s.text for s in from_cue(Cue(start_ms=0, end_ms=9, lines=("to be", "or not"))))
        == "to be or not"
    )
