"""A changed number of the contract breaks a test: a sample of scripts/mutations, which tries them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_changed_number_of_the_contract_breaks_a_test() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.mutations", "--green", "--sample", "2", "--seed", "7"], cwd=ROOT,
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 changed numbers are noticed" in done.stdout
