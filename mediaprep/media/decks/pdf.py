"""The door to PyMuPDF: it also hands out the font that has every common Chinese glyph."""

from __future__ import annotations


def cjk_font() -> bytes:
    """Droid Sans Fallback (Apache-2.0), a TrueType file of 3.5 MB with 34,000 glyphs, no emoji."""
    import pymupdf

    return bytes(pymupdf.Font("china-s").buffer)
