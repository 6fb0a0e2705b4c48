"""A deck's facts, by the reader of its format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mediaprep.media.decks.pages import Outline, Pages
from mediaprep.media.isolation import posix
from mediaprep.model.facts import DeckFacts, Unmeasured

MAX_BYTES = 1 << 30  # ten times what the docs allow; larger ones are refused by size without being read


def read(path: Path, format: str) -> Pages:
    """Pages of a pptx, ppt or pdf (`format` is sniff's word). Raises BadAsset when it is damaged."""
    if format == "pdf":
        from mediaprep.media.decks.pdf import document

        return document.read(path)
    if format == "ppt":
        from mediaprep.media.decks import binary

        return binary.read(path)
    from mediaprep.media.decks import openxml

    return openxml.read(path)


def measure(path: Path, format: str) -> DeckFacts:
    """Facts of a deck. Raises BadAsset when it is damaged."""
    size = posix.refuse_irregular(path).st_size
    if size > MAX_BYTES:
        return _uncounted(
            format, size, "larger than 1 GiB: it was not read", "大于 1 GiB，未读取", "encrypted"
        )
    pages = read(path, format)
    if pages.total is None:
        facts = _uncounted(format, size, "it asks for a password", "已加密")
        return replace(facts, encrypted=pages.encrypted)
    spoken = (
        None if pages.notes is None else tuple(sorted(n for n, note in pages.notes.items() if note.strip()))
    )
    width, height = pages.size or (None, None)
    return DeckFacts(
        format=pages.flavour or format,
        flavour=pages.flavour,
        pages_total=pages.total,
        pages_visible=pages.total - len(pages.hidden or ()),
        hidden_pages=pages.hidden,
        encrypted=pages.encrypted,
        has_notes=None if spoken is None else bool(spoken),
        notes_pages=spoken,
        claimed_pages=pages.claimed,
        missing_pages=pages.missing,
        page_width=width and round(width, 2),
        page_height=height and round(height, 2),
        holds=pages.holds,
        size_bytes=size,
    )


def outline(path: Path, format: str) -> tuple[dict[int, str], bytes | None]:
    """Titles and thumbnail of a deck (a PDF has none), as plain values: classes other than facts do not leave a
    guarded child. Raises BadAsset when it is damaged."""
    found = _outline(path, format)
    return found.titles, found.thumbnail


def _outline(path: Path, format: str) -> Outline:
    if format == "pdf":
        from mediaprep.media.decks.pdf import document

        return document.outline(path)
    if format == "ppt":
        from mediaprep.media.decks import binary

        return binary.outline(path)
    from mediaprep.media.decks import openxml

    return openxml.outline(path)


def _uncounted(format: str, size: int, en: str, zh: str, *unknown: str) -> DeckFacts:
    """A deck whose pages are not known, and why; `unknown` are further measures."""
    reasons = tuple(Unmeasured(measure=measure, en=en, zh=zh) for measure in ("pages_total", *unknown))
    return DeckFacts(format=format, pages_total=None, size_bytes=size, unmeasured=reasons)
