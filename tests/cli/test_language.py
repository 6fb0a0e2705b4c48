"""Language by flag, then variable, then locale."""

from __future__ import annotations

from mediaprep.cli.language import chosen


def test_a_flag_wins_over_the_environment() -> None:
    assert chosen(["check", "--lang", "en", "a.mp4"], {"MEDIAPREP_LANG": "zh"}) == "en"
    assert chosen(["check", "--lang=zh"], {"LANG": "en_US.UTF-8"}) == "zh"


def test_the_variable_wins_over_the_locale() -> None:
    assert chosen([], {"MEDIAPREP_LANG": "zh", "LC_ALL": "en_US.UTF-8"}) == "zh"


def test_a_chinese_locale_speaks_chinese_and_any_other_english() -> None:
    assert chosen([], {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert chosen([], {"LANG": "de_DE.UTF-8"}) == "en"
    assert chosen([], {}) == "en"


def test_what_follows_a_double_dash_is_a_file_name() -> None:
    assert chosen(["check", "--", "--lang=zh"], {}) == "en"
