"""`mediaprep deck preview`: pictures in a folder, and a line for each that says which way it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.media import pictures
from tests.making import entries, make_pptx
from tests.making_pages import COLOURS, colour_pdf, without_office


def corner_and_middle(path: Path) -> tuple[list[int], list[int], tuple[int, int]]:
    header, pixels, _ = pictures.read_pixels(path)
    middle = pixels[header.height // 2, header.width // 2]
    return pixels[0, 0].tolist(), middle.tolist(), (header.width, header.height)


def test_pages_are_written_in_the_wanted_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deck = str(colour_pdf(tmp_path / "a.pdf", COLOURS[:3]))
    folder = tmp_path / "new" / "pages"
    line = ["deck", "preview", deck, "-o", str(folder), "--size", "1080x1920", "--fit", "letterbox"]
    assert run([*line, "--background", "#1A2b3C", "--pages", "2-3"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ["page-002.png: drawn from the PDF", "page-003.png: drawn from the PDF"]
    assert err == ""
    assert sorted(path.name for path in entries(folder)) == ["page-002.png", "page-003.png"]
    for number in (2, 3):
        seen = corner_and_middle(folder / f"page-{number:03}.png")
        assert seen == ([0x1A, 0x2B, 0x3C], list(COLOURS[number - 1]), (1080, 1920))


def test_what_could_not_be_drawn_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = str(make_pptx(tmp_path / "a.pptx", 2, hidden=[2]))
    without_office(monkeypatch, tmp_path)
    assert run(["deck", "preview", deck, "-o", str(tmp_path / "pages")]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "page-001.png: a card with the title, not drawn",
        "page-002.png: a card with the title, not drawn, a hidden page",
    ]
    assert "libreoffice-impress-nogui" in err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--background", "red"], 2, "six hexadecimal digits"),
        (["--pages", "3-1"], 2, "a page or a range"),
        (["--pages", "7"], 1, "no such page: it has 1"),
    ],
)
def test_a_wrong_wish_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    deck = str(colour_pdf(tmp_path / "a.pdf", COLOURS[:1]))
    assert run(["deck", "preview", deck, "-o", str(tmp_path / "pages"), *arguments]) == code
    assert told in capsys.readouterr().err
    assert not (tmp_path / "pages").exists()


def test_what_is_no_deck_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pptx").write_bytes(b"PK\x03\x04 not a deck")
    assert run(["deck", "preview", str(tmp_path / "a.pptx"), "-o", str(tmp_path / "pages")]) == 1
    error = capsys.readouterr().err
    assert "a.pptx" in error and "Traceback" not in error
    assert not (tmp_path / "pages").exists()
