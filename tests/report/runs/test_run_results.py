"""The end of a run for other programs: plain columns, empty where nobody knows, nothing a spreadsheet obeys."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.config import register_secret
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import Charge, Outcome, State, totals
from mediaprep.report.runs import run_results
from mediaprep.report.runs.run_results import COLUMNS, totals_entry, totals_line


def ended() -> list[Outcome]:
    """One job of each end."""
    return [
        Outcome(
            job="课-1", endpoint="notrain", state=State.DONE, output=Path("/out/a.mp4"),
            charge=Charge(seconds=90.0, minutes=1.5, cost=1.8, currency="CNY"),
        ),
        Outcome(job="r", endpoint="tts", state=State.REFUSED, problem=Text("too long", "太长")),
        Outcome(
            job="f", endpoint="photo", state=State.FAILED, problem=Text("=cmd()\nbroke", "坏了"), charge=Charge()
        ),
        Outcome(
            job="p", endpoint="basic", state=State.PENDING, problem=Text("waits", "等待"),
            charge=Charge(seconds=6.0, minutes=0.1, cost=0.12, currency="CNY"),
        ),
    ]  # fmt: skip


def test_every_job_is_a_row_of_plain_columns_in_both_files(tmp_path: Path) -> None:
    lines, table = run_results.write(tmp_path / "story", ended(), lang="en")
    assert (lines.name, table.name) == ("story.results.jsonl", "story.results.csv")
    rows = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [tuple(row) for row in rows] == [COLUMNS] * 4
    assert rows[0] == {
        "id": "课-1", "output": "/out/a.mp4", "seconds": 90.0, "minutes": 1.5, "cost": 1.8, "state": "done",
        "problem": None,
    }  # fmt: skip
    assert [(row["minutes"], row["cost"]) for row in rows[1:]] == [(0.0, None), (None, None), (0.1, 0.12)]
    with table.open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    assert [cell["id"] for cell in cells] == ["课-1", "r", "f", "p"]
    assert cells[2]["problem"] == "'=cmd() broke" and cells[2]["minutes"] == ""
    assert [float(cell["minutes"]) for cell in (cells[0], cells[3])] == [1.5, 0.1]


def test_what_somebody_else_wrote_or_changed_is_not_replaced(tmp_path: Path) -> None:
    _, table = run_results.write(tmp_path / "story", ended(), lang="en")
    run_results.write(tmp_path / "story", ended()[:1], lang="en")
    assert len(table.read_text("utf-8").splitlines()) == 2
    table.write_text("mine", encoding="utf-8")
    with pytest.raises(BadConfig):
        run_results.write(tmp_path / "story", ended(), lang="en")
    assert table.read_text("utf-8") == "mine"


def test_secrets_are_taken_out_of_problems() -> None:
    register_secret("canary-results-1")
    told = replace(ended()[1], problem=Text("said canary-results-1", "说了 canary-results-1"))
    assert "canary" not in str(run_results.entry(told, "en")) + str(run_results.entry(told, "zh"))


def test_the_totals_count_states_minutes_and_what_nobody_knows() -> None:
    summed = totals(ended(), 3723.4)
    assert totals_line(summed).en == (
        "4 jobs: 1 done, 1 failed, 1 refused, 1 pending; 1.6 billable minutes and 1 of unknown length; 1.92 CNY; "
        "1:02:03 of wall clock"
    )
    assert totals_line(summed).zh == (
        "共 4 个任务：1 个完成，1 个失败，1 个不合格，1 个未结束；计费 1.6 分钟，另有 1 个未知；费用 1.92 CNY；"
        "用时 1:02:03"
    )
    told = totals_entry(summed)
    assert (told["jobs"], told["done"], told["minutes"], told["minutes_unknown"]) == (4, 1, 1.6, 1)
    assert totals_line(totals([])).en == "0 jobs: none; 0 billable minutes"
