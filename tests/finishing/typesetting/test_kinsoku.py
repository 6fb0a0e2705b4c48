"""What no line may split, in every script that stands beside Chinese; and where lines may not begin or end."""

from __future__ import annotations

import pytest

from mediaprep.finishing.captions import words_of
from mediaprep.finishing.typesetting import kinsoku


def pieces(text: str) -> list[str]:
    found = kinsoku.pieces(words_of(text))
    assert "".join(found) == text
    return [piece.strip() for piece in found]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Tiếng Việt rất đẹp và giàu âm điệu", ["Tiếng", "Việt", "rất", "đẹp", "và", "giàu", "âm", "điệu"]),
        ("한국어 자막을 테스트합니다", ["한국어", "자막을", "테스트합니다"]),
        ("Русский текст", ["Русский", "текст"]),
        ("مرحبا بكم", ["مرحبا", "بكم"]),
        ("ひらがなとカタカナのコンピューター", ["ひらがなと", "カタカナの", "コンピューター"]),
        ("Cafe\u0301s d’été", ["Cafe\u0301s", "d’été"]),
    ],
    ids=["vietnamese", "korean", "russian", "arabic", "japanese", "accents apart"],
)
def test_words_of_other_scripts_stay_whole(text: str, whole: list[str]) -> None:
    assert pieces(text) == whole


@pytest.mark.parametrize(
    "sign",
    [
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "🇨🇳",
        "聊一聊",
        "看了看",
        "试了一试",
        "人々",
        "ＡＢＣ１２",
        "https://a.example/b?c=d&e=f",
    ],
)
def test_what_is_read_as_one_stays_in_one_piece(sign: str) -> None:
    assert any(sign in piece for piece in pieces(f"我们来说{sign}，很好"))


def test_a_mark_between_blanks_begins_no_line() -> None:
    assert pieces("文件 › 选项 · 保存 .exe 文件") == ["文件 ›", "选项 ·", "保存 .exe", "文件"]


def test_two_flags_may_part_but_none_is_halved() -> None:
    assert pieces("🇨🇳🇯🇵") == ["🇨🇳", "🇯🇵"]


@pytest.mark.parametrize("line", ["，好", "」了", "ーター", "っと", "々木"])
def test_no_line_begins_with_what_belongs_to_the_one_before(line: str) -> None:
    assert kinsoku.may_not_begin(line)


@pytest.mark.parametrize(
    ("before", "after", "parted"),
    [
        ("今天", "我们", False),
        ("Thank you.", "Goodbye", True),
        ("cảm ơn cả", "nhà", True),
        ("한국어", "자막", True),
        ("使用", "iPhone", False),
    ],
)
def test_lines_that_become_one_are_parted_as_their_script_does(before: str, after: str, parted: bool) -> None:
    assert kinsoku.blank_between(before, after) is parted


def test_accents_are_composed_and_nothing_else_is_changed() -> None:
    assert kinsoku.composed("e\u0301か\u3099，神\ufa19") == "éが，神\ufa19"
