"""The rows of scripts/bench: name, ours, peer, ratio, goal, held or not. Times are the best of a few runs."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import bench_cache
import bench_decks
import bench_faces
import bench_finish
import bench_input
from benching import FFMPEG, MEDIAPREP, ROW_SECONDS, OutOfTime, Row, footage, timed


def long_against_short(folder: Path, full: bool, deadline: float) -> Row:
    """Looking at 20 minutes must cost what looking at one minute costs."""
    short = footage(folder / "minute.mp4", seconds=60)
    long = folder / "twenty.mp4"
    if not long.exists():
        subprocess.run(
            [FFMPEG, "-loglevel", "error", "-y", "-stream_loop", "19", "-i", short, "-c", "copy", long],
            check=True, timeout=ROW_SECONDS,
        )  # fmt: skip
    runs = 5 if full else 3
    check = [*MEDIAPREP, "check", "--allow-unknown", "--no-cache"]
    return Row(
        name="check 20 min / 1 min, 1080p",
        ours=timed([*check, str(long)], runs=runs, deadline=deadline, ok=(0, 1)),
        peer=timed([*check, str(short)], runs=runs, deadline=deadline, ok=(0, 1)),
        goal=1.2,
        note="peer = the same check of one minute",
    )


def remux_against_docs(folder: Path, full: bool, deadline: float) -> Row:
    """An H.264 .mov needs no new pixels; the docs' command makes them all the same."""
    minutes = 5 if full else 3
    source = footage(folder / f"{minutes}-minutes.mov", seconds=60, repeat=minutes)
    ours = folder / "ours.mp4"
    peer = folder / "docs.mp4"
    fix = [*MEDIAPREP, "fix", str(source), "-o", str(ours), "--no-faces"]
    docs = [FFMPEG, "-y", "-i", str(source), "-c:v", "libx264", "-preset", "medium", "-crf", "23",
            "-c:a", "aac", "-b:a", "128k", str(peer)]  # fmt: skip
    return Row(
        name="remux H.264 .mov / docs' command",
        ours=timed(fix, runs=3, deadline=deadline),
        peer=timed(docs, runs=1, deadline=deadline),
        goal=1 / 40,
        note=f"{60 * minutes} s of 1080p25; ours includes starting Python and proving the output",
    )


ROWS: dict[str, Callable[[Path, bool, float], Row | list[Row]]] = {
    "long-short": long_against_short,
    "remux": remux_against_docs,
    **bench_faces.ROWS,
    **bench_cache.ROWS,
    **bench_finish.ROWS,
    **bench_decks.ROWS,
    **bench_input.ROWS,
}


def measure(only: str | None, full: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for key, row in ROWS.items():
            if only and key != only:
                continue
            try:
                made = row(Path(name), full, time.monotonic() + (4 if full else 1) * ROW_SECONDS)
                yield from made if isinstance(made, list) else [made]
            except OutOfTime:
                yield Row(name=key, ours=None, peer=None, goal=0.0, note=f"stopped after {ROW_SECONDS} s")


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
    return 0 if all(row["held"] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
