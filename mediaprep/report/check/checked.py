"""What every format of `check` needs to know beside the reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mediaprep.model.facts import Sheet, UnknownFacts
from mediaprep.model.findings import FileReport, Finding, Text, Verdict

_LINE_COLUMN = re.compile(r"(?:^|\s)(\d+):(\d+)$")


@dataclass(frozen=True, kw_only=True)
class CheckRun:
    """`leftovers` gives the findings of the run as a whole, once all reports are through; `sheet` the pictures
    of a file, for the format that shows some."""

    profile: str
    lang: str
    leftovers: Callable[[], tuple[Finding, ...]] = lambda: ()
    sheet: Callable[[FileReport], Sheet | None] = lambda _: None


Writer = Callable[[Iterable[FileReport], CheckRun], Iterator[str]]
"""Makes the text of one format, in pieces that can be written as they come."""


def told(report: FileReport) -> tuple[Finding, ...]:
    """The findings; a file that cannot be read and is meant for nothing in particular has one all the same."""
    if report.findings or not isinstance(report.facts, UnknownFacts):
        return report.findings
    facts = report.facts
    said = Text(f"cannot be read: {facts.problem_en}", f"无法读取：{facts.problem_zh}")
    return (
        Finding(
            rule="file.unreadable",
            verdict=Verdict.UNKNOWN if facts.machine_fault else Verdict.REFUSED,
            measured="not read" if facts.machine_fault else "unreadable",
            limit="readable",
            message=said,
        ),
    )


def place(finding: Finding) -> tuple[int, int] | None:
    """(line, column) in a script, where the finding names them."""
    found = _LINE_COLUMN.search(finding.where or "")
    return (int(found[1]), int(found[2])) if found else None
