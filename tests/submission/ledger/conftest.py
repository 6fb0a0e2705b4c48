"""Every ledger test runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.submission.ledger.books import Desk


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        made = Desk(str(tmp_path / "state" / "ledger.db"))
    else:
        made = Desk(request.getfixturevalue("postgres").fresh())
    yield made
    made.book.close()
