"""Checks of an output as lines for a terminal, in both languages."""

from __future__ import annotations

import re

from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Role
from mediaprep.model.finishing.proof import Check
from mediaprep.report.escaping import number

_VERDICTS = {
    True: Text("ok", "通过"),
    False: Text("FAILED", "未通过"),
    None: Text("not checked", "无法校验"),
}
_NAMES = {
    "sha256": Text("same bytes", "文件内容"),
    "readable": Text("opens", "可打开"),
    "decode_errors": Text("decode errors", "解码错误"),
    "streams_apart": Text("picture and sound end together", "音画同时结束"),
    "size": Text("size", "尺寸"),
    "rate": Text("frame rate", "帧率"),
    "frames": Text("frames", "帧数"),
    "seconds": Text("length", "时长"),
    "streams": Text("streams", "码流"),
    "duration": Text("Duration", "Duration"),
    "pictures": Text("pictures", "画面"),
    "frozen_spans": Text("frozen picture", "画面冻结"),
    "black_spans": Text("black picture", "黑屏"),
    "captions": Text("captions", "字幕"),
    "picture": Text("picture", "画面格式"),
    "copied_frames": Text("copied frames", "复制的帧"),
    "copied_sound": Text("copied sound", "复制的声音"),
    "av_offset": Text("picture against sound", "音画偏移"),
    "loudness": Text("loudness", "响度"),
    "true_peak": Text("true peak", "真峰值"),
    "captions_inside": Text("captions inside cues", "字幕时段内"),
    "captions_outside": Text("captions outside cues", "字幕时段外"),
    "captions_within_picture": Text("captions cut off", "字幕被裁切"),
    "captions_track": Text("captions in the track", "软字幕轨"),
    "chapters": Text("chapters", "章节"),
    "frozen_tail": Text("frozen end", "片尾冻结"),
}
_FAMILIES = {
    "sound_of_": Text("sound of {}", "{}的声音"),
    "shift_of_": Text("shift of {}", "{}的声音偏移"),
    "silent_in_": Text("silence in {}", "{}中的静音"),
}


_MEASURED = {
    "none": Text("none", "无"),
    "None": Text("unknown", "未知"),
    "silent": Text("silent", "静音"),
    "no sound": Text("no sound", "没有声音"),
    "not stated": Text("not stated", "未说明"),
}
_MARKS = {
    "driving_sound": Text("the sound that was sent", "所提交的音频"),
    "result": Text("the result", "结果"),
    **{role.value: Text(role.value, role.zh) for role in Role},
}


def check_line(check: Check, lang: str) -> str:
    """One check as a line: verdict, name, measured, expected, note."""
    unit = check.unit if check.measured is not None else ""
    value = f"{measured(check.measured, lang)} {unit}".strip()
    note = check.remark(lang)
    verdict = f"{_VERDICTS[check.held].say(lang):<12}{name(check.name, lang)}"
    if lang.startswith("zh"):
        return f"  {verdict}：{value}（期望 {check.wanted(lang)}）" + (f"：{note}" if note else "")
    return f"  {verdict}: {value} (expected {check.wanted(lang)})" + (f": {note}" if note else "")


def measured(value: object, lang: str) -> str:
    """What was measured, as people of that language read it."""
    words = _MEASURED.get(str(value))
    if words is not None:
        return words.say(lang)
    said = number(value)
    return (
        re.sub(r"^(\d+) of (\d+)", r"\1/\2", said).replace("(worst ", "(最低 ")
        if lang.startswith("zh")
        else said
    )


def name(name: str, lang: str) -> str:
    """A check's name in words."""
    if name in _NAMES:
        return _NAMES[name].say(lang)
    for beginning, words in _FAMILIES.items():
        if name.startswith(beginning):
            mark, dash, number = name.removeprefix(beginning).partition("-")
            role = _MARKS[mark].say(lang) if mark in _MARKS else mark
            return words.say(lang).format(f"{role}{dash}{number}")
    return name
