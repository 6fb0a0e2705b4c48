"""Calls that only POSIX has."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.isolation import posix


def test_a_regular_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"hello")
    with posix.open_regular(path) as file:
        assert file.read() == b"hello"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(BadAsset, match="symbolic link"):
        posix.open_regular(tmp_path / "b")


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    started = time.monotonic()
    with pytest.raises(BadAsset, match="named pipe"):
        posix.open_regular(tmp_path / "a")
    assert time.monotonic() - started < 1


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything: where we are root, the test is somebody else."""
    if before := os.geteuid():
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    for name, mode in (("a", 0o000), ("b", 0o644)):
        (tmp_path / name).write_bytes(b"hello")
        (tmp_path / name).chmod(mode)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)  # the folders above it are the owner's alone
    request.getfixturevalue("nobody")
    with pytest.raises(BadAsset, match="cannot be read"):
        posix.open_regular(Path("a"))
    posix.open_regular(Path("b")).close()


def test_a_name_with_a_zero_byte_is_our_own_error() -> None:
    with pytest.raises(BadAsset):
        posix.open_regular(Path("a\0b"))


def test_a_group_is_ended_with_what_its_leader_started(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    child = "import subprocess,sys,time,pathlib; p=subprocess.Popen(['sleep','60']); "
    child += f"pathlib.Path({str(marker)!r}).write_text(str(p.pid)); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
    while not marker.exists() or not marker.read_text():
        time.sleep(0.02)
    posix.kill_group(process)
    assert process.returncode is not None
    status = Path(f"/proc/{marker.read_text()}/stat")
    deadline = time.monotonic() + 5
    while status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_folder_can_be_made_durable(tmp_path: Path) -> None:
    posix.sync_folder(tmp_path)
    posix.sync_folder(tmp_path / "missing")
