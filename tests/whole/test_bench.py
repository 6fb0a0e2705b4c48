"""scripts/bench keeps what it measured, whatever else is slow or fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
SLOW_THE_SECOND_TIME = """
import sys, pathlib, time
seen = pathlib.Path(sys.argv[1])
if seen.exists():
    time.sleep(60)
seen.touch()
print(7)
"""


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    from benchmarks import measuring  # type: ignore[import-not-found]

    return measuring


@pytest.fixture
def bench(measuring: Any, tmp_path: Path) -> Any:
    for name in ("folder", "material"):
        (tmp_path / name).mkdir()
    return measuring.Bench(folder=tmp_path / "folder", material=tmp_path / "material", seconds=1.0)


def test_runs_that_ended_in_time_count_although_a_later_one_did_not(bench: Any, tmp_path: Path) -> None:
    best = bench.timed([sys.executable, "-c", SLOW_THE_SECOND_TIME, str(tmp_path / "a")], runs=3)
    assert best is not None and 0 < best < 1
    assert bench.told(SLOW_THE_SECOND_TIME, tmp_path / "b", runs=3) == [(7.0,)]


def test_a_peer_that_takes_for_ever_costs_no_other_row_its_figure(
    measuring: Any, bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from benchmarks import __main__ as benchmarks  # type: ignore[import-not-found]

    def rows(given: Any) -> Iterator[Any]:
        ours = bench.timed(["true"], runs=2)
        yield measuring.Row(name="slow peer", ours=ours, peer=bench.timed(["sleep", "60"], runs=1), goal=1.0)
        yield measuring.Row(name="fast peer", ours=ours, peer=bench.timed(["true"], runs=1), goal=1e9)
        bench.timed(["false"], runs=1)

    monkeypatch.setattr(benchmarks, "ROWS", {"one": rows, "two": lambda given: iter([measuring.Row(
        name="another", ours=1.0, peer=2.0, goal=1.0)])})  # fmt: skip
    monkeypatch.setattr(benchmarks, "MATERIAL", tmp_path / "kept")
    found = {row.name: row for row in benchmarks.measure(None, False)}
    assert list(found) == ["slow peer", "fast peer", "one: the rest", "another"]
    assert found["slow peer"].ours is not None and found["slow peer"].held is None
    assert (found["fast peer"].held, found["another"].held) == (True, True)
    assert found["one: the rest"].failed and "ended with 1" in found["one: the rest"].note


def test_material_is_made_once_and_half_made_material_is_none(bench: Any) -> None:
    made = []

    def make(path: Path) -> None:
        made.append(path.suffix)
        path.write_text("x")
        if len(made) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.once("a.mp4", make)
    assert bench.once("a.mp4", make) == bench.once("a.mp4", make) == bench.material / "a.mp4"
    assert made == [".mp4", ".mp4"]


def test_material_of_other_code_is_thrown_away(measuring: Any, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    folder = measuring.kept(tmp_path)
    (folder / "a.mp4").write_text("x")
    assert measuring.kept(tmp_path) == folder
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert (folder / "a.mp4").read_text() == "x"
