"""No table over endpoints lacks one: nothing stands in for a row that was forgotten."""

from __future__ import annotations

import pytest

from mediaprep.contract import minimal, products
from mediaprep.contract.endpoints import ENDPOINTS

SUBMITS = [row for row in ENDPOINTS.values() if row.kind == "submit"]


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_has_its_table_of_parameters(name: str) -> None:
    assert ENDPOINTS[name].slots, f"no row in Endpoint.request (contract/endpoints.py) for {name}"
    assert name in minimal.TEXT, f"no smallest request in contract/minimal.py for {name}"


@pytest.mark.parametrize("row", SUBMITS, ids=lambda row: row.nickname)
def test_every_submit_has_its_product(row: object) -> None:
    nickname, drives, product = row.nickname, row.drives, row.product  # type: ignore[attr-defined]
    assert product != "video" or nickname in products.DEFAULT_FORMAT, (
        f"DEFAULT_FORMAT of contract/products.py: {nickname}"
    )
    assert not drives or nickname in minimal.SOUND, (
        f"no request by sound in contract/minimal.py for {nickname}"
    )
