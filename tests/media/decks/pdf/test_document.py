"""pdf: pages that load, passwords, and what only calls itself a PDF."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.decks.pdf import document as pdf
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.page_pictures import Framing
from mediaprep.model.facts import DeckFacts, UnknownFacts
from tests.making import cut_off, make_pdf


def test_pages_are_counted(tmp_path: Path) -> None:
    facts = probe(make_pdf(tmp_path / "a.pdf", 7))
    assert isinstance(facts, DeckFacts)
    assert (facts.format, facts.pages_total, facts.pages_visible, facts.hidden_pages) == ("pdf", 7, 7, ())
    assert facts.encrypted is False


def test_more_pages_than_are_looked_at_are_counted_too(tmp_path: Path) -> None:
    assert pdf.read(make_pdf(tmp_path / "a.pdf", 80)).total == 80


def test_a_password_makes_it_encrypted_and_uncounted(tmp_path: Path) -> None:
    facts = probe(make_pdf(tmp_path / "a.pdf", 3, password="secret"))
    assert isinstance(facts, DeckFacts)
    assert (facts.encrypted, facts.pages_total) == (True, None)


@pytest.mark.parametrize("claim", [b"0", b"1", b"5", b"9999"])
def test_a_count_that_lies_is_not_believed(tmp_path: Path, claim: bytes) -> None:
    path = make_pdf(tmp_path / "a.pdf", 3)
    data, changed = re.subn(rb"/Count 3", b"/Count " + claim, path.read_bytes())
    assert changed == 1
    path.write_bytes(data)
    assert pdf.read(path).total == 3


def test_what_is_no_pdf_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"<html><body>hello</body></html>")
    with pytest.raises(BadAsset, match="%PDF-"):
        pdf.read(path)
    path.write_bytes(b"%PDF-1.7\nnothing here\n")
    assert isinstance(probe(path), UnknownFacts)


def test_a_pdf_cut_off_has_the_pages_that_are_left(tmp_path: Path) -> None:
    facts = probe(cut_off(make_pdf(tmp_path / "a.pdf", 40), tmp_path / "cut.pdf", 0.5))
    assert isinstance(facts, DeckFacts)
    assert facts.pages_total is not None
    assert 0 < facts.pages_total < 40


def test_the_font_has_chinese_glyphs() -> None:
    from io import BytesIO

    from fontTools.ttLib import TTFont  # the door's own check of itself would prove nothing

    glyphs = TTFont(BytesIO(pdf.cjk_font())).getBestCmap()
    assert all(ord(character) in glyphs for character in "数智人播报服务，。！")


def test_notes_size_and_what_pages_hold(tmp_path: Path) -> None:
    import pymupdf

    path = tmp_path / "a.pdf"
    with pymupdf.open() as document:
        for _ in range(4):
            document.new_page(width=960, height=540)
        document[0].add_text_annot((10, 10), "大家好\r\n再见")
        document[0].add_text_annot((50, 10), "& more")
        document[1].add_freetext_annot((0, 0, 100, 20), "shown on the page, no note")
        field = pymupdf.Widget()
        field.field_type, field.field_name, field.rect = (
            pymupdf.PDF_WIDGET_TYPE_TEXT,
            "f",
            pymupdf.Rect(0, 0, 90, 20),
        )
        document[2].add_widget(field)
        document[3].insert_text((50, 50), "a font that the file does not bring")
        document.save(path)
    read = pdf.read(path)
    assert read.notes == {1: "大家好\n再见\n& more"}
    assert (read.size, read.claimed) == ((960, 540), 4)
    held = {entry.kind: entry for entry in read.holds or ()}
    assert held["form"].pages == (3,)
    assert (held["fonts"].pages[-1], "Helvetica" in held["fonts"].names) == (4, True)


def test_what_a_pdf_claims_is_told_beside_what_it_has(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", 3)
    path.write_bytes(path.read_bytes().replace(b"/Count 3", b"/Count 7"))
    read = pdf.read(path)
    assert (read.total, read.claimed) == (3, 7)


def test_mupdf_is_asked_by_one_thread_at_a_time(tmp_path: Path) -> None:
    path, other_path = make_pdf(tmp_path / "a.pdf", 3), make_pdf(tmp_path / "b.pdf", 5)
    ways = (
        lambda: pdf.read(other_path),
        lambda: pdf.outline(other_path),
        lambda: pdf.stand_in((4, 3), [(1, "a")], 1, None),
        lambda: pdf.picture(other_path, 1, Framing(width=64, height=48)),
        pdf.cjk_font.__wrapped__,
    )
    for ask in ways:
        other = threading.Thread(target=ask)
        with pdf.opened(path) as document:
            other.start()
            other.join(0.05)
            assert other.is_alive()
            assert document.page_count == 3
        other.join(20)
        assert not other.is_alive()
