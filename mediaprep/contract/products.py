"""What a request makes: the kind of file, and whether subtitles come with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mediaprep.contract.endpoints import TEXT, get
from mediaprep.contract.paths import first

_SUFFIX_OF_FORMAT: Final = {"TransparentWebm": ".webm", "TransparentMov": ".mov", "Mp4": ".mp4"}
DEFAULT_FORMAT: Final = {
    "basic": "TransparentWebm", "advanced": "Mp4", "ppt": "Mp4", "notrain": "Mp4", "photo": "Mp4",
}  # fmt: skip


def suffix_of(endpoint: str, request: Mapping[str, Any]) -> str:
    """How the product's file name ends, dot included: tts by its Codec, videos by VideoParam.Format."""
    if endpoint == "tts":
        return f".{first(request, 'Codec') or 'mp3'}"
    form = first(request, "VideoParam.Format") or DEFAULT_FORMAT[endpoint]
    return _SUFFIX_OF_FORMAT.get(str(form), ".mp4")


def has_subtitles(endpoint: str, request: Mapping[str, Any]) -> bool:
    """Whether the service makes a subtitle file: never when a sound drives the video."""
    return get(endpoint).subtitles and first(request, "DriverType") in (None, "", TEXT)
