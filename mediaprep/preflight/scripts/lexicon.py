"""How words are to be read: a list of the user's, written into a script as phoneme and sub tags.

One word a line, `WORD<tab>READING` or `WORD: READING` (flat YAML). READING is pinyin with tones, one syllable
per character (`chong2 qing4`, `chóng qìng`, `chong2 -` leaves the second alone), or any other text: an alias.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mediaprep.contract.script import ssml
from mediaprep.errors import BadConfig

_SYLLABLE: Final = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    r"(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong|"
    r"u|ua|uo|uai|ui|uan|un|uang|ueng|ü|üe|üan|ün|v|ve|ue)|(?:m|n|ng|hm|hng)"
)
_TONED: Final = re.compile(r"([a-zü:]+)([1-5])")
_TONES: Final = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_COMMENT: Final = re.compile(r"(?:^|\s)#.*$")
_QUOTED: Final = re.compile(r"""("[^"]*"|'[^']*')""")
_EMPTY: Final = frozenset({"break", "insert-action"})
_LONGEST: Final = 64  # characters of a word
_LONGEST_LINE: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`pinyin` has one syllable per character (None = as usual); else `alias` is spoken instead."""

    word: str
    pinyin: tuple[str | None, ...] = ()
    alias: str | None = None


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Words and their readings; of two that fit at one place the longer one counts."""

    readings: Mapping[str, Reading]
    _by_first: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for word in sorted(self.readings, key=len, reverse=True):
            self._by_first[word[0]] = (*self._by_first.get(word[0], ()), word)

    def at(self, text: str, place: int, stop: int) -> Reading | None:
        """The longest word that stands at text[place:stop]; Latin ones only as whole words."""
        for word in self._by_first.get(text[place], ()):
            if text.startswith(word, place, stop) and _whole(text, place, place + len(word)):
                return self.readings[word]
        return None


def parse(text: str, name: str = "lexicon") -> Lexicon:
    """A lexicon file's text. Raises BadConfig with the line that is wrong."""
    readings: dict[str, Reading] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if len(line) > _LONGEST_LINE:
            raise _wrong(
                name,
                number,
                f"{len(line)} signs, at most {_LONGEST_LINE}",
                f"{len(line)} 个字符，最多 {_LONGEST_LINE}",
            )
        row = line.strip() if _QUOTED.search(line) else _COMMENT.sub("", line).strip()
        if not row or row.startswith("#") or row == "---":
            continue
        word, reading = _cells(row, name, number)
        if word in readings:
            raise _wrong(name, number, f"{word} stands there twice", f"{word} 重复")
        readings[word] = _reading(word, reading, name, number)
    return Lexicon(readings=readings)


def _cells(row: str, name: str, number: int) -> tuple[str, str]:
    found = re.fullmatch(r"([^\t]+?)\s*\t\s*(\S.*)", row) or re.fullmatch(
        r"""("[^"]+"|'[^']+'|[^:：]+?)\s*[:：]\s+(\S.*)""", row
    )
    if not found:
        raise _wrong(
            name, number, "write WORD<tab>READING or WORD: READING", "请写成 词<制表符>读音 或 词: 读音"
        )
    word, reading = _unquoted(found[1]), _unquoted(found[2])
    if not word or not reading or len(word) > _LONGEST or "\t" in reading:
        raise _wrong(name, number, "the word or its reading makes no sense", "词或读音不合理")
    return word, reading


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'" else cell


def _reading(word: str, reading: str, name: str, number: int) -> Reading:
    syllables = [_syllable(part) for part in reading.split()]
    if not any(syllables) or any(
        found is None and part != "-" for found, part in zip(syllables, reading.split(), strict=True)
    ):
        return Reading(word=word, alias=reading)
    if len(syllables) != len(word):
        raise _wrong(
            name,
            number,
            f"{word} has {len(word)} characters, its reading {len(syllables)} syllables",
            f"{word} 有 {len(word)} 个字，读音却有 {len(syllables)} 个音节",
        )
    return Reading(word=word, pinyin=tuple(syllables))


def _syllable(part: str) -> str | None:
    """`chong2` of chong2, Chóng or chóng; lv4 and lü4 are one. None for what is no syllable with a tone."""
    lowered = part.lower()
    toned = _TONED.fullmatch(lowered)
    letters, tone = (toned[1], toned[2]) if toned else _toneless(lowered)
    plain = letters.replace("u:", "ü").replace("v", "ü")
    if not tone or not _SYLLABLE.fullmatch(plain):
        return None
    return re.sub("(?<=[jqxy])ü", "u", plain).replace("ü", "v") + tone


def _toneless(part: str) -> tuple[str, str]:
    """The letters of a syllable with a tone mark, and the tone's digit ("" where it has none)."""
    letters, tones = "", ""
    for character in unicodedata.normalize("NFD", part):
        if character in _TONES:
            tones += _TONES[character]
        else:
            letters += character
    return unicodedata.normalize("NFC", letters), tones if len(tones) == 1 else ""


def _wrong(name: str, number: int, en: str, zh: str) -> BadConfig:
    return BadConfig(f"{name}, line {number}: {en}", f"{name} 第 {number} 行：{zh}")


def apply(markup: str, lexicon: Lexicon) -> tuple[str, int]:
    """A script with the readings written in, and how many words got one. Text inside elements (their own
    readings count) stays, and no word is found across a tag."""
    read = ssml.read(markup)
    parts: list[str] = []
    at = count = 0
    for start, stop in _free(read):
        place = start
        while place < stop:
            found = lexicon.at(read.plain, place, stop)
            if found is None:
                place += 1
                continue
            ends = [read.source_end(offset) for offset in range(place, place + len(found.word))]
            begin = read.source_at(place)
            parts += [markup[at:begin], _tagged(found, markup, [begin, *ends])]
            at, place, count = ends[-1], place + len(found.word), count + 1
    return "".join([*parts, markup[at:]]), count


def _free(read: ssml.ParsedScript) -> Iterator[tuple[int, int]]:
    """The stretches of plain text between tags that no element but speak covers."""
    marks = [mark for mark in read.marks if mark.tag != "speak"]
    edges = sorted({0, len(read.plain), *(m.start for m in marks), *(m.end for m in marks)})
    covered = [(m.start, m.end) for m in marks if m.end > m.start and m.tag not in _EMPTY]
    for start, stop in itertools.pairwise(edges):
        if not any(begin <= start and stop <= end for begin, end in covered):
            yield start, stop


def _tagged(found: Reading, markup: str, bounds: list[int]) -> str:
    """The markup of one word; bounds = where its characters begin in the source, and where the last ends."""
    whole = markup[bounds[0] : bounds[-1]]
    if found.alias is not None:
        return f'<sub alias="{ssml.escape(found.alias, quotes=True)}">{whole}</sub>'
    made = []
    for (begin, end), syllable in zip(itertools.pairwise(bounds), found.pinyin, strict=True):
        character = markup[begin:end]
        made.append(
            f'<phoneme alphabet="py" ph="{syllable}">{character}</phoneme>' if syllable else character
        )
    return "".join(made)


def _whole(text: str, start: int, stop: int) -> bool:
    """Whether text[start:stop] is no piece of a longer Latin word or number."""
    return not (_joins(text[start - 1 : start] if start else "", text[start])) and not (
        _joins(text[stop - 1], text[stop : stop + 1])
    )


def _joins(left: str, right: str) -> bool:
    return bool(left and right) and all(c.isascii() and c.isalnum() for c in (left, right))
