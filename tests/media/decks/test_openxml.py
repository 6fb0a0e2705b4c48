"""pptx: slides counted from the list, hidden ones from their first bytes, bombs left alone."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.decks import openxml
from mediaprep.media.probe import probe
from mediaprep.model.facts import DeckFacts, UnknownFacts
from tests.making import cut_off, make_pptx


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a zip with its parts changed; None leaves one out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def test_slides_hidden_ones_and_notes_are_counted(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "a.pptx", 5, hidden=(2, 5), notes={3: "第三页\n再见"})
    facts = probe(path)
    assert isinstance(facts, DeckFacts)
    assert (facts.format, facts.pages_total, facts.pages_visible) == ("pptx", 5, 3)
    assert facts.hidden_pages == (2, 5)
    assert (facts.encrypted, facts.has_notes) == (False, True)
    assert facts.size_bytes == path.stat().st_size
    assert openxml.read(path).notes == {3: "第三页\n再见"}


def test_the_order_of_pages_is_the_list_s(tmp_path: Path) -> None:
    """Files are named by when a slide was made, not by where it stands."""
    import pptx

    path = make_pptx(tmp_path / "a.pptx", 3, hidden=(3,))
    deck = pptx.Presentation(str(path))
    entries = deck.slides._sldIdLst
    entries.insert(0, entries[2])
    deck.save(path)
    assert openxml.read(path).hidden == (1,)


def test_a_deck_without_notes_or_slides(tmp_path: Path) -> None:
    assert openxml.read(make_pptx(tmp_path / "a.pptx", 1)).notes == {}
    assert openxml.read(make_pptx(tmp_path / "b.pptx", 0)).total == 0


def test_many_slides_are_fast(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "a.pptx", 60)
    started = time.perf_counter()
    assert openxml.read(path).total == 60
    assert time.perf_counter() - started < 0.5


def test_the_real_deck(shared: Path) -> None:
    import pptx

    path = shared / "decks/SampleShow.pptx"
    facts = probe(path)
    assert isinstance(facts, DeckFacts)
    assert facts.pages_total == len(pptx.Presentation(str(path)).slides) == 2
    assert facts.hidden_pages == ()
    assert facts.has_notes is True


def test_a_password_makes_it_encrypted_and_uncounted(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(head + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1000))
    facts = probe(path)
    assert isinstance(facts, DeckFacts)
    assert (facts.format, facts.encrypted, facts.pages_total) == ("pptx", True, None)


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">'.encode() for n in range(9)
    )

    def change(name: str, data: bytes) -> bytes:
        if name != "ppt/presentation.xml":
            return data
        start = data.index(b"<p:presentation")
        return (
            data[:start] + bomb + b"]>" + data[start:].replace(b"</p:presentation>", b"&j;</p:presentation>")
        )

    path = rewrite(make_pptx(tmp_path / "a.pptx", 1), tmp_path / "b.pptx", change)
    started = time.perf_counter()
    with pytest.raises(BadAsset):
        openxml.read(path)
    assert time.perf_counter() - started < 1


def test_a_part_that_unpacks_to_a_gigabyte_is_not_unpacked(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data + b" " * (80 << 20) if name == "ppt/presentation.xml" else data

    path = rewrite(make_pptx(tmp_path / "a.pptx", 1), tmp_path / "b.pptx", change)
    with pytest.raises(BadAsset, match="unpacks to more than"):
        openxml.read(path)


def test_a_huge_slide_costs_only_its_first_bytes(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data + b" " * (80 << 20) if name == "ppt/slides/slide1.xml" else data

    path = rewrite(make_pptx(tmp_path / "a.pptx", 2, hidden=(2,)), tmp_path / "b.pptx", change)
    started = time.perf_counter()
    assert openxml.read(path).hidden == (2,)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("missing", ["ppt/presentation.xml", "ppt/_rels/presentation.xml.rels"])
def test_missing_parts_are_told_or_survived(tmp_path: Path, missing: str) -> None:
    path = rewrite(
        make_pptx(tmp_path / "a.pptx", 2),
        tmp_path / "b.pptx",
        lambda name, data: None if name == missing else data,
    )
    if missing == "ppt/presentation.xml":
        with pytest.raises(BadAsset):
            openxml.read(path)
    else:
        assert openxml.read(path).total == 2


def test_a_deck_cut_off_is_a_problem(tmp_path: Path) -> None:
    facts = probe(cut_off(make_pptx(tmp_path / "a.pptx", 2), tmp_path / "cut.pptx", 0.6))
    assert isinstance(facts, UnknownFacts)
