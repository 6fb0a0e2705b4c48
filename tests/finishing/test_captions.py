"""Captions a Chinese reader likes: whole words, no forbidden line edges, time enough to read; else it is said."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import rjieba

from mediaprep.finishing.captions import Typeset, typeset
from mediaprep.finishing.given_cues import set_again
from mediaprep.finishing.spoken import Spoken
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.finishing.plans import CaptionStyle, Cue

SENTENCES = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
FPS = Fraction(25)
NO_BEGIN = "、。，！？；：）》」』”’…"
NO_END = "（《「『“‘"
COUNTED = re.compile(
    r"第?(百分之)?([0-9.,:]+|[零一二两三四五六七八九十百千几]+)[多余]?[万亿]?"
    r"(分钟|公里|小时|个月|平方米|[个次年月日天周元块岁号楼层圈本台辆名位条项家件座棵页克斤度米倍%℃])"
)  # written anew on purpose: what judges is not what is judged


def style(units: int = 16, **more: Any) -> CaptionStyle:
    more.setdefault("punctuation", "keep")
    return CaptionStyle(font_px=54, max_units=units, safe_units=units * 2, **more)


def speak(text: str, *, ms: int = 192, pause: int = 250, start: int = 0) -> tuple[list[Spoken], int]:
    """5.2 characters a second, a pause after marks, as the service speaks at Speed 1."""
    spoken, at = [], start
    for character in text:
        mark = character in kinsoku.CLOSING | kinsoku.OPENING or character.isspace()
        length = 0 if mark else ms if ord(character) > 255 else ms * 0.45
        spoken.append(Spoken(text=character, start_ms=at, end_ms=at + length))
        at += length + (pause if character in "，。；：！？" else 0)
    return spoken, round(at)


def set_text(text: str, units: int = 16, looks: CaptionStyle | None = None, **more: int) -> Typeset:
    spoken, end = speak(text, **more)
    return typeset(spoken, looks or style(units), fps=FPS, total_ms=end + 800)


def lines_of(result: Typeset) -> list[str]:
    return [line for cue in result.cues for line in cue.lines]


def test_there_are_more_than_five_hundred_sentences_to_judge_by() -> None:
    assert len(set(SENTENCES)) >= 500


@pytest.mark.parametrize(("units", "marks"), [(16, None), (13, "keep")])
@pytest.mark.parametrize("tenth", range(10))
def test_every_sentence_is_set_within_every_rule(tenth: int, units: int, marks: str | None) -> None:
    wrong = {s: said for s in SENTENCES[tenth::10] if (said := list(faults(s, units, marks)))}
    assert wrong == {}


def faults(sentence: str, units: int, marks: str | None) -> Iterator[str]:
    """What a reader would mind, by rules written down anew here; a cut word is none where it is reported."""
    result = set_text(sentence, units, style(units, punctuation=marks))
    lines = lines_of(result)
    if marks is None and any(re.search("[。，][”’」』）》]*$", line) for line in lines):
        yield "a 。 or ， ends a line"
    shed = " " if marks else "。， "
    if "".join(lines).translate(dict.fromkeys(map(ord, shed))) != sentence.translate(
        dict.fromkeys(map(ord, shed))
    ):
        yield "something lost or added"
    yield from (f"kinsoku: {line}" for line in lines if line[0] in NO_BEGIN or line[-1] in NO_END)
    yield from (f"too wide: {line}" for line in lines if kinsoku.units(line) > units)
    for cue in result.cues:
        span = cue.end_ms - cue.start_ms
        if len(cue.lines) > 2 or not 833 <= span <= 7000:
            yield f"{len(cue.lines)} lines for {span} ms"
        if sum(map(kinsoku.units, cue.lines)) > 9.05 * span / 1000:
            yield f"too fast: {cue.lines}"
    for before, after in itertools.pairwise(result.cues):
        if after.start_ms - before.end_ms < 80:
            yield f"no gap before {after.lines}"
    told = {finding.rule for finding in result.findings}
    if told - {"captions.word.units"}:
        yield f"reported: {told}"
    if not told:
        yield from (f"split: {word}" for word in split_words(sentence, lines))


def split_words(sentence: str, lines: list[str]) -> list[str]:
    """The segmenter's words and the numbers with their measure words that a line break cuts. A word that the
    segmenter made of a measure word and what follows it (十六|次日|出) is none."""
    breaks, at = set(), 0
    for line, after in itertools.pairwise(lines):
        for sign in line.replace(" ", ""):
            at = sentence.index(sign, at) + 1
        breaks.add(sentence.index(after[0], at))
    counted = [match.span() for match in COUNTED.finditer(sentence)]
    split, at = [sentence[a:b] for a, b in counted if any(a < place < b for place in breaks)], 0
    for word in rjieba.cut(sentence):
        inside = {place for place in breaks if at < place < at + len(word)}
        split += [word] * bool(inside - {end for _, end in counted})
        at += len(word)
    return split


def test_greedy_breaking_would_split_words_where_this_does_not() -> None:
    """The oracle itself can fail: lines of 16 characters, cut off blindly, split words in many sentences."""
    greedy = [s for s in SENTENCES if split_words(s, [s[i : i + 16] for i in range(0, len(s), 16)])]
    assert len(greedy) > 200


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("他们一共采购了三百五十台全新的数字化设备", "三百五十台"),
        ("会议定于今天下午两点四十五分在三号楼举行", "两点四十五分"),
        ("本次活动将在2025年3月15日正式开始报名", "2025年3月15日"),
        ("这台服务器的内存一共有128 GB可以随意使用", "128 GB"),
        ("我们完成了百分之九十五的既定工作目标任务", "百分之九十五"),
        ("国际空间站上的宇航员每天能看到十六次日出和日落", "十六次"),
        ("他家就住在幸福小区的三号楼二单元501室里面", "三号楼"),
        ("从这里出发到县城还需要再走三个半小时的山路", "三个半小时"),
        ("他的儿子今年已经长到了一米八五那么高的个子", "一米八五"),
        ("我们计划在10～20个工作日之内完成全部的审核", "10～20个"),
        ("他最终以三到四级的评定结果通过了这一次考核", "三到四级"),
        ("比赛将于北京时间今天晚上19:30准时开始直播", "19:30"),
        ("新版本是iPhone15-Pro配套的官方应用程序包", "iPhone15-Pro"),
    ],
)
def test_numbers_stay_with_what_they_count(text: str, kept: str) -> None:
    for units in (10, 11, 12, 13):
        assert any(kept in line for line in lines_of(set_text(text, units))), units


def test_a_word_wider_than_a_line_is_cut_and_told() -> None:
    result = set_text("请访问https://example.com/very/long/path/to/the/documentation/page.html查看", 12)
    assert (
        [finding.rule for finding in result.findings] == ["captions.word.units"] * len(result.findings) != []
    )
    assert max(kinsoku.units(line) for line in lines_of(result)) <= 12


def test_a_voice_too_fast_to_read_is_told_not_hidden() -> None:
    result = set_text("今天天气真的非常好我们大家一起出去玩吧", ms=60)
    assert "captions.cue.speed" in {finding.rule for finding in result.findings}
    assert all(finding.where for finding in result.findings)
    assert "".join(lines_of(result)) == "今天天气真的非常好我们大家一起出去玩吧"


def test_a_short_word_stays_long_enough_to_be_read() -> None:
    spoken = [
        Spoken(text="好。", start_ms=1000, end_ms=1200),
        Spoken(text="走吧。", start_ms=4000, end_ms=4500),
    ]
    result = typeset(spoken, style(), fps=FPS, total_ms=6000)
    assert [cue.lines for cue in result.cues] == [("好。",), ("走吧。",)]
    assert result.cues[0].end_ms - result.cues[0].start_ms >= 833 and not result.findings


def test_a_long_pause_ends_a_cue_and_two_sentences_do_not_share_one() -> None:
    spoken, end = speak("我们开始吧")
    more, end = speak("现在出发", start=end + 2000)
    result = typeset([*spoken, *more], style(), fps=FPS, total_ms=end + 500)
    assert [cue.lines for cue in result.cues] == [("我们开始吧",), ("现在出发",)]
    assert result.cues[0].end_ms < result.cues[1].start_ms - 1000


def test_no_cue_outlasts_the_video_and_words_after_its_end_are_told() -> None:
    spoken, end = speak("这一句话还在视频里面。" * 2)
    late, _ = speak("这一句已经不在了。", start=end + 3000)
    result = typeset([*spoken, *late], style(), fps=FPS, total_ms=end)
    assert max(cue.end_ms for cue in result.cues) <= end
    assert [f.rule for f in result.findings] == ["captions.cue.outside"]


def test_times_are_whole_milliseconds_at_any_frame_rate() -> None:
    spoken, end = speak(SENTENCES[1])
    for fps in (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60)):
        cues = typeset(spoken, style(), fps=fps, total_ms=end + 500).cues
        assert all(isinstance(value, int) for cue in cues for value in (cue.start_ms, cue.end_ms))
        gaps = [b.start_ms - a.end_ms for a, b in itertools.pairwise(cues)]
        assert min(gaps) >= 2000 / fps


def test_closing_marks_at_the_start_and_opening_ones_at_the_end_are_never_shown_alone() -> None:
    result = set_text("，。你好，世界（")
    assert lines_of(result) == ["你好，世界"]


def test_marks_alone_make_no_cue() -> None:
    assert set_text("……！？").cues == ()


# --- given cues ---------------------------------------------------------------------------------------------


def test_given_cues_that_fit_are_kept_as_they_are() -> None:
    cues = (
        Cue(start_ms=0, end_ms=2000, lines=("你好，", "世界。")),
        Cue(start_ms=2100, end_ms=4000, lines=("再见。",)),
    )
    assert set_again(cues, style(), fps=FPS, total_ms=9000).cues == cues


def test_a_given_line_that_is_too_long_is_set_again_inside_its_own_time() -> None:
    long = Cue(start_ms=1000, end_ms=9000, lines=(SENTENCES[1],))
    result = set_again((long,), style(), fps=FPS, total_ms=20000)
    assert len(result.cues) >= 2 and max(kinsoku.units(line) for line in lines_of(result)) <= 16
    assert result.cues[0].start_ms == 1000 and result.cues[-1].end_ms <= 9000
    assert "".join(lines_of(result)) == SENTENCES[1]


def test_a_given_cue_that_is_too_fast_takes_no_time_from_the_one_before() -> None:
    before = Cue(start_ms=0, end_ms=2000, lines=("你好。",))
    fast = Cue(start_ms=2100, end_ms=3600, lines=(SENTENCES[1],))
    result = set_again((before, fast), style(), fps=FPS, total_ms=9000)
    assert result.cues[0] == before and result.cues[1].start_ms == 2100


def test_accents_written_apart_become_one_sign_and_empty_lines_nothing() -> None:
    apart = Cue(start_ms=0, end_ms=2000, lines=(" Cafe\u0301 か\u3099 ", " "))
    empty = Cue(start_ms=2100, end_ms=3000, lines=("  ",))
    result = set_again((apart, empty), style(), fps=FPS, total_ms=9000)
    assert [cue.lines for cue in result.cues] == [("Café が",)]


def test_given_cues_that_overlap_are_parted_and_late_ones_told() -> None:
    cues = (
        Cue(start_ms=0, end_ms=3000, lines=("第一条",)),
        Cue(start_ms=2500, end_ms=4000, lines=("第二条",)),
        Cue(start_ms=8000, end_ms=9000, lines=("太晚了",)),
    )
    result = set_again(cues, style(), fps=FPS, total_ms=5000)
    assert [(cue.start_ms, cue.end_ms) for cue in result.cues] == [(0, 2420), (2500, 4000)]
    assert [f.rule for f in result.findings] == ["captions.cue.overlap", "captions.cue.outside"]
    assert "第一条" in result.findings[0].message.en and "500 ms" in result.findings[0].message.en


def test_an_english_line_may_be_as_long_as_readers_are_used_to() -> None:
    bilingual = Cue(
        start_ms=0, end_ms=4000, lines=("欢迎收看今天的节目", "Welcome to the show, thanks for watching")
    )
    assert set_again((bilingual,), style(), fps=FPS, total_ms=9000).cues == (bilingual,)


def test_setting_an_hour_of_text_takes_seconds() -> None:
    import time

    spoken: list[Spoken] = []
    at = 0
    for _ in range(5):
        for sentence in SENTENCES[:60]:
            more, at = speak(sentence, start=at)
            spoken += more
    began = time.process_time()
    result = typeset(spoken, style(), fps=FPS, total_ms=at + 500)
    assert len(result.cues) > 500 and not [f for f in result.findings if f.rule != "captions.word.units"]
    assert time.process_time() - began < 8


@pytest.mark.timeout(60)
def test_twenty_thousand_given_cues_that_overlap_are_set_in_bounded_time() -> None:
    text = "同时出现的字幕一共有两万条之多，没有谁读得完它们"
    cues = [Cue(start_ms=n % 50, end_ms=3_500_000, lines=(text,)) for n in range(20_000)]
    result = set_again(cues, style(), fps=FPS, total_ms=3_600_000)
    assert 0 < len(result.cues) < 400
    assert "captions.cue.overlap" in {finding.rule for finding in result.findings}


@pytest.mark.timeout(60)
def test_a_long_script_after_the_videos_end_is_told_in_bounded_time() -> None:
    spoken, _ = speak("这一句话说得太晚了。" * 500, start=5_000)
    result = typeset(spoken, style(), fps=FPS, total_ms=4_000)
    assert result.cues == () and [f.rule for f in result.findings] == ["captions.cue.outside"]
