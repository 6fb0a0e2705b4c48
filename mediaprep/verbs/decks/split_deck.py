"""`deck split`: a deck with too many pages → parts that PPT mode takes, one task after the other."""

from __future__ import annotations

from pathlib import Path

from mediaprep.contract import profiles
from mediaprep.media.decks.pages import Pages
from mediaprep.media.decks.writing import rewriting
from mediaprep.media.files import atomic
from mediaprep.model.decks.copies import DeckPart, Hidden, SplitDeck
from mediaprep.preflight.decks import parting
from mediaprep.preflight.mending.footage import highest
from mediaprep.verbs.decks.check_decks import check_decks, limit, named, read_deck
from mediaprep.verbs.decks.clean_deck import kept_pages
from mediaprep.verbs.finishing import output_claims


def split_deck(
    source: Path,
    folder: Path,
    *,
    hidden: Hidden = "keep",
    most_pages: int | None = None,
    overwrite: bool = False,
    profile: str = profiles.DEFAULT,
) -> SplitDeck:
    """Write NAME-1.pptx, NAME-2.pptx … into `folder` (made if need be): all of them, or none.

    Parts have at most `most_pages` (the docs' limit), nearly alike, cut between the author's sections where one ends
    nearby; notes stay with their pages. What stands there is replaced if it is ours, or with `overwrite`. Raises
    BadAsset for what cannot be read or rewritten, BadConfig for a folder that cannot be used.
    """
    most = most_pages or int(highest(limit("pages_total", profile).bound))
    with named(source):
        report, facts, whole = read_deck(source, profile)
        rewriting.refuse_locked(facts.family, whole)
        pages = kept_pages(whole, hidden)
        made = _written(
            source,
            facts.family,
            whole,
            pages=pages,
            folder=folder,
            most=most,
            unhide=hidden == "unhide",
            overwrite=overwrite,
        )
    reports = check_decks([path for path, _ in made], profile=profile)
    return SplitDeck(
        source=report,
        parts=tuple(
            DeckPart(path=path, pages=chosen, report=judged)
            for (path, chosen), judged in zip(made, reports, strict=True)
        ),
        dropped=tuple(sorted(set(range(1, (whole.total or 0) + 1)) - set(pages))),
    )


def _written(
    source: Path,
    format: str,
    whole: Pages,
    *,
    pages: tuple[int, ...],
    folder: Path,
    most: int,
    unhide: bool,
    overwrite: bool,
) -> list[tuple[Path, tuple[int, ...]]]:
    """Each part's path and pages. They come into `folder` once all of them are proved."""
    starts = [place for place, page in enumerate(pages, 1) if page in whole.sections]
    made = []
    with atomic.staging(folder) as private:
        for number, span in enumerate(parting.parts(len(pages), most, starts), 1):
            chosen = pages[span.start - 1 : span.stop - 1]
            part = private / f"{source.stem}-{number}.{format}"
            lean = len(chosen) < (whole.total or 0)
            rewriting.copy_pages(source, format, whole, part, chosen, lean=lean, unhide=unhide)
            made.append((folder / part.name, chosen))
        output_claims.claim([path for path, _ in made], reads=[source], overwrite=overwrite)
        atomic.land_all(private, folder)
    return made
