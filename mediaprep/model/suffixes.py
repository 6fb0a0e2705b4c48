"""The endings of names that say what a file is: by its kind and its format as the facts name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mediaprep.model.facts import AudioFacts, DeckFacts, Facts, Kind, PhotoFacts, VideoFacts

# Kind, container or format → the usual ending first, then others that mean the same.
_OF: Final[Mapping[Kind, Mapping[str, tuple[str, ...]]]] = {
    Kind.VIDEO: {
        "mp4": (".mp4", ".m4v"), "mov": (".mov", ".qt"), "avi": (".avi",), "mkv": (".mkv",), "webm": (".webm",),
        "flv": (".flv",), "ts": (".ts", ".mts", ".m2ts"), "m2ts": (".m2ts", ".mts", ".ts"),
        "mpg": (".mpg", ".mpeg", ".vob"), "wmv": (".wmv", ".asf"), "3gp": (".3gp", ".3g2"), "mxf": (".mxf",),
        "ogv": (".ogv", ".ogg"),
    },
    Kind.AUDIO: {
        "wav": (".wav",), "mp3": (".mp3",), "wma": (".wma", ".asf"), "asf": (".wma", ".asf"),
        "m4a": (".m4a", ".m4b", ".mp4"), "mp4": (".m4a", ".m4b", ".mp4"), "mov": (".m4a", ".mov"),
        "aac": (".aac",), "ogg": (".ogg", ".oga", ".opus"), "flac": (".flac",), "amr": (".amr",),
        "aiff": (".aiff", ".aif"), "caf": (".caf",),
    },
    Kind.PHOTO: {
        "jpg": (".jpg", ".jpeg", ".jpe", ".jfif"), "png": (".png",), "bmp": (".bmp", ".dib"), "webp": (".webp",),
        "gif": (".gif",), "tiff": (".tiff", ".tif"), "heic": (".heic", ".heif", ".hif"), "avif": (".avif",),
        "jp2": (".jp2", ".j2k", ".jpf"),
    },
    Kind.DECK: {
        "ppt": (".ppt",), "pps": (".pps",), "pdf": (".pdf",), "pptx": (".pptx",), "pptm": (".pptm",),
        "ppsx": (".ppsx",), "ppsm": (".ppsm",), "potx": (".potx",), "potm": (".potm",),
    },
}  # fmt: skip


def of_format(kind: Kind, format: str) -> tuple[str, ...]:
    """Empty where any name is as good as another."""
    return _OF.get(kind, {}).get(format, ())


def of_facts(facts: Facts) -> tuple[str, ...]:
    """The endings that are true of a measured file."""
    match facts:
        case VideoFacts():
            return of_format(facts.kind, facts.container)
        case AudioFacts() | PhotoFacts() | DeckFacts():
            return of_format(facts.kind, facts.format)
    return ()
