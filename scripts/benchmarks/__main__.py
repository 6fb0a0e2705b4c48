"""The rows of scripts/bench: name, ours, peer, ratio, goal, held or not. Times are the best of a few runs."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks import cache, checking, decks, faces, finishing, reading, starting
from benchmarks.measuring import MEASURING_SECONDS, Bench, Failed, Row, Rows, kept

MATERIAL = Path(__file__).resolve().parents[2] / ".cache" / "bench"
ROWS: dict[str, Rows] = {
    **checking.ROWS,
    **faces.ROWS,
    **cache.ROWS,
    **finishing.ROWS,
    **decks.ROWS,
    **reading.ROWS,
    **starting.ROWS,
}


def measure(only: str | None, full: bool) -> Iterator[Row]:
    """Every row as soon as it is measured. One that fails is told, and the others go on."""
    material, seconds = kept(MATERIAL), MEASURING_SECONDS * (4 if full else 1)
    for key, rows in ROWS.items():
        if only not in (None, key):
            continue
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            try:
                yield from rows(Bench(folder=Path(name), material=material, full=full, seconds=seconds))
            except Failed as error:
                yield Row(
                    name=f"{key}: the rest", ours=None, peer=None, goal=0.0, note=str(error), failed=True
                )


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--full", action="store_true", help="longer material, more runs")
    parser.add_argument("--only", choices=list(ROWS))
    arguments = parser.parse_args()
    rows = []
    print(f"{'row':34} {'ours s':>8} {'peer s':>8} {'ratio':>7} {'goal':>7}  held")
    for row in measure(arguments.only, arguments.full):
        rows.append({**asdict(row), "ratio": row.ratio, "held": row.held})
        told = {True: "yes", False: "NO", None: "not measured"}[row.held]
        cells = [f"{v:.3f}" if v is not None else "–" for v in (row.ours, row.peer, row.ratio, row.goal)]
        print(
            f"{row.name:34} {cells[0]:>8} {cells[1]:>8} {cells[2]:>7} {cells[3]:>7}  {told}  ({row.note})",
            flush=True,
        )
    if arguments.json:
        with contextlib.suppress(FileNotFoundError):
            arguments.json.replace(arguments.json.with_suffix(".previous.json"))
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["held"] is not False and not row["failed"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
