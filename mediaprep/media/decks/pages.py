"""What every reader of decks hands back."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What a reader found. `hidden` is 1-based; None = the format cannot say or it is locked."""

    total: int | None
    hidden: tuple[int, ...] | None = None
    encrypted: bool = False
    notes: dict[int, str] | None = field(default=None)  # page (1-based) → the speaker's notes


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What can be shown of a deck without drawing it. `size` is a page's (width, height) in any unit, `titles` by
    page from 1, `thumbnail` the JPEG that some decks carry of their first page."""

    size: tuple[float, float]
    titles: dict[int, str]
    thumbnail: bytes | None = None
