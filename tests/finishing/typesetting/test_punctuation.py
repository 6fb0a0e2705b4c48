"""No 。 or ， ends a line of mainland subtitles, and a blank stands for them inside; all other marks stay."""

from __future__ import annotations

import pytest

from mediaprep.finishing.typesetting import punctuation

LINES = [
    ("今天天气很好。", "今天天气很好"),
    ("今天天气很好，", "今天天气很好"),
    ("今天，我们出发。", "今天 我们出发"),
    ("他说：“好。”", "他说：“好”"),
    ("“好。”他说，", "“好”他说"),
    ("他说：“走吧，”", "他说：“走吧”"),
    ("（见附件。）", "（见附件）"),
    ("真的吗？", "真的吗？"),
    ("太好了！", "太好了！"),
    ("苹果、梨、", "苹果、梨、"),
    ("先看；再做；", "先看；再做；"),
    ("总计3，000元，", "总计3，000元"),
    ("今年3，明年5。", "今年3 明年5"),
    ("A,B. C.", "A,B. C."),
    ("等等……", "等等……"),
    ("。，", "。，"),  # nothing else is there
    ("好。。", "好"),
    ("《论语》。", "《论语》"),
    ("到了 ， 走吧 。", "到了 走吧"),
]


@pytest.mark.parametrize(("line", "shown"), LINES)
def test_a_line_is_shown_without_the_marks_that_mainland_subtitles_leave_out(line: str, shown: str) -> None:
    assert punctuation.dropped(line) == shown


@pytest.mark.parametrize(
    ("wish", "text", "drops"),
    [
        (None, "大家好，欢迎。", True), (None, "歡迎大家，請坐。", False), (None, "今日は、晴れです。", False),
        (None, "Hello, world.", False), ("keep", "大家好，欢迎。", False), ("drop", "歡迎大家，請坐。", True),
    ],
)  # fmt: skip
def test_simplified_chinese_drops_them_unless_it_is_wished_otherwise(
    wish: str | None, text: str, drops: bool
) -> None:
    assert punctuation.wanted(wish, text) is drops
