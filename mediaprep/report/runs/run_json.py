"""The outcomes of a run as stable JSON (`mediaprep.run/1`); later versions only add keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from mediaprep.config import redact
from mediaprep.model import strict_json
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import Outcome, RunTotals
from mediaprep.report.check.check_json import file_entry, finding_entry, plain
from mediaprep.report.runs.run_results import totals_entry

SCHEMA = "mediaprep.run/1"


def lines(outcomes: Iterable[Outcome], totals: RunTotals, *, lang: str) -> Iterator[str]:
    """The whole answer of `run --format json` as text, one job after the other; pictures are left to the page."""
    yield f'{{\n  "schema": {strict_json.dumps(SCHEMA)},\n  "jobs": ['
    between = "\n"
    for outcome in outcomes:
        entry = strict_json.dumps(_job(outcome, lang), indent=2)
        yield between + textwrap.indent(entry, "    ")
        between = ",\n"
    yield f'\n  ],\n  "totals": {strict_json.dumps(totals_entry(totals))}\n}}\n'


def _job(outcome: Outcome, lang: str) -> dict[str, Any]:
    def say(text: Text | None) -> str | None:
        return redact(text.say(lang)) if text else None

    charge = outcome.charge
    return {
        "id": outcome.job,
        "endpoint": outcome.endpoint,
        "state": outcome.state.value,
        "emulated": outcome.emulated,
        "ledger_id": outcome.ledger_id,
        "task_id": outcome.task_id,
        "voice_task_id": outcome.voice_task_id,
        "result": str(outcome.result) if outcome.result else None,
        "output": str(outcome.output) if outcome.output else None,
        "beside": [str(path) for path in outcome.beside],
        "receipt": str(outcome.receipt) if outcome.receipt else None,
        "seconds": round(outcome.seconds, 3),
        "product_seconds": charge.seconds if charge else None,
        "minutes": charge.minutes if charge else 0.0,
        "cost": charge.cost if charge else None,
        "problem": say(outcome.problem),
        "inputs": [
            {
                "parameter": entry.parameter,
                "before": file_entry(entry.before, lang),
                "steps": [step.say(lang) for step in entry.steps],
                "after": file_entry(entry.after, lang) if entry.after else None,
            }
            for entry in outcome.inputs
        ],
        "findings": [finding_entry(finding, lang) for finding in outcome.findings],
        "checks": [plain(check) for check in outcome.checks],
        "notes": [say(note) for note in outcome.notes],
    }
