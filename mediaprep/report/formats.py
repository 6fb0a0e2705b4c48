"""The formats of `check`, by name. A new one is a row here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mediaprep.report import check_ci, check_json, check_page, check_sarif
from mediaprep.report.checked import Writer

FORMATS: Final[Mapping[str, Writer]] = {
    "json": check_json.chunks,
    "jsonl": check_json.lines,
    "sarif": check_sarif.chunks,
    "junit": check_ci.junit,
    "github": check_ci.github,
    "html": check_page.chunks,
}
"""`text` is not here: its lines carry verdicts, which a terminal colours."""
