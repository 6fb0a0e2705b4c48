"""Decks written anew from some of their pages, or with hidden ones shown: proved before they get their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.media.decks.pages import Pages
from mediaprep.media.decks.writing import deck_proof
from mediaprep.media.files import atomic
from mediaprep.media.isolation import posix


def copy_pages(
    source: Path,
    format: str,
    whole: Pages,
    target: Path,
    pages: Sequence[int],
    *,
    lean: bool = False,
    unhide: bool = False,
) -> int:
    """Write `pages` (from 1, in order) of a deck read as `whole`, with their notes and nothing else; its size in
    bytes. `lean`: without layouts that none of them uses; `unhide`: all of them shown.

    Raises BadAsset for what cannot be rewritten, ToolFailed when the result does not hold; nothing is left then.
    """
    refuse_locked(format, whole)
    atomic.refuse_same(source, target)
    with atomic.landing(target) as part:
        atomic.need_space(target.parent, posix.refuse_irregular(source).st_size)
        if format == "pdf":
            _write_pdf(source, pages, part)
        else:
            _write_pptx(source, pages, part, lean=lean, unhide=unhide)
        deck_proof.prove(part, format, _expected(whole, pages, unhide=unhide))
        return part.stat().st_size


def write_notes(source: Path, format: str, whole: Pages, target: Path, notes: Mapping[int, str]) -> None:
    """Write a copy of a deck read as `whole` in which the notes of these pages (from 1) say this. Raises as
    `copy_pages` does."""
    refuse_locked(format, whole)
    atomic.refuse_same(source, target)
    with atomic.landing(target) as part:
        atomic.need_space(target.parent, posix.refuse_irregular(source).st_size)
        if format == "pdf":
            from mediaprep.media.decks.pdf import document as pdf
            from mediaprep.media.decks.pdf import notes as pdf_notes
            from mediaprep.media.decks.pdf import parts

            with pdf.opened(source) as document:
                pdf_notes.write(document, pdf.listed(document)[0], notes)
                parts.save(document, part)
        else:
            from mediaprep.media.decks.writing import slides

            with slides.opened(source) as deck:
                deck.write_notes(notes)
                deck.save(part)
        deck_proof.prove(part, format, replace(whole, notes={**(whole.notes or {}), **notes}))


def refuse_locked(format: str, whole: Pages) -> None:
    """BadAsset for decks that nothing here writes: with a password, or of PowerPoint 97–2003."""
    if whole.encrypted or whole.total is None:
        raise BadAsset("asks for a password: save it without one first", "文件已加密：请先另存为无密码的文件")
    if format == "ppt":
        raise BadAsset(
            "is a ppt (PowerPoint 97-2003), which nothing here writes: save it as pptx or PDF first "
            "(`soffice --convert-to pptx` does it too)",
            "是 ppt（PowerPoint 97-2003），此处无法改写：请先另存为 pptx 或 PDF（也可用 `soffice --convert-to pptx`）",
        )


def _write_pptx(source: Path, pages: Sequence[int], part: Path, *, lean: bool, unhide: bool) -> None:
    from mediaprep.media.decks.writing import slides

    with slides.opened(source) as deck:
        deck.keep(frozenset(pages), lean=lean)
        if unhide:
            deck.unhide()
        deck.save(part)


def _write_pdf(source: Path, pages: Sequence[int], part: Path) -> None:
    from mediaprep.media.decks.pdf import document as pdf
    from mediaprep.media.decks.pdf import parts

    with pdf.opened(source) as document:
        objects, _ = pdf.listed(document)
        parts.keep(document, pages, objects)
        parts.save(document, part)


def _expected(whole: Pages, pages: Sequence[int], *, unhide: bool) -> Pages:
    """What the counter must find in the copy."""
    number = {page: place for place, page in enumerate(pages, 1)}
    hidden = () if unhide else tuple(number[page] for page in whole.hidden or () if page in number)
    return replace(
        whole,
        total=len(pages),
        hidden=hidden,
        missing=tuple(number[page] for page in whole.missing if page in number),
        notes={number[page]: text for page, text in (whole.notes or {}).items() if page in number},
    )
