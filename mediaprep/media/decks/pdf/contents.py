"""What the pages of an open PDF hold: notes (text annotations), media, forms, scripts, fonts it does not bring.

`document` is PyMuPDF's; `pages` are object numbers, in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mediaprep.media.decks.pages import PageContents
from mediaprep.model.facts import OnPages

_REFERENCE = re.compile(r"(\d+) \d+ R")
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_FONTS_ON = 51  # pages whose fonts are looked at: one more than the service takes
_MOST_ANNOTATIONS = 10_000
_TITLES_OF = 1000  # pages
_LONGEST_TITLE = 200
_HELD = {
    "/RichMedia": "video", "/Movie": "video", "/Screen": "video", "/Sound": "audio", "/Widget": "form",
    "/FileAttachment": "ole",
}  # fmt: skip


def notes(document: Any, pages: Sequence[int]) -> dict[int, str]:
    """Page (from 1) → the text of its notes: text annotations, as programs export speakers' notes."""
    found = {}
    for number, page in enumerate(pages, 1):
        texts = [
            document.xref_get_key(annotation, "Contents")[1]
            for annotation in _annotations(document, page)
            if document.xref_get_key(annotation, "Subtype")[1] == "/Text"
            and document.xref_get_key(annotation, "Contents")[0] == "string"
        ]
        told = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").strip() for text in texts).strip()
        if told:
            found[number] = told
    return found


def titles(document: Any, pages: Sequence[int]) -> dict[int, str]:
    """Page (from 1) → the first line of its text, "" where there is none: what stands nearest to a title."""
    found = {}
    for number in range(1, min(len(pages), _TITLES_OF) + 1):
        try:
            text = document[number - 1].get_text("text", sort=True)
        except Exception:  # noqa: BLE001  # a damaged page; what is wrong with it shows elsewhere
            text = ""
        lines = (" ".join(line.split()) for line in text.splitlines())
        found[number] = next((line for line in lines if line), "")[:_LONGEST_TITLE]
    return found


def size(document: Any) -> tuple[float, float] | None:
    """Width and height of the first page in points, as displayed; None where it does not load."""
    try:
        box = document[0].rect
    except Exception:  # noqa: BLE001  # a damaged page; what is wrong with it shows elsewhere
        return None
    return (box.width, box.height) if box.width > 0 and box.height > 0 else None


def held(document: Any, pages: Sequence[int]) -> tuple[OnPages, ...]:
    """What a picture of a page does not show, or not surely as its maker saw it."""
    found = PageContents()
    for number, page in enumerate(pages, 1):
        for annotation in _annotations(document, page):
            if what := _HELD.get(document.xref_get_key(annotation, "Subtype")[1]):
                found.add(what, number)
    catalogue = document.pdf_catalog()
    if any(
        document.xref_get_key(catalogue, key)[1].startswith(start)
        for key, start in (("OpenAction/S", "/JavaScript"), ("Names/JavaScript", ("<<", *"123456789")))
    ):
        found.add("script")
    for number in range(min(len(pages), _FONTS_ON)):
        if faces := _foreign_faces(document, number):
            found.add("fonts", number + 1, faces)
    return found.all()


def _foreign_faces(document: Any, number: int) -> list[str]:
    """Fonts that a page (from 0) names and the file does not bring along."""
    try:
        fonts = document.get_page_fonts(number)
    except Exception:  # noqa: BLE001  # a damaged page; what is wrong with it shows elsewhere
        return []
    return [_SUBSET.sub("", entry[3]) for entry in fonts if entry[1] == "n/a" and entry[2] != "Type3"]


def _annotations(document: Any, page: int) -> list[int]:
    kind, value = document.xref_get_key(page, "Annots")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), compressed=True)
    elif kind != "array":
        return []
    objects = document.xref_length()
    numbers = (int(number) for number in _REFERENCE.findall(value)[:_MOST_ANNOTATIONS])
    return [number for number in numbers if 0 < number < objects]
