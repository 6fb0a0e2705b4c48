"""In which language a caption is, as far as its signs tell, and how fast its readers read. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Final

SIMPLIFIED: Final = "zh-Hans"
TRADITIONAL: Final = "zh-Hant"
_KANA: Final = re.compile(r"[ぁ-ゖァ-ヺ]")
_HANZI: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BY_SCRIPT: Final = {
    "HANGUL": "ko", "ARABIC": "ar", "DEVANAGARI": "hi", "THAI": "th", "CYRILLIC": "ru", "GREEK": "el", "HEBREW": "he",
}  # fmt: skip
_ENGLISH: Final = frozenset({
    "the", "and", "of", "to", "in", "is", "that", "it", "you", "we", "for", "are", "with", "this", "on",
    "be", "as", "at", "by", "from", "have", "not", "your", "our", "can", "will", "all", "an", "or", "what",
    "has", "was", "were", "i", "a", "he", "she", "they", "my", "so", "do", "if", "me", "no", "but", "there",
    "here", "how", "who", "when", "where", "why", "which",
})  # fmt: skip
"""The words that English can hardly do without; a line of Latin letters without any is in some other language."""


@dataclass(frozen=True, kw_only=True)
class ReadingSpeed:
    """Characters a second that the eye follows, of adults' and of children's programmes; `wide`: of a language whose
    letters are full-width."""

    adults: float
    children: float
    wide: bool = False


READING: Final = {
    "zh": ReadingSpeed(adults=9, children=7, wide=True),
    "ja": ReadingSpeed(adults=4, children=4, wide=True),
    "ko": ReadingSpeed(adults=12, children=9, wide=True),
    "en": ReadingSpeed(adults=20, children=17),
    "ar": ReadingSpeed(adults=20, children=17),
    "hi": ReadingSpeed(adults=22, children=18),
}
"""Netflix's Timed Text Style Guides, subtitles (not those for the deaf, which may be faster); as of 2026."""
ANY_OTHER: Final = ReadingSpeed(adults=17, children=13)
"""The same guides for nearly all other languages."""


@functools.lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """BCP 47 of what most letters of `text` are in: zh-Hans, zh-Hant, ja, ko, en, …; "und" for other Latin ones, and
    where there are no letters. Chinese that both regions write the same is taken for simplified."""
    if _KANA.search(text):
        return "ja"
    hanzi = _HANZI.findall(text)
    scripts = Counter(unicodedata.name(sign, "").partition(" ")[0] for sign in text if sign.isalpha())
    latin = scripts.get("LATIN", 0) / 4  # letters to a word of two Chinese signs
    most, count = max(
        ((name, number) for name, number in scripts.items() if name in _BY_SCRIPT), default=("", 0),
        key=lambda row: row[1],
    )  # fmt: skip
    if hanzi and len(hanzi) >= max(latin, count):
        return TRADITIONAL if _traditional(hanzi) else SIMPLIFIED
    if count > latin:
        return _BY_SCRIPT[most]
    words = {word.strip(".,!?;:'\"“”‘’()").lower() for word in text.split()}
    return "en" if words & _ENGLISH else "und"


def _traditional(hanzi: list[str]) -> bool:
    """Signs that only Big5 has against those that only GB 2312 has."""
    only = Counter((_in(sign, "gb2312"), _in(sign, "big5")) for sign in hanzi)
    return only[False, True] > only[True, False]


@functools.lru_cache(maxsize=16384)
def _in(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def reading_speed(text: str) -> ReadingSpeed:
    """How fast readers of the language of `text` read."""
    return READING.get(language_of(text).partition("-")[0], ANY_OTHER)


def units_a_second(text: str, *, children: bool = False) -> float:
    """The same in full-width characters a second (two Latin letters are one)."""
    speed = reading_speed(text)
    return (speed.children if children else speed.adults) * (1.0 if speed.wide else 0.5)
