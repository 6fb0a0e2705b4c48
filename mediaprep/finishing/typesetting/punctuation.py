"""Marks as mainland subtitles have them: no 。 or ， at the end of a line, a blank for them inside it. Pure."""

from __future__ import annotations

import re
from typing import Final

from mediaprep.finishing.typesetting import languages

DROP, KEEP = "drop", "keep"
_AFTER: Final = "”’」』）》〉】〕｝\"'"  # what may close a line behind the mark
_AT_THE_END: Final = re.compile(rf"[。，\s]+(?=[{_AFTER}]*\s*$)|(?<=[{_AFTER}])[。，\s]+$")
_BEFORE_CLOSING: Final = re.compile(rf"[。，]+(?=[{_AFTER}])")
_INSIDE: Final = re.compile(r"\s*(?<![0-9０-９])[。，]+\s*|\s*[。，]+(?![0-9０-９])\s*")


def dropped(line: str) -> str:
    """`line` without 。 and ，, each of them inside it a blank. A ， between digits is part of a
    number and stays; so does a line of marks alone."""
    bare = _AT_THE_END.sub("", line)
    bare = _BEFORE_CLOSING.sub("", bare)
    bare = _INSIDE.sub(" ", bare).strip()
    return bare if any(sign.isalnum() for sign in bare) else line


def wanted(wish: str | None, text: str) -> bool:
    """Whether marks are dropped from captions whose whole text is `text`: as wished, else in simplified Chinese."""
    return wish == DROP if wish is not None else languages.language_of(text) == languages.SIMPLIFIED
