"""Caption files of every form: cues, times, no markup, and what is dropped."""

from __future__ import annotations

import re
import time
from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.captions import subtitle_files
from mediaprep.model.finishing.captions import Dropped


def taken(text: str, fps: Fraction | None = None) -> subtitle_files.Taken:
    return subtitle_files.parse(text, Path("x.srt"), fps=fps)


def shown(text: str) -> list[tuple[int, int, str]]:
    return [(cue.start_ms, cue.end_ms, cue.text) for cue in taken(text).cues]


TWO = [(1000, 2000, "一"), (3000, 4000, "二")]
A, B = "00:00:01,000 --> 00:00:02,000", "00:00:03,000 --> 00:00:04,000"


@pytest.mark.parametrize(
    "text",
    [
        f"1\n{A}\n一\n\n2\n{B}\n二\n",
        f"{A}\n一\n\n{B}\n二\n",  # no numbers
        f"1\n{A}\n一\n2\n{B}\n二",  # no blank lines
        f"1\n\n{A}\n\n一\n\n\n2\n\n{B}\n\n二\n",  # too many
        f"#1\n{A}\n一\n\n#2\n{B}\n二\n",
        f"１\n{A}\n一\n\n２\n{B}\n二\n",
        f"7\n{A}\n一\n\n7\n{B}\n二\n",  # numbers that do not count
        f"\ufeff1\r\n{A}\r\n一\r\n\r\n2\r\n{B}\r\n二\r\n",
        f"1\r{A}\r一\r\r2\r{B}\r二\r",
        f"1\n{A}\n一\n \t\n2\n{B}\n二\n",
        f"字幕文件 by 小明\n\n1\n{A}\n一\n\n2\n{B}\n二\n",
        f"{B}\n二\n{A}\n一\n",
    ],
)
def test_srt_is_read_by_its_time_lines(text: str) -> None:
    assert shown(text) == TWO


def test_blank_lines_and_numbers_inside_a_text_are_kept() -> None:
    assert shown(f"1\n{A}\n一\n\n还是一\n2024\n\n2\n{B}\n二\n") == [
        (1000, 2000, "一\n还是一\n2024"), (3000, 4000, "二"),
    ]  # fmt: skip
    assert shown(f"{A}\n2023\n\n{B}\n2024\n") == [(1000, 2000, "2023"), (3000, 4000, "2024")]


def test_a_time_line_that_cannot_be_read_drops_its_cue_and_says_which() -> None:
    broken = "00:00:02,5x0 --> 00:00:0？,900"
    found = taken(f"1\n{A}\n一\n\n2\n{broken}\n丢\n\n3\n{B}\n二\n")
    assert [(cue.start_ms, cue.text) for cue in found.cues] == [(1000, "一"), (3000, "二")]
    assert found.dropped == (Dropped(line=6, clock=broken, text="丢"),)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<v 甲>一</v>\n\nNOTE x\n\nSTYLE\n::cue {}\n\n"
            "id\n00:03.000 --> 00:04.000\n<c.y>二</c>\n",
            "vtt",
        ),
        ("0:00:01.000,0:00:02.000\n一\n\n0:00:03.000,0:00:04.000\n二\n", "sbv"),
        (
            "[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n[COLF]&HFFFFFF,[STYLE]bd\n"
            "00:00:01.00,00:00:02.00\n一\n\n00:00:03.00,00:00:04.00\n二\n",
            "subviewer",
        ),
        ("{1}{1}25\n{25}{50}一\n{75}{100}{y:i}二\n", "microdvd"),
        ("[10][20]一\n[30][40]/二\n", "mpl2"),
        ("[ti:歌]\n[00:01.00]一\n[00:02.00]\n[00:03.00]<00:03.10>二\n[00:04.00]\n", "lrc"),
        (
            "[Script Info]\n[V4+ Styles]\nFormat: Name, PrimaryColour\nStyle: Default,&HNOCOLOUR\nStyle: X,\n"
            "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            "Dialogue: 0,0:00:01.00,0:00:02.00,X,,0,0,0,,{\\c&HZZ}一\n"
            "Dialogue: 0,0:00:03.00,0:00:04.00,None,,0,0,0,,二\n",
            "ass",
        ),
    ],
)  # fmt: skip
def test_other_forms_are_read_without_their_markup(text: str, form: str) -> None:
    found = taken(text)
    assert found.form == form
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in found.cues] == TWO


def test_pictures_are_counted_at_the_videos_rate_where_the_file_does_not_say() -> None:
    (cue,) = taken("{30}{60}一\n", Fraction(30)).cues
    assert (cue.start_ms, cue.end_ms) == (1000, 2000)


BREAKS = [
    "<br>",
    "<br/>",
    "<br />",
    "< br / >",
    "<BR>",
    "</br>",
    "<br></br>",
    "[br]",
    "[BR]",
    "&lt;br/&gt;",
    "<tt:br/>",
    "\\N",
]


@pytest.mark.parametrize("mark", BREAKS)
def test_a_line_break_is_one_however_it_is_spelt(mark: str) -> None:
    assert shown(f"1\n{A}\n上{mark}下\n") == [(1000, 2000, "上\n下")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("A &amp; B", "A & B"), ("A&nbsp;B", "A B"), ("&#39;x&#x27;", "'x'"), ("AT&T R&D", "AT&T R&D"),
     ("&quot;x&quot;", '"x"'),
     ("&lt;i&gt;x&lt;/i&gt;", "x"), ("a &lt; b", "a < b"), ("<font color='#odd'>x</font>", "x"),
     ("<00:00:01.500>x", "x")],
)  # fmt: skip
def test_entities_and_tags_are_no_text(text: str, said: str) -> None:
    assert shown(f"1\n{A}\n{text}\n") == [(1000, 2000, said)]


def ttml(body: str, attributes: str = "") -> str:
    head = '<?xml version="1.0" encoding="GBK"?>\n'
    return f'{head}<tt xmlns:ttp="urn:x" {attributes}><body><div>{body}</div></body></tt>'


@pytest.mark.parametrize(
    "mark", ["<br/>", "<br />", "<br></br>", "<br>", "</br>", '<br clear="all"/>', "< br/>"]
)
def test_ttml_breaks_and_nested_spans(mark: str) -> None:
    body = f"<p begin='1s' end='2s'>\n  <span>上</span>{mark}<span>下<span>内</span></span>\n</p>"
    assert shown(ttml(body)) == [(1000, 2000, "上\n下内")]


@pytest.mark.parametrize(
    ("begin", "end", "attributes"),
    [
        ("00:00:01.000", "00:00:02.000", ""), ("1s", "2.0s", ""), ("1000ms", "2000ms", ""), ("0.5m", "1m", ""),
        ("25f", "50f", 'ttp:frameRate="25"'), ("00:00:01:00", "00:00:01:25", 'ttp:frameRate="25"'),
        ("10000000t", "20000000t", 'ttp:tickRate="10000000"'),
        ("24f", "48f", 'ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"'),
        ("00:00:01:12", "00:00:02:12", 'ttp:frameRate="25"'),
    ],
)  # fmt: skip
def test_ttml_clocks(begin: str, end: str, attributes: str) -> None:
    true_ms = {
        "0.5m": (30000, 60000), "00:00:01:12": (1480, 2480), "24f": (1001, 2002),
    }.get(begin, (1000, 2000))  # fmt: skip
    (cue,) = taken(ttml(f'<p begin="{begin}" end="{end}">字</p>', attributes)).cues
    assert (cue.start_ms, cue.end_ms) == true_ms


def test_ttml_of_any_prefix_with_times_of_parents_spans_and_regions() -> None:
    text = (
        '<tt:tt xmlns:tt="http://www.w3.org/ns/ttml" xmlns:tts="urn:s"><tt:head><tt:metadata><tt:title>否</tt:title>'
        '</tt:metadata><tt:styling><tt:style tts:color="odd"/></tt:styling><tt:layout><tt:region xml:id="r"/>'
        '</tt:layout></tt:head><tt:body begin="10s"><tt:div begin="1s"><tt:p region="r" begin="0s" dur="1s">'
        "甲&nbsp;&amp;<tt:br/>乙"
        "<tt:metadata>否</tt:metadata></tt:p><tt:p><tt:span begin='2s' end='3s'>丙</tt:span>"
        "<tt:span begin='3s' end='4s'>丁</tt:span></tt:p></tt:div></tt:body></tt:tt>"
    )
    assert shown(text) == [(11000, 12000, "甲 &\n乙"), (13000, 14000, "丙"), (14000, 15000, "丁")]


def test_ttml_captions_without_or_with_odd_times_are_told() -> None:
    found = taken(ttml("<p begin='1s' end='2s'>一</p>\n<p>无</p>\n<p begin='soon' end='3s'>坏</p>"))
    assert [cue.text for cue in found.cues] == ["一"]
    assert [(cue.text, cue.clock) for cue in found.dropped] == [
        ("无", "no begin and end"),
        ("坏", "begin='soon'"),
    ]


def test_nothing_that_marks_is_left_in_any_text() -> None:
    marks = re.compile(r"</?\w+[^>]*>|&\w+;|\[br\]|\{\\")
    for mark in BREAKS:
        assert not [
            text for _, _, text in shown(f"1\n{A}\n上{mark}{mark}下<i>x</i>&amp;\n") if marks.search(text)
        ]


@pytest.mark.parametrize(
    "text",
    [
        ("[00:01.00]" * 300 + "x\n") * 300,
        "<tt>" + ("<br" + " " * 2000) * 400,
        "<tt><body>" + "<p begin='1s' end='2s'>x</p>" * 30_000 + "</body></tt>",
        "<tt><body>" + "<div>" * 5000,
    ],
    ids=["stamps", "blanks in a tag", "paragraphs", "depth"],
)
def test_what_is_made_to_take_long_is_refused_soon(text: str) -> None:
    began = time.process_time()
    with pytest.raises(BadAsset):
        taken(text)
    assert time.process_time() - began < 3
