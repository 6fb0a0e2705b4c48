"""The outcomes of a run as stable JSON (`mediaprep.run/1`); later versions only add keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mediaprep.model import strict_json
from mediaprep.model.paid.outcomes import Outcome, RunTotals
from mediaprep.report.runs.run_results import totals_entry

SCHEMA = "mediaprep.run/1"


def lines(outcomes: Iterable[Outcome], totals: RunTotals, *, lang: str) -> Iterator[str]:
    """The whole answer of `run --format json` as text, one job after the other; pictures are left to the page."""
    yield f'{{\n  "schema": {strict_json.dumps(SCHEMA)},\n  "jobs": ['
    between = "\n"
    for outcome in outcomes:
        entry = strict_json.dumps(outcome.to_dict(lang), indent=2)
        yield between + textwrap.indent(entry, "    ")
        between = ",\n"
    yield f'\n  ],\n  "totals": {strict_json.dumps(totals_entry(totals))}\n}}\n'
