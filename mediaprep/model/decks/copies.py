"""What was made of a deck: its parts, or a copy; each judged again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mediaprep.model.findings import FileReport

Hidden = Literal["keep", "drop", "unhide"]
"""What becomes of hidden pages in what is written."""


@dataclass(frozen=True, kw_only=True)
class DeckPart:
    """One part of a deck. `pages`: which pages of the whole (from 1) its pages are, in order."""

    path: Path
    pages: tuple[int, ...]
    report: FileReport


@dataclass(frozen=True, kw_only=True)
class SplitDeck:
    """A deck and the parts it was split into, in order; `dropped`: hidden pages that are in none of them."""

    source: FileReport
    parts: tuple[DeckPart, ...]
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeckCopy:
    """A deck and a copy without, or with fewer of, its troubles. `pages`: which pages of the whole the copy has;
    `pictures`: how many of its pictures were made smaller."""

    source: FileReport
    path: Path
    report: FileReport
    pages: tuple[int, ...]
    pictures: int = 0
