"""A plan as stable JSON (`mediaprep.plan/1`); later versions only add keys."""

from __future__ import annotations

from collections.abc import Iterator

from mediaprep.model import strict_json
from mediaprep.model.paid.manifest_plan import SCHEMA, ManifestPlan


def chunks(plan: ManifestPlan, *, lang: str) -> Iterator[str]:
    """The whole answer, a job at a time."""
    head = strict_json.dumps({"schema": SCHEMA, "manifest": plan.manifest}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "jobs": ['
    between = "\n    "
    for job in plan.jobs:
        yield between + strict_json.dumps(job.to_dict(lang))
        between = ",\n    "
    yield "]" if between == "\n    " else "\n  ]"
    yield ",\n" + strict_json.dumps(plan.summary_dict(lang), indent=2).removeprefix("{\n") + "\n"
