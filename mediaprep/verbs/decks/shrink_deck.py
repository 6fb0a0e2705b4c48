"""`deck shrink`: a copy of a deck that is too large, its pictures made smaller until it fits."""

from __future__ import annotations

from pathlib import Path

from mediaprep.contract import profiles
from mediaprep.media.decks.writing import shrinking
from mediaprep.model.decks.copies import DeckCopy
from mediaprep.preflight.mending.footage import highest
from mediaprep.verbs.decks.check_decks import check_decks, limit, named, read_deck
from mediaprep.verbs.finishing import output_claims


def shrink_deck(
    source: Path,
    target: Path,
    *,
    most_bytes: int | None = None,
    overwrite: bool = False,
    profile: str = profiles.DEFAULT,
) -> DeckCopy:
    """Write the copy, with at most `most_bytes` (the docs' limit, in decimal megabytes), and judge it again.

    Raises BadAsset for what cannot be read or rewritten, Refused when its pictures are not what is large.
    """
    most = most_bytes or int(highest(limit("size_bytes", profile).bound))
    output_claims.claim([target], reads=[source], overwrite=overwrite)
    with named(source):
        report, facts, whole = read_deck(source, profile)
        changed = shrinking.shrink(source, facts.family, target, most)
    (made,) = check_decks([target], profile=profile)
    pages = tuple(range(1, (whole.total or 0) + 1))
    return DeckCopy(source=report, path=target, report=made, pages=pages, pictures=changed)
