"""The door to opencc (an extra): captions in the other Chinese script; times and cues stay as they are."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mediaprep.errors import ToolMissing
from mediaprep.model.finishing.captions import CHINESE
from mediaprep.model.finishing.plans import Cue

_CONVERSIONS: Final[Mapping[str, tuple[str, str]]] = dict(
    zip(CHINESE, (("t2s", "t2s"), ("s2t", "s2t"), ("s2twp", "s2tw"), ("s2hk", "s2hk")), strict=True)
)
"""Script → opencc's conversion, and the one that changes characters only."""
_KANA: Final = re.compile("[぀-ヿㇰ-ㇿｦ-ﾟ]")


def converted(cues: Sequence[Cue], form: str, *, characters_only: bool = False) -> tuple[Cue, ...]:
    """The cues in a script of CHINESE, lines and times untouched; a text with kana is Japanese and stays. With
    `characters_only` no word is put in another's place. Raises ToolMissing."""
    convert = _converter(_CONVERSIONS[form][characters_only])
    first = not _KANA.search("".join(line for cue in cues for line in cue.lines))
    second = not _KANA.search("".join(line for cue in cues for line in cue.second))
    return tuple(
        replace(
            cue,
            lines=tuple(map(convert, cue.lines)) if first else cue.lines,
            second=tuple(map(convert, cue.second)) if second else cue.second,
            spoken_ms=_as_many(
                cue.spoken_ms, "".join(map(convert, cue.lines)) if first else "".join(cue.lines)
            ),
        )
        for cue in cues
    )


def _as_many(times: tuple[int, ...], text: str) -> tuple[int, ...]:
    """One time for each character, of as many as there were."""
    if not times or len(times) == len(text):
        return times
    return tuple(times[at * len(times) // len(text)] for at in range(len(text)))


def refuse(form: str | None) -> None:
    """Raise ToolMissing where captions cannot be put into this script here."""
    if form is not None:
        _converter(_CONVERSIONS[form][0])


@functools.cache
def _converter(name: str) -> Any:
    try:
        import opencc
    except ImportError as error:
        raise ToolMissing(
            "captions in the other Chinese script need opencc: pip install 'mediaprep[opencc]'",
            "繁简转换需要 opencc：请执行 pip install 'mediaprep[opencc]'",
        ) from error
    return opencc.OpenCC(name).convert
