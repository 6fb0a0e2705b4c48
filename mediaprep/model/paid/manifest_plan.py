"""What a manifest will come to, as values: each job judged, what it takes, and when it is done."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.marked import Mistake, Place
from mediaprep.model.paid.records import JobState
from mediaprep.model.telling.json_results import JsonResult

SCHEMA: Final = "mediaprep.plan/1"
PAID = frozenset(
    {
        JobState.SUBMITTING,
        JobState.RUNNING,
        JobState.AMBIGUOUS,
        JobState.MADE,
        JobState.SAVED,
        JobState.REVIEW,
    }
)
"""States of a job that is paid for, or may be, and whose work is not at its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobPlan(JsonResult):
    """One job. `state` is the ledger's (NEW: it does not know it). `seconds` of the product; `minutes` and `cost` that
    a run would take of the package from now on; None where nobody knows. `begins` and `ends`: when it is rendered and
    when all of it is done, in seconds from now."""

    id: str
    endpoint: str = ""
    state: JobState = JobState.NEW
    verdict: Verdict = Verdict.PASS
    findings: tuple[Finding, ...] = ()
    seconds: float | None = None
    minutes: float | None = 0.0
    cost: float | None = None
    steps: tuple[Text, ...] = ()
    upload_bytes: int = 0
    begins: float = 0.0
    ends: float = 0.0
    output: str = ""
    place: Place | None = None

    @property
    def kept(self) -> bool:
        """Whether it is done, or paid for already."""
        return self.state is JobState.DONE or self.state in PAID

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """One element of `jobs`. `minutes` and `cost` are what is still to be paid; null where nobody knows."""
        return {
            "id": self.id,
            "endpoint": self.endpoint or None,
            "verdict": self.verdict.value,
            "state": self.state.value,
            "seconds": self.seconds,
            "minutes": self.minutes,
            "cost": self.cost,
            "findings": [finding.to_dict(lang) for finding in self.findings],
            "mended": [step.say(lang) for step in self.steps],
            "upload_bytes": self.upload_bytes,
            "begins": self.begins,
            "ends": self.ends,
            "output": self.output or None,
            "place": self.place.say("en") if self.place else None,
        }


@dataclass(frozen=True, kw_only=True)
class PlanTotals:
    """All jobs together. `seconds_of_work`: from now until the last is done. `unknown`: jobs whose length nobody
    knows. `packages`: minutes by what they are taken from (exclusive, shared)."""

    jobs: int = 0
    refused: int = 0
    kept: int = 0
    unknown: int = 0
    minutes: float = 0.0
    cost: float | None = None
    currency: str = ""
    seconds_of_work: float = 0.0
    upload_bytes: int = 0
    packages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ManifestPlan(JsonResult):
    """A manifest judged whole. `mistakes` keep it from being read as it stands; `findings` are on all jobs together.
    `places` is how many tasks run at a time under each quota."""

    manifest: str
    jobs: tuple[JobPlan, ...]
    totals: PlanTotals
    mistakes: tuple[Mistake, ...] = ()
    findings: tuple[Finding, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """2 for a manifest that cannot be read as it stands, 1 where something is refused, 3 where something could
        not be judged."""
        if self.mistakes:
            return 2
        verdicts = {job.verdict for job in self.jobs} | {finding.verdict for finding in self.findings}
        return 1 if Verdict.REFUSED in verdicts else 3 if Verdict.UNKNOWN in verdicts else 0

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `plan --format json`."""
        jobs = [job.to_dict(lang) for job in self.jobs]
        return {"schema": SCHEMA, "manifest": self.manifest, "jobs": jobs, **self.summary_dict(lang)}

    def summary_dict(self, lang: str) -> dict[str, object]:
        """What is said of all jobs together."""
        totals = {**dataclasses.asdict(self.totals), "packages": dict(self.totals.packages)}
        findings = [finding.to_dict(lang) for finding in self.findings]
        return {"totals": totals, "places": dict(self.places), "findings": findings}
