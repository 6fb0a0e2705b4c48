"""A task's life as the service tells it, leniently read."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from mediaprep.contract.progress import MOVES, Progress, Sentence, Status, callback_body, status_of

EXAMPLE: dict[str, Any] = {
    "Progress": 100,
    "MediaUrl": "https://example.com/a.mp3",
    "SubtitlesUrl": "",
    "ArrayCount": 0,
    "FailMessage": "",
    "Duration": 11810,
    "FailCode": 0,
    "TextTimestampResult": [
        {
            "Sentence": "你好。",
            "Words": [
                {"Word": "你", "EndTimestamp": 6100000, "StartTimestamp": 4500000},
                {"Word": "好。", "EndTimestamp": 8200000, "StartTimestamp": 6100000},
            ],
        }
    ],
}


def test_the_success_example_has_no_status_and_is_a_success() -> None:
    read = Progress.model_validate(EXAMPLE)
    assert read.status is Status.SUCCESS
    assert read.duration_ms == 11810
    first, second = read.sentences[0].words
    assert (first.word, first.start_ms, first.end_ms) == ("你", 450, 610)
    assert (second.word, second.end_ms) == ("好。", 820)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"Status": "COMMIT", "Progress": 100}, Status.COMMIT),
        ({"Status": "MAKING", "Progress": -1}, Status.MAKING),
        ({"Status": "FAIL", "Progress": 100}, Status.FAIL),
        ({"Progress": 100}, Status.SUCCESS),
        ({"Progress": -1}, Status.FAIL),
        ({"Status": "", "Progress": 100}, Status.SUCCESS),
        ({"Status": None, "Progress": 50}, Status.MAKING),
        ({"Status": "PAUSED", "Progress": 100}, Status.MAKING),
        ({}, Status.MAKING),
    ],
)
def test_status_decides_and_progress_only_where_it_is_missing(answer: dict[str, Any], status: Status) -> None:
    assert status_of(answer) is status
    assert Progress.model_validate(answer).status is status


@pytest.mark.parametrize(
    "odd",
    [
        {"Progress": None, "FailCode": None, "MediaUrl": None, "TextTimestampResult": None},
        {"Progress": "100x", "Duration": "", "ArrayCount": True},
        {"TextTimestampResult": "x", "Duration": float("inf")},
        {"TextTimestampResult": [None, {"Words": None}, {"Words": [1, {"Word": 5}]}]},
        {"Unknown": {}, "Status": 7},
    ],
)
def test_an_odd_answer_is_read_as_far_as_it_goes(odd: dict[str, Any]) -> None:
    read = Progress.model_validate(odd)
    assert read.status is Status.MAKING
    assert read.fail_code == 0 and read.media_url == ""
    assert all(isinstance(sentence, Sentence) for sentence in read.sentences)


def test_numbers_in_strings_are_read() -> None:
    assert Progress.model_validate({"Duration": "11810", "Progress": " -1 "}).status is Status.FAIL
    assert Progress.model_validate({"Duration": "11810"}).duration_ms == 11810


def test_every_life_ends_in_success_or_failure_and_never_goes_back() -> None:
    assert {status for status in Status if status.final} == {Status.SUCCESS, Status.FAIL}
    order = list(Status)
    for status, following in MOVES.items():
        assert all(order.index(after) > order.index(status) for after in following)
    for before, after in pairwise((Status.COMMIT, Status.MAKING, Status.SUCCESS)):
        assert after in MOVES[before]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), 0),
        ("-" + "9" * 18, 1 - 10**18),
        ("9" * 20, 0),
        ("1" * 5000, 0),
        ("--5", 0),
        ("5-", 0),
        ("1.5", 0),
        (" 12 ", 12),
        (12.9, 12),
    ],
)
def test_a_number_in_a_string_is_read_as_far_as_a_long_goes(written: object, read: int) -> None:
    """A long has at most 19 digits; the docs make the timestamps longs (lines 1219, 1220)."""
    assert Progress.model_validate({"Duration": written}).duration_ms == read


def test_ten_thousand_ticks_are_a_millisecond_however_long_the_sound() -> None:
    """Lines 1219 and 1220: 该数值/10000为 ms."""
    word = {"Word": "完", "StartTimestamp": 36_000_000_000, "EndTimestamp": 36_000_010_000}
    (sentence,) = Progress.model_validate({"TextTimestampResult": [{"Words": [word]}]}).sentences
    assert (sentence.words[0].start_ms, sentence.words[0].end_ms) == (3_600_000, 3_600_001)


def test_a_number_that_is_not_given_is_zero() -> None:
    read = Progress.model_validate({"TextTimestampResult": [{"Words": [{"Word": "你"}]}]})
    assert (read.progress, read.array_count, read.fail_code, read.duration_ms) == (0, 0, 0, 0)
    (word,) = read.sentences[0].words
    assert (word.start, word.end) == (0, 0)


def test_a_callback_of_a_failure_says_so_twice() -> None:
    payload = callback_body("t", Status.FAIL, fail_message="why")["Payload"]
    assert (payload["Status"], payload["Progress"], payload["FailMessage"]) == ("FAIL", -1, "why")
    assert set(payload) == {"Progress", "MediaUrl", "SubtitlesUrl", "Status", "FailMessage", "TaskId"}


def test_a_callback_of_a_success_carries_a_hundred() -> None:
    """Line 1478: -1 代表生成失败，100 代表生成成功."""
    assert callback_body("t", Status.SUCCESS)["Payload"]["Progress"] == 100
