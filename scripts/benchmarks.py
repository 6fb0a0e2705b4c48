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
from dataclasses import asdict, dataclass
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
MEDIAPREP = [sys.executable, "-m", "mediaprep"]
ROW_SECONDS = 600
PORTRAIT = Path(__file__).resolve().parents[1] / "fixtures" / "faces" / "astronaut.png"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One comparison. `ours` and `peer` in seconds; None = it could not be had, and `note` says why."""

    name: str
    ours: float | None
    peer: float | None
    goal: float
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.ours is None or not self.peer else self.ours / self.peer

    @property
    def held(self) -> bool | None:
        return None if self.ratio is None else self.ratio <= self.goal


class OutOfTime(Exception):
    """A row took longer than it may."""


def timed(command: list[str], *, runs: int, deadline: float, ok: tuple[int, ...] = (0,)) -> float:
    """The best wall time of `runs` runs. An exit code other than `ok` is an error, not a fast run."""
    best = float("inf")
    for _ in range(runs):
        left = deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        started = time.perf_counter()
        try:
            done = subprocess.run(command, capture_output=True, timeout=left, check=False)
        except subprocess.TimeoutExpired as error:
            raise OutOfTime from error
        best = min(best, time.perf_counter() - started)
        if done.returncode not in ok:
            raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return best


def footage(path: Path, *, seconds: int, repeat: int = 1) -> Path:
    """1080p25 H.264 with AAC, a face before a moving pattern; `repeat` makes it longer by copying packets."""
    if path.exists():
        return path
    part = path.with_name(f"part-{path.name}")
    subprocess.run(
        [FFMPEG, "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=25:d={seconds}",
         "-f", "lavfi", "-i", f"sine=f=300:r=48000:d={seconds}", "-i", PORTRAIT, "-filter_complex",
         "[2:v]scale=900:900[face];[0:v][face]overlay=x=510+40*sin(t):y=90", "-c:v", "libx264", "-preset", "ultrafast",
         "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac", part],
        check=True, timeout=ROW_SECONDS,
    )  # fmt: skip
    if repeat > 1:
        once = part
        part = path.with_name(f"long-{path.name}")
        subprocess.run(
            [FFMPEG, "-loglevel", "error", "-y", "-stream_loop", str(repeat - 1), "-i", once, "-c", "copy", part],
            check=True, timeout=ROW_SECONDS,
        )  # fmt: skip
        once.unlink()
    part.rename(path)
    return path


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
    check = [*MEDIAPREP, "check", "--allow-unknown"]
    return Row(
        name="check 20 min / 1 min, 1080p",
        ours=timed([*check, str(long)], runs=runs, deadline=deadline, ok=(0, 1)),
        peer=timed([*check, str(short)], runs=runs, deadline=deadline, ok=(0, 1)),
        goal=1.2,
        note="peer = the same check of one minute",
    )


def remux_against_docs(folder: Path, full: bool, deadline: float) -> Row:
    """An H.264 .mov needs no new pixels; the docs' command makes them all the same."""
    source = footage(folder / ("five.mov" if full else "minute.mov"), seconds=60, repeat=5 if full else 1)
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
        note=f"{300 if full else 60} s of 1080p25; ours includes starting Python and proving the output",
    )


ROWS: dict[str, Callable[[Path, bool, float], Row]] = {
    "long-short": long_against_short,
    "remux": remux_against_docs,
}


def measure(only: str | None, full: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for key, row in ROWS.items():
            if only and key != only:
                continue
            try:
                yield row(Path(name), full, time.monotonic() + ROW_SECONDS)
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
