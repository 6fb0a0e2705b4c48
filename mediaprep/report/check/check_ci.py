"""Findings for build servers: JUnit XML, and GitHub's workflow commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax import saxutils

from mediaprep.model.findings import FileReport, Finding, Verdict
from mediaprep.report.check.checked import CheckRun, place, told
from mediaprep.report.check_text import summary
from mediaprep.report.escaping import shown

_COMMANDS: Final = {Verdict.REFUSED: "error", Verdict.ADVISED: "warning", Verdict.UNKNOWN: "notice"}
_SETTINGS_FILE: Final = "mediaprep.toml"


def junit(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """One test case a file: refused and unreadable fail, what could not be checked is skipped, advice is
    output."""
    cases = []
    failures = skipped = 0
    for report in reports:
        failures += report.verdict in {"refused", "unreadable"}
        skipped += report.verdict == "unknown"
        cases.append(_case(report, run.lang))
    left = "".join(_line(finding, run.lang) for finding in run.leftovers())
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="mediaprep" {counts}>\n'
    yield f"<testsuite name={_attribute(f'mediaprep {run.profile}')} {counts}>\n"
    yield from cases
    if left:
        yield f"<system-out>{_text(left)}</system-out>\n"
    yield "</testsuite>\n</testsuites>\n"


def _text(said: str) -> str:
    return saxutils.escape(shown(said, None, keep="\n"))


def _attribute(said: str) -> str:
    return saxutils.quoteattr(shown(said, None))


def _case(report: FileReport, lang: str) -> str:
    findings = told(report)
    inner = ""
    grave = [finding for finding in findings if finding.verdict is Verdict.REFUSED]
    unknown = [finding for finding in findings if finding.verdict is Verdict.UNKNOWN]
    if grave:
        said = "".join(_line(finding, lang) for finding in grave)
        type_, brief = _attribute(report.verdict), _attribute(_brief(grave, lang))
        inner = f"<failure type={type_} message={brief}>{_text(said)}</failure>"
    elif unknown:
        inner = f"<skipped message={_attribute(_brief(unknown, lang))}/>"
    other = "".join(_line(finding, lang) for finding in findings if finding not in grave)
    other += "".join(f"waived {w.finding.rule}: {shown(w.reason)}\n" for w in report.waived)
    out = f"<system-out>{_text(summary(report.facts))}\n{_text(other)}</system-out>"
    name, group = _attribute(report.path), _attribute(report.field or "mediaprep")
    return f"<testcase name={name} classname={group}>{inner}{out}</testcase>\n"


def _brief(findings: list[Finding], lang: str) -> str:
    return shown("; ".join(f"{f.rule}: {f.message.say(lang)}" for f in findings), 300)


def _line(finding: Finding, lang: str) -> str:
    fix = f" [{shown(finding.fix.say(lang), 300)}]" if finding.fix else ""
    return f"{finding.verdict.value} {finding.rule}: {shown(finding.message.say(lang), 500)}{fix}\n"


def github(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """One command a finding: they become annotations of the pull request."""
    for report in reports:
        for finding in told(report):
            yield _command(finding, report.path, run.lang)
    for finding in run.leftovers():
        yield _command(finding, _SETTINGS_FILE, run.lang)


def _command(finding: Finding, path: str, lang: str) -> str:
    # The whole name: a cut one is no file of the pull request. Line ends in it are spelled, not blanked.
    values = {"file": shown(path, None, keep="\r\n"), "title": shown(finding.rule)}
    if at := place(finding):
        values |= {"line": str(at[0]), "col": str(at[1])}
    properties = ",".join(f"{name}={_property(value)}" for name, value in values.items())
    fix = f" {finding.fix.say(lang)}" if finding.fix else ""
    return f"::{_COMMANDS[finding.verdict]} {properties}::{_data(shown(finding.message.say(lang) + fix, 1000))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
