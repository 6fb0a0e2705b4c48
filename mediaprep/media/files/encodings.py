"""The door to chardetng: bytes of unknown encoding → text, with how sure that is.

A byte order mark, UTF-8's own shape and the zeros of UTF-16 say what a text is. The rest is guessed by the
detector of Firefox, and its guess is believed only where the text that comes out could have been written.
"""

from __future__ import annotations

import codecs
import functools
import itertools
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Final

from mediaprep.model.findings import Text

TRIED: Final = Text(
    "UTF-8, UTF-16, GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR, windows-1252 and others",
    "UTF-8、UTF-16、GB18030、Big5、Shift_JIS、EUC-JP、EUC-KR、windows-1252 等",
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
# As the detector names them (and we do) → Python's codec that reads the most of what is called so.
_CODECS: Final = {
    "GBK": "gb18030", "gb18030": "gb18030", "Big5": "big5hkscs", "Shift_JIS": "cp932", "EUC-KR": "cp949",
    "windows-874": "cp874", "ISO-8859-8-I": "iso8859-8",
}  # fmt: skip
_SHOWN: Final = {"GBK": "GB18030", "gb18030": "GB18030"}
_SECOND_GUESSES: Final = ("GBK", "Big5", "Shift_JIS", "EUC-KR", "windows-1252")
_LATIN: Final = frozenset({"ISO-8859-2", "ISO-8859-4", "windows-1250", "windows-1254", "windows-1257"})
_WESTERN: Final = frozenset("àâäáãåæçèéêëíîïñóôöõøœßùúûüÿªº")
_BLANKS: Final = frozenset("\t\n\r\f\x0b")
_LOOKED_AT: Final = 1 << 18  # bytes that a guess is made of
_FIT: Final = 0.8  # of what is not ASCII has to be of the encoding's own scripts
_EVERYDAY: Final = 0.7  # of the characters have to be of the half of them that people use
_UTF16_FIT: Final = 0.9  # of all characters
_UTF16_FIT_WITH_ZEROS: Final = 0.6
_MOST_ACCENTS: Final = 0.5  # of the letters of a Latin text
_LEAST_LETTERS: Final = 4  # different ones, of a text in another script than Latin
_TOO_FEW: Final = 4  # bytes beyond ASCII: nobody can tell
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A text, its encoding as people call it, and whether that was guessed: no mark in the file says it."""

    text: str
    encoding: str
    guessed: bool


def decode(raw: bytes, *, whole: bool = True) -> Decoded | None:
    """The text of `raw`, without byte order mark; None where it is none in any encoding known here. Control
    characters of UTF-8 are left in. `whole`: nothing follows, else the last character may be incomplete."""
    for mark, codec, name in _MARKS:
        if raw.startswith(mark):
            text = _strictly(raw[len(mark) :], codec, whole)
            return None if text is None else Decoded(text=text, encoding=name, guessed=False)
    plain = _strictly(raw, "utf-8", whole)
    if plain is not None and is_clean(plain):
        return Decoded(text=plain, encoding="UTF-8", guessed=False)
    found = _as_utf16(raw, whole) if plain is not None or b"\0" in raw else None
    if found is None and b"\0" not in raw and (plain is None or b"\x1b" in raw):
        found = _guessed(raw, whole)
    if found is None and plain is not None and "\0" not in plain:
        return Decoded(text=plain, encoding="UTF-8", guessed=False)
    return found


def is_clean(text: str) -> bool:
    """Whether no control characters but white space stand in `text`."""
    return all(character in _BLANKS or unicodedata.category(character) != "Cc" for character in set(text))


def _strictly(raw: bytes, codec: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)().decode(raw, final=whole)
    except UnicodeDecodeError:
        return None


def _as_utf16(raw: bytes, whole: bool) -> Decoded | None:
    """UTF-16 without a mark: in one order of its bytes nearly everything is a character that people use."""
    best, most = None, _UTF16_FIT if b"\0" not in raw else _UTF16_FIT_WITH_ZEROS
    for codec in ("utf-16-le", "utf-16-be"):
        text = _strictly(raw, codec, whole)
        if text and len(text) > 1 and _is_written(text):
            share = sum(map(_is_usual, text)) / len(text)
            best, most = (text, share) if share > most else (best, most)
    return None if best is None else Decoded(text=best, encoding="UTF-16", guessed=True)


def _guessed(raw: bytes, whole: bool) -> Decoded | None:
    from chardetng_py import EncodingDetector

    detector = EncodingDetector()
    detector.feed(raw[:_LOOKED_AT], last=whole and len(raw) <= _LOOKED_AT)
    first = detector.guess(tld=None, allow_utf8=False)
    beyond = len(raw) - sum(map(raw.count, range(128)))
    order: tuple[str, ...]
    if beyond <= _TOO_FEW:  # it knows nothing then, and Chinese is likelier here than the rest together
        order = ("GBK", first, *_SECOND_GUESSES)
    elif first in _HOMES or first == "windows-1252":
        order = (first, *_SECOND_GUESSES)
    else:
        order = (*_SECOND_GUESSES[:-1], first, *_SECOND_GUESSES)
    if first not in _HOMES and (wide := _as_utf16(raw, whole)):
        return wide
    if first in _LATIN and (western := _strictly(raw, "windows-1252", whole)) and _is_western(western):
        order = ("windows-1252", *order)
    for name in dict.fromkeys(order):
        text = _strictly(raw, _CODECS.get(name, name), whole)
        if text is not None and _could_be(text, name, sure=name == first):
            return Decoded(text=text, encoding=_SHOWN.get(name, name), guessed=True)
    return _as_utf16(raw, whole)


def _could_be(text: str, name: str, *, sure: bool) -> bool:
    """Whether somebody could have written `text` in this encoding. A guess of the detector (`sure`) may hold rare
    characters, one of ours may not."""
    if not _is_written(text):
        return False
    home = _HOMES.get(name)
    if home is None:
        return _holds_words(text)
    beyond = [sign for sign in text if not sign.isascii()]
    if sum(map(_is_cjk, beyond)) < _FIT * len(beyond):
        return False
    if name == "EUC-JP" and not any(map(_is_kana, beyond)):
        return False  # without kana it is GB18030's neighbour, and hardly used any more
    letters = [sign for sign in beyond if sign.isalpha()]
    return sure or sum(map(home.holds, letters)) >= _EVERYDAY * len(letters)


def _is_written(text: str) -> bool:
    """No control characters, and none that mean nothing: they are what the wrong encoding gives."""
    return is_clean(text) and not any(unicodedata.category(sign) in {"Co", "Cn"} for sign in set(text))


@functools.lru_cache(maxsize=1 << 14)
def _is_cjk(sign: str) -> bool:
    """A sign of Chinese, Japanese or Korean text, its punctuation and symbols with it."""
    code = ord(sign)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7A3
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
        or code >= 0x20000
        or (0x2010 <= code <= 0x27BF)
        or sign in "·°±×÷\xa0"
    )


@dataclass(frozen=True, kw_only=True)
class _Home:
    """Where an encoding has the characters that people use: the lead bytes of its first plane in `codec`."""

    codec: str
    low: int
    high: int

    def holds(self, letter: str) -> bool:
        if self.codec in {"cp932", "euc-jp"} and _is_kana(letter):
            return True
        try:
            lead = letter.encode(self.codec)[0]
        except UnicodeEncodeError:
            return False
        return self.low <= lead <= self.high


_HOMES: Final = {
    "GBK": _Home(codec="gb2312", low=0xB0, high=0xD7),
    "gb18030": _Home(codec="gb2312", low=0xB0, high=0xD7),
    "Big5": _Home(codec="big5", low=0xA4, high=0xC6),
    "Shift_JIS": _Home(codec="cp932", low=0x88, high=0x98),
    "EUC-JP": _Home(codec="euc-jp", low=0xB0, high=0xCF),
    "ISO-2022-JP": _Home(codec="euc-jp", low=0xB0, high=0xCF),
    "EUC-KR": _Home(codec="euc-kr", low=0xB0, high=0xC8),
}


def _is_kana(letter: str) -> bool:
    return "\u3040" <= letter <= "\u30ff" or "\uff61" <= letter <= "\uff9f"


@functools.lru_cache(maxsize=1 << 14)
def _is_usual(sign: str) -> bool:
    """Alphabets, punctuation, and what one of the East Asian encodings has in its first half."""
    if (
        (sign < "\u0600" and not unicodedata.combining(sign))
        or _is_kana(sign)
        or "\u3000" <= sign <= "\u303f"
        or "\uff00" <= sign <= "\uffef"
    ):
        return True
    return sign in "…—–“”‘’" or any(home.holds(sign) for home in _HOMES.values())


def _holds_words(text: str) -> bool:
    """Whether the letters come in words of one script each, and a Latin text has more plain than accented ones:
    a one-byte encoding gives a meaning to any byte."""
    words = _WORD.findall(text)
    if not words:
        return False
    unread = sum(len(set(map(_script, word))) > 1 or _is_all_accents(word) for word in words)
    letters = Counter(itertools.chain.from_iterable(words))
    latin = Counter({sign: count for sign, count in letters.items() if _script(sign) == "LATIN"})
    accented = sum(count for sign, count in latin.items() if not sign.isascii())
    others = letters - latin
    various = len(others) >= min(_LEAST_LETTERS, others.total())
    return unread * 10 <= len(words) and accented <= _MOST_ACCENTS * latin.total() and various


def _is_western(text: str) -> bool:
    """Whether a Latin text has no other accents than those of Western Europe, which are the likelier ones."""
    return _is_written(text) and all(
        s.isascii() or not s.isalpha() or s in _WESTERN for s in set(text.lower())
    )


def _is_all_accents(word: str) -> bool:
    return len(word) > 2 and _script(word[0]) == "LATIN" and not any(map(str.isascii, word))


@functools.lru_cache(maxsize=1 << 12)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return "LATIN" if name.endswith("ORDINAL INDICATOR") else name.partition(" ")[0]
