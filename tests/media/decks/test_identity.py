"""A deck is the same deck when it is saved again or its notes change, and another one when its pages do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pptx
import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.decks import identity
from tests.making import make_pdf
from tests.making_decks import make_lesson


def changed(source: Path, target: Path, text: str | None = None, notes: str | None = None) -> str:
    deck = pptx.Presentation(str(source))
    slide = deck.slides[1]
    if text is not None:
        slide.shapes.title.text = text
    if notes is not None:
        slide.notes_slide.notes_text_frame.text = notes
    deck.core_properties.author = "somebody else"
    deck.save(str(target))
    return identity.shown(target, "pptx")


def test_notes_and_properties_do_not_show_and_pages_do(tmp_path: Path) -> None:
    source = make_lesson(tmp_path / "a.pptx", 3, notes={1: "一", 2: "二"}, pictures=1)
    once = changed(source, tmp_path / "again.pptx")
    assert once == changed(source, tmp_path / "noted.pptx", notes="另一段备注")
    assert once != changed(source, tmp_path / "titled.pptx", text="Another title")


def test_other_decks_are_what_their_bytes_are(tmp_path: Path) -> None:
    one = make_pdf(tmp_path / "a.pdf", 2)
    shutil.copyfile(one, tmp_path / "b.pdf")
    assert identity.shown(one, "pdf") == identity.shown(tmp_path / "b.pdf", "pdf")
    assert identity.shown(one, "pdf") != identity.shown(make_pdf(tmp_path / "c.pdf", 3), "pdf")


def test_a_damaged_deck_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pptx").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(BadAsset, match="damaged"):
        identity.shown(tmp_path / "a.pptx", "pptx")
