"""Where results differ from the service's is published, and whoever uses such a parameter is told so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.emulator.server import Emulator
from tests.emulator.wire import call, finish, send

SPOKEN = {"InputSsml": "你好，欢迎光临。", "SpeechParam": {"Speed": 1.0}}
AVATAR = "k3dda2d3b56f4ec89778f2e032c2e294"
EMOTIONAL = {"TimbreKey": "emu_emotional", "EmotionCategory": "tc_sad", "EmotionIntensity": 150, "Speed": 1.0}
HEADER = "x-mediaprep-deviations"
TTS = {"InputSsml": "你好", "TimbreKey": "female_1", "Speed": 1.0}
BASIC = {"VirtualmanKey": AVATAR, **SPOKEN}
PPT = {
    "PPTFileUrl": "http://127.0.0.1:1/a.pptx",
    "PageConfigs": [{"InputSsml": "你好", "SpeechParam": EMOTIONAL}],
}


@pytest.mark.parametrize(
    ("nickname", "payload", "told"),
    [
        ("tts", TTS, {"TimbreKey"}),
        ("tts", {**TTS, "Volume": 3}, {"TimbreKey", "Volume"}),
        ("tts", {**TTS, "InputSsml": '<say-as interpret-as="digits">12</say-as>'}, {"TimbreKey", "InputSsml"}),
        ("basic", BASIC, set()),
        ("basic", {**BASIC, "SpeechParam": EMOTIONAL}, {
            f"SpeechParam.{name}" for name in ("TimbreKey", "EmotionCategory", "EmotionIntensity")
        }),
        ("advanced", {**BASIC, "VideoParam": {"AnchorParam": {"Angle": 30, "Scale": 0.5}}}, {
            "VideoParam.AnchorParam.Angle", "VideoParam.AnchorParam.Scale"
        }),
        ("advanced", {**BASIC, "VideoParam": {"AnchorParam": {"Angle": 0}, "SmartActionEnabled": False}}, set()),
        ("ppt", PPT, {
            f"PageConfigs.SpeechParam.{name}" for name in ("TimbreKey", "EmotionCategory", "EmotionIntensity")
        }),
    ],
)  # fmt: skip
def test_an_answer_names_the_parameters_that_deviate(
    emulator: Emulator, nickname: str, payload: dict[str, Any], told: set[str]
) -> None:
    answer = call(emulator, nickname, payload)
    document = json.loads(answer.body)
    assert document["Header"]["Code"] == 0, answer.body
    finish(
        emulator, document["Payload"]["TaskId"], "ppt_progress" if nickname == "ppt" else "progress"
    )  # its place is free
    said = {name.lower(): value for name, value in answer.headers.items()}.get(HEADER, "")
    assert set(filter(None, said.split(", "))) == told


def test_the_list_is_published_in_both_languages(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    published = json.loads(send("GET", f"{emulator.control}/deviations").body)
    assert published["header"].lower() == HEADER
    rows = published["deviations"]
    assert len({(row["parameter"], row["holding"]) for row in rows}) == len(rows) >= 25
    for row in rows:
        assert re.search("[\u4e00-\u9fff]", row["told"]["zh"]) and row["told"]["en"].isprintable()
    assert run(["emulator", "--deviations"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == len(rows) and any("AnchorExtraParam" in line for line in shown)
