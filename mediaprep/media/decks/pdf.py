"""The door to PyMuPDF: counts the pages that are really there, draws them, and lends the CJK font it carries."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray

from mediaprep.errors import BadAsset
from mediaprep.media import posix
from mediaprep.media.decks.pages import Pages
from mediaprep.model.page_pictures import Framing

_MOST_PAGES = 20_000
_REFERENCE = re.compile(r"(\d+) \d+ R")
_MAGIC_WITHIN = 1024
_CARD_FONT = "cjk"
_CARD_HEIGHT = 540.0  # points; a card's width follows from the deck's shape
_PAPER, _EDGE, _INK, _FAINT = (0.97, 0.97, 0.98), (0.55, 0.6, 0.68), (0.13, 0.15, 0.2), (0.45, 0.48, 0.54)
_TITLE_SIZES = (44, 36, 30, 24, 18, 12)  # points; the largest with which the title fits
_LONGEST_TITLE = 400  # characters
_BLANK_WITHIN = 16  # greys between which a picture shows nothing

_mupdf: Any = pymupdf  # its stubs leave out what is used here
_mupdf.TOOLS.mupdf_display_errors(False)
_mupdf.TOOLS.mupdf_display_warnings(False)


def read(path: Path) -> Pages:
    """Pages of a PDF; one that asks for a password is encrypted and uncounted. Raises BadAsset when it is
    damaged, empty or no PDF (MuPDF opens pictures and web pages too)."""
    with posix.open_regular(path) as file:
        data = file.read()
    if b"%PDF-" not in data[:_MAGIC_WITHIN]:
        raise _broken("no %PDF- at its start")
    try:
        with _mupdf.open(stream=data, filetype="pdf") as document:
            if not document.is_pdf:
                raise _broken("it opens as something else")
            if document.needs_pass:
                return Pages(total=None, encrypted=True)
            return Pages(total=_count(document), hidden=())
    except BadAsset:
        raise
    except Exception as error:  # MuPDF raises its own, RuntimeError, ValueError … for damage
        raise _broken(f"{type(error).__name__}: {str(error)[:100]}") from error


def keep_pages(source: Path, target: Path, pages: int) -> None:
    """Write the first `pages` pages of a PDF to `target`. Raises BadAsset when it cannot be read."""
    with posix.open_regular(source) as file:
        data = file.read()
    try:
        with _mupdf.open(stream=data, filetype="pdf") as document:
            document.select(range(min(pages, document.page_count)))
            document.save(target, garbage=3, deflate=True)
    except Exception as error:  # MuPDF raises its own, RuntimeError, ValueError … for damage
        raise _broken(f"{type(error).__name__}: {str(error)[:100]}") from error


def picture(path: Path, number: int, framing: Framing) -> bytes:
    """Page `number` (from 1) in its frame, as rows of RGB bytes. Raises BadAsset when it cannot be drawn."""
    try:
        state = posix.refuse_irregular(path)
        page = _kept(path, (state.st_ino, state.st_mtime_ns, state.st_size)).load_page(number - 1)
        box = framing.place(page.rect.width, page.rect.height)
        drawn = _drawn(page, box.width, box.height)
    except BadAsset:
        raise
    except Exception as error:  # MuPDF raises its own, RuntimeError, ValueError … for damage
        raise BadAsset(
            f"page {number} cannot be drawn ({str(error)[:100]}): print it to PDF again",
            f"第 {number} 页无法绘制（{str(error)[:100]}）：请重新导出 PDF",
        ) from error
    if (box.width, box.height) == (framing.width, framing.height):
        return drawn.tobytes()
    frame = np.empty((framing.height, framing.width, 3), dtype=np.uint8)
    frame[:] = framing.background
    frame[box.y : box.y + box.height, box.x : box.x + box.width] = drawn
    return frame.tobytes()


@functools.lru_cache(maxsize=1)
def _kept(path: Path, _: tuple[int, int, int]) -> Any:
    """The document at `path`, open: page after page is asked of one file. The numbers tell another file."""
    with posix.open_regular(path) as file:
        data = file.read()
    document = _mupdf.open(stream=data, filetype="pdf")
    if not document.is_pdf or document.needs_pass:
        raise _broken("it does not open without a password" if document.needs_pass else "no PDF")
    return document


def _drawn(page: Any, width: int, height: int) -> NDArray[np.uint8]:
    """The page as (height, width, 3) RGB, on white."""
    matrix = pymupdf.Matrix(width / page.rect.width, height / page.rect.height)
    pixmap = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csRGB, alpha=False)
    rows = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    pixels = rows[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3)[:height, :width]
    lacking = ((0, height - pixels.shape[0]), (0, width - pixels.shape[1]), (0, 0))
    return np.pad(pixels, lacking, mode="edge") if any(map(any, lacking)) else pixels


def stand_in(
    size: tuple[float, float], cards: list[tuple[int, str]], total: int, thumbnail: bytes | None
) -> tuple[bytes, bool]:
    """A PDF in place of a deck that cannot be drawn here: for each (number, title) a card of the deck's shape. The
    first is the `thumbnail` (JPEG) where that one shows anything: whether it does is the second value."""
    width = _CARD_HEIGHT * min(max(size[0] / size[1], 0.1), 10.0)
    pictured = thumbnail is not None and _shows_anything(thumbnail)
    with _mupdf.open() as document:
        for number, title in cards:
            page = document.new_page(width=width, height=_CARD_HEIGHT)
            if pictured and number == cards[0][0]:
                page.insert_image(page.rect, stream=thumbnail, keep_proportion=False)
            else:
                _draw_card(page, title, f"{number} / {total}")
        return bytes(document.tobytes()), pictured


def _shows_anything(picture: bytes) -> bool:
    """False for a broken picture and for one colour all over: programs put an empty page there too."""
    try:
        samples = np.frombuffer(
            pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.Pixmap(picture)).samples, dtype=np.uint8
        )
    except Exception:  # noqa: BLE001  # MuPDF raises its own, RuntimeError, ValueError … for damage
        return False
    return int(samples.max(initial=0)) - int(samples.min(initial=255)) > _BLANK_WITHIN


def _draw_card(page: Any, title: str, place: str) -> None:
    width, height = page.rect.width, page.rect.height
    page.draw_rect(page.rect, color=None, fill=_PAPER)
    page.draw_rect(pymupdf.Rect(12, 12, width - 12, height - 12), color=_EDGE, width=1.5)
    page.insert_font(fontname=_CARD_FONT, fontbuffer=cjk_font())  # once a document, however many pages
    room = pymupdf.Rect(width * 0.08, height * 0.2, width * 0.92, height * 0.8)
    for size in _TITLE_SIZES:
        left = page.insert_textbox(
            room, title[:_LONGEST_TITLE], fontname=_CARD_FONT, fontsize=size, color=_INK, align=1
        )
        if left >= 0:  # less than 0: it did not fit, and nothing was written
            break
    foot = pymupdf.Rect(24, height - 48, width - 24, height - 20)
    page.insert_textbox(foot, place, fontname="helv", fontsize=14, color=_FAINT, align=2)


def _count(document: Any) -> int:
    """Pages in the page tree that are really there. The /Count that stands beside them is not asked: too low a
    number hides pages from MuPDF, too high a one makes it fail."""
    kind, root = document.xref_get_key(document.pdf_catalog(), "Pages")
    if kind != "xref":
        raise _broken("no page tree")
    objects = document.xref_length()
    found, waiting, seen = 0, [int(root.split()[0])], set()
    while waiting:
        node = waiting.pop()
        kids = document.xref_get_key(node, "Kids")[1]
        if node in seen:
            continue  # a tree that bites its tail
        seen.add(node)
        for kid in map(int, _REFERENCE.findall(kids)):
            if not 0 < kid < objects:
                continue  # cut off
            if _is_branch(document, kid):
                waiting.append(kid)
            elif document.xref_object(kid, compressed=True) != "null":
                found += 1
            if found > _MOST_PAGES:
                raise _broken(f"more than {_MOST_PAGES} pages")
    if not found:
        raise _broken("not one page in it")
    return found


def _is_branch(document: Any, node: int) -> bool:
    kind = document.xref_get_key(node, "Type")[1]
    return bool(kind == "/Pages" or (kind != "/Page" and document.xref_get_key(node, "Kids")[0] != "null"))


def _broken(reason: str) -> BadAsset:
    return BadAsset(
        f"is a damaged or empty PDF ({reason}): print it to PDF again",
        f"PDF 损坏或为空（{reason}）：请重新导出 PDF",
    )


@functools.cache
def cjk_font() -> bytes:
    """Droid Sans Fallback (Apache-2.0), 3.5 MB: a font with Chinese glyphs that needs no system package."""
    return bytes(_mupdf.Font("china-s").buffer)
