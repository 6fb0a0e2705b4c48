"""Fixtures for all tests. The API's catalogue and real media are used when they lie beside the checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

_SHARED = Path(__file__).resolve().parents[1].parent / "shared"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real media and API data; the test is skipped where it is absent."""
    if not _SHARED.is_dir():
        pytest.skip("no shared media and API data beside the checkout")
    return _SHARED


@pytest.fixture(scope="session")
def rules_yaml(shared: Path) -> dict[str, Any]:
    """Every rule of the docs as data."""
    return yaml.safe_load((shared / "api" / "rules.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Small committed files, each with its source stated."""
    return FIXTURES
