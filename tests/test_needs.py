"""Tests that need a program which is absent are not run, and that is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_SUITE = """
import pytest

@pytest.mark.needs("strace")
def test_with_strace():
    raise AssertionError("never run")
"""


def test_tests_without_their_program_are_counted_and_named_at_the_end(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path / "conftest.py")
    (tmp_path / "test_one.py").write_text(_SUITE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "not run: 1" in done.stdout
    assert "test_one.py::test_with_strace (strace)" in done.stdout
