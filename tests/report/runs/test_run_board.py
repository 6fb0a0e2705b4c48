"""Many jobs told at once: lines that stay readable, JSON that stays whole, rows on a terminal."""

from __future__ import annotations

import io
import json
import threading
from datetime import UTC, datetime

import click
import pytest

from mediaprep.cli import options
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import ProgressEvent, State
from mediaprep.report.console import Console
from mediaprep.report.runs.run_board import Board


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def event(job: str, text: str, kind: str = "wait", done: float | None = None) -> ProgressEvent:
    total = None if done is None else 10.0
    return ProgressEvent(job=job, kind=kind, message=Text(text, text), done=done, total=total)


def board(stream: io.StringIO, form: str = "text", clock: Clock | None = None, total: int = 2) -> Board:
    return Board(Console(form, stream), total=total, lang="en", clock=clock or Clock())


def test_the_waiting_of_each_job_is_told_now_and_then_and_all_else_at_once() -> None:
    stream, clock = io.StringIO(), Clock()
    with board(stream, clock=clock) as told:
        for second in range(0, 61, 5):
            clock.now = second
            told.tell(event("a", f"MAKING, {second} s"))
            told.tell(event("b", f"COMMIT, {second} s"))
        told.tell(event("a", "downloaded", kind="fetch"))
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if line.startswith("a: MAKING")] == [
        "a: MAKING, 0 s", "a: MAKING, 30 s", "a: MAKING, 60 s",
    ]  # fmt: skip
    assert lines[-1] == "a: downloaded"
    assert len(lines) == 7


def test_what_can_be_counted_is_told_every_few_seconds() -> None:
    stream, clock = io.StringIO(), Clock()
    with board(stream, clock=clock) as told:
        for second in range(11):
            clock.now = second
            told.tell(event("a", "mending", kind="fix", done=float(second)))
    assert stream.getvalue().splitlines() == ["a: mending 50%", "a: mending 100%"]


def test_json_lines_of_many_threads_are_whole_and_name_their_job() -> None:
    stream = io.StringIO()
    with board(stream, "json") as told:
        threads = [
            threading.Thread(target=lambda n=n: [told.tell(event(f"j{n}", f"{i}")) for i in range(50)])
            for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(rows) == 300
    assert {row["job"] for row in rows} == {f"j{n}" for n in range(6)}
    assert {row["event"] for row in rows} == {"wait"}


def test_on_a_terminal_each_job_has_a_row_and_lines_stand_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Screen()
    with board(stream, total=3) as told:
        told.tell(event("a", "mending", kind="fix", done=3.0))
        for n in range(40):
            told.tell(event(f"job{n}", "COMMIT [red]"))
        told.closed("a", lambda: print("a  done", file=stream))
    shown = stream.getvalue()
    assert "a  done" in shown
    assert "1/3" in shown
    assert "job39: COMMIT [red]" in shown


def test_jobs_that_ended_are_forgotten() -> None:
    stream = io.StringIO()
    with board(stream) as told:
        for n in range(50):
            told.tell(event(f"j{n}", "x"))
            told.closed(f"j{n}", lambda: None)
        assert not told._lines


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Screen()
    with board(stream, total=3) as told:
        told.tell(event("a", "waits for a place"))
    assert "a: waits for a place" in stream.getvalue()


def test_a_machine_reads_time_level_stage_percent_and_counts_in_every_line() -> None:
    stream, clock = io.StringIO(), Clock()
    with board(stream, "json", clock=clock, total=3) as told:
        told.tell(event("a", "mending", kind="fix", done=0.0))
        clock.now = 6.0
        told.tell(event("a", "mending", kind="fix", done=2.5))
        told.tell(event("b", "801404", kind="failed"))
        told.closed("b", lambda: None, state=State.FAILED)
        told.closed("a", lambda: None, state=State.DONE)
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(row["job"], row["stage"], row["percent"], row["level"]) for row in rows] == [
        ("a", "fix", 25.0, "info"), ("b", "failed", None, "warning"), ("b", "end", None, "error"),
        ("a", "end", None, "info"),
    ]  # fmt: skip
    assert [row["counts"]["ended"] for row in rows] == [0, 0, 1, 2]
    assert rows[-1]["counts"] == {"total": 3, "ended": 2, "done": 1, "refused": 0, "failed": 1, "pending": 0}
    assert all(datetime.fromisoformat(row["time"]).tzinfo is UTC for row in rows)


def test_a_terminal_shows_stage_percent_and_what_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    stream = Screen()
    with board(stream, total=4) as told:
        told.tell(event("a", "mending", kind="fix", done=3.0))
        told.closed("b", lambda: None, state=State.REFUSED)
        told.tell(event("c", "downloading", kind="fetch", done=5.0))
    shown = stream.getvalue()
    assert "fetch" in shown and "50%" in shown and "1/4 · 1 refused" in shown and "25%" in shown


@pytest.mark.parametrize(
    ("given", "environ", "terminal", "found"),
    [
        (None, "", False, "text"), (None, "json", False, "json"), (None, "json", True, "text"),
        ("json", "", True, "json"), ("text", "json", False, "text"), (None, "yaml", False, None),
    ],
)  # fmt: skip
def test_a_container_gets_json_lines_unless_somebody_sits_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, given: str | None, environ: str, terminal: bool, found: str | None
) -> None:
    monkeypatch.setenv("MEDIAPREP_LOG_FORMAT", environ)
    monkeypatch.setattr("sys.stderr", Screen() if terminal else io.StringIO())
    seen: list[str] = []

    @options.log_option
    def command(log_format: str) -> None:
        seen.append(log_format)

    made = click.command("x")(command)
    arguments = ["--log-format", given] if given else []
    if found is None:
        with pytest.raises(click.BadParameter, match="MEDIAPREP_LOG_FORMAT"):
            made.main(arguments, standalone_mode=False)
        return
    made.main(arguments, standalone_mode=False)
    assert seen == [found]
