"""LibreOffice behind its door: bounded, fetching nothing, never believed."""

from __future__ import annotations

import http.server
import os
import threading
import time
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.decks import office, page_images, typefaces
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.page_pictures import Framing
from mediaprep.model.facts import DeckFacts
from tests.making import make_photo, make_pptx
from tests.making_decks import A, R
from tests.making_pages import false_office

FRAME = Framing(width=1920, height=1080)


def first_page(path: Path, seconds: float = 60) -> None:
    facts = probe(path)
    assert isinstance(facts, DeckFacts)
    with page_images.opened(path, facts, seconds=seconds) as deck:
        deck.picture(1, FRAME)


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    return make_pptx(tmp_path / "deck.pptx", 2)


def test_it_is_ended_with_all_it_started_when_it_hangs(
    deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "pids"
    false_office(monkeypatch, tmp_path, f"/bin/sleep 60 & echo $! $$ > {note}; wait")
    with pytest.raises(BadAsset, match="LibreOffice: took longer than 2 s"):
        first_page(deck, seconds=2)
    for pid in map(int, note.read_text().split()):
        for _ in range(100):
            state = Path(f"/proc/{pid}/stat")
            if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                break
            time.sleep(0.02)
        else:
            raise AssertionError(f"{pid} still runs")


def test_an_exit_code_of_zero_proves_nothing(
    deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    false_office(monkeypatch, tmp_path, "echo 'source file could not be loaded' >&2; exit 0")
    with pytest.raises(BadAsset, match=r"cannot open it.*source file could not be loaded"):
        first_page(deck)


def test_too_few_pages_are_found_out(deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.making import make_pdf

    made = make_pdf(tmp_path / "one.pdf", 1)
    false_office(monkeypatch, tmp_path, f"/bin/mkdir made; /bin/cp {made} made/deck.pdf")
    with pytest.raises(ToolFailed, match=r"made 1 page\(s\) of 2"):
        first_page(deck)


def test_its_memory_and_its_files_are_bounded(
    deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "limits"
    false_office(monkeypatch, tmp_path, f"ulimit -v > {note}; ulimit -f >> {note}; env >> {note} 2>/dev/null")
    monkeypatch.setenv("MEDIAPREP_ACCESSTOKEN", "sesame")
    with pytest.raises(BadAsset):
        first_page(deck)
    memory, files = note.read_text().split()[:2]
    assert (2 << 20) <= int(memory) < (4 << 20)  # KiB
    assert int(files) in {(1 << 30) // 512, (1 << 30) // 1024}
    assert "sesame" not in note.read_text()


@pytest.mark.needs("soffice")
def test_what_a_deck_links_to_is_not_fetched(tmp_path: Path) -> None:
    import pptx

    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_OPTIONS = do_HEAD = do_PROPFIND = do_GET

        def log_message(self, *_: object) -> None:
            pass

    secret = make_photo(tmp_path / "secret.png")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        show = pptx.Presentation()
        slide = show.slides.add_slide(show.slide_layouts[6])
        for number, address in enumerate((secret.as_uri(), f"http://127.0.0.1:{server.server_port}/a.png")):
            shape = slide.shapes.add_picture(str(secret), 4_000_000 * number, 0, width=3_000_000)
            picture = shape._element.blipFill.find(f"{{{A}}}blip")
            picture.attrib.clear()
            kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
            picture.set(f"{{{R}}}link", slide.part.relate_to(address, kind, is_external=True))
        show.save(tmp_path / "linked.pptx")
        facts = probe(tmp_path / "linked.pptx")
        assert isinstance(facts, DeckFacts)
        with page_images.opened(tmp_path / "linked.pptx", facts) as opened:
            picture = opened.picture(1, FRAME)
        server.shutdown()
    assert asked == []
    assert picture.std(axis=(0, 1)).max() < 40  # neither of the two pictures of many colours
    assert (abs(picture.astype(int) - picture.mean(axis=2, keepdims=True)) < 8).all()


@pytest.mark.needs("soffice")
def test_chinese_faces_fall_on_one_that_has_chinese(tmp_path: Path) -> None:
    import pptx
    import pymupdf

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    for number, face in enumerate(("微软雅黑", "宋体", "SimHei", "KaiTi", "Calibri")):
        box = slide.shapes.add_textbox(100_000, 800_000 * (number + 1), 8_000_000, 700_000)
        run = box.text_frame.paragraphs[0].add_run()
        run.text, run.font.name = f"{face} 测试文字", face
    show.save(tmp_path / "faces.pptx")
    folder = tmp_path / "job"
    folder.mkdir()
    program = office.program()
    assert program is not None
    made = office.to_pdf(program, tmp_path / "faces.pptx", "pptx", folder, pages=range(1, 2))
    with pymupdf.open(made) as document:
        text, fonts = document[0].get_text(), [row[3] for row in document[0].get_fonts()]
    assert text.count("测试文字") == 5
    assert any(any(known in font for known in ("Droid", "CJK", "SourceHan", "WenQuan")) for font in fonts), (
        fonts
    )


def test_the_fonts_file_leads_from_what_decks_ask_for_to_what_there_is(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    environment = typefaces.lay_out(tmp_path)
    text = Path(environment["FONTCONFIG_FILE"]).read_text(encoding="utf-8")
    rows = ElementTree.fromstring(text).findall("alias")
    leads = {row.findtext("family"): [one.text for one in row.findall("accept/family")] for row in rows}
    assert leads["Calibri"] == ["Carlito"]
    assert leads["Arial"][0] == "Liberation Sans" and leads["Times New Roman"][0] == "Liberation Serif"
    for face in ("微软雅黑", "Microsoft YaHei", "宋体", "SimSun", "黑体", "楷体", "等线"):
        assert leads[face][-1] == "Droid Sans Fallback", face


@pytest.mark.needs("soffice")
def test_a_broken_deck_is_a_clear_error_and_no_wait(tmp_path: Path, deck: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    (tmp_path / "bad.pptx").write_bytes(os.urandom(5000))
    program = office.program()
    assert program is not None
    with pytest.raises(BadAsset, match="LibreOffice cannot open it"):
        office.to_pdf(program, tmp_path / "bad.pptx", "pptx", folder, pages=range(1, 2))
