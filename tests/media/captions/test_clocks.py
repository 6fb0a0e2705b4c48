"""Time lines as translators and programs leave them."""

from __future__ import annotations

import itertools

import pytest

from mediaprep.media.captions import clocks

TRUE_MS = (1500, 2900)
LINES = [
    "00:00:01,500 --> 00:00:02,900", "00：00：01，500 --> 00：00：02，900",
    "００：００：０１，５００ －－＞ ００：００：０２，９００",
    "00:01,500 --> 00:02,900", "00: 00: 01, 500 --> 00: 00: 02, 900",
    "00 : 00 : 01 , 500  -->  00 : 00 : 02 , 900",
    "00:00:01,500-->00:00:02,900", "00:00:01.500 --> 00:00:02.900", "00:00:01。500 --> 00:00:02。900",
    "0:0:1,5 --> 0:0:2,9", "00:00:01,5000 --> 00:00:02,9000", "00:00:01,50 --> 00:00:02,90", "1.5 --> 2.9",
    "00:00:01,500 -> 00:00:02,900", "00:00:01,500 —> 00:00:02,900", "00:00:01,500 ——> 00:00:02,900",
    "00:00:01,500 → 00:00:02,900", "00:00:01,500 – 00:00:02,900", "00:00:01,500 - - > 00:00:02,900",
    "00:00:01,500 ==> 00:00:02,900", "00:00:01:500 --> 00:00:02:900", "0:00:01.500,0:00:02.900",
    "00:00:01,500,00:00:02,900", "00:00:01;500 --> 00:00:02;900", "\ufeff00:00:01,500 --> 00:00:02,900 ",
    "00:00:01.500 --> 00:00:02.900 line:10% align:start", "00:00:01,500 --> 00:00:02,900 X1:10 X2:20 Y1:3 Y2:4",
    "00:00:0l,5OO --> 00:00:02,9OO", "000:00:01,500 --> 000:00:02,900",
    "\u300000:00:01,500\u3000-->\u300000:00:02,900",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_time_line_is_read_however_it_is_written(line: str) -> None:
    span = clocks.span_of(line)
    assert span is not None
    assert (span.start_ms, span.end_ms, span.rest) == (*TRUE_MS, "")


def test_every_colon_comma_arrow_and_blank_goes_with_every_other() -> None:
    for colon, comma, arrow, blank in itertools.product(
        ":：﹕∶", ",，.．", ("-->", "->", "—>", "→", "－－＞"), ("", " ", "\u3000")
    ):
        clock = [f"00{colon}{blank}00{colon}{blank}{second}{comma}{blank}" for second in ("01", "02")]
        span = clocks.span_of(f"{clock[0]}500{blank}{arrow}{blank}{clock[1]}900")
        assert span is not None and (span.start_ms, span.end_ms) == TRUE_MS, (colon, comma, arrow, blank)


def test_seconds_alone_are_read_behind_a_whole_arrow() -> None:
    span = clocks.span_of("00:00:03 --> 00:00:04")
    assert span is not None and (span.start_ms, span.end_ms) == (3000, 4000)


def test_words_on_the_time_line_are_text() -> None:
    span = clocks.span_of("00:00:01,500 --> 00:00:02,900 你好")
    assert span is not None and span.rest == "你好"


@pytest.mark.parametrize(
    "line",
    ["00:00:01,500 --> ", "--> 00:00:02,900", "00:00:01,500 --> 00:00:xx,900", "00:00:01:12 --> 00:00:02:05",
     "00：00：01，500 －－＞ 00：？", "00:00:01,500 --> 00:00:02,9o0x"],
)  # fmt: skip
def test_what_was_meant_to_be_a_time_line_is_no_text(line: str) -> None:
    assert clocks.span_of(line) is None
    assert clocks.looks_like_one(line)


@pytest.mark.parametrize(
    "line",
    ["2024", "a --> b", "会议 10:00-->12:00 开始", "10:00 → 12:00", "8:00-12:00", "比分 3:2 --> 4:2", "3 -> 5", "",
     "电话：010-12345678", "x" * 5000, "1, 2, 3"],
)  # fmt: skip
def test_a_text_with_numbers_stays_a_text(line: str) -> None:
    assert clocks.span_of(line) is None
    assert not clocks.looks_like_one(line)
