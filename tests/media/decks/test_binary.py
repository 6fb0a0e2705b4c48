"""ppt: counted from its records; damage is a value."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from mediaprep.media.decks import binary
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import DeckFacts, UnknownFacts
from tests.making import make_pptx
from tests.making_ppt import deck, make_ppt, record
from tests.seeing import saved_by_office


def test_slides_hidden_ones_and_notes_are_read() -> None:
    pages = binary._Deck(*deck(4, hidden=(2,), notes=(1, 4))).pages()
    assert (pages.total, pages.hidden, pages.encrypted) == (4, (2,), False)
    assert pages.notes == {1: "Notes 1", 4: "Notes 4"}


def test_a_password_makes_it_encrypted_and_uncounted() -> None:
    pages = binary._Deck(*deck(4, locked=True)).pages()
    assert (pages.total, pages.encrypted) == (None, True)


def test_a_deck_without_a_current_user_is_read_from_its_last_document() -> None:
    _, stream = deck(3)
    assert binary._Deck(b"", stream).pages().total == 3


def test_any_offset_that_leads_nowhere_is_damage_and_no_crash() -> None:
    user, stream = deck(3, hidden=(1,), notes=(2,))
    for at in range(0, len(stream) - 4, 4):
        wrong = stream[:at] + b"\xff\xff\xff\x7f" + stream[at + 4 :]
        try:
            pages = binary._Deck(user, wrong).pages()
        except binary._Damaged:
            continue
        assert pages.total is None or 0 <= pages.total <= 3


def test_edits_that_go_round_end() -> None:
    user, stream = deck(1)
    edit = stream.rindex(struct.pack("<H", 0x0FF5)) - 2
    looped = stream[: edit + 16] + struct.pack("<I", edit) + stream[edit + 20 :]
    assert binary._Deck(user, looped).pages().total == 1


@pytest.mark.needs("soffice")
def test_a_deck_of_an_office_is_read_as_it_was_made(tmp_path: Path) -> None:
    made = make_pptx(tmp_path / "a.pptx", 3, hidden=(2,), notes={1: "大家好，这是第一页。"})
    facts = probe(saved_by_office(made, tmp_path, "ppt"))
    assert isinstance(facts, DeckFacts)
    assert (facts.format, facts.pages_total, facts.hidden_pages, facts.notes_pages) == ("ppt", 3, (2,), (1,))
    assert (facts.encrypted, facts.missing_pages) == (False, ())
    assert (facts.page_width, facts.page_height) == (720, 540)
    (fonts,) = (entry for entry in facts.holds or () if entry.kind == "fonts")
    assert "Calibri" in fonts.names


def test_a_file_is_read_through_its_sectors(tmp_path: Path) -> None:
    facts = probe(make_ppt(tmp_path / "a.ppt", ["First", "第二页"], notes=(2,)))
    assert isinstance(facts, DeckFacts)
    assert (facts.format, facts.pages_total, facts.notes_pages) == ("ppt", 2, (2,))


def test_a_deck_damaged_in_any_place_is_a_value(tmp_path: Path) -> None:
    path = make_ppt(tmp_path / "a.ppt", ["First", "Second"], notes=(1,))
    data = path.read_bytes()
    for step in range(48):
        wrong = bytearray(data)
        at = len(data) * step // 48
        wrong[at : at + 100] = b"\xff" * len(wrong[at : at + 100])
        path.write_bytes(wrong)
        assert isinstance(probe(path), DeckFacts | UnknownFacts)


def test_what_slides_hold_is_found_by_their_shapes(tmp_path: Path) -> None:
    """Objects stand in one list of the document; shapes name them by number."""
    stream = bytearray()
    offsets: list[int] = []

    def place(data: bytes) -> int:
        offsets.append(len(stream))
        stream.extend(data)
        return len(offsets)

    def shape(number: int) -> bytes:
        return record(0x040C, record(0x0BC1, struct.pack("<I", number)), container=True)

    effect = record(0x1014, bytes(4), container=True)
    shown = record(0x03F9, struct.pack("<IiBBHBxxx", 0, 0, 0, 5, 0, 0))
    slides = [
        record(0x03EE, body, container=True) for body in (shape(1) + shape(2), shown + effect, shape(3))
    ]
    entries = b"".join(
        record(0x03F3, struct.pack("<5I", place(slide), 0, 0, number, 0)) for number, slide in enumerate(slides, 256)
    ) + record(0x03F3, struct.pack("<5I", 99, 0, 0, 300, 0))  # fmt: skip
    name = record(0x0FBA, "C:\\me\\clip.avi".encode("utf-16-le"))
    video = record(0x1005, record(0x1004, struct.pack("<II", 1, 0)) + name, container=True)
    brought = (
        record(0x1006, video, container=True)
        + record(0x0FCC, record(0x0FC3, struct.pack("<6I", 1, 0, 2, 0, 0, 0)), container=True)
        + record(0x100F, record(0x1004, struct.pack("<II", 3, 0)), container=True)
    )
    fonts = b"".join(
        record(0x0FB7, face.encode("utf-16-le").ljust(68, b"\0")) for face in ("Arial", "汉仪旗黑")
    )
    document = place(
        record(
            0x03E8,
            record(0x03E9, struct.pack("<ii", 7680, 4320) + bytes(32))
            + record(0x0409, brought, container=True)
            + record(0x03F2, record(0x07D5, fonts + record(0x0FB8, b"ttf"), container=True), container=True)
            + record(
                0x07D0,
                record(0x03FF, record(0x0400, struct.pack("<III", 0, 1, 2)), container=True),
                container=True,
            )
            + record(0x0FF0, entries, container=True),
            container=True,
        )
    )
    directory = len(stream)
    stream += record(0x1772, struct.pack(f"<{1 + len(offsets)}I", len(offsets) << 20 | 1, *offsets))
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<7I", 256, 0, 0, directory, document, len(offsets) + 1, 0))
    user = record(0x0FF6, struct.pack("<3I", 20, 0xE391C05F, edit) + bytes(8))
    pages = binary._Deck(user, bytes(stream)).pages()
    assert (pages.total, pages.missing, pages.size) == (4, (4,), (960.0, 540.0))
    assert {entry.kind: (entry.pages, entry.names) for entry in pages.holds or ()} == {
        "video": ((1,), ()), "ole": ((1,), ()), "linked": ((1,), ("clip.avi",)), "audio": ((3,), ()),
        "transitions": ((2,), ()), "animations": ((2,), ()), "macros": ((), ()),
        "fonts": ((), ("Arial", "汉仪旗黑")), "embedded_fonts": ((), ("汉仪旗黑",)),
    }  # fmt: skip
