"""`run` on a manifest of all six endpoints under a kill, then unchanged: the short run of scripts/torture-batch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_manifest_survives_a_kill_and_is_unchanged_when_it_is_run_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.torture.batch", "--jobs", "6", "--kills", "1", "--keep", str(tmp_path),
        ],
        capture_output=True, text=True, timeout=280, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 breaches" in done.stdout
    assert " 6 charged," in done.stdout and " 0 charged twice, 0 times 100008" in done.stdout
