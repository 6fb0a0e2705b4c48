"""How the jobs of a manifest ended, as values that reports are made of."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mediaprep.model.findings import FileReport, Finding, Text
from mediaprep.model.finishing.proof import Check
from mediaprep.model.telling.json_results import JsonResult, plain
from mediaprep.model.telling.redaction import redact


class State(enum.StrEnum):
    """Where a job stands when `run` lets go of it."""

    DONE = "done"
    REFUSED = "refused"  # judged before anything was sent
    FAILED = "failed"  # the service or a tool
    PENDING = "pending"  # not at its end, or for a person to decide: `mediaprep jobs` goes on


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One input file of a job: as it came, what was done, and as it was uploaded."""

    parameter: str  # wire path with indices
    before: FileReport
    steps: tuple[Text, ...] = ()
    after: FileReport | None = None
    ready: Path

    @property
    def last(self) -> FileReport:
        return self.after or self.before


@dataclass(frozen=True, kw_only=True)
class SampledFrame:
    """A sampled frame for the report: JPEG bytes and where it was taken."""

    label: str
    jpeg: bytes


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a job that was sent takes of an hour package: `seconds` of the product, measured or (while it is made)
    expected. `minutes` None: nobody knows, because it failed or nothing says how long it will be. `cost` None:
    no price is known."""

    seconds: float | None = None
    minutes: float | None = None
    cost: float | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome(JsonResult):
    """One job, told whole. `findings` are those left on inputs and request when it was decided."""

    job: str
    endpoint: str
    state: State
    ledger_id: str | None = None  # its row, for `mediaprep jobs`
    inputs: tuple[Prepared, ...] = ()
    findings: tuple[Finding, ...] = ()
    task_id: str | None = None
    voice_task_id: str | None = None
    result: Path | None = None  # as the service made it
    output: Path | None = None  # finished
    beside: tuple[Path, ...] = ()  # captions, thumbnail and contact sheet, as files
    receipt: Path | None = None  # beside it
    checks: tuple[Check, ...] = ()
    notes: tuple[Text, ...] = ()
    pictures: tuple[SampledFrame, ...] = ()
    problem: Text | None = None
    exit_code: int = 0
    seconds: float = 0.0  # wall clock of the whole job
    emulated: bool = False  # made by an emulator: nothing was paid
    charge: Charge | None = None

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """One element of `jobs` of `run --format json`; pictures are left to the page."""
        charge = self.charge
        return {
            "id": self.job,
            "endpoint": self.endpoint,
            "state": self.state.value,
            "emulated": self.emulated,
            "ledger_id": self.ledger_id,
            "task_id": self.task_id,
            "voice_task_id": self.voice_task_id,
            "result": plain(self.result),
            "output": plain(self.output),
            "beside": [str(path) for path in self.beside],
            "receipt": plain(self.receipt),
            "seconds": round(self.seconds, 3),
            "product_seconds": charge.seconds if charge else None,
            "minutes": charge.minutes if charge else 0.0,
            "cost": charge.cost if charge else None,
            "problem": redact(self.problem.say(lang)) if self.problem else None,
            "inputs": [
                {
                    "parameter": entry.parameter,
                    "before": entry.before.to_dict(lang),
                    "steps": [step.say(lang) for step in entry.steps],
                    "after": entry.after.to_dict(lang) if entry.after else None,
                }
                for entry in self.inputs
            ],
            "findings": [finding.to_dict(lang) for finding in self.findings],
            "checks": [plain(check) for check in self.checks],
            "notes": [redact(note.say(lang)) for note in self.notes],
        }


@dataclass(frozen=True, kw_only=True)
class RunTotals:
    """All jobs of a run in a line: how many came to what, minutes and cost as far as they are known, and the wall
    clock (None: not told). `unknown` jobs were sent, and it is not known what they took."""

    jobs: int = 0
    states: Mapping[State, int] = field(default_factory=dict)
    minutes: float = 0.0
    cost: float | None = None
    currency: str = ""
    unknown: int = 0
    seconds: float | None = None


def totals(outcomes: Iterable[Outcome], seconds: float | None = None) -> RunTotals:
    """The sum over all jobs, on which a run worked for so many seconds."""
    states: Counter[State] = Counter()
    charges = []
    for outcome in outcomes:
        states[outcome.state] += 1
        if outcome.charge is not None:
            charges.append(outcome.charge)
    costs = [charge.cost for charge in charges if charge.cost is not None]
    return RunTotals(
        jobs=states.total(),
        states=dict(states),
        minutes=round(sum(charge.minutes or 0.0 for charge in charges), 2),
        cost=round(sum(costs), 2) if costs else None,
        currency=next((charge.currency for charge in charges if charge.currency), ""),
        unknown=sum(charge.minutes is None for charge in charges),
        seconds=seconds,
    )


@dataclass(frozen=True, kw_only=True)
class ProgressEvent:
    """Something a person waiting for a job wants to know; `done` of `total` where it can be counted."""

    job: str
    kind: str  # fix | say | upload | submit | wait | fetch | finish
    message: Text
    done: float | None = None
    total: float | None = None
