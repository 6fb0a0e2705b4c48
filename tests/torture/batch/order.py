"""What is ordered: a manifest of jobs of all six endpoints, with short files that many of them share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.conftest import FIXTURES
from tests.making import ffmpeg, make_audio
from tests.making_decks import make_lesson

_AVATAR: Final = "k3dda2d3b56f4ec89778f2e032c2e294"
_VOICE: Final = {"Speed": 1.0, "TimbreKey": "female_1"}
_FACE: Final = FIXTURES / "faces" / "astronaut.png"
_FIVE: Final = ("tts", "basic", "advanced", "notrain", "photo")
_TURN: Final = (*_FIVE, "ppt", *(_FIVE * 3))
"""ppt, of which an account makes one at a time, more rarely."""
_SUFFIX: Final = {
    "tts": "mp3",
    "basic": "mp4",
    "advanced": "mp4",
    "notrain": "mp4",
    "photo": "mp4",
    "ppt": "mp4",
}


def make_files(folder: Path) -> None:
    """Footage that must be mended, a sound, a deck; the photo is as it should be."""
    ffmpeg(
        "-loop", "1", "-t", "1.2", "-i", _FACE, "-vf", "scale=400:400", "-r", "25", "-c:v", "mpeg4",
        folder / "footage.mov",
    )  # fmt: skip
    make_audio(folder / "sound.wav", seconds=1.5)
    make_lesson(folder / "deck.pptx", 1)
    (folder / "face.png").write_bytes(_FACE.read_bytes())


def make_manifest(path: Path, jobs: int) -> list[str]:
    """The ids of its jobs; every text is another."""
    entries = [_entry(number, _TURN[number % len(_TURN)]) for number in range(jobs)]
    path.write_text(json.dumps({"jobs": entries}, ensure_ascii=False), encoding="utf-8")
    return [str(entry["id"]) for entry in entries]


def _entry(number: int, endpoint: str) -> dict[str, Any]:
    text = f"大家好，这是第{number}段。"
    drawn = {
        "VirtualmanKey": _AVATAR,
        "InputSsml": text,
        "SpeechParam": {"Speed": 1.0},
        "VideoParam": {"Format": "Mp4"},
    }
    requests: dict[str, dict[str, Any]] = {
        "tts": {**_VOICE, "InputSsml": text},
        "basic": drawn,
        "advanced": drawn,
        "notrain": {"RefVideoUrl": "footage.mov", "InputSsml": text, "SpeechParam": _VOICE},
        "photo": {"RefPhotoUrl": "face.png", "InputSsml": text, "SpeechParam": _VOICE},
        "ppt": {
            "PPTFileUrl": "deck.pptx", "GlobalConfig": {"SpeechParam": _VOICE}, "PageConfigs": [{"InputSsml": text}],
        },
    }  # fmt: skip
    return {
        "id": f"j{number:04}-{endpoint}", "endpoint": endpoint, "request": requests[endpoint],
        "output": f"out/j{number:04}.{_SUFFIX[endpoint]}",
    }  # fmt: skip
