"""Decks whose pages are flat colours, so that a picture of a page can be told to the pixel."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

Colour = tuple[int, int, int]
COLOURS: tuple[Colour, ...] = (
    (200, 30, 40), (20, 160, 60), (30, 60, 200), (230, 200, 20), (120, 20, 160), (20, 170, 190), (240, 130, 20),
)  # fmt: skip


def colour_pdf(path: Path, colours: Sequence[Colour], *, width: float = 960, height: float = 540) -> Path:
    """A page of each colour all over."""
    import pymupdf

    with pymupdf.open() as document:
        for colour in colours:
            page = document.new_page(width=width, height=height)
            page.draw_rect(page.rect, color=None, fill=tuple(value / 255 for value in colour))
        document.save(path)
    return path


def quarters_pdf(path: Path, *, width: float = 960, height: float = 540) -> Path:
    """One page of four colours: COLOURS 0 and 1 above, 2 and 3 below."""
    import pymupdf

    with pymupdf.open() as document:
        page = document.new_page(width=width, height=height)
        for number in range(4):
            left, top = number % 2 * width / 2, number // 2 * height / 2
            box = pymupdf.Rect(left, top, left + width / 2, top + height / 2)
            page.draw_rect(box, color=None, fill=tuple(value / 255 for value in COLOURS[number]))
        document.save(path)
    return path


def colour_pptx(
    path: Path, colours: Sequence[Colour], *, hidden: Sequence[int] = (), wide: bool = True
) -> Path:
    """A slide of each colour all over; `hidden` by page from 1."""
    import pptx
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    deck = pptx.Presentation()
    if wide:
        deck.slide_width, deck.slide_height = Inches(16), Inches(9)
    for number, colour in enumerate(colours, 1):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor(*colour)
        if number in hidden:
            slide._element.set("show", "0")
    deck.save(path)
    return path


def without_office(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A machine without LibreOffice."""
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", str(empty))


def false_office(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """A `soffice` that does what the shell lines `body` say; it tells the version of a real one."""
    place = folder / "false"
    place.mkdir(exist_ok=True)
    script = place / "soffice"
    script.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "LibreOffice 7.4.7.2 40(Build:2)" && exit 0\n{body}\n',
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(place))
