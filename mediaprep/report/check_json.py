"""Findings as stable JSON (`mediaprep.check/1`); later versions only add keys."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Iterable
from typing import Any

from mediaprep.model.facts import ABSENT, Facts
from mediaprep.model.findings import FileReport, Finding

SCHEMA = "mediaprep.check/1"


def document(reports: Iterable[FileReport], *, profile: str, lang: str) -> dict[str, Any]:
    """The whole answer of `check --format json`."""
    return {"schema": SCHEMA, "profile": profile, "files": [file_entry(report, lang) for report in reports]}


def dumps(reports: Iterable[FileReport], *, profile: str, lang: str) -> str:
    """`document` as text."""
    return json.dumps(document(reports, profile=profile, lang=lang), ensure_ascii=False, indent=2)


def file_entry(report: FileReport, lang: str) -> dict[str, Any]:
    """One element of `files`."""
    return {
        "path": report.path.encode("utf-8", "backslashreplace").decode("utf-8"),
        "sha256": report.sha256,
        "kind": report.kind.value,
        "field": report.field,
        "verdict": report.verdict,
        "facts": facts_entry(report.facts, lang),
        "findings": [finding_entry(finding, lang) for finding in report.findings],
    }


def finding_entry(finding: Finding, lang: str) -> dict[str, Any]:
    """One element of `findings`."""
    entry: dict[str, Any] = {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "measured": plain(finding.measured),
        "limit": finding.limit,
        "unit": finding.unit,
        "message": finding.message.say(lang),
        "fix": finding.fix.say(lang) if finding.fix else None,
    }
    if finding.where:
        entry["where"] = finding.where
    return entry


def facts_entry(facts: Facts, lang: str) -> dict[str, Any]:
    """The facts by name; what is absent or was not measured is null (a finding says which)."""
    entry = {f.name: plain(getattr(facts, f.name)) for f in dataclasses.fields(facts) if f.name != "kind"}
    problem = {"en": entry.pop("problem_en", None), "zh": entry.pop("problem_zh", None)}
    if problem["en"]:
        entry["problem"] = problem["zh" if lang.startswith("zh") else "en"]
    return entry


def plain(value: object) -> Any:
    """`value` as JSON knows it."""
    if value is ABSENT or value is None:
        return None
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, (bool, int, str)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)
