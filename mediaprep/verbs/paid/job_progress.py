"""One job in progress: what is known of it grows, and whoever waits for it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.errors import Refused
from mediaprep.media.files.own_outputs import STATE
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import Outcome, ProgressEvent, State

Listener = Callable[[ProgressEvent], None]


class Ongoing:
    """`outcome` is what is known so far; `folder` is where the job keeps its own files, beside its output."""

    def __init__(self, job: Job, settings: Settings, tell: Listener, known: Outcome | None = None) -> None:
        self.job, self.settings, self._tell = job, settings, tell
        self.folder = folder_of(job)
        self.outcome = known or Outcome(job=job.id, endpoint=job.endpoint, state=State.PENDING)

    def grow(self, **changes: Any) -> None:
        self.outcome = replace(self.outcome, **changes)

    def tell(
        self, kind: str, en: str, zh: str, done: float | None = None, total: float | None = None
    ) -> None:
        self._tell(ProgressEvent(job=self.job.id, kind=kind, message=Text(en, zh), done=done, total=total))

    def note(self, *notes: Text) -> None:
        """Said once, however often the same is found."""
        fresh = tuple(note for note in dict.fromkeys(notes) if note not in self.outcome.notes)
        self.grow(notes=(*self.outcome.notes, *fresh))


def folder_of(job: Job) -> Path:
    """Where a job keeps mended inputs, its voice and the service's own result."""
    return job.output.parent / STATE / job.id


def refuse(job: Job, findings: list[Finding]) -> None:
    """Raises Refused where the findings say so."""
    refused = tuple(finding for finding in findings if finding.verdict is Verdict.REFUSED)
    if refused:
        en = "; ".join(finding.message.en for finding in refused[:3])
        zh = "；".join(finding.message.zh for finding in refused[:3])
        raise Refused(f"{job.id}: not sent: {en}", f"{job.id}：未发送：{zh}", refused)
