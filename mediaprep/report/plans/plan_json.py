"""A plan as stable JSON (`mediaprep.plan/1`); later versions only add keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mediaprep.model import strict_json
from mediaprep.model.paid.manifest_plan import JobPlan, ManifestPlan
from mediaprep.report.check.check_json import finding_entry

SCHEMA = "mediaprep.plan/1"


def chunks(plan: ManifestPlan, *, lang: str) -> Iterator[str]:
    """The whole answer, a job at a time."""
    head = strict_json.dumps({"schema": SCHEMA, "manifest": plan.manifest}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "jobs": ['
    between = "\n    "
    for job in plan.jobs:
        yield between + strict_json.dumps(job_entry(job, lang))
        between = ",\n    "
    yield "]" if between == "\n    " else "\n  ]"
    findings = [finding_entry(finding, lang) for finding in plan.findings]
    left = {"totals": totals_entry(plan), "places": dict(plan.places), "findings": findings}
    yield ",\n" + strict_json.dumps(left, indent=2).removeprefix("{\n") + "\n"


def job_entry(job: JobPlan, lang: str) -> dict[str, Any]:
    """One element of `jobs`. `minutes` and `cost` are what is still to be paid; null where nobody knows."""
    return {
        "id": job.id,
        "endpoint": job.endpoint or None,
        "verdict": job.verdict.value,
        "state": job.state.value,
        "seconds": job.seconds,
        "minutes": job.minutes,
        "cost": job.cost,
        "findings": [finding_entry(finding, lang) for finding in job.findings],
        "mended": [step.say(lang) for step in job.steps],
        "upload_bytes": job.upload_bytes,
        "begins": job.begins,
        "ends": job.ends,
        "output": job.output or None,
        "place": job.place.say("en") if job.place else None,
    }


def totals_entry(plan: ManifestPlan) -> dict[str, Any]:
    """`totals`."""
    totals = plan.totals
    return {
        "jobs": totals.jobs,
        "refused": totals.refused,
        "kept": totals.kept,
        "unknown": totals.unknown,
        "minutes": totals.minutes,
        "cost": totals.cost,
        "currency": totals.currency,
        "seconds_of_work": totals.seconds_of_work,
        "upload_bytes": totals.upload_bytes,
        "packages": dict(totals.packages),
    }
