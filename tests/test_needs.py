"""Tests that need a program which is absent are not run, and that is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SUITE = """
import pytest

@pytest.mark.needs("strace")
def test_with_strace():
    raise AssertionError("never run")
"""
_EXCUSES = """
def test_left_out():
    pytest.skip("some other day")
"""


@pytest.mark.parametrize(("more", "passes"), [("", True), (_EXCUSES, False)])
def test_tests_that_did_not_run_are_named_and_in_ci_only_an_absent_program_excuses_them(
    tmp_path: Path, more: str, passes: bool
) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path / "conftest.py")
    (tmp_path / "test_one.py").write_text(_SUITE + more, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "PATH": str(tmp_path), "CI": "true"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) is passes, done.stdout
    assert f"not run: {1 if passes else 2}" in done.stdout
    assert "test_one.py::test_with_strace (strace)\n" in done.stdout
    assert ("test_one.py::test_left_out (some other day): FAILS" in done.stdout) is not passes
