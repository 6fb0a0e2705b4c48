"""A script that was drafted from a text: its parts, how long they will speak, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mediaprep.model.findings import Finding, Verdict, worst


@dataclass(frozen=True, kw_only=True)
class ScriptPart:
    """One script for one request. `seconds` = an estimate; `path` = where it was written."""

    text: str
    characters: int
    spoken_characters: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    path: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
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
