"""A caption's language is told by its signs, and each language is read at its own speed."""

from __future__ import annotations

import pytest

from mediaprep.finishing import readable
from mediaprep.finishing.typesetting import languages

LINES = [
    ("大家好，欢迎收看", "zh-Hans"),
    ("歡迎收看今天的節目", "zh-Hant"),
    ("這裡有說明書", "zh-Hant"),
    ("这里有说明书", "zh-Hans"),
    ("人山人海", "zh-Hans"),  # both write it so
    ("iPhone 15 发布了", "zh-Hans"),
    ("今日は良い天気です", "ja"),
    ("안녕하세요 여러분", "ko"),
    ("The meeting is over", "en"),
    ("Bonjour tout le monde", "und"),
    ("مرحبا بالجميع", "ar"),
    ("Привет всем", "ru"),
    ("नमस्ते दुनिया", "hi"),
    ("สวัสดีทุกคน", "th"),
    ("2024 — 15%", "und"),
    ("", "und"),
]


@pytest.mark.parametrize(("line", "language"), LINES)
def test_the_signs_of_a_line_tell_its_language(line: str, language: str) -> None:
    assert languages.language_of(line) == language


SPEEDS = [  # characters a second of adults and children, as the style guides print them
    ("今天天气很好我们出去走走", 9, 7),
    ("今天天氣很好我們出去走走說話", 9, 7),
    ("今日は天気がいいですね", 4, 4),
    ("오늘은 날씨가 좋네요", 12, 9),
    ("It is a lovely day today", 20, 17),
    ("Il fait beau aujourd'hui", 17, 13),
    ("Сегодня хорошая погода", 17, 13),
    ("الطقس جميل اليوم", 20, 17),
    ("आज मौसम अच्छा है", 22, 18),
]


@pytest.mark.parametrize(("line", "adults", "children"), SPEEDS)
def test_each_language_is_read_at_its_own_speed(line: str, adults: float, children: float) -> None:
    letter = 1.0 if languages.reading_speed(line).wide else 0.5
    assert languages.units_a_second(line) == adults * letter
    assert languages.units_a_second(line, children=True) == children * letter


def test_children_get_more_time() -> None:
    line = "一二三四五六七八九十一二三四五六七八"
    assert readable.needed_ms([line]) == 2000 and readable.needed_ms([line], children=True) == 2572
