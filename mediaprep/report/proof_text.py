"""Checks of an output as lines for a terminal, in both languages."""

from __future__ import annotations

from mediaprep.model.findings import Text
from mediaprep.model.proof import Check

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
}
_FAMILIES = {
    "sound_of_": Text("sound of {}", "{} 的声音"),
    "shift_of_": Text("shift of {}", "{} 的声音偏移"),
    "silent_in_": Text("silence in {}", "{} 中的静音"),
}


def check_line(check: Check, lang: str) -> str:
    """One check as a line: verdict, name, measured, expected, note."""
    value = f"{check.measured} {check.unit}".strip()
    wanted = f"期望 {check.expected}" if lang.startswith("zh") else f"expected {check.expected}"
    note = f": {check.note}" if check.note else ""
    return f"  {_VERDICTS[check.held].say(lang):<12}{_name(check.name, lang)}: {value} ({wanted}){note}"


def _name(name: str, lang: str) -> str:
    if name in _NAMES:
        return _NAMES[name].say(lang)
    for beginning, words in _FAMILIES.items():
        if name.startswith(beginning):
            return words.say(lang).format(name.removeprefix(beginning))
    return name
