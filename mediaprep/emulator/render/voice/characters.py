"""Which characters are spoken, and which only stand beside them."""

from __future__ import annotations

import unicodedata

_SPOKEN_PUNCTUATION = frozenset("%‰&@#％＆＠＃")
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
SENTENCE_ENDS = "。！？!?；;…"


def is_spoken(character: str) -> bool:
    """False for punctuation, spaces and control characters: they take no time of their own."""
    return character in _SPOKEN_PUNCTUATION or unicodedata.category(character)[0] not in "PZC"


def is_han(character: str) -> bool:
    """Whether it is a Chinese character."""
    return character == "〇" or any(first <= ord(character) <= last for first, last in _HAN)


def is_latin(character: str) -> bool:
    """Letters and digits that are written together as one word."""
    return character.isascii() and character.isalnum()
