"""Advice on what the docs leave open: soft, named in both languages, and apart from what the docs say."""

from __future__ import annotations

from typing import Any

import pytest

from mediaprep.contract.limits import FIELDS, OURS, ROWS
from mediaprep.model.findings import Verdict
from mediaprep.preflight import heuristics, words
from mediaprep.preflight.judge import rows_for
from mediaprep.preflight.rulebook import reasons

OF_FOOTAGE = {row.measure: row for row in heuristics.rows("notrain", "RefVideoUrl")}


@pytest.mark.parametrize(
    ("measure", "plain", "odd"),
    [
        ("pixel_format", ("yuv420p", "yuvj420p"), "yuv420p10le"),
        ("rotation", (0,), 90),
        ("variable_rate", (False,), True),
        ("interlaced", (False,), True),
        ("hdr", (False,), True),
    ],
)
def test_what_not_every_player_takes_is_advised_against(
    measure: str, plain: tuple[Any, ...], odd: Any
) -> None:
    row = OF_FOOTAGE[measure]
    assert {row.bound.verdict(value) for value in plain} == {Verdict.PASS}
    assert row.bound.verdict(odd) is Verdict.ADVISED
    assert row.source == OURS


def test_the_contract_holds_only_such_advice_as_follows_from_the_docs() -> None:
    assert {row.measure for row in ROWS if row.source == OURS} == {"estimated_seconds"}


def test_every_measure_that_the_docs_bound_has_a_reason() -> None:
    bound = {row.measure for row in ROWS if row.source != OURS}
    missing = sorted(bound - set(reasons.OF_MEASURES))
    assert not missing, f"no row of OF_MEASURES in mediaprep/preflight/rulebook/reasons.py: {missing}"


def test_every_measure_that_is_judged_has_a_name() -> None:
    judged = {row.measure for field in FIELDS for row in rows_for(*field.split(".", 1))}
    nameless = sorted(judged - set(words.NAMES))
    assert not nameless, f"no row of NAMES in mediaprep/preflight/words.py, in both languages: {nameless}"
