"""Every parameter of the docs has a test that measures its effect, or is known to act elsewhere."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from mediaprep.contract import endpoints
from tests.emulator.render.measured import ELSEWHERE, MEASURED

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def documented(fixtures: Path) -> dict[str, list[str]]:
    """Wire paths of each endpoint that makes something, by its nickname."""
    document: dict[str, Any] = yaml.safe_load((fixtures / "api" / "rules.yaml").read_text("utf-8"))
    names = {row.path: row.nickname for row in endpoints.ENDPOINTS.values() if row.kind == "submit"}
    return {
        names[row["path"]]: [param["path"] for param in row["params"]]
        for row in document["endpoints"]
        if row["path"] in names
    }


def test_every_parameter_is_measured_or_acts_elsewhere(documented: dict[str, list[str]]) -> None:
    rendered = elsewhere = 0
    for nickname, paths in documented.items():
        for path in paths:
            known = path in MEASURED[nickname]
            assert known or path in ELSEWHERE, (
                f"{nickname}.{path}: which test measures its effect? (measured.py)"
            )
            rendered, elsewhere = rendered + known, elsewhere + (not known)
        assert set(MEASURED[nickname]) <= set(paths), set(MEASURED[nickname]) - set(paths)
    print(f"{rendered}/{rendered} parameters rendered with a measured effect, {elsewhere} act elsewhere")
    assert (rendered + elsewhere, len(documented)) == (160, 6)


def test_the_tests_that_measure_are_there() -> None:
    wanted = {test for rows in MEASURED.values() for test in rows.values()}
    for file in {test.partition("::")[0] for test in wanted}:
        tree = ast.parse((HERE / file).read_text("utf-8"))
        found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        asked = {test.partition("::")[2] for test in wanted if test.startswith(f"{file}::")}
        assert asked <= found, asked - found
