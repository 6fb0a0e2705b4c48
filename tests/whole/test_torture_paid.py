"""Paid work while processes die and the service goes wrong: the short run of scripts/torture, and whether its judge
would see what it is there to see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.paid import judging

ROOT = Path(__file__).resolve().parents[2]


def short(*scenes: str) -> str:
    """What the script prints; it must end without a breach."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.paid", "--short", "--only", ",".join(scenes)],
        capture_output=True, text=True, timeout=280, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 breaches" in done.stdout
    return done.stdout


def line(told: str, name: str) -> str:
    return next(row for row in told.splitlines() if row.split()[:1] == [name])


def test_kills_zombies_lost_answers_and_chaos_charge_nothing_twice_and_lose_nothing() -> None:
    told = short("points", "singles", "zombies", "chaos", "failures")
    for name in ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10"):
        assert "0 broken" in line(told, name), name
    assert "0 charged twice" in told


def test_the_run_without_evidence_does_charge_twice() -> None:
    told = short("control")
    assert "0 broken" in line(told, "I12")
    assert " 0 charged twice" not in told


class TestTheJudge:
    """A torture whose judge sees nothing proves nothing: each row here is a breach that it must name."""

    def test_it_counts_what_it_looked_at_and_what_did_not_hold(self) -> None:
        tally = judging.Tally()
        tally.look("I1", True, "fine")
        tally.look("I1", False, "job-1 was charged 2 times")
        assert tally.bad() == 1
        assert "1 BROKEN" in line(tally.table(), "I1")
        assert "job-1 was charged 2 times" in tally.table()
        assert "not looked at" in line(tally.table(), "I2")

    @pytest.mark.parametrize(
        ("tasks", "broken"),
        [
            ([], 0),
            ([("SUCCESS", True)], 0),
            ([("FAIL", False), ("SUCCESS", True)], 0),
            ([("SUCCESS", True), ("SUCCESS", True)], 2),
            ([("FAIL", True), ("SUCCESS", True)], 2),
            ([("MAKING", False), ("SUCCESS", True)], 1),
        ],
    )
    def test_it_sees_a_second_charge_and_a_second_living_task(
        self, tasks: list[tuple[str, bool]], broken: int
    ) -> None:
        rows = [
            {"task_id": f"t{n}", "state": state, "charged": charged}
            for n, (state, charged) in enumerate(tasks)
        ]
        books = judging.Books({}, {}, {}, {"j": rows}, {"j": []}, ())
        tally = judging.Tally()
        judging._money(_Job("j"), books, judging.Outcome(), tally)
        assert tally.bad() == broken


class _Job:
    def __init__(self, name: str) -> None:
        self.id = name
