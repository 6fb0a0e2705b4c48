"""Which form a caption file has, by its lines and never by its name."""

from __future__ import annotations

import re
from typing import Final

from mediaprep.media.captions import timed, ttml

NAMES: Final = {
    "srt": "SRT", "vtt": "WebVTT", "sbv": "SBV", "subviewer": "SubViewer", "ass": "ASS", "ssa": "SSA",
    "ttml": "TTML", "microdvd": "MicroDVD", "mpl2": "MPL2", "lrc": "LRC", "sami": "SAMI",
}  # fmt: skip
"""What people call them."""
_EVENT: Final = r"^\s*Dialogue\s*:\s*{}\s*,\s*\d+:\d\d:\d\d"
_MARKS: Final = (
    (
        "ass",
        re.compile(r"^\s*\[V4\+ Styles\+?\]|^\s*ScriptType\s*:\s*v4\.00\+", re.IGNORECASE | re.MULTILINE),
    ),
    ("ssa", re.compile(rf"^\s*\[V4 Styles\]|{_EVENT.format('Marked=')}", re.IGNORECASE | re.MULTILINE)),
    ("ass", re.compile(rf"^\s*\[Script Info\]|{_EVENT.format('[0-9]+')}", re.IGNORECASE | re.MULTILINE)),
    ("sami", re.compile(r"\A\s*<sami\b", re.IGNORECASE)),
    ("microdvd", re.compile(r"\A\s*\{\d+\}\{\d*\}")),
    ("mpl2", re.compile(r"\A\s*\[\d+\]\[\d*\]")),
)
_HEAD: Final = 20_000  # characters
_COMMA_ONLY: Final = re.compile(r"[\s\d:.,;]+")  # between two times
_SUBVIEWER: Final = re.compile(r"\[INFORMATION\]|\[br\]", re.IGNORECASE)


def form_of(text: str) -> str | None:
    """A key of NAMES; None for any text that is no captions. Line ends are \\n."""
    text = text.lstrip("\ufeff")
    if text.lstrip().startswith("WEBVTT"):
        return "vtt"
    if ttml.is_ttml(text):
        return "ttml"
    for form, mark in _MARKS:
        if mark.search(text[:_HEAD]):
            return form
    first = timed.first_times(text)
    if first is None:
        return "lrc" if timed.has_lyrics(text) else None
    if not _COMMA_ONLY.fullmatch(first):
        return "srt"
    return "subviewer" if _SUBVIEWER.search(text) else "sbv"
