"""What `finish` made, or would make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.model.findings import Finding, Text
from mediaprep.model.finishing.plans import Cue, RenderPlan
from mediaprep.model.finishing.proof import Check
from mediaprep.model.finishing.receipts import Receipt
from mediaprep.model.telling.json_results import JsonResult, plain

SCHEMA: Final = "mediaprep.finish/1"


@dataclass(frozen=True, kw_only=True)
class Finished(JsonResult):
    """A finished video on disk. `cues` are timed from its start; `sidecars` are the files beside it; `source`:
    where captions came from (cues, srt, timestamps, script); `estimated`: their times are a guess."""

    output: Path
    plan: RenderPlan
    summary: tuple[Text, ...]
    checks: tuple[Check, ...]
    cues: tuple[Cue, ...] = ()
    sidecars: tuple[Path, ...] = ()
    source: str | None = None
    estimated: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()
    receipt: Receipt | None = None
    receipt_path: Path | None = None
    pictures: tuple[Path, ...] = ()  # thumbnail and contact sheet

    @property
    def sidecar(self) -> Path | None:
        return self.sidecars[0] if self.sidecars else None

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `finish --format json`."""
        return {
            "schema": SCHEMA,
            "output": str(self.output),
            "beside": [str(path) for path in (*self.sidecars, *self.pictures)],
            "receipt": plain(self.receipt_path),
            "seconds": plain(self.plan.seconds),
            "captions": {"source": self.source, "estimated": self.estimated, "cues": len(self.cues)},
            "checks": [plain(check) for check in self.checks],
            **_said(self, lang),
        }


@dataclass(frozen=True, kw_only=True)
class Preview(JsonResult):
    """What `finish` would do: its plan, in sentences too, and a guess of the seconds it takes."""

    plan: RenderPlan
    summary: tuple[Text, ...]
    seconds: float
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `finish --plan --format json`."""
        work = {"seconds": plain(self.plan.seconds), "seconds_of_work": plain(self.seconds)}
        return {"schema": SCHEMA, "output": None, **work, **_said(self, lang)}


def _said(made: Finished | Preview, lang: str) -> dict[str, object]:
    """What both say of what is done."""
    return {
        "summary": [text.say(lang) for text in made.summary],
        "findings": [finding.to_dict(lang) for finding in made.findings],
        "notes": [note.say(lang) for note in made.notes],
    }
