"""The formats of `check`, by name. A new one is a row here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mediaprep.model.findings import FileReport
from mediaprep.report.check import check_json
from mediaprep.report.check.checked import CheckRun, Writer


def _sarif(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """It tells every rule, so it loads all of them."""
    from mediaprep.report.check import check_sarif

    return check_sarif.chunks(reports, run)


def _junit(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """XML brings the network's libraries with it."""
    from mediaprep.report.check import check_ci

    return check_ci.junit(reports, run)


def _github(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    from mediaprep.report.check import check_ci

    return check_ci.github(reports, run)


def _html(reports: Iterable[FileReport], run: CheckRun) -> Iterator[str]:
    """Templates take their time to load."""
    from mediaprep.report.check import check_page

    return check_page.chunks(reports, run)


FORMATS: Final[Mapping[str, Writer]] = {
    "json": check_json.chunks,
    "jsonl": check_json.lines,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "html": _html,
}
"""`text` is not here: its lines carry verdicts, which a terminal colours."""
