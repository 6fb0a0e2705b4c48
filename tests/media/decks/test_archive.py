"""A DTD in any part of a deck, in any encoding, is refused by whoever opens it: by `check` as by what rewrites."""

from __future__ import annotations

import re
import time
import zipfile
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.decks import openxml
from mediaprep.media.decks.writing import slides
from tests.making import make_pptx
from tests.media.decks.test_openxml import rewrite

BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
PARTS = [
    "[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels",
    "ppt/slides/slide1.xml", "ppt/slides/_rels/slide1.xml.rels", "ppt/notesSlides/notesSlide1.xml",
    "ppt/theme/theme1.xml", "ppt/slideLayouts/slideLayout3.xml", "docProps/app.xml", "docProps/core.xml",
]  # fmt: skip
KINDS = {
    "a bomb": BOMB,
    "no entity": "<!DOCTYPE x>",
    "a file outside": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "a DTD outside": '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">',
    "a public one": '<!DOCTYPE x PUBLIC "-//X//Y" "http://192.0.2.1/x.dtd">',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://192.0.2.1/x"> %a;]>',
    "behind a comment": f"<!-- <p> -->\n<?x y?>{BOMB}",
    "behind a long comment": f"<!-- {'-x' * 3000} -->{BOMB}",
}
ENCODINGS = {
    "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32": "UTF-32", "utf-8-sig": "UTF-8",
    "latin-1": "ISO-8859-1", "utf-7": "UTF-7", "cp037": "cp037",
}  # fmt: skip


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_pptx(tmp_path_factory.mktemp("deck") / "a.pptx", 1, hidden=(1,), notes={1: "Hello."})


def changed(deck: Path, target: Path, part: str, more: str, encoding: str = "utf-8") -> Path:
    """A copy with `more` before the first element of one part, in another encoding if one is named."""

    def change(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        body = re.sub(r"^\s*<\?xml.*?\?>\s*", "", data.decode("utf-8"), flags=re.S)
        named = ENCODINGS.get(encoding, "UTF-8")
        text = f'<?xml version="1.0" encoding="{named}"?>\n{more}{body}'
        return text.encode(encoding, "xmlcharrefreplace")

    return rewrite(deck, target, change)


def refused(path: Path) -> list[str]:
    told = []
    for opening in (openxml.read, openxml.outline, lambda one: slides.opened(one).__enter__()):
        began = time.process_time()
        with pytest.raises(BadAsset) as caught:
            opening(path)
        told.append(caught.value.en)
        assert time.process_time() - began < 1
    return told


@pytest.mark.parametrize("part", PARTS)
def test_a_dtd_in_any_part_is_refused_by_all(deck: Path, part: str, tmp_path: Path) -> None:
    told = refused(changed(deck, tmp_path / "b.pptx", part, BOMB))
    assert (
        told
        == [
            f"is a damaged or unusual pptx ({part.lower()} carries a DTD): open it in PowerPoint and save it again"
        ]
        * 3
    )


@pytest.mark.parametrize("dtd", KINDS.values(), ids=KINDS)
def test_every_kind_of_dtd_is_refused(deck: Path, dtd: str, tmp_path: Path) -> None:
    assert all("carries a DTD" in told for told in refused(changed(deck, tmp_path / "b.pptx", PARTS[6], dtd)))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_dtd_is_found_in_every_encoding(deck: Path, encoding: str, tmp_path: Path) -> None:
    path = changed(deck, tmp_path / "b.pptx", PARTS[9], BOMB, encoding)
    assert all("DTD" in told or "an encoding that Office" in told for told in refused(path))


def test_a_dtd_in_a_part_of_another_name_is_refused(deck: Path, tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name == "ppt/theme/theme1.xml":
            return data
        return data.replace(b"notesSlide1.xml", b"notesSlide1.dat")

    path = rewrite(deck, tmp_path / "b.pptx", change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("ppt/notesSlides/notesSlide1.dat", f"{BOMB}<p/>")
    assert all("carries a DTD" in told for told in refused(path))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_deck_in_utf16_is_read_like_any_other(deck: Path, encoding: str, tmp_path: Path) -> None:
    path = changed(deck, tmp_path / "b.pptx", "ppt/slides/slide1.xml", "<!-- <!DOCTYPE x> -->", encoding)
    pages = openxml.read(path)
    assert (pages.total, pages.hidden, pages.notes) == (1, (1,), {1: "Hello."})
