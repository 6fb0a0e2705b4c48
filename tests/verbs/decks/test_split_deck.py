"""deck split: parts that fit, add up, keep their notes, and look as the whole does."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

import pptx
import pymupdf
import pytest

from mediaprep.errors import BadAsset, BadConfig, Refused
from mediaprep.media.decks import openxml
from mediaprep.media.decks.pdf import document as pdf
from mediaprep.media.decks.writing import deck_proof
from mediaprep.model.facts import DeckFacts
from mediaprep.verbs.decks import split_deck as verb
from mediaprep.verbs.decks.split_deck import split_deck
from tests import seeing
from tests.making import entries, make_pdf, make_pptx
from tests.making_decks import P14, VARIETY, Deck, make_lesson, make_lesson_pdf, with_part
from tests.making_ppt import make_ppt

NOTES = {page: f"第{page}页 & <notes> 😀" for page in range(1, 121)}


def size_of(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


@pytest.mark.parametrize("deck", VARIETY, ids=lambda deck: deck.name)
def test_parts_add_up_and_keep_hidden_pages_and_notes(deck: Deck, tmp_path: Path) -> None:
    whole = openxml.read(deck.make(tmp_path))
    made = split_deck(tmp_path / f"{deck.name}.pptx", tmp_path / "out")
    assert [len(part.pages) <= 50 for part in made.parts] == [True] * -(-deck.pages // 50)
    assert [page for part in made.parts for page in part.pages] == list(range(1, deck.pages + 1))
    notes: dict[int, str] = {}
    hidden: list[int] = []
    for part in made.parts:
        read = openxml.read(part.path)
        assert read.total == len(part.pages) == read.claimed
        notes |= {part.pages[page - 1]: text for page, text in (read.notes or {}).items()}
        hidden += [part.pages[page - 1] for page in read.hidden or ()]
    assert notes == whole.notes
    assert tuple(hidden) == deck.hidden


def test_nothing_of_other_pages_stays_in_a_part(tmp_path: Path) -> None:
    source = make_lesson(
        tmp_path / "a.pptx", 120, notes=NOTES, pictures=120, sections=4, show=(1, 2, 60, 110),
        jumps={1: 100, 100: 1, 60: 61, 45: 2},
    )  # fmt: skip
    made = split_deck(source, tmp_path / "out")
    paths = [part.path for part in made.parts]
    assert [path.name for path in paths] == ["a-1.pptx", "a-2.pptx", "a-3.pptx"]
    assert [deck_proof.orphans(path) for path in paths] == [[], [], []]
    assert size_of(paths) <= 1.15 * source.stat().st_size
    slides = [
        name for path in paths for name in zipfile.ZipFile(path).namelist() if name.startswith("ppt/slides/s")
    ]
    pictures = [name for path in paths for name in zipfile.ZipFile(path).namelist() if "/media/" in name]
    assert (len(slides), len(pictures)) == (120, 120)
    assert [len(pptx.Presentation(str(path)).slides) for path in paths] == [
        len(part.pages) for part in made.parts
    ]


def test_jumps_inside_a_part_stay_and_others_go(tmp_path: Path) -> None:
    source = make_lesson(tmp_path / "a.pptx", 60, pictures=0, jumps={1: 2, 3: 60, 60: 1})
    first, second = (pptx.Presentation(str(p.path)) for p in split_deck(source, tmp_path / "out").parts)

    def targets(deck: object) -> list[tuple[int, int]]:
        slides = list(deck.slides)  # type: ignore[attr-defined]
        return [
            (place, slides.index(shape.click_action.target_slide) + 1)
            for place, slide in enumerate(slides, 1)
            for shape in slide.shapes
            if shape.click_action.hyperlink._hlink is not None
        ]

    assert targets(first) == [(1, 2)]
    assert targets(second) == []


def test_cuts_fall_between_sections_where_one_ends_nearby(tmp_path: Path) -> None:
    source = make_lesson(tmp_path / "a.pptx", 84, pictures=0, sections=7)  # 12 pages each
    made = split_deck(source, tmp_path / "out")
    assert [(part.pages[0], part.pages[-1]) for part in made.parts] == [(1, 36), (37, 84)]


def test_sections_and_shows_lose_the_pages_that_went(tmp_path: Path) -> None:
    source = make_lesson(tmp_path / "a.pptx", 60, pictures=0, sections=3, show=(1, 2))
    parts = split_deck(source, tmp_path / "o").parts
    first, second = (zipfile.ZipFile(part.path).read("ppt/presentation.xml") for part in parts)
    assert [text.count(b"<p14:sldId ") for text in (first, second)] == [len(part.pages) for part in parts]
    assert (b"custShow" in first, b"custShow" in second) == (True, False)
    assert P14.encode() in second


def test_hidden_pages_are_dropped_or_shown_when_asked(tmp_path: Path) -> None:
    source = make_pptx(tmp_path / "a.pptx", 52, hidden=(1, 20, 52), notes=NOTES | {})
    dropped = split_deck(source, tmp_path / "dropped", hidden="drop")
    assert (len(dropped.parts), dropped.dropped) == (1, (1, 20, 52))
    read = openxml.read(dropped.parts[0].path)
    assert (read.total, read.hidden) == (49, ())
    assert read.notes == {place: NOTES[page] for place, page in enumerate(dropped.parts[0].pages, 1)}
    shown = split_deck(source, tmp_path / "shown", hidden="unhide")
    assert [openxml.read(part.path).hidden for part in shown.parts] == [(), ()]
    assert sum(len(part.pages) for part in shown.parts) == 52


def test_a_deck_of_hidden_pages_only_is_refused_when_they_are_dropped(tmp_path: Path) -> None:
    source = make_pptx(tmp_path / "a.pptx", 2, hidden=(1, 2))
    with pytest.raises(Refused, match="all of its 2 pages are hidden"):
        split_deck(source, tmp_path / "out", hidden="drop")
    assert list((tmp_path / "out").glob("*")) == []


@pytest.mark.parametrize("shared", [False, True])
def test_pages_of_a_pdf_that_share_resources_do_not_drag_all_pictures_along(
    tmp_path: Path, shared: bool
) -> None:
    source = make_lesson_pdf(tmp_path / "a.pdf", 80, shared=shared)
    made = split_deck(source, tmp_path / "out")
    paths = [part.path for part in made.parts]
    assert [pdf.read(path).total for path in paths] == [40, 40]
    assert size_of(paths) <= 1.1 * source.stat().st_size
    assert seeing.least_alike(
        seeing.pages(source, 320), itertools.chain(*(seeing.pages(path, 320) for path in paths))
    ) >= 0.99  # fmt: skip


def test_notes_of_a_pdf_stay_with_their_pages(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    with pymupdf.open() as document:
        for number in range(1, 61):
            document.new_page().add_text_annot((10, 10), f"备注 {number}")
        document.save(source)
    first, second = split_deck(source, tmp_path / "out").parts
    assert pdf.read(first.path).notes == {page: f"备注 {page}" for page in range(1, 31)}
    assert pdf.read(second.path).notes == {page: f"备注 {page + 30}" for page in range(1, 31)}


def test_tags_bookmarks_and_forms_do_not_keep_other_pages_alive(tmp_path: Path) -> None:
    source = make_lesson_pdf(tmp_path / "plain.pdf", 60)
    tagged = tmp_path / "a.pdf"
    with pymupdf.open(source) as document:
        document.set_toc([[1, f"p{page}", page] for page in range(1, 61)])
        tree = document.get_new_xref()
        document.update_object(
            tree, "<</K[" + " ".join(f"<</Pg {page.xref} 0 R>>" for page in document) + "]>>"
        )
        document.xref_set_key(document.pdf_catalog(), "StructTreeRoot", f"{tree} 0 R")
        document.save(tagged)
    paths = [part.path for part in split_deck(tagged, tmp_path / "out").parts]
    assert size_of(paths) <= 1.1 * tagged.stat().st_size


def test_a_ppt_a_locked_deck_and_what_is_no_deck_are_told_and_leave_nothing(tmp_path: Path) -> None:
    locked = make_pdf(tmp_path / "locked.pdf", 60, password="secret")
    text = tmp_path / "a.txt"
    text.write_text("no deck", encoding="utf-8")
    cut = tmp_path / "cut.pptx"
    cut.write_bytes(make_pptx(tmp_path / "b.pptx", 3).read_bytes()[:9000])
    for path, told in (
        (make_ppt(tmp_path / "old.ppt", ["First"]), "save it as pptx or PDF"),
        (locked, "password"), (text, "no deck"), (cut, "broken zip"), (tmp_path / "none.pptx", "no such file"),
    ):  # fmt: skip
        with pytest.raises(BadAsset, match=told) as error:
            split_deck(path, tmp_path / "out")
        assert path.name in str(error.value)
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadConfig, match="is a file"):
        split_deck(tmp_path / "b.pptx", text)


def test_when_a_later_part_fails_no_part_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_pptx(tmp_path / "a.pptx", 60)
    write = verb.rewriting.copy_pages
    calls = iter((write,))

    def once(*arguments: object, **options: object) -> int:
        return next(calls)(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(verb.rewriting, "copy_pages", once)
    with pytest.raises(StopIteration):
        split_deck(source, tmp_path / "out")
    assert list(entries(tmp_path / "out")) == []


def test_shows_templates_and_decks_with_macros_become_plain_decks(tmp_path: Path) -> None:
    plain = make_pptx(tmp_path / "plain.pptx", 2)
    types = zipfile.ZipFile(plain).read("[Content_Types].xml")
    main = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    assert main in types
    for flavour, kind in (
        ("ppsx", b"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml"),
        ("potx", b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"),
        ("pptm", b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
    ):
        source = with_part(
            plain, tmp_path / f"{flavour}.pptx", {"[Content_Types].xml": types.replace(main, kind)}
        )
        made = split_deck(source, tmp_path / "out")
        assert isinstance(made.source.facts, DeckFacts)
        assert isinstance(made.parts[0].report.facts, DeckFacts)
        assert (made.source.facts.flavour, made.parts[0].report.facts.flavour) == (flavour, "pptx")


@pytest.mark.needs("soffice")
def test_parts_look_as_the_whole_does_and_libreoffice_s_own_pdf_splits_too(tmp_path: Path) -> None:
    source = make_lesson(tmp_path / "a.pptx", 54, pictures=54, sections=3, jumps={1: 50, 50: 1}, show=(1, 40))
    printed = seeing.as_pdf(source, tmp_path)
    (tmp_path / "parts").mkdir()
    parts = [
        seeing.as_pdf(part.path, tmp_path / "parts") for part in split_deck(source, tmp_path / "decks").parts
    ]
    whole = list(seeing.pages(printed, 480))
    assert seeing.least_alike(iter(whole), itertools.chain(*(seeing.pages(p, 480) for p in parts))) >= 0.99
    cut = [part.path for part in split_deck(printed, tmp_path / "pdfs").parts]
    assert size_of(cut) <= 1.1 * printed.stat().st_size
    assert seeing.least_alike(iter(whole), itertools.chain(*(seeing.pages(p, 480) for p in cut))) >= 0.99
