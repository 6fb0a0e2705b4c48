"""Hostile and damaged files through the whole of `check`: the short run of scripts/torture-input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture import hostile as torture

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.needs("strace")
def test_hostile_files_are_refused_and_nothing_beside_them_is_opened_or_called() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.hostile", "--only", "hostile", "--short"], cwd=ROOT,
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "files under strace" in done.stdout


def test_damaged_files_lead_to_no_traceback_and_no_hang() -> None:
    told = torture.Told()
    torture.run_mutations(80, seed=20261122, kept=None, told=told)
    assert told.problems == []


def test_the_trace_would_show_a_decoy_and_a_connection(tmp_path: Path) -> None:
    work = tmp_path / "work"
    log = tmp_path / "log"
    log.write_text(
        '7 openat(AT_FDCWD, "/usr/lib/libc.so.6", O_RDONLY) = 3\n'
        f'7 openat(AT_FDCWD, "{work}/a.mp4", O_RDONLY) = 3\n'
        f'7 openat(AT_FDCWD, "{tmp_path}/decoys/secret.mp4", O_RDONLY) = 3\n'
        '7 open("../decoys/\\350.txt", O_RDONLY) = -1 ENOENT\n'
        '7 execve("/bin/sh", ["sh"], 0x0) = 0\n'
        f'7 openat(AT_FDCWD, "{tmp_path}/own/mediaprep-0/x", O_RDONLY) = 3\n'
        '7 execve("/bin/sh", ["/bin/sh", "-c", "( read -r _; kill -KILL 0 ) </dev/fd/9 & exec", "x"], 0x0) = 0\n'
        "7 connect(3, {sa_family=AF_INET, sin_port=htons(9)}, 16) = 0\n",
        encoding="utf-8",
    )
    found = list(torture.opened(log, work))
    assert [line.split(":")[0] for line in found] == ["openat", "open", "execve", "connect"]


def test_damage_is_the_same_for_the_same_seed() -> None:
    import random

    data = bytes(range(256)) * 20
    first = [torture.mutated(data, random.Random(f"1-{n}")) for n in range(50)]
    assert first == [torture.mutated(data, random.Random(f"1-{n}")) for n in range(50)]
    assert len(set(first)) == 50 and data not in first
