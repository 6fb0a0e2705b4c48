"""deck clean: a copy without hidden pages, or with all of them shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.errors import BadConfig
from mediaprep.media.decks import openxml
from mediaprep.media.decks.writing import deck_proof
from mediaprep.model.decks.copies import Hidden
from mediaprep.verbs.decks.clean_deck import clean_deck
from tests.making_decks import VARIETY, make_lesson


@pytest.mark.parametrize(("hidden", "total"), [("drop", 6), ("unhide", 9)])
def test_notes_stay_with_their_pages(tmp_path: Path, hidden: Hidden, total: int) -> None:
    deck = next(deck for deck in VARIETY if deck.name == "hidden-many")
    source = deck.make(tmp_path)
    before = source.read_bytes()
    made = clean_deck(source, tmp_path / "b.pptx", hidden=hidden)
    read = openxml.read(made.path)
    assert (read.total, read.hidden) == (total, ())
    assert read.notes == {place: deck.notes[page] for place, page in enumerate(made.pages, 1)}
    assert deck_proof.orphans(made.path) == []
    assert source.read_bytes() == before


def test_layouts_that_no_page_uses_stay_in_a_copy(tmp_path: Path) -> None:
    import pptx

    source = make_lesson(tmp_path / "a.pptx", 3, hidden=(2,))
    made = clean_deck(source, tmp_path / "b.pptx")
    layouts = [len(pptx.Presentation(str(path)).slide_layouts) for path in (source, made.path)]
    assert layouts == [11, 11]


def test_the_original_is_never_the_target(tmp_path: Path) -> None:
    source = make_lesson(tmp_path / "a.pptx", 2, hidden=(2,))
    with pytest.raises(BadConfig, match="itself, which is never replaced"):
        clean_deck(source, source)
