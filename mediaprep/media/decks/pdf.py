"""The door to PyMuPDF: counts the pages that are really there, and lends the CJK font it carries."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import pymupdf

from mediaprep.errors import BadAsset
from mediaprep.media import posix
from mediaprep.media.decks.pages import Pages

_MOST_PAGES = 20_000
_REFERENCE = re.compile(r"(\d+) \d+ R")
_MAGIC_WITHIN = 1024

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
