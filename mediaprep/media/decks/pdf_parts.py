"""Fewer pages of an open PDF, with no more of its pictures and fonts than they show.

Printers (LibreOffice's too) hang all pages on one /Resources: each part would carry the pictures of the whole. So
each page that stays gets resources of its own, with the names that its contents mention. `document` is PyMuPDF's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_CATEGORIES = ("XObject", "Font", "Pattern", "Shading", "ColorSpace", "ExtGState", "Properties")
_NAME = re.compile(rb"/([^\s/<>\[\](){}%]+)")
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")
_ENTRY = re.compile(r"/([^\s/<>\[\](){}%]+)\s*(\d+) (\d+) R\s*")
_REFERENCES = re.compile(r"<<\s*(?:/[^\s/<>\[\](){}%]+\s*\d+ \d+ R\s*)*>>")
# what leads from the file to pages that are gone: tags, threads, bookmarks, first views
_WHOLE = ("StructTreeRoot", "MarkInfo", "Threads", "OpenAction", "PageLabels", "PieceInfo", "Outlines", "AA")


def keep(document: Any, pages: Sequence[int], objects: Sequence[int]) -> None:
    """Only `pages` (from 1), in their order. `objects`: object numbers of all pages."""
    for page in pages:
        _prune(document, objects[page - 1])
    catalogue = document.pdf_catalog()
    for name in _WHOLE:
        if document.xref_get_key(catalogue, name)[0] != "null":
            document.xref_set_key(catalogue, name, "null")
    for page in pages:
        if document.xref_get_key(objects[page - 1], "StructParents")[0] != "null":
            document.xref_set_key(objects[page - 1], "StructParents", "null")
    document.select([page - 1 for page in pages])


def save(document: Any, target: object) -> None:
    """Written with nothing that is not reached, small objects packed together."""
    document.save(str(target), garbage=3, deflate=True, use_objstms=1)


def _prune(document: Any, page: int) -> None:
    """Give a page its own /Resources, of what it names. Whatever is written in an unusual way is left as it is."""
    holder = _inherited(document, page)
    if holder is None:
        return
    mentioned = _mentioned(document, page, holder)
    own = document.get_new_xref()
    kind, value = document.xref_get_key(holder, "Resources")
    document.update_object(own, document.xref_object(int(value.split()[0])) if kind == "xref" else value)
    for category in _CATEGORIES:
        kind, value = document.xref_get_key(own, category)
        if kind == "xref":
            value = document.xref_object(int(value.split()[0]), compressed=True)
        if kind in {"xref", "dict"} and _REFERENCES.fullmatch(value.strip()):
            kept = [
                f"/{name} {number} {generation} R"
                for name, number, generation in _ENTRY.findall(value)
                if _plain(name.encode("utf-8", "surrogateescape")) in mentioned
            ]
            document.xref_set_key(own, category, f"<<{' '.join(kept)}>>")
    document.xref_set_key(page, "Resources", f"{own} 0 R")


def _inherited(document: Any, page: int) -> int | None:
    """The object whose /Resources are the page's: itself or a node above it."""
    seen: set[int] = set()
    while page not in seen:
        seen.add(page)
        if document.xref_get_key(page, "Resources")[0] in {"xref", "dict"}:
            return page
        kind, parent = document.xref_get_key(page, "Parent")
        if kind != "xref":
            return None
        page = int(parent.split()[0])
    return None


def _mentioned(document: Any, page: int, holder: int) -> set[bytes]:
    """Every name in the page's contents, and in what it draws that has no resources of its own."""
    streams = _contents(document, page)
    names: set[bytes] = set()
    seen: set[int] = set()
    while streams:
        data = document.xref_stream(streams.pop()) or b""
        fresh = {_plain(name) for name in _NAME.findall(data)} - names
        names |= fresh
        kind, value = document.xref_get_key(holder, "Resources/XObject")
        if kind == "xref":
            value = document.xref_object(int(value.split()[0]), compressed=True)
        for name, number, _ in _ENTRY.findall(value):
            form = int(number)
            if form in seen or _plain(name.encode("utf-8", "surrogateescape")) not in fresh:
                continue
            seen.add(form)
            if document.xref_get_key(form, "Subtype")[1] == "/Form":
                streams.append(form)
    return names


def _contents(document: Any, page: int) -> list[int]:
    kind, value = document.xref_get_key(page, "Contents")
    if kind == "xref" and not document.xref_is_stream(int(value.split()[0])):
        kind, value = "array", document.xref_object(int(value.split()[0]), compressed=True)
    return [int(number) for number in re.findall(r"(\d+) \d+ R", value)] if kind in {"xref", "array"} else []


def _plain(name: bytes) -> bytes:
    """A name without its #xx escapes."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name)
