"""pptx: slides counted from the list, hidden ones from their first bytes, bombs left alone."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.decks import openxml
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import DeckFacts, UnknownFacts
from tests.making import cut_off, make_pptx
from tests.making_decks import make_lesson, with_part
from tests.seeing import saved_by_office


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


@pytest.mark.needs("soffice")
def test_a_deck_of_another_writer_is_read_as_it_was_made(tmp_path: Path) -> None:
    made = make_pptx(tmp_path / "a.pptx", 3, hidden=(2,), notes={3: "谢谢！"})
    (tmp_path / "b").mkdir()
    facts = probe(saved_by_office(made, tmp_path / "b", "pptx"))
    assert isinstance(facts, DeckFacts)
    assert (facts.pages_total, facts.hidden_pages, facts.notes_pages) == (3, (2,), (3,))


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


RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def linked(path: Path, target: Path, links: str, *, slide: str = "", **changes: bytes) -> Path:
    """A copy of a deck whose first slide has more relationships, and more XML before its end."""
    with zipfile.ZipFile(path) as archive:
        rels = archive.read("ppt/slides/_rels/slide1.xml.rels")
        xml = archive.read("ppt/slides/slide1.xml")
    parts = {
        "ppt/slides/_rels/slide1.xml.rels": rels.replace(
            b"</Relationships>", links.encode() + b"</Relationships>"
        ),
        "ppt/slides/slide1.xml": xml.replace(b"</p:sld>", slide.encode() + b"</p:sld>"),
    }
    return with_part(path, target, {**parts, **changes})


def link(kind: str, target: str, number: int = 90, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="rId{number}" Type="{RELS}/{kind}" Target="{target}"{mode}/>'


def held(path: Path) -> dict[str, tuple[tuple[int, ...], tuple[str, ...]]]:
    return {entry.kind: (entry.pages, entry.names) for entry in openxml.read(path).holds or ()}


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("video", "video"), ("audio", "audio"), ("oleObject", "ole"), ("package", "ole"), ("control", "ole"),
        ("diagramData", "smartart"),
    ],
)  # fmt: skip
def test_what_a_slide_is_linked_to_tells_what_it_holds(tmp_path: Path, kind: str, found: str) -> None:
    path = linked(make_pptx(tmp_path / "a.pptx", 2), tmp_path / "b.pptx", link(kind, "../media/x.bin"))
    assert held(path)[found] == ((1,), ())


def test_linked_files_are_told_by_their_last_name_only(tmp_path: Path) -> None:
    links = link("video", "file:///C:\\Users\\me\\clip.mp4", outside=True) + link(
        "hyperlink", "https://example.com/", 91, outside=True
    )
    found = held(linked(make_pptx(tmp_path / "a.pptx", 1), tmp_path / "b.pptx", links))
    assert found["linked"] == ((1,), ("clip.mp4",))
    assert "video" in found


def test_effects_and_transitions_are_found_and_a_video_s_own_timing_is_none(tmp_path: Path) -> None:
    plain = make_pptx(tmp_path / "a.pptx", 1)
    effect = '<p:timing><p:tnLst><p:par><p:cTn presetClass="entr"/></p:par></p:tnLst></p:timing>'
    moved = held(linked(plain, tmp_path / "b.pptx", "", slide=f"<p:transition/>{effect}"))
    assert (moved["animations"], moved["transitions"]) == (((1,), ()), ((1,), ()))
    media = held(linked(plain, tmp_path / "c.pptx", "", slide=effect.replace("entr", "mediacall")))
    assert not {"animations", "transitions"} & set(media)


def test_fonts_of_pages_and_theme_and_those_in_the_file_are_named(tmp_path: Path) -> None:
    plain = make_pptx(tmp_path / "a.pptx", 1)
    main = zipfile.ZipFile(plain).read("ppt/presentation.xml")
    embedded = (
        b'<p:embeddedFontLst><p:embeddedFont><p:font typeface="Own"/></p:embeddedFont></p:embeddedFontLst>'
    )
    path = linked(
        plain,
        tmp_path / "b.pptx",
        "",
        slide='<p:extLst><a:latin typeface="Own"/><a:ea typeface="汉仪旗黑"/><a:latin typeface="+mn-lt"/></p:extLst>',
        **{"ppt/presentation.xml": main.replace(b"<p:defaultTextStyle>", embedded + b"<p:defaultTextStyle>")},
    )
    found = held(path)
    assert set(found["fonts"][1]) == {"Own", "汉仪旗黑", "Calibri"}
    assert found["embedded_fonts"] == ((), ("Own",))


def test_macros_flavour_size_claim_and_sections(tmp_path: Path) -> None:
    plain = make_lesson(tmp_path / "a.pptx", 6, pictures=0, sections=3)
    read = openxml.read(plain)
    assert read.size == pytest.approx((960, 540), abs=0.1)
    assert (read.sections, read.flavour, read.claimed, read.missing) == ((1, 3, 5), "pptx", None, ())
    with zipfile.ZipFile(plain) as archive:
        types = archive.read("[Content_Types].xml").replace(
            b"presentationml.presentation.main", b"presentationml.slideshow.main"
        )
        app = archive.read("docProps/app.xml").replace(b"<Slides>0<", b"<Slides>77<")
        rels = archive.read("ppt/_rels/presentation.xml.rels").replace(
            b"</Relationships>", link("vbaProject", "v.bin").encode() + b"</Relationships>"
        )
    other = with_part(
        plain,
        tmp_path / "b.pptx",
        {
            "[Content_Types].xml": types,
            "docProps/app.xml": app,
            "ppt/_rels/presentation.xml.rels": rels,
            "ppt/slides/slide2.xml": None,
        },
    )
    read = openxml.read(other)
    assert (read.total, read.claimed, read.flavour, read.missing) == (6, 77, "ppsx", (2,))
    assert "macros" in {entry.kind for entry in read.holds or ()}


def test_a_megabyte_that_unpacks_to_a_gigabyte_is_refused_unopened(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "a.pptx", 1)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        block = bytes(1 << 20)
        with archive.open("ppt/media/image99.bmp", "w", force_zip64=True) as part:
            for _ in range(600):
                part.write(block)
    started = time.process_time()
    with pytest.raises(BadAsset, match=r"unpacks to 0\.6 GiB, \d+ times its size"):
        openxml.read(path)
    assert time.process_time() - started < 0.5


def test_a_part_that_does_not_match_its_checksum_is_damage(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "a.pptx", 1)
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("ppt/presentation.xml")
        start = entry.header_offset + 30 + len(entry.filename)
    data = bytearray(path.read_bytes())
    data[start + entry.compress_size // 2] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(BadAsset, match="damaged"):
        openxml.read(path)
