"""The door to PyMuPDF: opens PDFs, counts the pages that are really there, and lends the CJK font it carries."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymupdf

from mediaprep.errors import BadAsset, MediaprepError
from mediaprep.media import posix
from mediaprep.media.decks import pdf_contents
from mediaprep.media.decks.pages import Pages

_MOST_PAGES = 20_000
_REFERENCE = re.compile(r"(\d+) \d+ R")
_MAGIC_WITHIN = 1024

_mupdf: Any = pymupdf  # its stubs leave out what is used here
_mupdf.TOOLS.mupdf_display_errors(False)
_mupdf.TOOLS.mupdf_display_warnings(False)


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
            notes=pdf_contents.notes(document, pages),
            size=pdf_contents.size(document),
            claimed=claimed,
            holds=pdf_contents.held(document, pages),
        )


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A PDF as PyMuPDF's document; whatever goes wrong with it inside is a BadAsset."""
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
    return bytes(_mupdf.Font("china-s").buffer)
