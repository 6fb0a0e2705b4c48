"""The door to PyMuPDF: counts pages that are really there, and lends the CJK font it carries."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pymupdf

from mediaprep.errors import BadAsset
from mediaprep.media import posix
from mediaprep.media.decks.reading import Pages

_LOOKED_AT = 51  # one more than the docs allow: loading pages makes MuPDF mend a lying count
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


def _count(document: Any) -> int:
    """Pages that load. The number a PDF states may be wrong; loading some makes MuPDF count for itself."""
    loaded = 0
    for number in range(min(document.page_count, _LOOKED_AT)):
        try:
            document.load_page(number)
        except Exception:  # noqa: BLE001  # a page the file only claims
            break
        loaded += 1
    if not loaded:
        raise _broken("not one page in it loads")
    stated = document.page_count
    return int(stated) if loaded >= min(stated, _LOOKED_AT) else loaded


def _broken(reason: str) -> BadAsset:
    return BadAsset(
        f"is a damaged or empty PDF ({reason}): print it to PDF again",
        f"PDF 损坏或为空（{reason}）：请重新导出 PDF",
    )


@functools.cache
def cjk_font() -> bytes:
    """Droid Sans Fallback (Apache-2.0), 3.5 MB: a font with Chinese glyphs that needs no system package."""
    return bytes(_mupdf.Font("china-s").buffer)
