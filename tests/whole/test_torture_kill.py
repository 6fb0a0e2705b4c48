"""Commands that are killed leave nothing: the short run of scripts/torture-kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_commands_that_are_killed_leave_no_process_and_nothing_for_long() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.kill", "--kills", "3", "--only", "finish"],
        capture_output=True, text=True, timeout=280, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kills (finish): 0 with something left" in done.stdout
