from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from mediaprep.emulator.render.voice.characters import is_spoken
from mediaprep.emulator.render.voice.sentences import Layout, sentences_of, srt, timestamps
from mediaprep.emulator.render.voice.speech import SpokenSound, Stamp


def spoken(text: str) -> SpokenSound:
    """Each spoken character sounds for 0.2 s at 1000 Hz."""
    places = [index for index, character in enumerate(text) if is_spoken(character)]
    stamps = tuple(Stamp(at=at, start=200 * n, end=200 * (n + 1)) for n, at in enumerate(places))
    return SpokenSound(
        path=Path("x.wav"), sample_rate=1000, samples=200 * len(places), text=text, stamps=stamps
    )


def texts(text: str, **layout: object) -> list[str]:
    return [row["Sentence"] for row in timestamps(spoken(text), Layout(**layout))]  # type: ignore[arg-type]


def test_the_last_word_carries_the_mark_as_in_the_docs() -> None:
    (row,) = timestamps(spoken("你好虚拟主播。"), Layout())
    assert row["Sentence"] == "你好虚拟主播。"
    assert [word["Word"] for word in row["Words"]] == ["你", "好", "虚", "拟", "主", "播。"]
    assert row["Words"][1] == {"Word": "好", "StartTimestamp": 2_000_000, "EndTimestamp": 4_000_000}


@pytest.mark.parametrize("text", ["（你好）“世界”，he said: “OK, 3.5 元”。《完》", "——好——", "a b  c。\n d"])
def test_words_joined_are_the_whole_text(text: str) -> None:
    sentences = sentences_of(spoken(text), Layout())
    assert "".join(word.text for word in itertools.chain(*sentences)) == text


def test_opening_marks_belong_to_the_character_behind_them() -> None:
    (row,) = timestamps(spoken("他说：“好”。"), Layout())
    assert [word["Word"] for word in row["Words"]] == ["他", "说：", "“好”。"]


def test_sentences_end_at_the_splitting_marks_of_both_widths() -> None:
    assert texts("好。是?吗！不；对……完") == ["好。", "是?", "吗！", "不；", "对……", "完"]
    assert texts("好。是，吗", split="，") == ["好。是，", "吗"]


def test_long_sentences_are_cut_behind_a_comma_or_at_the_limit() -> None:
    text = "一二三四五六七八，九十一二三四五六"
    assert texts(text, max_words=10) == ["一二三四五六七八，", "九十一二三四五六"]
    assert texts("一二三四五六七八九十", max_words=4) == ["一二三四", "五六七八", "九十"]
    assert texts("我们使用 wonderful 工具", max_words=8) == ["我们使用", "wonderfu", "l 工具"]
    assert texts("我们使用 nice 工具啊", max_words=6) == ["我们使用", "nice 工具", "啊"]


def test_zero_and_nothing_mean_the_documented_thirty_characters() -> None:
    assert Layout.of({"SentenceMaxWords": 0}) == Layout.of({}) == Layout(max_words=30)
    assert [len(row) for row in texts("字" * 65)] == [30, 30, 5]


@pytest.mark.parametrize(
    ("display", "shown"),
    [("1", ["你好，AI（人）。"]), ("0", ["你好AI人"]), ("，", ["你好，AI人"]), ("", ["你好，AI（人）。"])],
)
def test_only_the_wanted_marks_are_shown(display: str, shown: list[str]) -> None:
    layout = Layout.of({"SentenceDisplayPunctuation": display})
    rows = timestamps(spoken("你好，AI（人）。"), layout)
    assert [row["Sentence"] for row in rows] == shown
    assert ["".join(word["Word"] for word in row["Words"]) for row in rows] == shown


def test_hidden_marks_still_end_sentences() -> None:
    assert texts("好。是。", display="0") == ["好", "是"]


def test_srt_has_a_cue_a_sentence() -> None:
    assert srt(spoken("你好。\n再见，朋友。")) == (
        "1\n00:00:00,000 --> 00:00:00,400\n你好。\n\n2\n00:00:00,400 --> 00:00:01,200\n再见，朋友。\n"
    )
