"""The shapes of a demand."""

import pytest

from mediaprep.contract.bounds import AllOf, AtLeast, AtMost, Between, Bound, OneOf, SizeUpTo
from mediaprep.model.findings import Verdict

P, A, R = Verdict.PASS, Verdict.ADVISED, Verdict.REFUSED


@pytest.mark.parametrize(
    ("bound", "values"),
    [
        (Between(1, 20), {0.999: R, 1: P, 20: P, 20.001: R}),
        (Between(0, 15, open_low=True), {0: R, 0.001: P, 15: P}),
        (Between(192, 4096, soft=True), {191: A, 192: P}),
        (AtMost(50), {50: P, 51: R}),
        (AtMost(1000, open_high=True), {999: P, 1000: R}),
        (AtLeast(4), {3: R, 4: P}),
        (AtLeast(4, soft=True), {3: A}),
        (OneOf(("mp4", "mov")), {"mp4": P, "mkv": R}),
        (OneOf((False,), soft=True), {False: P, True: A}),
        (SizeUpTo("100MB", 100, 200), {100: P, 101: A, 200: A, 201: R}),
        (SizeUpTo("10M", 100, 200, open_high=True), {99: P, 100: A, 199: A, 200: R}),
        (SizeUpTo("100M", 100, 200, soft=True), {100: P, 101: A, 201: A}),
        (AllOf((AtLeast(4), AtMost(10, soft=True))), {3: R, 4: P, 10: P, 11: A}),
    ],
)
def test_a_bound_passes_advises_or_refuses(bound: Bound, values: dict[object, Verdict]) -> None:
    assert {value: bound.verdict(value) for value in values} == values


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Between(0.5, 1.5), "[0.5, 1.5]"),
        (Between(0, 15, open_low=True), "(0, 15]"),
        (AtMost(50), "≤ 50"),
        (AtMost(1000, open_high=True), "< 1000"),
        (SizeUpTo("100MB", 1, 2), "≤ 100MB"),
        (SizeUpTo("10M", 1, 2, open_high=True), "< 10M"),
        (OneOf((False,)), "false"),
        (AllOf((AtLeast(4), AtMost(10))), "≥ 4, ≤ 10"),
    ],
)
def test_a_bound_says_itself(bound: Bound, words: str) -> None:
    assert bound.words() == words


def test_a_set_is_listed_as_each_language_lists() -> None:
    assert OneOf(("mp4", "mov")).words("en") == "mp4, mov"
    assert OneOf(("mp4", "mov")).words("zh") == "mp4、mov"
