"""The emulator under load and kills: the short run of scripts/torture-emulator, and that it sees what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.torture import emulation

TOLD = {"a": "1", "b": "2"}
ROWS = [{"text": "a", "task_id": "1", "state": "SUCCESS"}, {"text": "b", "task_id": "2", "state": "SUCCESS"}]
LINES = [{"event": "finished", "task_id": "1"}, {"event": "finished", "task_id": "2"}]
SEEN = {"1": "SUCCESS", "2": "SUCCESS"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[emulation.Served]:
    running = emulation.Served(tmp_path_factory.mktemp("emulator"))
    yield running
    running.kill()


def test_a_load_of_tasks_ends_whole(served: emulation.Served) -> None:
    found = emulation.load(served, 60)
    assert found.rate > 0
    assert found.cpu_ms < 100  # of a busy machine; alone it is some six


def test_kills_lose_and_double_nothing_that_a_client_was_told(served: emulation.Served) -> None:
    survived = emulation.kills(served, 3, seed=5)
    assert (survived.wrong, survived.told >= 3) == ("", True)


@pytest.mark.parametrize(
    ("rows", "lines", "seen", "says"),
    [
        (ROWS, LINES, SEEN, ""),
        (ROWS[:1], LINES, SEEN, "1 lost or doubled (b)"),
        ([*ROWS, {**ROWS[0], "task_id": "3"}], LINES, SEEN, "1 lost or doubled (a)"),
        ([{**ROWS[0], "task_id": "9"}, ROWS[1]], LINES, SEEN, "1 lost or doubled (a)"),
        ([ROWS[0], {**ROWS[1], "state": "COMMIT"}], LINES, SEEN, "1 not ended well (2)"),
        (ROWS, [*LINES, LINES[0]], SEEN, "1 ended twice (1)"),
        (ROWS, LINES, {**SEEN, "2": None}, "1 not to be seen (2)"),
    ],
)
def test_it_sees_what_is_lost_doubled_or_open(
    rows: list[dict[str, Any]], lines: list[dict[str, Any]], seen: Mapping[str, str | None], says: str
) -> None:
    assert emulation.wrong_with(TOLD, rows, lines, seen) == says


def test_memory_is_measured_of_the_emulators_own_process(served: emulation.Served) -> None:
    told: list[str] = []
    left = emulation.memory(served, 40, told.append, warm=10)
    assert len(told) == 5 and all(line.startswith("memory after ") for line in told)
    assert left < 1e6 and served.resident() > 20e6
    assert Path(f"/proc/{served.process.pid}").is_dir()
