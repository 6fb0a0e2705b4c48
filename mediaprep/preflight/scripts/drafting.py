"""Scripts made fit for the wire: plain text → SSML, broken text → tidy text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import replace

from mediaprep.contract.script import ssml, texts
from mediaprep.contract.script.ssml_tags import TAGS
from mediaprep.model.facts import TextFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.steps import TidyText
from mediaprep.preflight import words

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


def to_ssml(plain: str) -> str:
    """Plain text → one line of markup that says the same: controls dropped, lines joined, symbols escaped."""
    cleaned, _ = _dropped(plain)
    joined, _ = _joined(cleaned)
    return ssml.escape(joined)


def is_markup(text: str) -> bool:
    """Whether a text is meant as SSML already: a whole tag of the docs, or an escape, stands in it."""
    return bool(_KNOWN_TAG.search(text) or _KNOWN_ENTITY.search(text))


def drafted(text: str, *, plain: bool | None = None) -> str:
    """Any text → one line of markup; `plain` says that it holds no markup yet (None: see `is_markup`)."""
    literal = not is_markup(text) if plain is None else plain
    return to_ssml(text) if literal else tidy(text)[0]


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


def measured(text: str, size_bytes: int | None = None, *, speed: float = 1.0) -> TextFacts:
    """Facts of a script read as markup, as the service will. One line end at the very end is the editor's."""
    body = without_last_break(text)
    facts = texts.measure(body, speed)
    wrong = next((problem for problem in ssml.read(body).problems if problem.refused), None)
    zh = None if wrong is None else f"{wrong.line}:{wrong.column} {wrong.zh}"
    return replace(facts, problem_zh=zh, size_bytes=size_bytes)


def without_last_break(text: str) -> str:
    """The text without the one line end that editors put behind it."""
    return re.sub(rf"(?:\r\n|[{_BREAKS}])\Z", "", text)


def problems(endpoint: str, field: str, text: str) -> tuple[Finding, ...]:
    """What the markup's rules hold against a script, each with its line:column: refusals and advice."""
    stays = {found.en for found in ssml.read(tidy(text)[0]).problems}
    script = ssml.read(text)
    return (*_silence(endpoint, field, script), *_markup(endpoint, field, script, stays))


def _silence(endpoint: str, field: str, script: ssml.ParsedScript) -> Iterator[Finding]:
    told = texts.silence(script)
    if told is not None:
        yield Finding(
            rule=f"{endpoint}.{field}.silent",
            verdict=Verdict.REFUSED,
            measured=0,
            limit="≥ 1 spoken character",
            message=told,
            fix=texts.SOMETHING,
        )


def _markup(
    endpoint: str, field: str, script: ssml.ParsedScript, stays: Container[str]
) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=f"{endpoint}.{field}.{'well_formed' if found.refused else 'ssml'}",
            verdict=Verdict.REFUSED if found.refused else Verdict.ADVISED,
            measured=found.en,
            limit="SSML",
            message=Text(found.en, found.zh),
            fix=None
            if not found.refused
            else words.MARKUP
            if found.en in stays
            else words.REMEDIES["to_ssml"],
            where=f"{found.line}:{found.column}",
        )
        for found in script.problems
    )


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
