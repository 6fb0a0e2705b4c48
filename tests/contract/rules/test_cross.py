"""Rules over more than one parameter, at their ends. Each has a case that breaks it in cross_cases."""

from __future__ import annotations

import pytest

from mediaprep.contract.judging import Violation
from mediaprep.contract.rules import requests
from tests.contract.cross_cases import no_train


def segment(**video: float) -> list[Violation]:
    found = requests.violations("notrain", no_train(MakeType="Custom", **video))
    return [item for item in found if item.rule.endswith(".segment")]


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [(2.0, 3.0, True), (2.0, 3.001, False), (0.0, 1.0, True), (0.0, 1.001, False)],
)
def test_a_segment_of_a_second_is_too_short(start: float, end: float, refused: bool) -> None:
    """Line 916: 可以填写 StartTime 和 EndTime 来选择片段（需要大于1s）."""
    assert bool(segment(StartTime=start, EndTime=end)) is refused


def test_a_segment_without_a_start_begins_with_the_footage() -> None:
    """Line 920: 不填的时候, 默认选取视频开始时间."""
    assert segment(EndTime=1.001) == []
    (found,) = segment(EndTime=1.0)
    assert found.measured == 1.0 and "0–1 s is 1 s long" in found.message.en
