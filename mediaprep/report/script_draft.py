"""A drafted script as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from mediaprep.model.drafts import Draft, ScriptPart
from mediaprep.report.check_text import finding_lines
from mediaprep.report.escaping import number, shown


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
