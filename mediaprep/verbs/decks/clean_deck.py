"""`deck clean`: a copy of a deck without hidden pages, or with all of them shown."""

from __future__ import annotations

from pathlib import Path

from mediaprep.contract import profiles
from mediaprep.errors import Refused
from mediaprep.media.decks.pages import Pages
from mediaprep.media.decks.writing import rewriting
from mediaprep.model.decks.copies import DeckCopy, Hidden
from mediaprep.verbs.decks.check_decks import check_decks, named, read_deck
from mediaprep.verbs.finishing import output_claims


def clean_deck(
    source: Path,
    target: Path,
    *,
    hidden: Hidden = "drop",
    overwrite: bool = False,
    profile: str = profiles.DEFAULT,
) -> DeckCopy:
    """Write the copy and judge it again. Raises BadAsset for what cannot be read or rewritten, Refused when no
    page would be left."""
    output_claims.claim([target], reads=[source], overwrite=overwrite)
    with named(source):
        report, facts, whole = read_deck(source, profile)
        rewriting.refuse_locked(facts.family, whole)
        pages = kept_pages(whole, hidden)
        rewriting.copy_pages(source, facts.family, whole, target, pages, unhide=hidden == "unhide")
    (made,) = check_decks([target], profile=profile)
    return DeckCopy(source=report, path=target, report=made, pages=pages)


def kept_pages(whole: Pages, hidden: Hidden) -> tuple[int, ...]:
    """The pages that stay, from 1. Raises Refused when all are hidden and dropped."""
    gone = frozenset(whole.hidden or ()) if hidden == "drop" else frozenset()
    pages = tuple(page for page in range(1, (whole.total or 0) + 1) if page not in gone)
    if not pages:
        raise Refused(
            f"all of its {whole.total or 0} pages are hidden: none would be left; unhide them"
            if gone
            else "has no pages: nothing to write",
            f"全部 {whole.total or 0} 页都是隐藏页，删除后一页不剩：请改为取消隐藏"
            if gone
            else "没有页面，无可写出",
        )
    return pages
