"""Writes speakers' notes into an open PDF: one text annotation a page, where `pdf_contents.notes` looks for them.

`document` is PyMuPDF's; `pages` are object numbers, in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TEXT = 0  # PyMuPDF's number for text annotations
_CORNER = (12, 12)  # points from the top left


def write(document: Any, pages: Sequence[int], notes: Mapping[int, str]) -> None:
    """These pages (from 1) get these notes instead of theirs; "" takes them away. Raises ValueError for a page
    tree that MuPDF counts otherwise."""
    if document.page_count != len(pages):
        raise ValueError(f"{document.page_count} pages open of {len(pages)}")
    for number, text in notes.items():
        page = document[number - 1]
        for annotation in list(page.annots(types=[_TEXT]) or ()):
            page.delete_annot(annotation)
        if text:
            page.add_text_annot(_CORNER, text)
