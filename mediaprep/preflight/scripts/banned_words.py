"""Words that must not be spoken: a list of the user's, found with positions before the service finds its own
(task code 801005, after the queue).

One word a line; `#` begins a comment. Width and case do not matter, and neither do line breaks or tags.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.contract.script import ssml
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Finding, Text, Verdict

_SKIPPED: Final = frozenset("\r\n\u200b\u200c\u200d\u2060\ufeff\u00ad")
REWORD: Final = Text("say it in other words, or take the word off the list", "换一种说法，或从词表中删除该词")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A banned word in a text; offsets in the source, the word as it stands there."""

    word: str
    start: int
    found: str


@dataclass(frozen=True, kw_only=True)
class BannedWords:
    """A list of banned words, by the first character of their folded form, the longest first."""

    by_first: Mapping[str, tuple[tuple[str, str], ...]]  # (folded, as listed)
    name: str = "the list"

    def __len__(self) -> int:
        return sum(len(words) for words in self.by_first.values())


def parse(text: str, name: str = "the list") -> BannedWords:
    """A word list's text. Raises BadConfig for one without a word."""
    rows = (line.partition("#")[0].strip() for line in text.removeprefix("\ufeff").splitlines())
    return listed((row for row in rows if row), name)


def listed(words: Iterable[str], name: str = "the list") -> BannedWords:
    """The same from words that a caller holds."""
    by_first: dict[str, dict[str, str]] = {}
    for word in words:
        folded = "".join(character for character, _ in _folded(word))
        if folded:
            by_first.setdefault(folded[0], {}).setdefault(folded, word)
    if not by_first:
        raise BadConfig(f"{name}: holds no word", f"{name}：没有任何词")
    ordered = {
        first: tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))
        for first, found in by_first.items()
    }
    return BannedWords(by_first=ordered, name=name)


def _folded(text: str) -> Iterator[tuple[str, int]]:
    """(character, offset) of the text as it is compared: NFKC, no case, no breaks, blanks as one kind."""
    for offset, character in enumerate(text):
        if character not in _SKIPPED:
            for part in unicodedata.normalize("NFKC", character).casefold():
                yield (" " if part.isspace() else part), offset


def find(text: str, words: BannedWords) -> tuple[Hit, ...]:
    """The banned words in a text, the longest at each place, in order; a Latin one only as a whole word."""
    pairs = list(_folded(text))
    folded = "".join(character for character, _ in pairs)
    found = []
    at = 0
    while at < len(folded):
        fit = next(
            (pair for pair in words.by_first.get(folded[at], ()) if _stands(folded, at, pair[0])), None
        )
        if fit is None:
            at += 1
            continue
        stop = at + len(fit[0])
        start, end = pairs[at][1], pairs[stop - 1][1] + 1
        found.append(Hit(word=fit[1], start=start, found=text[start:end]))
        at = stop
    return tuple(found)


def _stands(text: str, at: int, word: str) -> bool:
    if not text.startswith(word, at):
        return False
    stop = at + len(word)
    return not _joins(text[at - 1 : at] if at else "", word[0]) and not _joins(
        word[-1], text[stop : stop + 1]
    )


def _joins(left: str, right: str) -> bool:
    return bool(left and right) and all(c.isascii() and c.isalnum() for c in (left, right))


def judge(
    endpoint: str, field: str, text: str, words: BannedWords, *, markup: bool = True
) -> tuple[Finding, ...]:
    """A refusal for every banned word of a script, `where` = line:column. Aliases are spoken, so they count;
    `markup=False` for text that has no tags and no escapes."""
    read = ssml.read(text)
    plain = read.plain if markup else text
    hits = [(read.source_at(hit.start) if markup else hit.start, hit) for hit in find(plain, words)]
    if markup:
        aliases = [(mark.offset, mark.attributes.get("alias", "")) for mark in read.marks]
        hits += [(offset, hit) for offset, alias in aliases for hit in find(alias, words)]
    return tuple(
        _finding(endpoint, field, hit, read.place(offset), words)
        for offset, hit in sorted(hits, key=lambda pair: pair[0])
    )


def _finding(endpoint: str, field: str, hit: Hit, place: tuple[int, int], words: BannedWords) -> Finding:
    where = f"{place[0]}:{place[1]}"
    return Finding(
        rule=f"{endpoint}.{field}.banned",
        verdict=Verdict.REFUSED,
        measured=hit.found,
        limit=words.name,
        message=Text(
            f"{hit.word} is a banned word; the service would end the task with 801005",
            f"“{hit.word}”是禁用词；服务端会以 801005 结束任务",
        ),
        fix=REWORD,
        where=where,
    )
