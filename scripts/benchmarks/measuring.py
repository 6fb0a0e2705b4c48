"""What rows of scripts/bench are made of: a comparison, measurements, material that is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from tests import making_decks

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
# what ours runs is what the peers run: another build is faster or slower
os.environ["MEDIAPREP_FFMPEG"] = FFMPEG
MEDIAPREP = [sys.executable, "-m", "mediaprep"]
MEASURING_SECONDS = 600
PORTRAIT = Path(__file__).resolve().parents[2] / "fixtures" / "faces" / "astronaut.png"


# the kernel's ru_maxrss of a child begins at its parent's: VmHWM does not
PEAK = """
def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
"""
"""Source of a function that tells the most memory a process has had, MiB."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One comparison. `ours` and `peer` in seconds; None = it could not be had in its time, or `note` says why."""

    name: str
    ours: float | None
    peer: float | None
    goal: float
    note: str = ""
    failed: bool = False

    @property
    def ratio(self) -> float | None:
        return None if self.ours is None or not self.peer else self.ours / self.peer

    @property
    def held(self) -> bool | None:
        return None if self.ratio is None else self.ratio <= self.goal


SYLLABLES = "anoisesrc=color=pink:r=48000:amplitude=0.4:seed=7"
SPOKEN = "lowpass=f=4000,tremolo=f=4.5:d=0.9,aformat=channel_layouts=stereo"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where and how rows are measured. A measurement has a time of its own and keeps what it found before that ended;
    what could not be found at all is None, and the rows that need it say so: a slow peer costs no other row its time.
    """

    folder: Path  # for what is made while measuring
    material: Path  # for what is measured: made once, kept for the next run
    full: bool = False  # longer material, more runs
    seconds: float = MEASURING_SECONDS  # what one measurement may take

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """The material of that name; `make` writes it if no run did so before."""
        path = self.material / name
        if not path.exists():
            part = path.with_name(f"part-{name}")
            make(part)
            part.rename(path)
        return path

    def timed(
        self,
        command: list[str],
        *,
        runs: int,
        ok: tuple[int, ...] = (0,),
        environment: dict[str, str] | None = None,
        before: Callable[[], object] = lambda: None,
    ) -> float | None:
        """The best wall time of `runs` runs, or of as many as there was time for. An exit code other than `ok` is an
        error, not a fast run. `before` is called before each."""
        best, until = None, time.monotonic() + self.seconds
        for _ in range(runs):
            before()
            started = time.perf_counter()
            try:
                done = subprocess.run(
                    command, capture_output=True, timeout=max(0.1, until - time.monotonic()), check=False,
                    env={**os.environ, **(environment or {})},
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                break
            took = time.perf_counter() - started
            best = took if best is None else min(best, took)
            if done.returncode not in ok:
                raise Failed(f"{command} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
        return best

    def told(self, script: str, *arguments: object, runs: int = 1) -> list[tuple[float, ...]]:
        """The numbers that a Python script prints, of as many runs as there was time for; each by itself, so that its
        memory and its clock are its own."""
        found, until = [], time.monotonic() + self.seconds
        for _ in range(runs):
            try:
                done = subprocess.run(
                    [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, check=False,
                    timeout=max(0.1, until - time.monotonic()),
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                break
            if done.returncode:
                raise Failed(f"a timed script failed: {done.stderr[-500:]}")
            found.append(tuple(float(word) for word in done.stdout.split()))
        return found


Rows = Callable[[Bench], Iterator[Row]]
"""Rows that are measured together, each yielded as soon as its numbers are there."""


class Failed(Exception):
    """What was measured did not work."""


def least(found: list[tuple[float, ...]], place: int = 0) -> float | None:
    """The smallest of the numbers at that place."""
    return min((numbers[place] for numbers in found), default=None)


def kept(folder: Path) -> Path:
    """The folder of the material that this code and this ffmpeg make; what others made is removed."""
    version = subprocess.run([FFMPEG, "-version"], capture_output=True, check=True).stdout.splitlines()[0]
    code = [*Path(__file__).parent.glob("*.py"), Path(making_decks.__file__)]
    seen = hashlib.sha256(version + b"".join(path.read_bytes() for path in sorted(code))).hexdigest()[:12]
    for other in folder.glob("*"):
        if other.name != seen:
            shutil.rmtree(other)
    (folder / seen).mkdir(parents=True, exist_ok=True)
    return folder / seen


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([FFMPEG, "-loglevel", "error", "-y", *map(str, arguments)], check=True, timeout=3600)


def footage(bench: Bench, *, minutes: int = 1, suffix: str = "mp4") -> Path:
    """1080p25 H.264, a face before a moving pattern, with stereo noise in syllables as AAC (the time that sound
    takes to encode depends on it: a plain tone is the worst there is). More minutes are the packets of the first
    again; the sound is encoded in one go, else the joints would show as a varying rate."""

    def silent(path: Path) -> None:
        face = "[1:v]scale=900:900[face];[0:v][face]overlay=x=510+40*sin(t):y=90"
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=25:d=60", "-i", PORTRAIT, "-filter_complex", face,
               "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", path)  # fmt: skip

    def made(path: Path) -> None:
        minute = bench.once("silent-minute.mp4", silent)
        listed = bench.folder / "minutes.txt"
        listed.write_text(f"file '{minute.resolve()}'\n" * minutes, encoding="utf-8")
        ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-f", "lavfi", "-i",
               f"{SYLLABLES}:d={60 * minutes},{SPOKEN}", "-c:v", "copy", "-c:a", "aac", path)  # fmt: skip

    return bench.once(f"minutes-{minutes}.{suffix}", made)
