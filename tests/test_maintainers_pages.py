"""What maintainers read is true: drawings are fresh, and what is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import drawing, recipes

PAGES = (drawing.PAGE, recipes.GUIDE)
_NAMED = re.compile(r"`((?:mediaprep|tests|scripts|fixtures|\.github|\.ci)/[\w./-]*)`")


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
