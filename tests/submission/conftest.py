"""A service with an emulator behind it for each file of tests, and a shop of paid jobs at it for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.submission.paying import Service, Shop, service, shop


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as here:
        yield here


@pytest.fixture
def paid(running: Service, tmp_path: Path) -> Iterator[Shop]:
    running.goes_well()
    with shop(running, tmp_path) as made:
        yield made
    running.goes_well()
