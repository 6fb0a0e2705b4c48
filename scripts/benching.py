"""What rows of scripts/bench are made of: a comparison, timed runs, footage."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
os.environ["MEDIAPREP_FFMPEG"] = (
    FFMPEG  # what ours runs is what the peers run: another build is faster or slower
)
MEDIAPREP = [sys.executable, "-m", "mediaprep"]
ROW_SECONDS = 600
PORTRAIT = Path(__file__).resolve().parents[1] / "fixtures" / "faces" / "astronaut.png"


# the kernel's ru_maxrss of a child begins at its parent's: VmHWM does not
PEAK = """
def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
"""
"""Source of a function that tells the most memory a process has had, MiB."""


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


SYLLABLES = "anoisesrc=color=pink:r=48000:amplitude=0.4:seed=7"
SPOKEN = "lowpass=f=4000,tremolo=f=4.5:d=0.9,aformat=channel_layouts=stereo"


class OutOfTime(Exception):
    """A row took longer than it may."""


def timed(
    command: list[str],
    *,
    runs: int,
    deadline: float,
    ok: tuple[int, ...] = (0,),
    environment: dict[str, str] | None = None,
) -> float:
    """The best wall time of `runs` runs. An exit code other than `ok` is an error, not a fast run."""
    best = float("inf")
    for _ in range(runs):
        left = deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        started = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=left,
                check=False,
                env={**os.environ, **(environment or {})},
            )
        except subprocess.TimeoutExpired as error:
            raise OutOfTime from error
        best = min(best, time.perf_counter() - started)
        if done.returncode not in ok:
            raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return best


def footage(path: Path, *, seconds: int, repeat: int = 1) -> Path:
    """1080p25 H.264, a face before a moving pattern, with stereo noise in syllables as AAC (the time that sound
    takes to encode depends on it: a plain tone is the worst there is). `repeat` makes it longer by copying the
    picture's packets; the sound is encoded in one go, else the joints would show as a varying rate."""
    if path.exists():
        return path
    silent = path.with_name(f"silent-{path.name}")
    listed = path.with_suffix(".txt")
    listed.write_text(f"file '{silent.resolve()}'\n" * repeat, encoding="utf-8")
    part = path.with_name(f"part-{path.name}")
    face = "[1:v]scale=900:900[face];[0:v][face]overlay=x=510+40*sin(t):y=90"
    for command in (
        ["-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=25:d={seconds}", "-i", PORTRAIT, "-filter_complex", face,
         "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", silent],
        ["-f", "concat", "-safe", "0", "-i", listed, "-f", "lavfi", "-i", f"{SYLLABLES}:d={seconds * repeat},{SPOKEN}",
         "-c:v", "copy", "-c:a", "aac", part],
    ):  # fmt: skip
        subprocess.run([FFMPEG, "-loglevel", "error", "-y", *command], check=True, timeout=ROW_SECONDS)
    silent.unlink()
    listed.unlink()
    part.rename(path)
    return path
