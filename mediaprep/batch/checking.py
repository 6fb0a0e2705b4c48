"""`check story.yaml`: a manifest as one file that is judged, with all that its jobs would be refused for."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from mediaprep.batch.plan import plan
from mediaprep.config import Settings
from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.model.facts import TextFacts
from mediaprep.model.findings import FileReport, Finding, Text

FIELD: Final = "manifest"
_SUFFIXES: Final = (".yaml", ".yml", ".json")
_KEYS: Final = frozenset({"jobs", "include"})
_MOST_BYTES: Final = 64_000_000


def is_manifest(path: Path) -> bool:
    """Whether a file is one by its ending and its keys."""
    if path.suffix.lower() not in _SUFFIXES:
        return False
    with contextlib.suppress(BadConfig):
        raw = documents.read(path, _MOST_BYTES, Text("", ""))
        found = documents.entries(raw, path.name, listed="jobs")
        return any(isinstance(entry, documents.Entry) and entry.name in _KEYS for entry in found)
    return False


def report(path: Path, settings: Settings) -> FileReport:
    """All that is wrong with a manifest and its jobs: nothing is sent, no URL is asked. Raises LedgerError and
    ToolMissing."""
    made = plan(path, settings=settings)
    told = [*made.findings, *(_of(job.id, finding) for job in made.jobs for finding in job.findings)]
    size = path.stat().st_size
    facts = TextFacts(characters=size, spoken_characters=None, size_bytes=size)
    return FileReport(path=str(path), field=FIELD, facts=facts, findings=tuple(dict.fromkeys(told)))


def _of(job: str, finding: Finding) -> Finding:
    """Whose it is, where that is not said already."""
    said = finding.message
    if said.en.startswith(f"job {job}"):
        return finding
    return replace(finding, message=Text(f"job {job}: {said.en}", f"任务 {job}：{said.zh}"))
