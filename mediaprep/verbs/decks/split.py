"""`deck split`: a deck with too many pages → parts that PPT mode takes, one task after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mediaprep import leavings
from mediaprep.contract import profiles
from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media.decks import rewriting
from mediaprep.media.decks.pages import Pages
from mediaprep.model.decks import DeckPart, Hidden, SplitDeck
from mediaprep.preflight import parting
from mediaprep.preflight.video import highest
from mediaprep.verbs.decks.check import check_decks, limit, named, read_deck
from mediaprep.verbs.decks.clean import kept_pages


def split_deck(
    source: Path,
    folder: Path,
    *,
    hidden: Hidden = "keep",
    most_pages: int | None = None,
    profile: str = profiles.DEFAULT,
) -> SplitDeck:
    """Write NAME-1.pptx, NAME-2.pptx … into `folder` (made if need be): all of them, or none.

    Parts have at most `most_pages` (the docs' limit), nearly alike, cut between the author's sections where one
    ends nearby; notes stay with their pages. Raises BadAsset for what cannot be read or rewritten, BadConfig for
    a folder that cannot be used.
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
) -> list[tuple[Path, tuple[int, ...]]]:
    """Each part's path and pages. They are moved into `folder` once all of them are proved."""
    starts = [place for place, page in enumerate(pages, 1) if page in whole.sections]
    made = []
    with _private(folder) as private:
        for number, span in enumerate(parting.parts(len(pages), most, starts), 1):
            chosen = pages[span.start - 1 : span.stop - 1]
            part = private / f"{source.stem}-{number}.{format}"
            lean = len(chosen) < (whole.total or 0)
            rewriting.copy_pages(source, format, whole, part, chosen, lean=lean, unhide=unhide)
            made.append((folder / part.name, chosen))
        for path, _ in made:
            (private / path.name).replace(path)
    return made


@contextlib.contextmanager
def _private(folder: Path) -> Iterator[Path]:
    """A folder of our own inside `folder`, gone afterwards: parts leave it together."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        private = leavings.make_folder(".split-", folder)
    except FileExistsError as error:
        raise BadConfig(f"{folder}: is a file, name a folder", f"{folder}：是文件，请给出目录") from error
    except OSError as error:
        raise ToolFailed(
            f"{folder}: cannot be written: {error.strerror}", f"{folder}：无法写入：{error.strerror}"
        ) from error
    try:
        yield private
    finally:
        leavings.remove_folder(private)
