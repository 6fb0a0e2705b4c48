"""The end of a run for other programs: a line of totals, and a row for each job as JSON lines and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from mediaprep.config import redact
from mediaprep.media.files import atomic
from mediaprep.model import strict_json
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import Outcome, RunTotals, State
from mediaprep.report.escaping import number
from mediaprep.report.ledger_tables import csv_line

COLUMNS: Final = ("id", "output", "seconds", "minutes", "cost", "state", "problem")
"""`seconds` is the product's length, `minutes` what it takes of an hour package; empty (null) where nobody knows."""
_ENDINGS: Final = ("jsonl", "csv")
_STATES: Final = {
    State.DONE: Text("done", "完成"),
    State.FAILED: Text("failed", "失败"),
    State.REFUSED: Text("refused", "不合格"),
    State.PENDING: Text("pending", "未结束"),
}


def files(stem: Path) -> tuple[Path, Path]:
    """STEM.results.jsonl and STEM.results.csv."""
    return tuple(stem.with_name(f"{stem.name}.results.{ending}") for ending in _ENDINGS)  # type: ignore[return-value]


def write(stem: Path, outcomes: Iterable[Outcome], *, lang: str) -> tuple[Path, Path]:
    """Both files, each whole or not at all, one job after the other. Raises ToolFailed, BadConfig for what stands
    there and is not ours."""
    lines, table = files(stem)
    with (
        atomic.landing(lines) as first, atomic.landing(table) as second,
        first.open("w", encoding="utf-8") as jsonl,
        second.open("w", encoding="utf-8", newline="") as cells,
    ):  # fmt: skip
        cells.write(csv_line(COLUMNS))
        for outcome in outcomes:
            row = entry(outcome, lang)
            jsonl.write(f"{strict_json.dumps(row)}\n")
            cells.write(csv_line(row.values()))
    return lines, table


def entry(outcome: Outcome, lang: str) -> dict[str, Any]:
    """One job as plain columns."""
    charge = outcome.charge
    return {
        "id": outcome.job,
        "output": str(outcome.output) if outcome.output else None,
        "seconds": charge.seconds if charge else None,
        "minutes": charge.minutes if charge else 0.0,
        "cost": charge.cost if charge else None,
        "state": outcome.state.value,
        "problem": redact(outcome.problem.say(lang)) if outcome.problem else None,
    }


def totals_entry(totals: RunTotals) -> dict[str, Any]:
    """The totals as JSON values."""
    return {
        "jobs": totals.jobs,
        **{state.value: totals.states.get(state, 0) for state in State},
        "minutes": totals.minutes,
        "minutes_unknown": totals.unknown,
        "cost": totals.cost,
        "currency": totals.currency,
        "seconds": totals.seconds and round(totals.seconds, 3),
    }


def totals_line(totals: RunTotals) -> Text:
    """The totals as a sentence."""
    states = [(state, totals.states[state]) for state in _STATES if totals.states.get(state)]
    english, chinese = list(_pieces(totals, "en")), list(_pieces(totals, "zh"))
    counted = ", ".join(f"{count} {_STATES[state].en}" for state, count in states)
    counted_zh = "，".join(f"{count} 个{_STATES[state].zh}" for state, count in states)
    plural = "job" if totals.jobs == 1 else "jobs"
    return Text(
        "; ".join([f"{totals.jobs} {plural}: {counted or 'none'}", *english]),
        "；".join([f"共 {totals.jobs} 个任务：{counted_zh or '无'}", *chinese]),
    )


def _pieces(totals: RunTotals, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    minutes = number(totals.minutes)
    unknown = ""
    if totals.unknown:
        unknown = f"，另有 {totals.unknown} 个未知" if zh else f" and {totals.unknown} of unknown length"
    yield f"计费 {minutes} 分钟{unknown}" if zh else f"{minutes} billable minutes{unknown}"
    if totals.cost is not None:
        yield f"{'费用 ' if zh else ''}{totals.cost:.2f} {totals.currency}".rstrip()
    if totals.seconds is None:
        return
    hours, rest = divmod(round(totals.seconds), 3600)
    clock = f"{hours}:{rest // 60:02}:{rest % 60:02}"
    yield f"用时 {clock}" if zh else f"{clock} of wall clock"
