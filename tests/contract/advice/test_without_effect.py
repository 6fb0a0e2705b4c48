"""Advice on requests, at its ends. Each entry of the catalogue has a case in silent_cases."""

from __future__ import annotations

from typing import Any

import pytest

from mediaprep.contract.rules import requests
from mediaprep.model.findings import Finding
from tests.contract.cross_cases import no_train
from tests.contract.payloads import AUDIO, TEXT, changed


def advised(endpoint: str, payload: dict[str, Any], kind: str) -> list[Finding]:
    return [found for found in requests.advice(endpoint, payload) if found.rule.endswith(f".{kind}")]


@pytest.mark.parametrize(("second", "told"), [(3999, 1), (4000, 0), (4001, 0)])
def test_actions_closer_than_three_seconds_may_be_dropped(second: int, told: int) -> None:
    """Ours: line 711 says only 动作执行需要一定时长."""
    acting = [{"Code": "a", "StartTime": start} for start in (1000, second)]
    found = advised("advanced", changed(AUDIO["advanced"], VideoParam__ActionParams=acting), "gap")
    assert [item.measured for item in found] == [second - 1000] * told


@pytest.mark.parametrize(
    ("seconds", "told"), [(2.5, False), (2.123, False), (2.1234, True), (1199.9999, True), (0.1 + 0.2, False)]
)
def test_the_fourth_decimal_of_a_time_is_lost(seconds: float, told: bool) -> None:
    """Lines 920, 921, 928, 929: 有效数字为小数点后3位. What adding floats leaves behind is no decimal."""
    for payload in (
        no_train(MakeType="Custom", StartTime=seconds),
        no_train(MakeType="Custom", EndTime=seconds),
        no_train(DisableIntervals=[{"StartTime": seconds, "EndTime": 1200}]),
    ):
        assert bool(advised("notrain", payload, "decimals")) is told


@pytest.mark.parametrize(("speed", "told"), [(1, 0), (1.0, 0), (1.01, 1), (0.99, 1), (1.5, 1)])
@pytest.mark.parametrize("endpoint", ["basic", "advanced", "notrain", "photo"])
def test_audio_keeps_its_pace_and_the_plain_speed_says_nothing_else(
    endpoint: str, speed: float, told: int
) -> None:
    payload = changed(AUDIO[endpoint], SpeechParam__Speed=speed)
    assert len(advised(endpoint, payload, "SpeechParam.Speed.effect")) == told


@pytest.mark.parametrize(
    ("make_type", "frames", "told"),
    [
        ("Custom", {}, None),
        ("Custom", {"StartIdx": 0, "EndIdx": 0}, None),  # 0 = not given, as in the example (line 337)
        ("Custom", {"EndIdx": 1}, None),  # line 280: 不填的时候 … 即第0帧
        ("Custom", {"StartIdx": 1}, None),  # line 281: to the end
        ("Custom", {"StartIdx": 1, "EndIdx": 2}, None),
        ("Custom", {"StartIdx": 2, "EndIdx": 2}, "2-2"),
        ("Custom", {"StartIdx": 3, "EndIdx": 2}, "3-2"),
        ("Custom", {"StartIdx": -1, "EndIdx": 2}, "-1-2"),
        ("Custom", {"EndIdx": -1}, "0--1"),
        ("Circle", {"StartIdx": 3, "EndIdx": 2}, None),  # EndIdx 不生效
        ("Circle", {"StartIdx": -1}, "-1-0"),
        ("Circle", {"EndIdx": -1}, "0--1"),
    ],
)
def test_frames_that_are_no_segment_are_told(
    make_type: str, frames: dict[str, int], told: str | None
) -> None:
    payload = changed(AUDIO["advanced"], VideoParam__SmallSampleParam={"MakeType": make_type, **frames})
    found = advised("advanced", payload, "frames")
    assert [item.measured for item in found] == ([] if told is None else [told])


def test_a_value_that_does_nothing_is_told_as_it_was_given() -> None:
    (found,) = advised("notrain", changed(no_train(MakeType="Custom"), VideoLoop=1), "custom")
    assert (found.measured, found.limit) == (1, "0")
    volume = changed(
        TEXT["ppt"],
        GlobalConfig__SpeechParam__Volume=5,
        **{"PageConfigs[]__SpeechParam": {"TimbreKey": "v", "Volume": 0}},
    )
    (found,) = advised("ppt", volume, "Volume.zero")
    assert (found.measured, found.limit) == (0, "5")


@pytest.mark.parametrize("endpoint", ["basic", "advanced", "notrain", "photo"])
def test_the_numbered_voices_have_no_volume_and_the_next_ones_have(endpoint: str) -> None:
    """Line 896: TimbreKey 在 male_1-20、female_1-23 间的音色不支持音量调节."""
    without = []
    for voice in [f"{kind}_{n}" for kind in ("male", "female") for n in range(31)]:
        payload = changed(TEXT[endpoint], SpeechParam__Volume=5, SpeechParam__TimbreKey=voice)
        without += [voice] * len(advised(endpoint, payload, "Volume.voice"))
    assert without == [*(f"male_{n}" for n in range(1, 21)), *(f"female_{n}" for n in range(1, 24))]
