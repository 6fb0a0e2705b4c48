"""Advice that several endpoints share: voice, gestures, small-sample segments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mediaprep.contract.judging import View, advised
from mediaprep.contract.script import ssml
from mediaprep.model.findings import Finding, Text

VOICES_WITHOUT_VOLUME: Final = re.compile(r"male_([1-9]|1[0-9]|20)|female_([1-9]|1[0-9]|2[0-3])")
"""Voices whose volume cannot be set (the whole TimbreKey)."""

DROP: Final = Text("leave it out", "去掉该参数")

ACTION_ROOM: Final = 10
"""Characters of text the docs advise on either side of an action tag."""


def no_effect(view: View, path: str, why: Text) -> Finding:
    """A parameter that is given and does nothing."""
    place = view.at(path)
    return advised(
        view.endpoint,
        place,
        "effect",
        Text(f"{place} has no effect: {why.en}", f"{place} 不生效：{why.zh}"),
        measured=view.raw(path),
        limit=why.en,
        fix=DROP,
    )


def speech(view: View, prefix: str, *, timbre: str, category: bool, audio: bool) -> Iterator[Finding]:
    """SpeechParam (or the flat parameters of tts, with an empty prefix). `timbre` and `category` are what
    holds after inheritance, `audio` whether audio drives."""
    volume, speed = f"{prefix}Volume", f"{prefix}Speed"
    if view.nonzero(volume) and VOICES_WITHOUT_VOLUME.fullmatch(timbre):
        yield advised(
            view.endpoint,
            view.at(volume),
            "voice",
            Text(f"the voice {timbre} has no volume control", f"音色 {timbre} 不支持音量调节"),
            measured=view.raw(volume),
            limit=timbre,
        )
    if view.nonzero(f"{prefix}EmotionIntensity") and not category:
        yield no_effect(
            view, f"{prefix}EmotionIntensity", Text("EmotionCategory is empty", "EmotionCategory 为空")
        )
    if audio and view.nonzero(speed) and view.number(speed) != 1:
        yield no_effect(view, speed, Text("audio drive keeps the audio's own pace", "音频驱动时语速不生效"))


def turned(view: View) -> Iterator[Finding]:
    """Angle: only 3D avatars turn, and the request does not show which avatars are 3D."""
    path = "VideoParam.AnchorParam.Angle"
    if view.nonzero(path):
        place = view.at(path)
        yield advised(
            view.endpoint,
            place,
            "effect",
            Text(f"{place} only works with a 3D avatar", f"{place} 仅对 3D 形象生效"),
            measured=view.raw(path),
            limit="3D avatar",
            fix=DROP,
        )


def unused_input(view: View) -> Iterator[Finding]:
    """A script under audio drive, an audio under text drive. `view` is the object that holds both."""
    if view.by_text and view.given("InputAudioUrl"):
        yield no_effect(view, "InputAudioUrl", Text("text drives the video", "当前为文本驱动"))
    if view.by_audio and view.given("InputSsml"):
        yield no_effect(view, "InputSsml", Text("audio drives the video", "当前为音频驱动"))


def action_room(view: View) -> Iterator[Finding]:
    """Action tags need text around them. `view` is the object that holds InputSsml."""
    script = ssml.read(view.text("InputSsml"))
    for action in script.actions:
        room = min(action.start, script.spoken_characters - action.start)
        if room < ACTION_ROOM:
            line, column = script.place(action.offset)
            yield advised(
                view.endpoint,
                view.at("InputSsml"),
                "action_room",
                Text(
                    f"the action at {line}:{column} has {room} characters on one side; {ACTION_ROOM} advised",
                    f"{line}:{column} 处的动作一侧只有 {room} 个字；建议前后各留 {ACTION_ROOM} 个字",
                ),
                measured=room,
                limit=f"≥ {ACTION_ROOM}",
            )


def logo_file(logo: View) -> Iterator[Finding]:
    """A logo without a picture: inferred, so advised only."""
    if not logo.given("LogoFileUrl") and not logo.spoiled("LogoFileUrl"):
        yield advised(
            logo.endpoint,
            logo.at("LogoFileUrl"),
            "missing",
            Text(
                f"{logo.prefix} has no LogoFileUrl: nothing to show",
                f"{logo.prefix} 没有 LogoFileUrl：无可显示",
            ),
            limit="LogoFileUrl",
        )


def smart_action(view: View, *, by_text: bool, tagged: bool) -> Iterator[Finding]:
    """SmartActionEnabled works with text drive and without action tags."""
    path = "VideoParam.SmartActionEnabled"
    if view.raw(path) is True and not by_text:
        yield no_effect(view, path, Text("DriverType is not Text", "DriverType 不是 Text"))
    elif view.raw(path) is True and tagged:
        yield no_effect(view, path, Text("the script has action tags of its own", "文案里已有动作标签"))


def segment_frames(view: View, make_type: str, with_start: tuple[str, ...]) -> Iterator[Finding]:
    """StartIdx and EndIdx of SmallSampleParam, and frame numbers that cannot be. `make_type` is what holds;
    `with_start` are the values with which StartIdx counts."""
    path = "VideoParam.SmallSampleParam"
    if view.spoiled(f"{path}.MakeType"):
        return
    why = Text(f"MakeType is {make_type}", f"MakeType 为 {make_type}")
    start, end = view.number(f"{path}.StartIdx") or 0, view.number(f"{path}.EndIdx") or 0  # 0 = not given
    if start and make_type not in with_start:
        yield no_effect(view, f"{path}.StartIdx", why)
    if end and make_type != "Custom":
        yield no_effect(view, f"{path}.EndIdx", why)
    if start < 0 or end < 0 or (make_type == "Custom" and end and end <= start):
        yield advised(
            view.endpoint,
            view.at(path),
            "frames",
            Text(
                f"frames {start} to {end} are no segment: expect task code 801509",
                f"帧 {start} 至 {end} 不成片段：任务可能以 801509 失败",
            ),
            measured=f"{start}-{end}",
            limit="0 ≤ StartIdx < EndIdx",
        )
