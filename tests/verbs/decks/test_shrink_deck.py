"""deck shrink: no smaller than needed, pages that look alike, and what pictures cannot mend."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pptx
import pymupdf
import pytest
from PIL import Image

from mediaprep.errors import Refused
from mediaprep.media.decks import openxml
from mediaprep.media.decks.writing import deck_proof
from mediaprep.verbs.decks.shrink_deck import shrink_deck
from tests import seeing
from tests.making import entries, make_pptx
from tests.making_decks import encoded, make_heavy_pptx, photo, with_part

MB = 1_000_000


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_heavy_pptx(tmp_path_factory.mktemp("heavy") / "heavy.pptx", 2, size_bytes=4 * MB)


def test_only_as_many_pictures_as_it_takes_are_made_smaller(heavy: Path, tmp_path: Path) -> None:
    size = heavy.stat().st_size
    made = shrink_deck(heavy, tmp_path / "a.pptx", most_bytes=int(size * 0.8))
    assert size * 0.4 < made.path.stat().st_size <= size * 0.8
    assert made.pictures == 1
    assert deck_proof.orphans(made.path) == []
    assert len(pptx.Presentation(str(made.path)).slides) == 2
    assert heavy.stat().st_size == size


def test_a_deck_that_fits_is_copied(heavy: Path, tmp_path: Path) -> None:
    made = shrink_deck(heavy, tmp_path / "a.pptx")
    assert made.path.read_bytes() == heavy.read_bytes()
    assert made.pictures == 0


def test_a_photo_kept_as_png_becomes_a_jpeg_under_a_name_that_says_so(tmp_path: Path) -> None:
    source = make_heavy_pptx(tmp_path / "a.pptx", 1, size_bytes=2 * MB, form="PNG")
    made = shrink_deck(source, tmp_path / "b.pptx", most_bytes=source.stat().st_size // 4)
    with zipfile.ZipFile(made.path) as archive:
        pictures = [name for name in archive.namelist() if "/media/" in name]
        assert all(
            archive.read(name).startswith(b"\xff\xd8\xff") == name.endswith(".jpeg") for name in pictures
        )
        assert any(name.endswith(".jpeg") for name in pictures)
        assert b'Extension="jpeg"' in archive.read("[Content_Types].xml")


def test_transparent_pictures_stay_transparent_and_small_ones_are_left(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    layer = photo(3, width=2800, height=1200, noise=3).convert("RGBA")
    layer.putalpha(Image.linear_gradient("L").resize(layer.size))
    icon = encoded(photo(4, width=64, height=64), "PNG")
    slide.shapes.add_picture(encoded(layer, "PNG"), 0, 0, width=deck.slide_width)
    slide.shapes.add_picture(icon, 0, 0)
    deck.save(tmp_path / "a.pptx")
    made = shrink_deck(
        tmp_path / "a.pptx", tmp_path / "b.pptx", most_bytes=(tmp_path / "a.pptx").stat().st_size // 2
    )
    with zipfile.ZipFile(made.path) as archive:
        pictures = [archive.read(name) for name in archive.namelist() if "/media/" in name]
    assert icon.getvalue() in pictures
    large = Image.open(io.BytesIO(max(pictures, key=len)))
    assert large.mode == "RGBA"
    assert max(large.size) <= 2560


def test_a_deck_that_a_video_makes_large_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    import os

    plain = make_pptx(tmp_path / "a.pptx", 1)
    rels = "ppt/slides/_rels/slide1.xml.rels"
    link = (
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/video" '
        b'Target="../media/clip.mp4"/></Relationships>'
    )
    with zipfile.ZipFile(plain) as archive:
        links = archive.read(rels).replace(b"</Relationships>", link)
        types = archive.read("[Content_Types].xml").replace(
            b"</Types>", b'<Override PartName="/ppt/media/clip.mp4" ContentType="video/mp4"/></Types>'
        )
    source = with_part(
        plain,
        tmp_path / "b.pptx",
        {rels: links, "[Content_Types].xml": types, "ppt/media/clip.mp4": os.urandom(3 * MB)},
    )
    with pytest.raises(Refused, match=r"largest part is clip\.mp4 \(3 MB\)"):
        shrink_deck(source, tmp_path / "c.pptx", most_bytes=MB)
    assert sorted(path.name for path in entries(tmp_path)) == ["a.pptx", "b.pptx"]


def heavy_pdf(path: Path) -> Path:
    with pymupdf.open() as document:
        for number, form in enumerate(("JPEG", "PNG", "JPEG")):
            page = document.new_page(width=960, height=540)
            page.insert_image(
                page.rect, stream=encoded(photo(number, width=2700, height=1500, noise=8), form).getvalue()
            )
        document.save(path)
    return path


def test_pictures_of_a_pdf_are_made_smaller_in_their_place(tmp_path: Path) -> None:
    source = heavy_pdf(tmp_path / "a.pdf")
    most = source.stat().st_size // 4
    made = shrink_deck(source, tmp_path / "b.pdf", most_bytes=most)
    assert made.path.stat().st_size <= most
    assert seeing.least_alike(seeing.pages(source, 1920), seeing.pages(made.path, 1920)) >= 0.95


@pytest.mark.needs("soffice")
def test_pages_of_a_deck_made_smaller_look_alike(heavy: Path, tmp_path: Path) -> None:
    made = shrink_deck(heavy, tmp_path / "small.pptx", most_bytes=int(heavy.stat().st_size * 0.6))
    before = seeing.pages(seeing.as_pdf(heavy, tmp_path), 1920)
    assert seeing.least_alike(before, seeing.pages(seeing.as_pdf(made.path, tmp_path), 1920)) >= 0.95
    assert openxml.read(made.path).total == 2
