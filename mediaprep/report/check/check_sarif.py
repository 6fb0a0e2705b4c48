"""Findings as SARIF 2.1.0, for code scanning and viewers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from mediaprep.errors import BadConfig
from mediaprep.model import strict_json
from mediaprep.model.findings import FileReport, Finding, Verdict, Waived
from mediaprep.model.telling.json_results import plain
from mediaprep.preflight.rulebook import rulebook
from mediaprep.report.check.checked import CheckRun, place, told
from mediaprep.report.escaping import shown

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SETTINGS_FILE: Final = "mediaprep.toml"
_LEVELS: Final[Mapping[Verdict, str]] = {
    Verdict.REFUSED: "error", Verdict.ADVISED: "warning", Verdict.UNKNOWN: "note", Verdict.PASS: "none",
}  # fmt: skip


def chunks(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """The whole log; results are held until the end, files are not."""
    from mediaprep import __version__

    numbers: dict[str, int] = {}
    results = [result for report in reports for result in _results(report, run, numbers)]
    results += [_result(finding, _SETTINGS_FILE, run, numbers) for finding in run.leftovers()]
    driver = {
        "name": "mediaprep",
        "version": __version__,
        "rules": [_rule(name, run) for name in numbers],
    }
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "language": "zh-CN" if run.lang.startswith("zh") else "en",
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {"profile": run.profile},
            }
        ],
    }
    yield strict_json.dumps(log, indent=2) + "\n"


def _results(report: FileReport, run: CheckRun, numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    for finding in told(report):
        yield _result(finding, report.path, run, numbers)
    for entry in report.waived:
        yield {**_result(entry.finding, report.path, run, numbers), "suppressions": [_suppression(entry)]}


def _suppression(entry: Waived) -> dict[str, str]:
    return {"kind": "external", "status": "accepted", "justification": shown(entry.reason)}


def _result(finding: Finding, path: str, run: CheckRun, numbers: dict[str, int]) -> dict[str, Any]:
    uri = location(path)
    where: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if at := place(finding):
        where["region"] = {"startLine": at[0], "startColumn": at[1]}
    fix = f" ({shown(finding.fix.say(run.lang), 500)})" if finding.fix else ""
    return {
        "ruleId": finding.rule,
        "ruleIndex": numbers.setdefault(finding.rule, len(numbers)),
        "level": _LEVELS[finding.verdict],
        "message": {"text": shown(finding.message.say(run.lang), 1000) + fix},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {
            "rule/v1": hashlib.sha256(f"{finding.rule}\n{uri}".encode()).hexdigest()[:32]
        },
        "properties": {
            "verdict": finding.verdict.value,
            "measured": plain(finding.measured),
            "limit": finding.limit,
            "unit": finding.unit,
        },
    }


def _rule(name: str, run: CheckRun) -> dict[str, Any]:
    try:
        rule = rulebook.find(name, run.profile)
    except BadConfig:  # a finding that another version of mediaprep made
        return {"id": name}
    text = f"{rule.what.say(run.lang)}. {rule.why.say(run.lang)}."
    described: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": rule.what.say(run.lang)},
        "fullDescription": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[_gravest(rule.verdicts)]},
        "properties": {"source": rule.source, "family": rule.family.value},
    }
    if rule.fix:
        described["help"] = {"text": rule.fix.say(run.lang)}
    return described


def _gravest(verdicts: tuple[Verdict, ...]) -> Verdict:
    return next(v for v in (Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN) if v in verdicts)


def location(path: str) -> str:
    """A path as a URI reference: relative stays relative, bytes that are no UTF-8 are percent-encoded."""
    raw = path.encode("utf-8", "surrogateescape")
    if PurePosixPath(path).is_absolute():
        return "file://" + quote(raw)
    return quote(raw if raw.split(b"/")[0].find(b":") < 0 else b"./" + raw)
