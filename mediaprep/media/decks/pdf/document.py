"""The door to PyMuPDF: opens PDFs, counts the pages that are really there,
draws them, and lends the CJK font it carries.

MuPDF is for one thread at a time, whatever the documents: all that reaches it from here holds `_turn`."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray

from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.media.decks.pages import Outline, Pages
from mediaprep.media.decks.pdf import contents
from mediaprep.media.isolation import posix
from mediaprep.model.decks.page_pictures import Framing

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
_turn = threading.RLock()


def read(path: Path) -> Pages:
    """Pages of a PDF, their notes and what they hold; one that asks for a password is encrypted and uncounted.
    Raises BadAsset when it is damaged, empty or no PDF (MuPDF opens pictures and web pages too)."""
    with opened(path) as document:
        if document.needs_pass:
            return Pages(total=None, encrypted=True)
        pages, claimed = listed(document)
        return Pages(
            total=len(pages),
            hidden=(),
            notes=contents.notes(document, pages),
            size=contents.size(document),
            claimed=claimed,
            holds=contents.held(document, pages),
        )


def outline(path: Path) -> Outline:
    """The first line of each page. Raises BadAsset as `read` does."""
    with opened(path) as document:
        if document.needs_pass:
            return Outline(titles={})
        return Outline(titles=contents.titles(document, listed(document)[0]))


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A PDF as PyMuPDF's document; whatever goes wrong with it inside is a BadAsset. Other threads wait for its end."""
    with _turn, _document(path) as document:
        yield document


@contextmanager
def _document(path: Path) -> Iterator[Any]:
    with posix.open_regular(path) as file:
        data = file.read()
    if b"%PDF-" not in data[:_MAGIC_WITHIN]:
        raise broken("no %PDF- at its start")
    try:
        with _mupdf.open(stream=data, filetype="pdf") as document:
            if not document.is_pdf:
                raise broken("it opens as something else")
            yield document
    except MediaprepError:
        raise
    except Exception as error:  # MuPDF raises its own, RuntimeError, ValueError … for damage
        raise broken(f"{type(error).__name__}: {str(error)[:100]}") from error


def keep_pages(source: Path, target: Path, pages: int) -> None:
    """Write the first `pages` pages of a PDF to `target`. Raises BadAsset when it cannot be read."""
    with opened(source) as document:
        document.select(range(min(pages, document.page_count)))
        document.save(target, garbage=3, deflate=True)


def listed(document: Any) -> tuple[list[int], int | None]:
    """The pages of the page tree that are really there, in order, as object numbers; and the /Count that
    stands beside them. It is not believed: too low a number hides pages from MuPDF, too high a one makes it
    fail, so it is put right in `document`."""
    kind, root = document.xref_get_key(document.pdf_catalog(), "Pages")
    if kind != "xref":
        raise broken("no page tree")
    objects, top = document.xref_length(), int(root.split()[0])
    found: list[int] = []
    waiting, seen = [top], set()
    while waiting:
        node = waiting.pop()
        if node != top and not _is_branch(document, node):
            if document.xref_object(node, compressed=True) != "null":
                found.append(node)
            if len(found) > _MOST_PAGES:
                raise broken(f"more than {_MOST_PAGES} pages")
            continue
        if node in seen:
            continue  # a tree that bites its tail
        seen.add(node)
        kids = map(int, _REFERENCE.findall(document.xref_get_key(node, "Kids")[1]))
        waiting.extend(reversed([kid for kid in kids if 0 < kid < objects]))  # others are cut off
    if not found:
        raise broken("not one page in it")
    kind, count = document.xref_get_key(top, "Count")
    claimed = int(count) if kind == "int" else None
    if claimed != len(found):
        document.xref_set_key(top, "Count", str(len(found)))
    return found, claimed


def picture(path: Path, number: int, framing: Framing) -> bytes:
    """Page `number` (from 1) in its frame, as rows of RGB bytes. Raises BadAsset when it cannot be drawn."""
    try:
        state = posix.refuse_irregular(path)
        with _turn:
            document, _ = _kept(path, (state.st_ino, state.st_mtime_ns, state.st_size))
            page = document.load_page(number - 1)
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
def _kept(path: Path, _: tuple[int, int, int]) -> tuple[Any, ExitStack]:
    """The document at `path`, open, with what closes it: page after page is asked of one file. The numbers tell
    another file of that name."""
    stack = ExitStack()
    document = stack.enter_context(_document(path))
    if document.needs_pass:
        raise BadAsset("asks for a password: save it without one", "设有密码：请去除密码后另存")
    listed(document)  # puts a wrong count right
    return document, stack


def _drawn(page: Any, width: int, height: int) -> NDArray[np.uint8]:
    """The page as (height, width, 3) RGB, on white."""
    matrix = _mupdf.Matrix(width / page.rect.width, height / page.rect.height)
    pixmap = page.get_pixmap(matrix=matrix, colorspace=_mupdf.csRGB, alpha=False)
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
    with _turn, _mupdf.open() as document:
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
        samples = np.frombuffer(_mupdf.Pixmap(_mupdf.csGRAY, _mupdf.Pixmap(picture)).samples, dtype=np.uint8)
    except Exception:  # noqa: BLE001  # MuPDF raises its own, RuntimeError, ValueError … for damage
        return False
    return int(samples.max(initial=0)) - int(samples.min(initial=255)) > _BLANK_WITHIN


def _draw_card(page: Any, title: str, place: str) -> None:
    width, height = page.rect.width, page.rect.height
    page.draw_rect(page.rect, color=None, fill=_PAPER)
    page.draw_rect(_mupdf.Rect(12, 12, width - 12, height - 12), color=_EDGE, width=1.5)
    page.insert_font(fontname=_CARD_FONT, fontbuffer=cjk_font())  # once a document, however many pages
    room = _mupdf.Rect(width * 0.08, height * 0.2, width * 0.92, height * 0.8)
    for size in _TITLE_SIZES:
        left = page.insert_textbox(
            room, title[:_LONGEST_TITLE], fontname=_CARD_FONT, fontsize=size, color=_INK, align=1
        )
        if left >= 0:  # less than 0: it did not fit, and nothing was written
            break
    foot = _mupdf.Rect(24, height - 48, width - 24, height - 20)
    page.insert_textbox(foot, place, fontname="helv", fontsize=14, color=_FAINT, align=2)


def _is_branch(document: Any, node: int) -> bool:
    kind = document.xref_get_key(node, "Type")[1]
    return bool(kind == "/Pages" or (kind != "/Page" and document.xref_get_key(node, "Kids")[0] != "null"))


def broken(reason: str) -> BadAsset:
    """A PDF that cannot be read, and why."""
    return BadAsset(
        f"is a damaged or empty PDF ({reason}): print it to PDF again",
        f"PDF 损坏或为空（{reason}）：请重新导出 PDF",
    )


@functools.cache
def cjk_font() -> bytes:
    """Droid Sans Fallback (Apache-2.0), 3.5 MB: a font with Chinese glyphs that needs no system package."""
    with _turn:
        return bytes(_mupdf.Font("china-s").buffer)
