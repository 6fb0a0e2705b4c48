"""The rows about starting: what a program or a person waits for before anything is done, against Python alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.measuring import MEDIAPREP, Bench, Row, Rows, ffmpeg

_RUNS = 7


def starting(bench: Bench) -> Iterator[Row]:
    """Importing, the version, and one small clip checked for the first time."""
    clip = bench.folder / "one.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:d=2", "-pix_fmt", "yuv420p", clip)
    nothing = bench.timed([sys.executable, "-c", "pass"], runs=_RUNS)
    check = [*MEDIAPREP, "check", str(clip), "--no-faces", "--no-cache"]
    for name, command, goal in (
        ("import mediaprep / pass", [sys.executable, "-c", "import mediaprep"], 2.0),
        ("mediaprep --version / pass", [*MEDIAPREP, "--version"], 5.0),
        ("check one.mp4, no faces / pass", check, 30.0),
    ):
        took = bench.timed(command, runs=_RUNS)
        yield Row(name=name, ours=took, peer=nothing, goal=goal, note="peer = python -c pass")


ROWS: dict[str, Rows] = {"starting": starting}
