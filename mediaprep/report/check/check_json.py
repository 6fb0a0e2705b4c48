"""Findings as stable JSON (`mediaprep.check/1`); later versions only add keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mediaprep.model import strict_json
from mediaprep.model.findings import CHECK_SCHEMA, FileReport
from mediaprep.report.check.checked import CheckRun


def chunks(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """The whole answer of `check --format json`, piece by piece: no more than one file is held."""
    head = strict_json.dumps({"schema": CHECK_SCHEMA, "profile": run.profile}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "files": ['
    between = "\n"
    for report in reports:
        yield between + _indented(report.to_dict(run.lang), 4)
        between = ",\n"
    yield "]" if between == "\n" else "\n  ]"
    if left := [finding.to_dict(run.lang) for finding in run.leftovers()]:
        yield ',\n  "findings": ' + _indented(left, 2).lstrip()
    yield "\n}\n"


def lines(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """`check --format jsonl`: one line a file; findings of the run as a whole, if any, on a last one."""
    head = {"schema": CHECK_SCHEMA, "profile": run.profile}
    for report in reports:
        yield strict_json.dumps({**head, **report.to_dict(run.lang)}) + "\n"
    if left := [finding.to_dict(run.lang) for finding in run.leftovers()]:
        yield strict_json.dumps({**head, "findings": left}) + "\n"


def _indented(value: object, columns: int) -> str:
    return textwrap.indent(strict_json.dumps(value, indent=2), " " * columns)
