"""What the tags of a script mean for the voice."""

from __future__ import annotations

from collections.abc import Iterator

from mediaprep.contract.ssml import Mark, Script
from mediaprep.emulator.render.characters import is_han
from mediaprep.emulator.render.pieces import Rest, Say, one_by_one, plainly

# The docs name the strengths and give no times: ours, around a sentence's own pause.
_STRENGTHS = {"x-weak": 0.1, "weak": 0.25, "medium": 0.4, "strong": 0.7, "x-strong": 1.0}
_LONGEST_REST = 9.0
_SPELLED = frozenset({"digits", "telephone", "id", "characters"})


def pieces_of(script: Script) -> Iterator[Say | Rest]:
    """The script from start to end; joined, the shown texts are its plain text."""
    mandarin = any(is_han(character) for character in script.plain)
    at = 0
    for mark in sorted(script.marks, key=lambda mark: (mark.start, mark.offset)):
        if mark.start < at:
            continue  # inside a stretch that was said as a whole
        if mark.tag == "break":
            yield from plainly(script.plain[at : mark.start])
            yield Rest(seconds=_rest(mark))
            at = mark.start
        elif mark.tag in {"phoneme", "sub", "say-as"} and mark.end > mark.start:
            yield from plainly(script.plain[at : mark.start])
            yield from _meant(mark, script.plain[mark.start : mark.end], mandarin)
            at = mark.end
    yield from plainly(script.plain[at:])


def _rest(mark: Mark) -> float:
    if mark.milliseconds is not None:
        return min(mark.milliseconds / 1000, _LONGEST_REST)
    return _STRENGTHS.get(mark.attributes.get("strength", "medium"), _STRENGTHS["medium"])


def _meant(mark: Mark, text: str, mandarin: bool) -> Iterator[Say]:
    if mark.tag == "phoneme":
        syllables = mark.attributes.get("ph", "").split()
        if len(syllables) != len(text):
            yield from plainly(text)
            return
        for character, syllable in zip(text, syllables, strict=True):
            yield Say(shown=character, spoken=character, pinyin=syllable)
    elif mark.tag == "sub":
        yield Say(shown=text, spoken=mark.attributes.get("alias") or text)
    elif mark.attributes.get("interpret-as") in _SPELLED:
        yield from one_by_one(text, mandarin=mandarin)
    else:
        yield from plainly(text)
