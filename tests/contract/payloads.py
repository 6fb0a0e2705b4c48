"""Small valid requests, the docs' own examples, and a way to change one parameter of a copy."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[1] / "emulator" / "examples"
GONE = object()
SCRIPT = "大家好，欢迎来到这里"
URL = "https://example.com/file"

TEXT: dict[str, dict[str, Any]] = {
    "tts": {"TimbreKey": "voice", "InputSsml": SCRIPT, "Speed": 1.0},
    "ppt": {
        "PPTFileUrl": URL,
        "GlobalConfig": {},
        "PageConfigs": [{"VirtualmanKey": "avatar", "DriverType": "Text", "InputSsml": SCRIPT}],
    },
    "basic": {
        "VirtualmanKey": "avatar",
        "DriverType": "Text",
        "InputSsml": SCRIPT,
        "SpeechParam": {"Speed": 1.0},
    },
    "notrain": {
        "RefVideoUrl": URL,
        "DriverType": "Text",
        "InputSsml": SCRIPT,
        "SpeechParam": {"Speed": 1.0, "TimbreKey": "voice"},
    },
    "photo": {
        "RefPhotoUrl": URL,
        "DriverType": "Text",
        "InputSsml": SCRIPT,
        "SpeechParam": {"Speed": 1.0, "TimbreKey": "voice"},
    },
    "progress": {"TaskId": "0" * 32},
    "ppt_progress": {"TaskId": "0" * 32},
}
TEXT["advanced"] = copy.deepcopy(TEXT["basic"])

AUDIO: dict[str, dict[str, Any]] = {
    "ppt": {
        "PPTFileUrl": URL,
        "PageConfigs": [{"VirtualmanKey": "avatar", "DriverType": "OriginalVoice", "InputAudioUrl": URL}],
    },
    "basic": {
        "VirtualmanKey": "avatar",
        "DriverType": "OriginalVoice",
        "InputAudioUrl": URL,
        "SpeechParam": {"Speed": 1.0},
    },
    "notrain": {"RefVideoUrl": URL, "DriverType": "OriginalVoice", "InputAudioUrl": URL},
    "photo": {"RefPhotoUrl": URL, "DriverType": "OriginalVoice", "InputAudioUrl": URL},
}
AUDIO["advanced"] = copy.deepcopy(AUDIO["basic"])

_STEP = re.compile(r"([^.\[\]]+)(\[\d*\])?")


def changed(payload: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A copy with parameters set; `__` stands for a dot: VideoParam__Format."""
    made = copy.deepcopy(payload)
    for name, value in values.items():
        put(made, name.replace("__", "."), value)
    return made


def put(payload: dict[str, Any], path: str, value: Any) -> str:
    """Sets (or with GONE removes) a parameter in place; objects and first elements around it are made.
    Returns the concrete path."""
    holder: Any = payload
    steps = _STEP.findall(path)
    concrete = []
    for name, index in steps[:-1]:
        if index:
            items = holder.setdefault(name, [])
            if not items:
                items.append({})
            holder = items[0]
            concrete.append(f"{name}[0]")
        else:
            holder = holder.setdefault(name, {})
            concrete.append(name)
    last = steps[-1][0]
    if value is GONE:
        holder.pop(last, None)
    else:
        holder[last] = value
    return ".".join([*concrete, last])


def examples() -> list[tuple[str, dict[str, Any]]]:
    """(endpoint, Payload) of every request example of the docs, repaired where a page break broke it."""
    return [
        (path.stem.split("-")[0], json.loads(path.read_text(encoding="utf-8"))["Payload"])
        for path in sorted(EXAMPLES.glob("*.json"))
    ]
