"""Outcomes of thousands of jobs lie on disk, not in memory, and come back as they were."""

from __future__ import annotations

import tracemalloc

import pytest

from mediaprep.model.paid.outcomes import Outcome, SampledFrame, State
from mediaprep.verbs.paid.outcome_store import OutcomeStore


def outcome(name: str, size: int = 10) -> Outcome:
    return Outcome(
        job=name, endpoint="tts", state=State.DONE, pictures=(SampledFrame(label="1 s", jpeg=b"\xff" * size),)
    )


def test_the_last_word_on_a_job_counts() -> None:
    told = OutcomeStore()
    told.put("a", outcome("a"))
    told.put("b", outcome("b"))
    told.put("a", outcome("other"))
    found = told.get("a")
    assert found is not None and found.job == "other"
    assert told.get("b") == outcome("b")
    assert told.get("c") is None
    told.close()
    assert told.get("a") is None


def test_what_is_put_aside_takes_no_memory() -> None:
    told = OutcomeStore()
    tracemalloc.start()
    for n in range(300):
        told.put(str(n), outcome(str(n), 200_000))  # 60 MB
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 6 << 20
    last = told.get("299")
    assert last is not None and len(last.pictures[0].jpeg) == 200_000


def test_an_outcome_that_cannot_be_written_is_told_as_the_disks_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mediaprep.errors import ToolFailed

    told = OutcomeStore()

    class Full:
        def seek(self, *_: int) -> int:
            return 0

        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(told, "_file", Full())
    with pytest.raises(ToolFailed, match="No space left"):
        told.put("a", outcome("a"))
