"""Scripts made fit for the wire: plain text → SSML, broken text → tidy text, long text → parts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from mediaprep.contract import ssml, texts
from mediaprep.contract.ssml_tags import TAGS
from mediaprep.model.facts import TextFacts
from mediaprep.model.steps import TidyText

_BREAKS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # what str.splitlines() breaks at
_LINE_END = re.compile(rf"[ \t\u3000]*(?:\r\n|[{_BREAKS}])[\s\u3000]*")
# Control, bidi and zero-width characters that no voice speaks; a joiner inside emoji stays.
_DROPPED = re.compile(
    "[\ufeff\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufffe\uffff]"
)
_KNOWN_TAG = re.compile(
    rf"""</?(?:{"|".join(TAGS)})(?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>"""
)
_KNOWN_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_SENTENCE_END = re.compile(r"[。！？!?；;…]+[”’」』）》\"')]*|\.(?=\s|$)")
_CLAUSE_END = re.compile(r"[，,、：:]")


def to_ssml(plain: str) -> str:
    """Plain text → one line of markup that says the same: controls dropped, lines joined, symbols escaped."""
    cleaned, _ = _dropped(plain)
    joined, _ = _joined(cleaned)
    return ssml.escape(joined)


def tidy(text: str) -> tuple[str, TidyText]:
    """A script, tags kept: controls dropped, lines joined, bare & and < escaped; and what was done."""
    cleaned, dropped = _dropped(text)
    joined, lines = _joined(cleaned)
    made, escaped = _escaped(joined)
    read = ssml.read(made)
    step = TidyText(
        joined=lines,
        escaped=escaped,
        dropped=dropped,
        characters=read.characters,
        spoken_characters=read.spoken_characters,
    )
    return made, step


def measured(text: str, size_bytes: int | None = None) -> TextFacts:
    """Facts of a script read as markup, as the service will. One line end at the very end is the editor's."""
    body = re.sub(rf"(?:\r\n|[{_BREAKS}])\Z", "", text)
    facts = texts.measure(body)
    wrong = next((problem for problem in ssml.read(body).problems if problem.refused), None)
    zh = None if wrong is None else f"{wrong.line}:{wrong.column} {wrong.zh}"
    return replace(facts, problem_zh=zh, size_bytes=size_bytes)


def _dropped(text: str) -> tuple[str, int]:
    return _DROPPED.subn("", text)


def _joined(text: str) -> tuple[str, int]:
    """Line ends become nothing beside Chinese, a space between other words; those at the edges go."""
    stripped = text.strip()
    return _LINE_END.subn(lambda end: _seam(stripped, end), stripped)


def _seam(text: str, end: re.Match[str]) -> str:
    before, after = text[end.start() - 1 : end.start()], text[end.end() : end.end() + 1]
    return "" if _wide(before) or _wide(after) or not before or not after else " "


def _wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in {"W", "F"}


def _escaped(text: str) -> tuple[str, int]:
    """Bare & and < escaped; whole tags of the docs and escapes stay."""
    parts: list[str] = []
    at = count = 0
    while at < len(text):
        kept = {"<": _KNOWN_TAG, "&": _KNOWN_ENTITY}.get(text[at])
        found = kept.match(text, at) if kept else None
        if found:
            parts.append(found[0])
            at = found.end()
            continue
        parts.append(ssml.escape(text[at]) if kept else text[at])
        count += kept is not None
        at += 1
    return "".join(parts), count


def split(text: str, most: int, least: int = 4) -> tuple[str, ...]:
    """A script in parts of at most `most` characters (tags and escapes counted), where possible at least
    `least`: at sentence ends, else at commas, else anywhere; never inside a tag's element."""
    body, wrapped = _unwrapped(text)
    room = most - (len("<speak></speak>") if wrapped else 0)
    if room < 1 or len(body) <= room:
        return (text,)
    places = _places(body)
    parts: list[str] = []
    start = 0
    while len(body) - start > room:
        stop = _best(places, start, start + room, least, len(body))
        parts.append(body[start:stop].strip())
        start = stop
    parts.append(body[start:].strip())
    return tuple(f"<speak>{part}</speak>" if wrapped else part for part in parts if part)


def _unwrapped(text: str) -> tuple[str, bool]:
    found = re.fullmatch(r"\s*<speak>(.*)</speak>\s*", text, re.DOTALL)
    return (found[1], True) if found else (text.strip(), False)


def _places(body: str) -> list[tuple[int, int]]:
    """(source offset, worth) where a part may end: 3 = sentence, 2 = clause, 1 = between characters."""
    read = ssml.read(body)
    worth = {end.end(): 2 for end in _CLAUSE_END.finditer(read.plain)}
    worth |= {end.end(): 3 for end in _SENTENCE_END.finditer(read.plain)}
    inside = [False] * (len(read.plain) + 1)
    for mark in read.marks:
        for offset in range(mark.start + 1, mark.end):
            inside[offset] = True
    return [
        (read.source_at(offset), worth.get(offset, 1))
        for offset in range(1, len(read.plain))
        if not inside[offset] and not unicodedata.combining(read.plain[offset])
    ]


def _best(places: list[tuple[int, int]], start: int, end: int, least: int, length: int) -> int:
    """The last sentence end up to `end` that leaves enough on both sides, else the last clause end, else the
    last place at all, else a hard cut."""
    fitting = [
        (worth, offset)
        for offset, worth in places
        if start + least <= offset <= end and length - offset >= least
    ]
    # a sentence end in the first third would make many small parts: a clause end later is better
    far = [pair for pair in fitting if pair[1] >= start + (end - start) // 3]
    return max(far or fitting, default=(0, end))[1]
