"""A script that was drafted from a text: its parts, how long they will speak, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.model.findings import Finding, Verdict, worst
from mediaprep.model.telling.json_results import JsonResult

SCHEMA: Final = "mediaprep.script/1"


@dataclass(frozen=True, kw_only=True)
class ScriptPart(JsonResult):
    """One script for one request. `seconds` = an estimate; `path` = where it was written."""

    text: str
    characters: int
    spoken_characters: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    path: Path | None = None

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """One element of `parts`."""
        return {
            "text": self.text,
            "path": str(self.path) if self.path else None,
            "characters": self.characters,
            "spoken_characters": self.spoken_characters,
            "seconds": self.seconds,
            "findings": [finding.to_dict(lang) for finding in self.findings],
        }


@dataclass(frozen=True, kw_only=True)
class Draft(JsonResult):
    """All parts of one text, in order. `findings` are about the text as the user wrote it (line:column
    there); `read` = how many words got a reading of the lexicon's."""

    source: Path
    field: str  # notrain.InputSsml
    speed: float
    parts: tuple[ScriptPart, ...]
    findings: tuple[Finding, ...] = ()
    read: int = 0

    @property
    def seconds(self) -> float:
        return round(sum(part.seconds for part in self.parts), 2)

    @property
    def verdict(self) -> Verdict:
        return worst((*self.findings, *(finding for part in self.parts for finding in part.findings)))

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `script --format json`."""
        return {
            "schema": SCHEMA,
            "source": str(self.source),
            "field": self.field,
            "verdict": self.verdict.value,
            "speed": self.speed,
            "seconds": self.seconds,
            "read": self.read,
            "parts": [part.to_dict(lang) for part in self.parts],
            "findings": [finding.to_dict(lang) for finding in self.findings],
        }
