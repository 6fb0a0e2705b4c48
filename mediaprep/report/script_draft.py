"""A drafted script as JSON (`mediaprep.script/1`) and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mediaprep.model import strict_json
from mediaprep.model.drafts import Draft, ScriptPart
from mediaprep.report.check.check_json import finding_entry
from mediaprep.report.check_text import finding_lines
from mediaprep.report.escaping import number, shown

SCHEMA = "mediaprep.script/1"


def dumps(draft: Draft, lang: str) -> str:
    """The whole draft; later versions only add keys."""
    document = {
        "schema": SCHEMA,
        "source": str(draft.source),
        "field": draft.field,
        "verdict": draft.verdict.value,
        "speed": draft.speed,
        "seconds": draft.seconds,
        "read": draft.read,
        "parts": [_part(part, lang) for part in draft.parts],
        "findings": [finding_entry(finding, lang) for finding in draft.findings],
    }
    return strict_json.dumps(document, indent=2)


def _part(part: ScriptPart, lang: str) -> dict[str, Any]:
    return {
        "text": part.text,
        "path": str(part.path) if part.path else None,
        "characters": part.characters,
        "spoken_characters": part.spoken_characters,
        "seconds": part.seconds,
        "findings": [finding_entry(finding, lang) for finding in part.findings],
    }


def lines(draft: Draft, lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) pairs: a line for each part with what speaks against it, then the whole text's."""
    for place, part in enumerate(draft.parts, 1):
        yield "pass", _told(part, place, len(draft.parts), draft.speed, lang)
        for finding in part.findings:
            yield from finding_lines(finding, lang)
    for finding in draft.findings:
        yield from finding_lines(finding, lang)


def _told(part: ScriptPart, place: int, count: int, speed: float, lang: str) -> str:
    name = shown(str(part.path)) if part.path else f"{place}/{count}"
    seconds = number(round(part.seconds, 1))
    if lang.startswith("zh"):
        counted = f"{part.characters} 字（含标签），{part.spoken_characters} 字（不含）"
        return f"{name}  {counted}  约 {seconds} 秒（语速 {speed:g}）"
    return (
        f"{name}  {part.characters} characters, {part.spoken_characters} without tags  "
        f"about {seconds} s at speed {speed:g}"
    )
