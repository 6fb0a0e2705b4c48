"""A script that is too long → parts that are not: at sentences, else at clauses, never inside an element."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mediaprep.contract.script import ssml

_ROOT: Final = re.compile(r"\s*(<speak(?:\s[^>]*)?>)(.*)</speak\s*>\s*", re.DOTALL)
_SENTENCE_END: Final = re.compile(r"[。！？!?；;…]+[”’」』）》\"')]*|\.(?=\s|$)")
_CLAUSE_END: Final = re.compile(r"[，,、：:]")
_SENTENCE, _CLAUSE, _ANYWHERE, _INSIDE_WORD, _BEFORE_PAUSE = 3, 2, 1, 0, -1


@dataclass(frozen=True, kw_only=True)
class _Atom:
    """What is never cut: one character, one escape, or one element with all that is in it. Offsets in the
    source; `plain` = where it ends in the plain text."""

    start: int
    stop: int
    plain: int


def split(text: str, most: int, least: int = 4) -> tuple[str, ...]:
    """A script in parts of at most `most` characters (tags and escapes counted), where possible at least
    `least`: at sentence ends, else at commas, else between words. An element longer than `most` stays whole:
    its part is then too long, and whoever judges it says so."""
    opening, body, closing = _unwrapped(text)
    room = most - len(opening) - len(closing)
    if room < 1 or len(body) <= room:
        return (f"{opening}{body}{closing}",)
    places = _places(body)
    parts: list[str] = []
    start = 0
    while len(body) - start > room:
        stop = _best(places, start, start + room, least, len(body))
        parts.append(body[start:stop].strip())
        start = stop
    parts.append(body[start:].strip())
    return tuple(f"{opening}{part}{closing}" for part in parts if part)


def _unwrapped(text: str) -> tuple[str, str, str]:
    found = _ROOT.fullmatch(text)
    return (found[1], found[2], "</speak>") if found else ("", text.strip(), "")


def _atoms(body: str, read: ssml.ParsedScript) -> Iterator[_Atom]:
    """The whole body, in order and without gaps (a stray closing tag goes with what is before it)."""
    elements = {mark.offset: mark for mark in reversed(read.marks) if mark.tag != "speak"}
    at = plain = 0
    while at < len(body):
        mark = elements.get(at)
        if mark is not None and mark.stop > at:
            stop, plain = mark.stop, mark.end
            yield _Atom(start=at, stop=stop, plain=plain)
        else:
            stop = ssml.character_end(body, at)
            plain += 1
            yield _Atom(start=at, stop=stop, plain=plain)
        at = stop


def _places(body: str) -> list[tuple[int, int]]:
    """(source offset, worth) where a part may end."""
    read = ssml.read(body)
    worth = {end.end(): _CLAUSE for end in _CLAUSE_END.finditer(read.plain)}
    worth |= {end.end(): _SENTENCE for end in _SENTENCE_END.finditer(read.plain)}
    empty = {mark.offset for mark in read.marks if mark.start == mark.end}
    found = []
    for atom in _atoms(body, read):
        value = worth.get(atom.plain, _between(read.plain, atom.plain))
        if atom.stop >= len(body) or value is None:
            continue
        if atom.stop in empty:
            value = _BEFORE_PAUSE  # it belongs to the words before it
        elif atom.start in empty:
            value = max(value, _CLAUSE)
        found.append((atom.stop, value))
    return found


def _between(plain: str, offset: int) -> int | None:
    """What a cut before plain[offset] is worth; None where two code points make one character."""
    before, after = plain[offset - 1 : offset], plain[offset : offset + 1]
    if after and (unicodedata.category(after)[0] == "M" or "\u200d" in (before, after)):
        return None
    latin = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return _INSIDE_WORD if latin else _ANYWHERE


def _best(places: list[tuple[int, int]], start: int, end: int, least: int, length: int) -> int:
    """The last sentence end up to `end` that leaves enough on both sides, else the last clause end, else the
    last place at all, else the first behind `end`."""
    fitting = [(worth, offset) for offset, worth in places if start < offset <= end]
    kept = [pair for pair in fitting if pair[1] >= start + least and (length - pair[1] >= least)]
    # a sentence end in the first third would make many small parts: a clause end later is better
    far = [pair for pair in kept if pair[1] >= start + (end - start) // 3]
    if best := far or kept or fitting:
        return max(best)[1]
    return next((offset for offset, _ in places if offset > end), length)
