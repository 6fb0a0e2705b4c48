"""What maintainers read is true: drawings are fresh, and what is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import drawing, recipes

PAGES = (drawing.PAGE, recipes.GUIDE)
_NAMED = re.compile(r"`((?:mediaprep|tests|scripts|fixtures|\.github|\.ci)/[\w./-]*)`")


@pytest.mark.parametrize("page", drawing.PAGES, ids=lambda page: page.name)
def test_what_is_drawn_is_as_it_stands(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == drawing.drawn(text), (
        "rooms, states or options have changed: run python -m tests.drawing (scripts/architecture)"
    )
    assert all(f"drawn: {name}" in text for name in drawing.PAGES[page])


def test_every_room_says_what_it_is_for() -> None:
    silent = [str(path) for path in drawing.PACKAGE.rglob("__init__.py") if not drawing.said_by(path.parent)]
    assert not silent, f"no docstring, so the drawing of the house is empty there: {silent}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_room_that_is_named_exists(page: Path) -> None:
    text = re.sub(r"A new file `[^`]+`", "", page.read_text(encoding="utf-8"))
    lost = sorted({name for name in _NAMED.findall(text) if not (drawing.PROJECT / name).exists()})
    assert not lost, f"{page.name} names what is not there: {lost}"


def test_every_term_is_explained_once_and_in_order() -> None:
    page = drawing.PAGE.read_text(encoding="utf-8")
    words = page.split("\n## Words\n")[1].split("\n## ")[0]
    terms = re.findall(r"^- \*\*([^*]+)\*\*: ", words, flags=re.MULTILINE)
    assert len(terms) > 30
    assert terms == sorted(set(terms))
