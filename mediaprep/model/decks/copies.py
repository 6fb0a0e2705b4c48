"""What was made of a deck: its parts, or a copy; each judged again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from mediaprep.model.findings import FileReport
from mediaprep.model.telling.json_results import JsonResult

SCHEMA: Final = "mediaprep.deck/1"

Hidden = Literal["keep", "drop", "unhide"]
"""What becomes of hidden pages in what is written."""


@dataclass(frozen=True, kw_only=True)
class DeckPart:
    """One part of a deck. `pages`: which pages of the whole (from 1) its pages are, in order."""

    path: Path
    pages: tuple[int, ...]
    report: FileReport


@dataclass(frozen=True, kw_only=True)
class SplitDeck(JsonResult):
    """A deck and the parts it was split into, in order; `dropped`: hidden pages that are in none of them."""

    source: FileReport
    parts: tuple[DeckPart, ...]
    dropped: tuple[int, ...] = ()

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `deck split --format json`."""
        return {
            "schema": SCHEMA,
            "source": self.source.to_dict(lang),
            "dropped_pages": list(self.dropped),
            "parts": [{"pages": list(part.pages), **part.report.to_dict(lang)} for part in self.parts],
        }


@dataclass(frozen=True, kw_only=True)
class DeckCopy(JsonResult):
    """A deck and a copy without, or with fewer of, its troubles. `pages`: which pages of the whole the copy has;
    `pictures`: how many of its pictures were made smaller."""

    source: FileReport
    path: Path
    report: FileReport
    pages: tuple[int, ...]
    pictures: int = 0

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `deck clean --format json` and `deck shrink --format json`."""
        return {
            "schema": SCHEMA,
            "source": self.source.to_dict(lang),
            "pages": list(self.pages),
            "pictures_made_smaller": self.pictures,
            "copy": self.report.to_dict(lang),
        }
