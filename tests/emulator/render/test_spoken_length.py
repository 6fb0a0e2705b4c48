"""What preflight estimates of scripts full of numbers, beside what the emulator's voice really takes."""

from pathlib import Path

import pytest

from mediaprep.contract.script import texts
from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.render.voice.voiced import speech_of, style_of

SCRIPTS = (
    "一共1234567890元", "电话是13812345678", "2026年11月30日下午3:05", "增长了12.5%，达到3,456.78万元", "从3到5公里",
    "GDP增长了3‰", "温度是-5℃", "速度120km/h", "比例是3/4", "圆周率3.1415926", "第1001夜", "30~50岁", "￥99.5一件",
    '请拨<say-as interpret-as="telephone">4008001234</say-as>', '<say-as interpret-as="cardinal">12345</say-as>人',
    '今天是<say-as interpret-as="date">2026-11-30</say-as>', '在<say-as interpret-as="time">12:30</say-as>开始',
    '我们先休息一下<break time="2s"/>再继续', '我们先休息一下<break strength="strong"/>再继续',
)  # fmt: skip
_MOST = 0.2  # of the real length: voices differ by as much


@pytest.mark.parametrize("script", SCRIPTS)
def test_numbers_are_estimated_as_long_as_they_are_spoken(script: str, tmp_path: Path) -> None:
    style = style_of({"TimbreKey": "female_1"}, "", catalogue_file.load(), 0)
    real = speech_of(script, style, tmp_path / "voice.wav").seconds
    estimated = texts.measure(script).estimated_seconds
    assert estimated == pytest.approx(real, rel=_MOST)
