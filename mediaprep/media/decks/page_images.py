"""Page pictures of a deck at exact sizes, one at a time: drawn by LibreOffice and PyMuPDF, or, where LibreOffice is not
installed, the deck's own thumbnail and plain cards with the pages' titles. Each page says which.

Whatever the deck, it becomes a PDF first; a guarded child then draws the pages that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediaprep import leavings
from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.decks import office
from mediaprep.media.isolation import guard
from mediaprep.model.decks.page_pictures import Framing, PictureSource
from mediaprep.model.facts import DeckFacts

PAGE_SECONDS = 20.0  # for drawing one page
_OUTLINE_SECONDS = 30.0
_USUAL = (720.0, 540.0)  # points; of a deck that does not tell its size

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class PagePictures:
    """The pages of an open deck. `ways` by page number (from 1): the pages that can be had; `places` says which page of
    which PDF each is."""

    ways: Mapping[int, PictureSource]
    places: Mapping[int, tuple[Path, int]]

    def picture(self, number: int, framing: Framing) -> Pixels:
        """Page `number` in its frame, (height, width, 3) RGB. Raises BadAsset when it cannot be drawn in time."""
        path, page = self.places[number]
        drawn = guard.ask("decks", "page", path, page, framing, wall_seconds=PAGE_SECONDS)
        if isinstance(drawn, guard.Stopped):
            raise BadAsset(f"page {number}: {drawn.en}", f"第 {number} 页：{drawn.zh}")
        return np.frombuffer(drawn, dtype=np.uint8).reshape(framing.height, framing.width, 3)


@contextmanager
def opened(
    path: Path, facts: DeckFacts, *, pages: range | None = None, seconds: float = office.SECONDS
) -> Iterator[PagePictures]:
    """Pictures of the deck at `path`, of which these facts were measured; only of `pages` (from 1) if given.
    LibreOffice has `seconds`. Raises BadAsset for a deck that is locked, damaged or takes too much."""
    total = _total(facts)
    wanted = range(1, total + 1) if pages is None else range(max(1, pages.start), min(pages.stop, total + 1))
    if not wanted:
        raise BadAsset(f"has no such page: it has {total}", f"没有这些页：共 {total} 页")
    if facts.family == "pdf":
        yield PagePictures(
            ways=dict.fromkeys(wanted, PictureSource.PDF),
            places={number: (path, number) for number in wanted},
        )
        return
    with leavings.folder("mediaprep-deck-") as folder:
        drawn = _by_office(path, facts, wanted, folder, seconds)
        left = [number for number in wanted if number not in drawn]
        cards = _by_cards(path, facts, left, total, folder) if left else {}
        both = {**drawn, **cards}
        yield PagePictures(
            ways={number: both[number][0] for number in wanted},
            places={number: both[number][1] for number in wanted},
        )


_Made = dict[int, tuple[PictureSource, tuple[Path, int]]]  # page → which way, and where


def _total(facts: DeckFacts) -> int:
    if facts.encrypted:
        raise BadAsset("asks for a password: save it without one", "设有密码：请去除密码后另存")
    if not facts.pages_total:
        raise BadAsset("has no page that could be counted", "没有可以计数的页面")
    return facts.pages_total


def _by_office(path: Path, facts: DeckFacts, wanted: range, folder: Path, seconds: float) -> _Made:
    """The pages that LibreOffice draws: none without it; a version without options leaves hidden ones out."""
    program = office.program()
    if program is None:
        return {}
    made = office.to_pdf(program, path, facts.family, folder, pages=wanted, seconds=seconds)
    numbers = list(wanted)
    if not office.shows_hidden(program):
        hidden = facts.hidden_pages or ()
        numbers = [n for n in range(1, (facts.pages_total or 0) + 1) if n not in hidden]
    counted = guard.ask("decks", "deck", made, "pdf", wall_seconds=_OUTLINE_SECONDS)
    found = counted.pages_total if isinstance(counted, DeckFacts) else None
    if found != len(numbers):
        raise ToolFailed(
            f"{path.name}: LibreOffice made {found} page(s) of {len(numbers)}: save the deck as PDF and use that",
            f"{path.name}：LibreOffice 只生成 {found} 页（应为 {len(numbers)} 页）：请另存为 PDF 后使用",
        )
    places = {number: (PictureSource.OFFICE, (made, at)) for at, number in enumerate(numbers, 1)}
    return {number: place for number, place in places.items() if number in wanted}


def _by_cards(path: Path, facts: DeckFacts, numbers: list[int], total: int, folder: Path) -> _Made:
    """The thumbnail for the first page where there is one, else a card for each."""
    told = guard.ask("decks", "outline", path, facts.family, wall_seconds=_OUTLINE_SECONDS)
    if isinstance(told, guard.Stopped):
        raise BadAsset(told.en, told.zh)
    titles, thumbnail = told
    size = (facts.page_width or _USUAL[0], facts.page_height or _USUAL[1])
    cards = [(number, titles.get(number, "")) for number in numbers]
    first = thumbnail if numbers[0] == 1 else None
    made = guard.ask("decks", "stand_in", size, cards, total, first, wall_seconds=_OUTLINE_SECONDS)
    if isinstance(made, guard.Stopped):
        raise BadAsset(made.en, made.zh)
    data, pictured = made
    written = folder / "cards.pdf"
    written.write_bytes(data)
    return {
        number: (PictureSource.THUMBNAIL if pictured and at == 1 else PictureSource.CARD, (written, at))
        for at, number in enumerate(numbers, 1)
    }
