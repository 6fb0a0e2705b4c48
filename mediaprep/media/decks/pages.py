"""What every reader of decks hands back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mediaprep.model.facts import OnPages

_MOST_NAMES = 20


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What a reader found. `hidden` is 1-based; None = the format cannot say or it is locked. `size` is a page's
    width and height in points, `claimed` the number of pages that the file says of itself, `missing` the
    pages that are listed and not in it, `holds` what a picture of a page does not show as the page itself does
    (None: not looked for)."""

    total: int | None
    hidden: tuple[int, ...] | None = None
    encrypted: bool = False
    notes: dict[int, str] | None = field(default=None)  # page (1-based) → the speaker's notes
    size: tuple[float, float] | None = None
    claimed: int | None = None
    missing: tuple[int, ...] = ()
    flavour: str | None = None
    sections: tuple[int, ...] = ()  # first page of each, where the author made some
    holds: tuple[OnPages, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What can be shown of a deck without drawing it: `titles` by page from 1, and the JPEG that some decks carry of
    their first page."""

    titles: dict[int, str]
    thumbnail: bytes | None = None


class PageContents:
    """Collects what is on which page, for `Pages.holds`."""

    def __init__(self) -> None:
        self._pages: dict[str, dict[int, None]] = {}
        self._names: dict[str, dict[str, None]] = {}

    def add(self, kind: str, page: int | None = None, names: Iterable[str] = ()) -> None:
        """`page` None: in the deck as a whole."""
        on = self._pages.setdefault(kind, {})
        if page is not None:
            on[page] = None
        self._names.setdefault(kind, {}).update(dict.fromkeys(names))

    def all(self) -> tuple[OnPages, ...]:
        return tuple(
            OnPages(kind=kind, pages=tuple(sorted(on)), names=tuple(self._names[kind])[:_MOST_NAMES])
            for kind, on in self._pages.items()
        )
