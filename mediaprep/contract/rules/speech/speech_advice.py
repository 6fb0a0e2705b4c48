"""What is said of voices and scripts in vain, or may surprise: accepted, made and paid for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mediaprep.contract import endpoints
from mediaprep.contract.demand import ADVISED, NOTHING, SPOKEN, VIDEO, Case, Demand
from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.contract.judging import View
from mediaprep.contract.minimal import GONE, SCRIPT, URL
from mediaprep.contract.paths import walk
from mediaprep.contract.rules.speech.inheritance import holders, speakers
from mediaprep.contract.script import ssml, texts
from mediaprep.model.findings import Finding, Text

VOICES_WITHOUT_VOLUME: Final = re.compile(r"male_([1-9]|1[0-9]|20)|female_([1-9]|1[0-9]|2[0-3])")
"""Voices whose volume cannot be set (the whole TimbreKey)."""

ACTION_ROOM: Final = 10
"""Characters of text the docs advise on either side of an action tag."""

LEAVE_OUT: Final = Text("leave it out", "去掉该参数")
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_VOICED: Final = (
    ("tts", ""),
    (VIDEO, "SpeechParam."),
    ("ppt", "GlobalConfig.SpeechParam. PageConfigs[].SpeechParam."),
)


def in_vain(when: str, zh: str = "") -> Text:
    """What a rule asks of a parameter that does nothing with `when`."""
    return Text(f"a value here has no effect with: {when}", f"在此情况下不生效：{zh or when}")


def _paths(prefixes: str, name: str) -> str:
    return " ".join(f"{prefix}{name}" for prefix in prefixes.split() or [""])


def _volume(rule: Demand, view: View) -> Iterator[Finding]:
    for holder in holders(view):
        path, timbre = f"{holder.voice}Volume", holder.text(f"{holder.voice}TimbreKey")
        if holder.own.nonzero(path) and VOICES_WITHOUT_VOLUME.fullmatch(timbre):
            told = Text(f"the voice {timbre} has no volume control", f"音色 {timbre} 不支持音量调节")
            yield rule.tell(holder.own, path, told, measured=holder.own.raw(path), limit=timbre)


VOLUME: Final = tuple(
    Demand(
        endpoints=names, paths=_paths(prefixes, "Volume"), kind="voice", verdicts=ADVISED, judge=_volume,
        what=Text("some voices have no volume control", "部分音色不支持音量调节"), why=NOTHING,
        valid=(Case({"{path}": 5, "{beside}TimbreKey": "female_24"}),),
        invalid=(Case({"{path}": 5, "{beside}TimbreKey": "female_23"}),),
    )
    for names, prefixes in _VOICED
)  # fmt: skip


def _intensity(rule: Demand, view: View) -> Iterator[Finding]:
    for holder in holders(view):
        path = f"{holder.voice}EmotionIntensity"
        if holder.own.nonzero(path) and not any(holder.texts(f"{holder.voice}EmotionCategory")):
            yield rule.no_effect(holder.own, path, Text("EmotionCategory is empty", "EmotionCategory 为空"))


INTENSITY: Final = tuple(
    Demand(
        endpoints=names, paths=_paths(prefixes, "EmotionIntensity"), kind="effect", verdicts=ADVISED, judge=_intensity,
        what=in_vain("EmotionCategory is empty"), why=NOTHING, fix=LEAVE_OUT,
        valid=(Case({"{path}": 100, "{beside}EmotionCategory": "happy"}),), invalid=(Case({"{path}": 100}),),
    )
    for names, prefixes in _VOICED
)  # fmt: skip


def _speed(rule: Demand, view: View) -> Iterator[Finding]:
    for holder in holders(view):
        path = f"{holder.voice}Speed"
        if holder.by_audio and holder.own.nonzero(path) and holder.own.number(path) != 1:
            why = Text("audio drive keeps the audio's own pace", "音频驱动时语速不生效")
            yield rule.no_effect(holder.own, path, why)


SPEED: Final = tuple(
    Demand(
        endpoints=names, paths=_paths(prefixes, "Speed"), kind="effect", verdicts=ADVISED, judge=_speed,
        what=in_vain("audio drive"), why=NOTHING, fix=LEAVE_OUT,
        valid=(Case({"{path}": 1.2}), Case({"{path}": 1.0}, by=ORIGINAL)),
        invalid=(Case({"{path}": 1.2}, by=ORIGINAL),),
    )
    for names, prefixes in _VOICED[1:]
)  # fmt: skip


def _unused_sound(rule: Demand, view: View) -> Iterator[Finding]:
    for speaker in speakers(view):
        if speaker.by_text and speaker.given("InputAudioUrl"):
            yield rule.no_effect(speaker, "InputAudioUrl", Text("text drives the video", "当前为文本驱动"))


def _unused_text(rule: Demand, view: View) -> Iterator[Finding]:
    for speaker in speakers(view):
        if speaker.by_audio and speaker.given("InputSsml"):
            yield rule.no_effect(speaker, "InputSsml", Text("audio drives the video", "当前为音频驱动"))


_SPOKEN_AT: Final = ((VIDEO, ""), ("ppt", "PageConfigs[]."))
UNUSED: Final = tuple(
    Demand(
        endpoints=names, paths=page + path, kind="effect", verdicts=ADVISED, judge=judge, what=in_vain(when),
        why=NOTHING, fix=LEAVE_OUT, valid=(Case(by=drive), Case({"{path}": value}, by=other)),
        invalid=(Case({"{path}": value}, by=drive),),
    )
    for names, page in _SPOKEN_AT
    for path, judge, when, value, drive, other in (
        ("InputAudioUrl", _unused_sound, "DriverType Text", URL, endpoints.TEXT, ORIGINAL),
        ("InputSsml", _unused_text, "DriverType OriginalVoice", SCRIPT, ORIGINAL, endpoints.TEXT),
    )
)  # fmt: skip


def _markup(rule: Demand, view: View) -> Iterator[Finding]:
    for script in texts.scripts(view):
        for problem in script.text.problems:
            if not problem.refused:
                where = f"{problem.line}:{problem.column}"
                told = Text(f"{script.place} {where}: {problem.en}", f"{script.place} {where}：{problem.zh}")
                found = rule.tell(view, script.place, told, measured=where, limit="SSML")
                yield replace(found, where=f"{script.place} {where}")


MARKUP: Final = tuple(
    Demand(
        endpoints=names, paths=path, kind="ssml", verdicts=ADVISED, judge=_markup,
        what=Text("tags keep to what the SSML page says", "标签应符合 SSML 说明"),
        why=Text("the tag may be read aloud or passed over", "标签可能被读出或忽略"),
        valid=(Case({"{path}": f'{SCRIPT}<break time="500ms"/>{SCRIPT}'}),),
        invalid=(Case({"{path}": f'<break time="500ms"/>{SCRIPT}'}),),
    )
    for names, path in ((SPOKEN, "InputSsml"), ("ppt", "PageConfigs[].InputSsml"))
)  # fmt: skip


def _action_room(rule: Demand, view: View) -> Iterator[Finding]:
    for speaker in speakers(view):
        if speaker.by_audio or (view.endpoint == "ppt" and not speaker.by_text):
            continue
        script = ssml.read(speaker.text("InputSsml"))
        for action in script.actions:
            room = min(action.start, script.spoken_characters - action.start)
            if room < ACTION_ROOM:
                line, column = script.place(action.offset)
                told = Text(
                    f"the action at {line}:{column} has {room} characters on one side; {ACTION_ROOM} advised",
                    f"{line}:{column} 处的动作一侧只有 {room} 个字；建议前后各留 {ACTION_ROOM} 个字",
                )
                yield rule.tell(speaker, "InputSsml", told, measured=room, limit=f"≥ {ACTION_ROOM}")


_ACTION: Final = '<insert-action type="a"/>'
ROOM: Final = tuple(
    Demand(
        endpoints=names, paths=path, kind="action_room", verdicts=ADVISED, judge=_action_room,
        what=Text("10 characters of text on either side of an action tag", "动作标签前后各留 10 个字"),
        why=Text("the action may be dropped otherwise", "否则动作可能丢失"),
        valid=(Case({"{path}": "字" * 10 + _ACTION + "字" * 10}),),
        invalid=(Case({"{path}": "字" * 9 + _ACTION + "字" * 10}),),
    )
    for names, path in (("basic advanced", "InputSsml"), ("ppt", "PageConfigs[].InputSsml"))
)  # fmt: skip


def _written_to(rule: Demand, view: View) -> Iterator[Finding]:
    """URLs to which the service writes; those it reads may still be local files of ours."""
    row = endpoints.get(view.endpoint)
    for path in ("CallbackUrl",) * row.callback + row.storage_fields:
        if view.text(path) and not _URL.fullmatch(view.text(path)):
            told = Text(
                f"{path} is no http(s) URL: nothing would arrive", f"{path} 不是 http(s) 地址：将收不到结果"
            )
            yield rule.tell(view, path, told, limit="http(s)://…")


WRITTEN_TO: Final = tuple(
    Demand(
        endpoints=names, paths=paths, kind="url", verdicts=ADVISED, judge=_written_to,
        what=Text("an http(s) URL that the service writes to", "服务写入的 http(s) 地址"),
        why=Text("nothing would arrive", "将收不到结果"),
        valid=(Case({"{path}": URL}),), invalid=(Case({"{path}": "host/path"}),),
    )
    for names, paths in (
        ("basic advanced", "CallbackUrl VideoStorageS3Url SubtitleStorageS3Url"),
        ("notrain photo", "CallbackUrl VideoStorageS3Url"),
        ("tts", "AudioStorageS3Url"),
    )
)  # fmt: skip


def undriven(view: View) -> Iterator[tuple[Any, str, str]]:
    """(object without a DriverType, its path, what to send) where the documented default would not do."""
    defaults = {slot.path: slot.info.default for slot in endpoints.get(view.endpoint).slots}
    for prefix in ("", "PageConfigs[]."):
        if f"{prefix}DriverType" not in defaults:
            continue
        for place, holder in walk(view.payload, prefix.rstrip(".")):
            if isinstance(holder, Mapping) and holder.get("DriverType", "") == "":
                by_sound = bool(holder.get("InputAudioUrl")) and not holder.get("InputSsml")
                implied = ORIGINAL if by_sound else endpoints.TEXT
                if defaults[f"{prefix}DriverType"] != implied:
                    yield holder, f"{place}." if place else "", implied


def derived(rule: Demand, view: View) -> Iterator[Finding]:
    """Asked apart: advice on what is filled in for the user."""
    for _, place, implied in undriven(view):
        told = Text(
            f"{place}DriverType is missing: mediaprep sends {implied}, as the parameters imply",
            f"缺少 {place}DriverType：mediaprep 按其余参数发送 {implied}",
        )
        yield rule.tell(view, f"{place}DriverType", told, measured="none", limit=implied)


DERIVED: Final = tuple(
    Demand(
        endpoints=names, paths=f"{page}DriverType", kind="derived", verdicts=ADVISED, judge=derived,
        what=Text("DriverType is written", "写明 DriverType"), fix=Text("write DriverType", "写明 DriverType"),
        why=Text("mediaprep sends what the parameters imply", "mediaprep 按其余参数补上"),
        valid=(Case(by=ORIGINAL),), invalid=(Case({"{path}": GONE}, by=ORIGINAL),),
    )
    for names, page in _SPOKEN_AT
)  # fmt: skip

DEMANDS: Final = (*VOLUME, *INTENSITY, *SPEED, *UNUSED, *MARKUP, *ROOM, *WRITTEN_TO, *DERIVED)
