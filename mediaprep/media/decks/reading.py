"""A deck's facts, by the reader of its format."""

from __future__ import annotations

from pathlib import Path

from mediaprep.media import posix
from mediaprep.media.decks.pages import Outline, Pages
from mediaprep.model.facts import DeckFacts

MAX_BYTES = 1 << 30  # ten times what the docs allow; larger ones are refused by size without being read


def read(path: Path, format: str) -> Pages:
    """Pages of a pptx, ppt or pdf (`format` is sniff's word). Raises BadAsset when it is damaged."""
    if format == "pdf":
        from mediaprep.media.decks import pdf

        return pdf.read(path)
    if format == "ppt":
        from mediaprep.media.decks import binary

        return binary.read(path)
    from mediaprep.media.decks import openxml

    return openxml.read(path)


def measure(path: Path, format: str) -> DeckFacts:
    """Facts of a deck. Raises BadAsset when it is damaged."""
    size = posix.refuse_irregular(path).st_size
    if size > MAX_BYTES:
        return DeckFacts(format=format, pages_total=None, size_bytes=size)
    pages = read(path, format)
    visible = None if pages.total is None else pages.total - len(pages.hidden or ())
    return DeckFacts(
        format=format,
        pages_total=pages.total,
        pages_visible=visible,
        hidden_pages=pages.hidden,
        encrypted=pages.encrypted,
        has_notes=None if pages.notes is None else any(note.strip() for note in pages.notes.values()),
        size_bytes=size,
    )


def outline(path: Path, format: str) -> tuple[tuple[float, float], dict[int, str], bytes | None]:
    """The Outline of a pptx or ppt as plain values: classes other than facts do not leave a guarded child. Raises
    BadAsset when it is damaged."""
    found = _outline(path, format)
    return found.size, found.titles, found.thumbnail


def _outline(path: Path, format: str) -> Outline:
    if format == "ppt":
        from mediaprep.media.decks import binary

        return binary.outline(path)
    from mediaprep.media.decks import openxml

    return openxml.outline(path)
