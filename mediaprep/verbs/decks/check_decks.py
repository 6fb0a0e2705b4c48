"""`deck check`: decks → what was measured of them as decks for PPT mode, and what speaks against each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from mediaprep.contract import profiles
from mediaprep.contract.limits import Limit, limits_for
from mediaprep.errors import BadAsset, Refused, ToolFailed
from mediaprep.media.decks import reading
from mediaprep.media.decks.pages import Pages
from mediaprep.model.decks.copies import SCHEMA
from mediaprep.model.facts import DeckFacts, UnknownFacts
from mediaprep.model.findings import Checked, FileReport
from mediaprep.verbs.check import check

ENDPOINT: Final = "ppt"
FIELD: Final = "PPTFileUrl"


def check_decks(paths: Iterable[Path], *, profile: str = profiles.DEFAULT) -> Checked:
    """Reports in the order given; a file that is missing, damaged or no deck is a report too."""
    found = check(paths, field=f"{ENDPOINT}.{FIELD}", profile=profile)
    return Checked(found, profile=profile, schema=SCHEMA)


def limit(measure: str, profile: str) -> Limit:
    """The docs' limit on a deck."""
    return next(row for row in limits_for(ENDPOINT, FIELD, profile=profile) if row.measure == measure)


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """What is wrong with a deck begins with its name."""
    try:
        yield
    except (BadAsset, Refused) as error:
        if str(path) in error.en:
            raise
        raise type(error)(f"{path}: {error.en}", f"{path}：{error.zh}") from error


def read_deck(path: Path, profile: str) -> tuple[FileReport, DeckFacts, Pages]:
    """A deck that is to be written anew. It is measured in a guarded child first, so that a trap is found there.
    Raises BadAsset when it is no deck or cannot be read."""
    (report,) = check_decks([path], profile=profile)
    facts = report.facts
    if isinstance(facts, UnknownFacts):
        raise (ToolFailed if facts.machine_fault else BadAsset)(facts.problem_en, facts.problem_zh)
    if not isinstance(facts, DeckFacts):
        raise BadAsset("is no deck (pptx, ppt, pdf)", "不是文稿（pptx、ppt、pdf）")
    return report, facts, reading.read(path, facts.family)
