"""The second language stands under the caption that shows when it is spoken, every word of it, in order."""

from __future__ import annotations

import pytest

from mediaprep.errors import BadAsset
from mediaprep.finishing import bilingual
from mediaprep.finishing.spoken import Spoken
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.finishing.plans import CaptionStyle, Cue

STYLE = CaptionStyle(font_px=50, max_units=16, second_px=34, second_units=24)
FIRST = (
    Cue(start_ms=0, end_ms=2000, lines=("大家好，",)),
    Cue(start_ms=2080, end_ms=4000, lines=("欢迎收看今天的节目。",)),
    Cue(start_ms=5000, end_ms=7000, lines=("我们开始吧。",)),
)


def cue(start: int, end: int, text: str) -> Cue:
    return Cue(start_ms=start, end_ms=end, lines=(text,))


def shown(cues: tuple[Cue, ...]) -> list[str]:
    return [" ".join(one.second) for one in cues]


def test_cue_by_cue_each_translation_stands_under_its_own() -> None:
    second = [
        cue(0, 2000, "Hello."),
        cue(2100, 3900, "Welcome to the show."),
        cue(5000, 7000, "Let's begin."),
    ]
    made, findings = bilingual.under(FIRST, second, STYLE)
    assert shown(made) == ["Hello.", "Welcome to the show.", "Let's begin."] and not findings
    assert [one.lines for one in made] == [one.lines for one in FIRST]
    assert made[0].text == "大家好，\nHello."


def test_a_translation_over_two_captions_is_shared_out_between_its_words() -> None:
    made, _ = bilingual.under(FIRST, [cue(0, 4000, "Hello and welcome to the show")], STYLE)
    assert made[0].second and made[1].second and not made[2].second
    assert " ".join(shown(made)).split() == ["Hello", "and", "welcome", "to", "the", "show"]


def test_two_translations_under_one_caption_follow_each_other() -> None:
    made, _ = bilingual.under(FIRST, [cue(0, 900, "Hello,"), cue(1000, 1900, "all.")], STYLE)
    assert shown(made)[0] == "Hello, all."


def test_one_line_for_each_and_another_number_is_refused() -> None:
    places = [(one.start_ms, one.end_ms) for one in FIRST]
    made, _ = bilingual.under(FIRST, bilingual.from_lines(["A", "B", "C"], places), STYLE)
    assert shown(made) == ["A", "B", "C"]
    with pytest.raises(BadAsset, match="2 lines for 3 captions"):
        bilingual.from_lines(["A", "B"], places)


def test_long_ones_are_broken_evenly_and_reported_beyond_two_lines() -> None:
    text = "This is a long sentence that will certainly need more than a single line"
    made, findings = bilingual.under(FIRST, [cue(0, 2000, text)], STYLE)
    assert len(made[0].second) == 2 and not findings
    widths = [kinsoku.units(line) for line in made[0].second]
    assert max(widths) <= 24 and abs(widths[0] - widths[1]) < 6
    made, findings = bilingual.under(FIRST, [cue(0, 2000, text * 2)], STYLE)
    assert [f.rule for f in findings] == ["captions.second.units"]
    assert all(kinsoku.units(line) <= 24 for line in made[0].second)


def test_sentences_are_found_in_what_is_spoken() -> None:
    text = "大家好。“真的吗？”是的！"
    spoken = [Spoken(text=c, start_ms=n * 100, end_ms=n * 100 + 90) for n, c in enumerate(text)]
    assert bilingual.sentences(spoken) == [(0, 290), (500, 790), (1000, 1190)]


def test_many_that_overlap_are_laid_in_little_time() -> None:
    first = [cue(n * 500, n * 500 + 400, "你好") for n in range(5000)]
    second = [cue(n % 100, 2_500_000, f"w{n}") for n in range(300)]
    made, _ = bilingual.under(first, second, STYLE)
    assert sum(len(" ".join(one.second).split()) for one in made) == 300


# --- both languages in one file -----------------------------------------------------------------------------


def both(*pairs: tuple[str, ...]) -> list[Cue]:
    return [Cue(start_ms=n * 2000, end_ms=n * 2000 + 1800, lines=lines) for n, lines in enumerate(pairs)]


def test_a_file_in_two_languages_is_taken_apart() -> None:
    cues = both(("大家好，", "欢迎！", "Hello and welcome!"), ("再见。", "Goodbye."), ("（掌声）",))
    first, second = bilingual.parted(cues) or ((), ())
    assert [one.lines for one in first] == [("大家好，", "欢迎！"), ("再见。",), ("（掌声）",)]
    assert [one.lines for one in second] == [("Hello and welcome!",), ("Goodbye.",)]
    assert second[1].start_ms == first[1].start_ms


def test_two_languages_shown_at_the_same_time_are_one_under_the_other() -> None:
    texts = ("大家好。", "Hello.", "再见。", "Goodbye.")
    cues = [cue(n // 2 * 2000, n // 2 * 2000 + 1800, text) for n, text in enumerate(texts)]
    first, second = bilingual.parted(cues) or ((), ())
    assert [one.lines[0] for one in first] == ["大家好。", "再见。"]
    assert [one.lines[0] for one in second] == ["Hello.", "Goodbye."]


@pytest.mark.parametrize(
    "lines",
    [
        [("欢迎收看", "今天的节目"), ("再见", "朋友们")],
        [("欢迎使用", "iPhone 15"), ("再见", "朋友们"), ("明天", "再来")],
        [("东京都庁へ", "ようこそ"), ("さようなら", "皆様へ")],
        [("Hello and", "welcome"), ("Goodbye", "all")],
        [("一", "1"), ("二", "2")],
    ],
    ids=["chinese", "a name", "japanese", "english", "digits"],
)
def test_one_language_is_left_as_it_is(lines: list[tuple[str, ...]]) -> None:
    assert bilingual.parted(both(*lines)) is None


def test_a_sentence_without_blanks_is_cut_rather_than_run_off_the_picture() -> None:
    made, findings = bilingual.under(FIRST, [cue(0, 2000, "ภาษาไทยสวยงามมาก" * 4)], STYLE)
    assert all(kinsoku.units(line) <= 24 for line in made[0].second)
    assert [f.rule for f in findings] == ["captions.word.units"]
