"""Long scripts in parts: at sentences, never inside an element."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.script import ssml
from mediaprep.preflight.scripts import drafting
from mediaprep.preflight.scripts.splitting import split

PHONEME = '<phoneme alphabet="py" ph="fu4">主</phoneme>'


def test_long_text_is_split_at_sentence_ends() -> None:
    text = "".join(f"这是第{number}句话，它说了一些内容。" for number in range(30))
    parts = split(text, 100)
    assert "".join(parts) == text
    assert all(len(part) <= 100 and part.endswith("。") for part in parts)


def test_text_without_sentences_is_split_at_commas_then_anywhere() -> None:
    commas = "一二三四五六七八，" * 10
    assert all(part.endswith("，") for part in split(commas, 30))
    assert split("好" * 25, 10) == ("好" * 10, "好" * 10, "好" * 5)


def test_a_tail_below_the_least_is_not_left_over() -> None:
    assert [len(part) for part in split("好" * 21, 10)] == [10, 7, 4]


def test_splitting_never_cuts_an_element_and_keeps_the_root() -> None:
    text = f"<speak>{'好' * 12}{PHONEME}{'好' * 12}{PHONEME}。</speak>"
    parts = split(text, 80)
    assert len(parts) > 1
    for part in parts:
        assert len(part) <= 80 and part.startswith("<speak>")
        assert ssml.read(part).problems == ()
    assert sum(part.count("phoneme alphabet") for part in parts) == 2


@given(st.text(alphabet="你好。，a &", min_size=1, max_size=80), st.integers(8, 40))
def test_parts_hold_everything_in_order(text: str, most: int) -> None:
    source = drafting.to_ssml(text)
    parts = split(source, most)
    assert "".join("".join(parts).split()) == "".join(source.split())
    assert all(len(part) <= most for part in parts)


PIECES = (
    "好",
    "。",
    "，",
    "a",
    " ",
    "&amp;",
    PHONEME,
    '<break time="1s"/>',
    '<sub alias="ab">c</sub>',
    "<word>好的</word>",
)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=60), st.integers(50, 120))
def test_parts_of_markup_are_whole_markup_and_lose_nothing(pieces: list[str], most: int) -> None:
    source = "".join(pieces)
    parts = split(source, most)
    assert "".join("".join(parts).split()) == "".join(source.split())
    assert all(len(part) <= most for part in parts)
    assert not [p for part in parts for p in ssml.read(part).problems if p.refused]


def test_an_element_longer_than_the_limit_stays_whole() -> None:
    long = f'<sub alias="别名">{"好" * 40}</sub>'
    assert split(f"你好。{long}再见。", 30) == ("你好。", long, "再见。")


def test_a_pause_stays_with_the_words_before_it() -> None:
    text = '大家好今天天气很好<break time="1s"/>我们开始上课吧朋友们'
    assert split(text, 30)[0].endswith("/>")


def test_latin_words_and_joined_emoji_are_not_cut() -> None:
    parts = split("the quick brown fox jumps over", 12, least=1)
    assert parts == ("the quick", "brown fox", "jumps over")
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert all(part.count(family) == len(part) // 5 for part in split(family * 6, 12, least=1))


def test_a_root_with_attributes_is_kept_around_every_part() -> None:
    parts = split(f'<speak version="1.0">{"好" * 60}</speak>', 60)
    assert len(parts) > 1 and all(part.startswith('<speak version="1.0">好') for part in parts)
