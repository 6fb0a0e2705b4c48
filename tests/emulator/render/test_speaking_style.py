"""Every endpoint that speaks hands what it was told of the voice to the speech; what that does is heard elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.render.entry import RENDERERS
from mediaprep.emulator.render.voice import voiced
from mediaprep.emulator.render.voice.voices import SpeakingStyle
from mediaprep.emulator.work import Spoiled
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import PhotoFacts
from tests.emulator.render.making import counted_video, facts_of, work
from tests.making import make_photo

MANNER = {
    "TimbreKey": "emu_emotional", "Speed": 1.2, "Volume": 4, "EmotionCategory": "tc_sad", "EmotionIntensity": 150,
    "TimbreLanguage": "zh",
}  # fmt: skip
TOLD = {
    "timbre": "emu_emotional",
    "speed": 1.2,
    "volume": 4,
    "emotion": "tc_sad",
    "intensity": 150,
    "language": "zh",
}
AVATAR = "k3dda2d3b56f4ec89778f2e032c2e294"
SPOKEN = {"InputSsml": "你好", "DriverType": "Text", "SpeechParam": MANNER}


class Heard(Exception):
    pass


@pytest.mark.parametrize(
    ("endpoint", "request_"),
    [
        ("tts", {"InputSsml": "你好", **MANNER}),
        ("basic", {"VirtualmanKey": AVATAR, **SPOKEN}),
        ("advanced", {"VirtualmanKey": AVATAR, **SPOKEN}),
        ("notrain", SPOKEN),
        ("photo", SPOKEN),
        ("ppt", {"PageConfigs": [SPOKEN]}),
        ("ppt", {"PageConfigs": [{"InputSsml": "你好"}], "GlobalConfig": {"SpeechParam": MANNER}}),
        ("ppt", {"PageConfigs": [{"InputSsml": "你好", "SpeechParam": MANNER}],
                 "GlobalConfig": {"SpeechParam": {"TimbreKey": "male_1", "Speed": 0.7}}}),
    ],
)  # fmt: skip
def test_what_is_said_of_a_voice_reaches_it(
    binary: Binary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str,
    request_: Mapping[str, Any],
) -> None:
    found: list[SpeakingStyle] = []

    def speak(pieces: object, target: Path, style: SpeakingStyle, **_: Any) -> None:
        found.append(style)
        raise Heard

    monkeypatch.setattr(voiced, "speak", speak)
    video = counted_video(tmp_path / "video.mp4", frames=2)
    photo = make_photo(tmp_path / "photo.png", width=200, height=200)
    shown = PhotoFacts(format="png", width=200, height=200, size_bytes=1)
    task = work(
        tmp_path, endpoint, request_, files={"RefVideoUrl": video, "RefPhotoUrl": photo},
        facts={"RefVideoUrl": facts_of(video), "RefPhotoUrl": shown},
    )  # fmt: skip
    with pytest.raises((Heard, Spoiled)):
        RENDERERS[endpoint].render(task, binary)
    assert {name: getattr(found[0], name) for name in TOLD} == TOLD


@pytest.mark.parametrize("timbre", ["female_1", "male_4", "emu_cloned"])
def test_voices_without_emotions_pass_them_over(tmp_path: Path, timbre: str) -> None:
    known = work(tmp_path, "tts", {}).catalogue
    assert voiced.style_of({**MANNER, "TimbreKey": timbre}, "", known, 0).emotion == ""
