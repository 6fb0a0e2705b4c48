"""Findings as stable JSON (`mediaprep.check/1`); later versions only add keys."""

from __future__ import annotations

import dataclasses
import enum
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from mediaprep.model import strict_json
from mediaprep.model.facts import ABSENT, Facts
from mediaprep.model.findings import FileReport, Finding
from mediaprep.report.check.checked import CheckRun

SCHEMA = "mediaprep.check/1"


def chunks(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """The whole answer of `check --format json`, piece by piece: no more than one file is held."""
    head = strict_json.dumps({"schema": SCHEMA, "profile": run.profile}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "files": ['
    between = "\n"
    for report in reports:
        yield between + _indented(file_entry(report, run.lang), 4)
        between = ",\n"
    yield "]" if between == "\n" else "\n  ]"
    if left := [finding_entry(finding, run.lang) for finding in run.leftovers()]:
        yield ',\n  "findings": ' + _indented(left, 2).lstrip()
    yield "\n}\n"


def lines(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """`check --format jsonl`: one line a file; findings of the run as a whole, if any, on a last one."""
    head = {"schema": SCHEMA, "profile": run.profile}
    for report in reports:
        yield strict_json.dumps({**head, **file_entry(report, run.lang)}) + "\n"
    if left := [finding_entry(finding, run.lang) for finding in run.leftovers()]:
        yield strict_json.dumps({**head, "findings": left}) + "\n"


def _indented(value: object, columns: int) -> str:
    return textwrap.indent(strict_json.dumps(value, indent=2), " " * columns)


def file_entry(report: FileReport, lang: str) -> dict[str, Any]:
    """One element of `files`."""
    entry: dict[str, Any] = {
        "path": report.path.encode("utf-8", "backslashreplace").decode("utf-8"),
        "sha256": report.sha256,
        "kind": report.kind.value,
        "field": report.field,
        "verdict": report.verdict,
        "facts": facts_entry(report.facts, lang),
        "findings": [finding_entry(finding, lang) for finding in report.findings],
    }
    if report.other_uses:
        entry["other_uses"] = list(report.other_uses)
    if report.waived:
        entry["waived"] = [
            {**finding_entry(w.finding, lang), "reason": w.reason, "expires": w.expires and str(w.expires)}
            for w in report.waived
        ]
    return entry


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
