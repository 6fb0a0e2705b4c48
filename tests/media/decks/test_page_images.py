"""Page pictures: exact sizes, exact places, and which way they were made."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.decks import page_images
from mediaprep.media.isolation import guard
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.page_pictures import Fit, FrameBox, Framing, PictureSource
from mediaprep.model.facts import DeckFacts
from tests.making import make_pdf, make_pptx
from tests.making_decks import encoded, photo, with_part
from tests.making_pages import COLOURS, colour_pdf, colour_pptx, quarters_pdf, without_office
from tests.making_ppt import make_ppt
from tests.seeing import saved_by_office

LANDSCAPE, PORTRAIT = (1920, 1080), (1080, 1920)
GREY = (18, 52, 86)


def facts_of(path: Path) -> DeckFacts:
    facts = probe(path)
    assert isinstance(facts, DeckFacts)
    return facts


def taken(
    path: Path, framing: Framing, pages: range | None = None
) -> tuple[dict[int, PictureSource], list[Any]]:
    with page_images.opened(path, facts_of(path), pages=pages) as deck:
        return dict(deck.ways), [deck.picture(number, framing) for number in deck.ways]


def framing(size: tuple[int, int], fit: Fit) -> Framing:
    return Framing(width=size[0], height=size[1], fit=fit, background=GREY)


@pytest.mark.parametrize(
    ("size", "page", "box"),
    [
        (LANDSCAPE, (960, 540), FrameBox(x=0, y=0, width=1920, height=1080)),
        (LANDSCAPE, (720, 540), FrameBox(x=240, y=0, width=1440, height=1080)),
        (LANDSCAPE, (540, 960), FrameBox(x=656, y=0, width=608, height=1080)),
        (PORTRAIT, (960, 540), FrameBox(x=0, y=656, width=1080, height=608)),
        (PORTRAIT, (720, 540), FrameBox(x=0, y=555, width=1080, height=810)),
        (PORTRAIT, (540, 960), FrameBox(x=0, y=0, width=1080, height=1920)),
        (LANDSCAPE, (1, 100_000), FrameBox(x=959, y=0, width=1, height=1080)),
    ],
)
def test_a_letterboxed_page_keeps_its_shape_in_the_middle(
    size: tuple[int, int], page: tuple[float, float], box: FrameBox
) -> None:
    assert framing(size, Fit.LETTERBOX).place(*page) == box


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT])
@pytest.mark.parametrize("page", [(960, 540), (720, 540), (540, 960), (595.28, 841.89)])
@pytest.mark.parametrize("fit", list(Fit))
def test_pictures_have_the_size_and_the_colours_to_the_pixel(
    tmp_path: Path, size: tuple[int, int], page: tuple[float, float], fit: Fit
) -> None:
    asked = framing(size, fit)
    deck = quarters_pdf(tmp_path / "a.pdf", width=page[0], height=page[1])
    ways, (picture,) = taken(deck, asked)
    assert ways == {1: PictureSource.PDF}
    assert picture.shape == (size[1], size[0], 3)
    box = asked.place(*page)
    inside = picture[box.y : box.y + box.height, box.x : box.x + box.width]
    assert inside[0, 0].tolist() == list(COLOURS[0]) and inside[0, -1].tolist() == list(COLOURS[1])
    assert inside[-1, 0].tolist() == list(COLOURS[2]) and inside[-1, -1].tolist() == list(COLOURS[3])
    outside = np.ones(picture.shape[:2], dtype=bool)
    outside[box.y : box.y + box.height, box.x : box.x + box.width] = False
    assert (picture[outside] == GREY).all()
    middle = inside[inside.shape[0] // 2 - 2, inside.shape[1] // 2 - 2]
    assert middle.tolist() == list(COLOURS[0])


def test_a_turned_page_is_shown_upright(tmp_path: Path) -> None:
    import pymupdf

    source = quarters_pdf(tmp_path / "a.pdf", width=540, height=960)
    with pymupdf.open(source) as document:
        document[0].set_rotation(90)
        document.save(tmp_path / "turned.pdf")
    _, (picture,) = taken(tmp_path / "turned.pdf", framing(LANDSCAPE, Fit.LETTERBOX))
    assert picture[10, 10].tolist() == list(COLOURS[2])
    assert picture[10, -10].tolist() == list(COLOURS[0])


def test_without_office_pages_are_cards_with_their_titles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = make_pptx(tmp_path / "a.pptx", 3, hidden=[2])  # its thumbnail shows an empty page
    without_office(monkeypatch, tmp_path)
    ways, made = taken(deck, framing(LANDSCAPE, Fit.LETTERBOX))
    assert ways == dict.fromkeys((1, 2, 3), PictureSource.CARD)
    assert all(picture[540, 100].tolist() == list(GREY) for picture in made)  # of the deck's own shape, 4:3
    assert (made[0] != made[1]).any() and (made[1] != made[2]).any()
    title = made[0][300:500, 300:1600].mean(axis=2)
    assert (title < 100).mean() > 0.002  # something is written there


def test_without_office_a_thumbnail_stands_for_the_first_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make_pptx(tmp_path / "plain.pptx", 2)
    thumbnail = encoded(photo(3, noise=0)).getvalue()
    deck = with_part(plain, tmp_path / "a.pptx", {"docProps/thumbnail.jpeg": thumbnail})
    broken = with_part(plain, tmp_path / "b.pptx", {"docProps/thumbnail.jpeg": thumbnail[:300]})
    without_office(monkeypatch, tmp_path)
    assert taken(deck, framing(LANDSCAPE, Fit.STRETCH))[0] == {
        1: PictureSource.THUMBNAIL,
        2: PictureSource.CARD,
    }
    assert taken(deck, framing(LANDSCAPE, Fit.STRETCH), range(2, 3))[0] == {2: PictureSource.CARD}
    assert taken(broken, framing(LANDSCAPE, Fit.STRETCH))[0] == {1: PictureSource.CARD, 2: PictureSource.CARD}


def test_the_titles_of_a_binary_deck_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mediaprep.media.decks import reading

    deck = make_ppt(tmp_path / "a.ppt", ["The first slide", "第二页"])
    titles, thumbnail = reading.outline(deck, "ppt")
    assert titles == {1: "The first slide", 2: "第二页"}
    assert thumbnail is None
    without_office(monkeypatch, tmp_path)
    ways, _ = taken(deck, framing(PORTRAIT, Fit.STRETCH))
    assert ways == {1: PictureSource.CARD, 2: PictureSource.CARD}


@pytest.mark.needs("soffice")
def test_with_office_every_slide_is_drawn_hidden_ones_too(tmp_path: Path) -> None:
    deck = colour_pptx(tmp_path / "a.pptx", COLOURS[:5], hidden=[1, 4])
    ways, made = taken(deck, framing(LANDSCAPE, Fit.STRETCH))
    assert ways == dict.fromkeys(range(1, 6), PictureSource.OFFICE)
    assert [picture[500, 900].tolist() for picture in made] == [list(colour) for colour in COLOURS[:5]]
    assert all((picture == picture[500, 900]).all() for picture in made)


@pytest.mark.needs("soffice")
def test_only_the_pages_asked_for_are_drawn(tmp_path: Path) -> None:
    deck = colour_pptx(tmp_path / "a.pptx", COLOURS, hidden=[2], wide=False)
    ways, made = taken(deck, framing(PORTRAIT, Fit.LETTERBOX), range(3, 5))
    assert list(ways) == [3, 4]
    assert [picture[960, 540].tolist() for picture in made] == [list(COLOURS[2]), list(COLOURS[3])]
    assert all(picture[100, 540].tolist() == list(GREY) for picture in made)


@pytest.mark.needs("soffice")
def test_an_office_too_old_to_show_hidden_slides_leaves_cards_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediaprep.media.decks import office

    deck = colour_pptx(tmp_path / "a.pptx", COLOURS[:4], hidden=[2])
    monkeypatch.setattr(office, "version", lambda _: (7, 3))
    ways, made = taken(deck, framing(LANDSCAPE, Fit.STRETCH), range(2, 5))
    assert ways == {2: PictureSource.CARD, 3: PictureSource.OFFICE, 4: PictureSource.OFFICE}
    assert made[1][500, 900].tolist() == list(COLOURS[2])
    assert made[2][500, 900].tolist() == list(COLOURS[3])


@pytest.mark.needs("soffice")
def test_both_kinds_of_powerpoint_are_drawn(tmp_path: Path) -> None:
    deck = make_pptx(tmp_path / "a.pptx", 2)
    for one in (deck, saved_by_office(deck, tmp_path, "ppt")):
        ways, made = taken(one, framing(LANDSCAPE, Fit.LETTERBOX))
        assert ways == {1: PictureSource.OFFICE, 2: PictureSource.OFFICE}
        assert all((picture[:, 240:1680] < 128).any() for picture in made)  # letters


def test_a_locked_deck_and_pages_that_are_not_there_are_named(tmp_path: Path) -> None:
    locked = make_pdf(tmp_path / "a.pdf", 1, password="x")
    with pytest.raises(BadAsset, match="password"), page_images.opened(locked, facts_of(locked)):
        pass
    short = make_pdf(tmp_path / "b.pdf", 2)
    with (
        pytest.raises(BadAsset, match="no such page: it has 2"),
        page_images.opened(short, facts_of(short), pages=range(3, 6)),
    ):
        pass


def test_a_page_that_takes_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pymupdf

    with pymupdf.open() as document:  # each form shows the next ten times
        page = document.new_page(width=960, height=540)
        forms = [document.get_new_xref() for _ in range(12)]
        for form, inner in zip(forms, [*forms[1:], None], strict=True):
            named = f"/Resources<</XObject<</F {inner} 0 R>>>>" if inner else ""
            document.update_object(form, f"<</Type/XObject/Subtype/Form/BBox[0 0 960 540]{named}>>")
            document.update_stream(form, b"/F Do " * 10 if inner else b"0 0 1 1 re f")
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</F {forms[0]} 0 R>>>>")
        contents = document.get_new_xref()
        document.update_object(contents, "<<>>")
        document.update_stream(contents, b"/F Do")
        document.xref_set_key(page.xref, "Contents", f"{contents} 0 R")
        document.save(tmp_path / "bomb.pdf")
    monkeypatch.setattr(page_images, "PAGE_SECONDS", 1.0)
    with pytest.raises(BadAsset, match="page 1: took longer than 1 s"):
        taken(tmp_path / "bomb.pdf", framing(LANDSCAPE, Fit.STRETCH))


@pytest.mark.needs("soffice")
def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    taken(colour_pptx(tmp_path / "a.pptx", COLOURS[:1]), framing(LANDSCAPE, Fit.STRETCH))
    guard.close()  # a warm reader has a folder of its own
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_pdf_replaced_under_its_name_is_read_anew(tmp_path: Path) -> None:
    asked = framing(LANDSCAPE, Fit.STRETCH)
    deck = colour_pdf(tmp_path / "a.pdf", COLOURS[:1])
    _, (before,) = taken(deck, asked)
    colour_pdf(tmp_path / "b.pdf", COLOURS[1:3]).replace(deck)
    _, after = taken(deck, asked)
    assert before[0, 0].tolist() == list(COLOURS[0])
    assert [picture[0, 0].tolist() for picture in after] == [list(colour) for colour in COLOURS[1:3]]
