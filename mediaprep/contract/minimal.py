"""The smallest request of each endpoint that passes, and small facts of files: what examples of rules are made from."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any, Final

from mediaprep.contract import endpoints
from mediaprep.model.facts import AudioFacts, DeckFacts, VideoFacts

SCRIPT: Final = "大家好，欢迎来到这里"
URL: Final = "https://example.com/file"
GONE: Final = object()
_STEP: Final = re.compile(r"([^.\[\]]+)(\[\d*\])?")
_TEXT: Final = {"DriverType": "Text", "InputSsml": SCRIPT}
_SOUND: Final = {"DriverType": "OriginalVoice", "InputAudioUrl": URL}
_AVATAR: Final = {"VirtualmanKey": "avatar"}
_SPEED: Final = {"SpeechParam": {"Speed": 1.0}}
_VOICE: Final = {"SpeechParam": {"Speed": 1.0, "TimbreKey": "voice"}}

TEXT: Final[Mapping[str, dict[str, Any]]] = {
    "tts": {"TimbreKey": "voice", "InputSsml": SCRIPT, "Speed": 1.0},
    "ppt": {"PPTFileUrl": URL, "GlobalConfig": {}, "PageConfigs": [{**_AVATAR, **_TEXT}]},
    "basic": {**_AVATAR, **_TEXT, **_SPEED},
    "advanced": {**_AVATAR, **_TEXT, **_SPEED},
    "notrain": {"RefVideoUrl": URL, **_TEXT, **_VOICE},
    "photo": {"RefPhotoUrl": URL, **_TEXT, **_VOICE},
    "progress": {"TaskId": "0" * 32},
    "ppt_progress": {"TaskId": "0" * 32},
}
SOUND: Final[Mapping[str, dict[str, Any]]] = {
    "ppt": {"PPTFileUrl": URL, "PageConfigs": [{**_AVATAR, **_SOUND}]},
    "basic": {**_AVATAR, **_SOUND, **_SPEED},
    "advanced": {**_AVATAR, **_SOUND, **_SPEED},
    "notrain": {"RefVideoUrl": URL, **_SOUND},
    "photo": {"RefPhotoUrl": URL, **_SOUND},
}
"""By the endpoint's nickname, driven by text and by sound."""


def request(endpoint: str, given: Mapping[str, Any], *, by: str = endpoints.TEXT) -> dict[str, Any]:
    """The smallest request with these parameters (general path → value); GONE takes one away."""
    made = copy.deepcopy((TEXT if by == endpoints.TEXT else SOUND)[endpoint])
    for path, value in given.items():
        put(made, path, value)
    return made


def put(payload: dict[str, Any], path: str, value: Any) -> str:
    """Sets (GONE: removes) a parameter in place; objects and first elements around it are made. Its concrete path."""
    holder: Any = payload
    *steps, (last, listed) = _STEP.findall(path)
    concrete = ""
    for name, index in steps:
        holder = holder.setdefault(name, [{}] if index else {})
        concrete += f"{name}[0]." if index else f"{name}."
        holder = holder[0] if index else holder
    if value is GONE:
        holder.pop(last, None)
    else:
        holder[last] = [value] if listed else value
    return f"{concrete}{last}"


def footage(seconds: float = 12.0, size: tuple[int, int] = (1920, 1080), **more: Any) -> VideoFacts:
    """A video file."""
    width, height = size
    return VideoFacts(
        container="mp4", codec="h264", width=width, height=height, seconds=seconds, size_bytes=1, **more
    )


def sound(seconds: float) -> AudioFacts:
    """A sound file."""
    return AudioFacts(
        container="mp3",
        format="mp3",
        codec="mp3",
        sample_rate=16000,
        channels=1,
        seconds=seconds,
        size_bytes=1,
    )


def deck(pages: int) -> DeckFacts:
    """A presentation."""
    return DeckFacts(format="pdf", pages_total=pages, size_bytes=1)
