"""`fix`, `finish` and `run` killed at seeded moments of their work (Linux).

What a kill leaves is looked for without mediaprep: processes whose command line or environment names the command's
own folders, and files of its that are not under the names that were asked for, after one more command.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.making import make_face_video, make_video

MEDIAPREP: Final = str(Path(sys.executable).with_name("mediaprep"))
GONE_SECONDS: Final = 5.0
_LEAVING: Final = re.compile(r"\.(mend|split)-|\.part-|mediaprep-")
_STORY: Final = """
jobs:
  - id: a
    endpoint: notrain
    voice: first
    request: {RefVideoUrl: face.mp4, InputSsml: 大家好，欢迎来到课堂。, SpeechParam: {Speed: 1.0, TimbreKey: female_1}}
    finish: {head: main.mp4, loudness: web}
    output: out/a.mp4
"""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One place to work at: its sources, and folders for output, temporary files and the user's own."""

    root: Path

    @property
    def environ(self) -> dict[str, str]:
        here = {"HOME": str(self.root / "home"), "TMPDIR": str(self.root / "temporary")}
        return {**here, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def command(self, verb: str) -> list[str]:
        words = {
            "fix": ["fix", "footage.mov", "-o", "out/fixed.mp4", "--no-faces"],
            "finish": [
                "finish",
                "main.mp4",
                "--head",
                "main.mp4",
                "--loudness",
                "web",
                "-o",
                "out/finished.mp4",
            ],
            "run": ["run", "story.yaml", "--emulator"],
        }
        return [MEDIAPREP, *words[verb]]

    def prepare(self) -> None:
        """Sources: one that must be encoded, one that can be copied, a manifest of one job."""
        for folder in ("home", "temporary", "out"):
            (self.root / folder).mkdir()
        make_video(self.root / "footage.mov", seconds=6, vcodec="mpeg4", width=640, height=480)
        portrait = Path(__file__).resolve().parents[2] / "fixtures/faces/astronaut.png"
        make_face_video(self.root / "face.mp4", portrait, seconds=4, extra=("-pix_fmt", "yuv420p10le"))
        make_video(self.root / "main.mp4", seconds=4, width=640, height=480)
        (self.root / "story.yaml").write_text(_STORY, encoding="utf-8")

    def processes(self) -> list[str]:
        """Every process that works here, by its command line; zombies have none."""
        found, mark = [], str(self.root).encode()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line, environ = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if line and (mark in line or mark in environ) and int(entry.name) != os.getpid():
                found.append(line.replace(b"\0", b" ").decode("utf-8", "replace")[:160])
        return found

    def leavings(self) -> list[str]:
        """What lies about under none of the names that were asked for, and the records of such."""
        records = self.root / "home/.local/state/mediaprep/leavings"
        found = [*(records.iterdir() if records.is_dir() else ())]
        for folder in ("out", "temporary"):
            found += [path for path in (self.root / folder).rglob("*") if _LEAVING.search(path.name)]
        return [str(path.relative_to(self.root)) for path in found]


def killed(site: Site, verb: str, after: float) -> tuple[int, list[str]] | None:
    """Begin, kill after so many seconds, have one more command: (leavings before it, what is wrong). None when it
    had come to its end before."""
    process = subprocess.Popen(
        site.command(verb), cwd=site.root, env=site.environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(timeout=after)
        return None
    except subprocess.TimeoutExpired:
        process.kill()
    process.wait()
    deadline = time.monotonic() + GONE_SECONDS
    while (running := site.processes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = len(site.leavings())
    subprocess.run(
        [MEDIAPREP, "explain", "notrain.RefVideoUrl.seconds"], cwd=site.root, env=site.environ,
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return left, [f"still runs: {line}" for line in running] + [f"left: {path}" for path in site.leavings()]


def lasting(site: Site, verb: str) -> float:
    """Seconds that the command needs when it is left in peace; told when it does not do its work."""
    began = time.monotonic()
    done = subprocess.run(
        site.command(verb), cwd=site.root, env=site.environ, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{verb}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--only", choices=("fix", "finish", "run"))
    options = parser.parse_args()
    verbs = [options.only] if options.only else ["fix", "finish", "run"]
    draw, wrong, counted = random.Random(options.seed), 0, Counter[str]()
    with tempfile.TemporaryDirectory(prefix="torture-kill-") as name:
        site = Site(root=Path(name).resolve())
        site.prepare()
        long = {verb: lasting(site, verb) for verb in verbs}
        number = 0
        while number < options.kills:
            verb = verbs[number % len(verbs)]
            after = draw.uniform(0.05, 1.0) * long[verb]
            for path in (site.root / "out").iterdir():
                if path.is_file():
                    path.unlink()
            found = killed(site, verb, after)
            if found is None:  # the machine has less to do than it had
                long[verb] *= 0.8
                continue
            number += 1
            left, problems = found
            counted["with leavings that were swept"] += bool(left)
            wrong += bool(problems)
            for problem in problems:
                print(f"  ✗ {verb} killed after {after:.2f} s: {problem}", flush=True)
    swept = counted["with leavings that were swept"]
    print(
        f"{options.kills} kills ({', '.join(verbs)}): {wrong} with something left; {swept} had left what was swept"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
