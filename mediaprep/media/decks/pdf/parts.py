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
    kept = [objects[page - 1] for page in pages]
    for page in kept:
        _prune(document, page, _inherited(document, page), _contents(document, page))
    for number in range(1, document.xref_length()):  # drawings that pages use hang on the same resources
        if document.xref_is_stream(number):
            _prune(document, number, number, [number])
    _forget(document, document.pdf_catalog(), _WHOLE)
    for page in kept:
        _forget(document, page, ("StructParents",))
        for above in _above(document, page):
            _forget(document, above, ("Resources",))
    document.select([page - 1 for page in pages])


def _forget(document: Any, number: int, names: Sequence[str]) -> None:
    for name in names:
        if document.xref_get_key(number, name)[0] != "null":
            document.xref_set_key(number, name, "null")


def save(document: Any, target: object) -> None:
    """Written with nothing that is not reached, small objects packed together."""
    document.save(str(target), garbage=3, deflate=True, use_objstms=1)


def _prune(document: Any, owner: int, holder: int | None, streams: Sequence[int]) -> None:
    """Give a page or drawing (`owner`, drawn by `streams`) its own /Resources: of those that are `holder`'s, what
    it names. Whatever is written in an unusual way is left as it is."""
    kind, value = document.xref_get_key(holder, "Resources") if holder is not None else ("null", "")
    if kind not in {"xref", "dict"}:
        return
    mentioned = _mentioned(document, streams, holder)
    own = document.get_new_xref()
    document.update_object(own, document.xref_object(int(value.split()[0])) if kind == "xref" else value)
    for category in _CATEGORIES:
        kind, value = _dictionary(document, own, category)
        if kind in {"xref", "dict"} and _REFERENCES.fullmatch(value.strip()):
            kept = [
                f"/{name} {number} {generation} R"
                for name, number, generation in _ENTRY.findall(value)
                if _plain(name.encode("utf-8", "surrogateescape")) in mentioned
            ]
            document.xref_set_key(own, category, f"<<{' '.join(kept)}>>")
    document.xref_set_key(owner, "Resources", f"{own} 0 R")


def _dictionary(document: Any, number: int, key: str) -> tuple[str, str]:
    """Kind and text of a key's value, looked up where it is a reference."""
    kind, value = document.xref_get_key(number, key)
    return kind, document.xref_object(int(value.split()[0]), compressed=True) if kind == "xref" else value


def _inherited(document: Any, page: int) -> int | None:
    """The object whose /Resources are the page's: itself or a node above it."""
    return next(
        (
            node
            for node in (page, *_above(document, page))
            if document.xref_get_key(node, "Resources")[0] in {"xref", "dict"}
        ),
        None,
    )


def _above(document: Any, page: int) -> list[int]:
    """The nodes of the page tree above a page."""
    found: list[int] = []
    kind, parent = document.xref_get_key(page, "Parent")
    while kind == "xref" and (node := int(parent.split()[0])) not in found:
        found.append(node)
        kind, parent = document.xref_get_key(node, "Parent")
    return found


def _mentioned(document: Any, streams: Sequence[int], holder: int | None) -> set[bytes]:
    """Every name in these streams, and in what they draw that has no resources of its own."""
    _, named = _dictionary(document, holder, "Resources/XObject") if holder is not None else ("", "")
    drawings = {
        _plain(name.encode("utf-8", "surrogateescape")): int(n) for name, n, _ in _ENTRY.findall(named)
    }
    names: set[bytes] = set()
    waiting, seen = list(streams), set(streams)
    while waiting:
        data = document.xref_stream(waiting.pop()) or b""
        fresh = {_plain(name) for name in _NAME.findall(data)} - names
        names |= fresh
        for form in {drawings[name] for name in fresh if name in drawings} - seen:
            seen.add(form)
            if document.xref_get_key(form, "Subtype")[1] == "/Form":
                waiting.append(form)
    return names


def _contents(document: Any, page: int) -> list[int]:
    kind, value = document.xref_get_key(page, "Contents")
    if kind == "xref" and not document.xref_is_stream(int(value.split()[0])):
        kind, value = "array", document.xref_object(int(value.split()[0]), compressed=True)
    return [int(number) for number in re.findall(r"(\d+) \d+ R", value)] if kind in {"xref", "array"} else []


def _plain(name: bytes) -> bytes:
    """A name without its #xx escapes."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name)
