"""What the tags of a script mean for the voice."""

from __future__ import annotations

from collections.abc import Iterator

from mediaprep.contract.script import spoken
from mediaprep.contract.script.ssml import Mark, ParsedScript
from mediaprep.emulator.render.voice.characters import is_han, is_latin
from mediaprep.emulator.render.voice.pieces import Rest, Say, one_by_one, plainly

_SPELLED = frozenset({"digits", "telephone", "id", "characters"})
_CHINESE = frozenset({"zh", "cn", "zh-cn", "zh-tw"})


def pieces_of(script: ParsedScript, language: str = "") -> Iterator[Say | Rest]:
    """The script from start to end; joined, the shown texts are its plain text. Numbers are read in Chinese unless the
    script or the chosen language is another."""
    han = any(is_han(character) for character in script.plain)
    latin = any(is_latin(character) and character.isalpha() for character in script.plain)
    mandarin = language.lower() in _CHINESE if language else han or not latin
    at = 0
    for mark in sorted(script.marks, key=lambda mark: (mark.start, mark.offset)):
        if mark.start < at:
            continue  # inside a stretch that was said as a whole
        if mark.tag == "break":
            yield from plainly(script.plain[at : mark.start], mandarin=mandarin)
            yield Rest(seconds=spoken.rest_of(mark))
            at = mark.start
        elif mark.tag in {"phoneme", "sub", "say-as"} and mark.end > mark.start:
            yield from plainly(script.plain[at : mark.start], mandarin=mandarin)
            yield from _meant(mark, script.plain[mark.start : mark.end], mandarin)
            at = mark.end
    yield from plainly(script.plain[at:], mandarin=mandarin)


def _meant(mark: Mark, text: str, mandarin: bool) -> Iterator[Say]:
    if mark.tag == "phoneme":
        syllables = mark.attributes.get("ph", "").split()
        if len(syllables) != len(text):
            yield from plainly(text, mandarin=mandarin)
            return
        for character, syllable in zip(text, syllables, strict=True):
            yield Say(shown=character, spoken=character, pinyin=syllable)
    elif mark.attributes.get("interpret-as") in _SPELLED:
        yield from one_by_one(text, mandarin=mandarin)
    elif mandarin:
        yield Say(shown=text, spoken=spoken.said_of(mark, text) or text)
    else:
        yield Say(shown=text, spoken=mark.attributes.get("alias") or text)
