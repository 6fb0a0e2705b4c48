"""The ledger of paid work as text, JSON and CSV. Everything passes the redactor."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final

from mediaprep.config import redact
from mediaprep.model import strict_json
from mediaprep.model.findings import Finding, Text
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.model.paid.records import AttemptRow, JobRow, JobState, LedgerEvent
from mediaprep.report.escaping import shown

SCHEMA: Final = "mediaprep.jobs/1"
COLOURS: Final[Mapping[JobState, str]] = {
    JobState.DONE: "green",
    JobState.FAILED: "red",
    JobState.REFUSED: "red",
    JobState.REVIEW: "magenta",
    JobState.AMBIGUOUS: "yellow",
}
_WHEN: Final = frozenset({
    "expires_at", "lease_until", "next_at", "state_at", "seen_at", "created_at", "signed_at", "fence_at",
    "fetched_at", "flowed_at", "callback_at", "ended_at", "at",
})  # fmt: skip
_FORMULAS: Final = tuple("=+-@＝＋－＠")
"""What a cell begins with that a spreadsheet takes for a formula, full width too."""
_LONG: Final = frozenset({"spec", "payload", "inputs", "kept"})


def job_lines(row: JobRow, alarm: Finding | None, lang: str) -> Iterator[str]:
    """One job: where it stands since when, why, and what is alarming."""
    task = f"  {row.task_id}" if row.task_id else ""
    yield f"{row.id}  {row.state}  {row.endpoint}{task}  {_here(row.state_at)}{_mark(row)}"
    if row.note.en and row.state is not JobState.DONE:
        yield f"    {_say(row.note, lang)}"
    if alarm is not None:
        yield f"    ! {_say(alarm.message, lang)}"


def attempt_line(attempt: AttemptRow, lang: str) -> str:
    """One POST and what became of it."""
    parts = [f"  #{attempt.n}  {attempt.state}  {_here(attempt.created_at)}"]
    parts += [attempt.task_id] if attempt.task_id else []
    parts += [f"fetched {_here(attempt.fetched_at)}"] if attempt.fetched_at else []
    parts += [_say(attempt.why, lang)] if attempt.why.en else []
    return "  ".join(parts) + _mark(attempt)


def event_line(event: LedgerEvent, lang: str) -> str:
    """One move."""
    move = f"{event.frm} → {event.to}  {event.name}: {_say(event.why, lang)}"
    return f"  {_here(event.at)}  {move}  ({event.owner}){_mark(event)}"


def entry(value: JobRow | AttemptRow | LedgerEvent, lang: str) -> dict[str, Any]:
    """One row as JSON values; times as ISO 8601 in UTC."""
    told = {field.name: _plain(field.name, getattr(value, field.name), lang) for field in fields(value)}
    cleaned: dict[str, Any] = json.loads(redact(strict_json.dumps(told)))
    return cleaned


def document(
    jobs: Iterable[JobRow], attempts: Iterable[AttemptRow], events: Iterable[LedgerEvent], lang: str
) -> dict[str, Any]:
    """All of it as one document."""
    return {
        "schema": SCHEMA,
        "jobs": [entry(row, lang) for row in jobs],
        "attempts": [entry(row, lang) for row in attempts],
        "events": [entry(row, lang) for row in events],
    }


def table(rows: Iterable[JobRow | AttemptRow | LedgerEvent], lang: str) -> Iterator[str]:
    """CSV with a head line; what is a document of its own (spec, payload …) is left to JSON."""
    names: list[str] | None = None
    for row in rows:
        told = {name: value for name, value in entry(row, lang).items() if name not in _LONG}
        if names is None:
            names = list(told)
            yield csv_line(names)
        yield csv_line(told[name] for name in names)


def _plain(name: str, value: Any, lang: str) -> Any:
    if isinstance(value, Text):
        return value.say(lang)
    if name in _WHEN and isinstance(value, int | float):
        return _time(value) if value else None
    if name == "inputs":
        return [{"parameter": one.parameter, "path": str(one.path)} for one in value]
    return str(value) if name == "owner" and value is not None else value


def _cell(value: Any) -> str:
    if value is None or not isinstance(value, str):
        return "" if value is None else strict_json.dumps(value)
    formula = value.lstrip()[:1] in _FORMULAS or value[:1] in "\t\r\n"
    return f"'{shown(value, None)}" if value and formula else shown(value, None)


def csv_line(values: Iterable[Any]) -> str:
    """One line of a table; a cell that a spreadsheet would take for a formula is quoted."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def _mark(row: JobRow | AttemptRow | LedgerEvent) -> str:
    return f"  {EMULATED_MARK}" if row.emulated else ""


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _here(seconds: float) -> str:
    """A moment as clocks here show it."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def _say(text: Text, lang: str) -> str:
    return redact(shown(text.say(lang), 600))
