"""The table of moves, walked."""

from __future__ import annotations

from collections import Counter

import pytest

from mediaprep.errors import LedgerError
from mediaprep.model.paid.records import JobState
from mediaprep.submission import states


def reached(start: JobState) -> set[JobState]:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for move in states.MOVES:
            if move.frm is here and move.to not in seen:
                seen.add(move.to)
                todo.append(move.to)
    return seen


def test_every_state_is_reached_and_none_is_a_trap() -> None:
    assert reached(JobState.NEW) == set(JobState)
    for state in JobState:
        assert JobState.DONE in reached(state), f"nothing leads from {state} to DONE"


def test_a_move_has_one_row() -> None:
    twice = [key for key, n in Counter((m.frm, m.to, m.name) for m in states.MOVES).items() if n > 1]
    assert not twice


def test_only_an_intent_leads_to_a_post() -> None:
    into = {(move.frm, move.name) for move in states.MOVES if move.to is JobState.SUBMITTING}
    assert into == {(JobState.READY, "intent")}


def test_nothing_in_doubt_leads_back_to_a_post_without_a_fence_or_a_person() -> None:
    back = {
        (move.frm, move.name)
        for move in states.MOVES
        if move.frm.in_doubt and move.to in (JobState.READY, JobState.NEW)
    }
    assert back == {
        (JobState.SUBMITTING, "no room"),
        (JobState.SUBMITTING, "not sent"),
        (JobState.AMBIGUOUS, "fenced"),
        (JobState.AMBIGUOUS, "not sent"),
        (JobState.AMBIGUOUS, "unsafe"),
        (JobState.REVIEW, "resubmit"),
    }


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(LedgerError, match="DONE to SUBMITTING"):
        states.allowed(JobState.DONE, JobState.SUBMITTING, "intent")


def test_what_was_sent_is_never_composed_or_begun_anew_for_free() -> None:
    for move in states.MOVES:
        if move.name in states.UNSENT:
            assert states.allowed(move.frm, move.to, move.name) is move
            with pytest.raises(LedgerError, match=move.name):
                states.allowed(move.frm, move.to, move.name, sent=True)
    anew = {
        (move.frm, move.name)
        for move in states.MOVES
        if move.to is JobState.NEW and move.frm is JobState.DONE
    }
    assert anew == {(JobState.DONE, "compose again")}


def test_the_diagram_shows_every_move() -> None:
    drawn = states.diagram()
    for move in states.MOVES:
        (line,) = [row for row in drawn.splitlines() if row.strip().startswith(f"{move.frm} --> {move.to}:")]
        assert move.name in line
