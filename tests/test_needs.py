"""Tests that need a program which is absent are not run, and that is said."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONGEST, dealt

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


def test_the_longest_files_are_dealt_out_first_and_every_test_stays_once() -> None:
    stems = ["test_a", "test_b", LONGEST[1], LONGEST[1], "test_c", LONGEST[0], "test_d", LONGEST[2], "test_e"]
    for workers in (1, 2, 3, 4, 20):
        assert sorted(dealt(stems, workers)) == list(range(len(stems)))
    assert dealt(stems, 1)[:4] == [5, 2, 3, 7]
    assert dealt(stems, 3) == [5, 0, 1, 2, 3, 4, 7, 6, 8]


def test_every_file_that_is_said_to_be_long_is_there() -> None:
    assert set(LONGEST) <= {path.stem for path in Path(__file__).parent.rglob("test_*.py")}


def test_the_fast_check_names_tests_that_are_there() -> None:
    root = Path(__file__).resolve().parents[1]
    named = re.findall(r"\btests/\S+", (root / "scripts" / "check").read_text(encoding="utf-8"))
    assert len(named) >= 5
    assert [name for name in named if not (root / name).exists()] == []
