"""Disks that are too small: the short run of scripts/torture-disk, and whether it would see what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.errors import DiskFull, ToolFailed
from tests.torture import disk as torture_disk
from tests.torture.disk import Tally, Work, ladder, tried


@pytest.mark.needs("tmpfs")
@pytest.mark.parametrize("name", ["download", "transcode", "stitch", "ledger"])
def test_a_disk_that_is_too_small_is_said_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    tally = torture_disk.run(name, 3, tmp_path)
    assert tally.wrong == []
    assert (tally.good + tally.refused, tally.refused > 0) == (3, True)


def result(run: Callable[[Path], Path], folder: Path, wrong: str = "") -> Tally:
    tally = Tally()
    tried(Work(run=run, judge=lambda path, reference: wrong), folder, folder, tally, "here")
    return tally


def test_the_run_sees_a_bad_file_a_wrong_message_and_what_is_left(tmp_path: Path) -> None:
    def makes(disk: Path) -> Path:
        (disk / "a.mp4").write_bytes(b"x")
        return disk / "a.mp4"

    def litters(disk: Path) -> Path:
        (disk / ".a.mp4.part-1").write_bytes(b"x")
        raise DiskFull(f"{disk}: the disk is full", f"{disk}：磁盘已满")

    def mumbles(disk: Path) -> Path:
        raise ToolFailed(f"{disk}: ffmpeg failed (1)", f"{disk}：失败")

    def elsewhere(disk: Path) -> Path:
        raise DiskFull("/elsewhere: the disk is full", "/elsewhere：磁盘已满")

    def crashes(disk: Path) -> Path:
        raise RuntimeError("boom")

    folders = [tmp_path / name for name in "abcdef"]
    for folder in folders:
        folder.mkdir()
    assert result(makes, folders[0]).wrong == []
    assert "success with a bad file" in result(makes, folders[1], "too short").wrong[0]
    assert "left behind" in result(litters, folders[2]).wrong[0]
    assert "does not name the disk" in result(mumbles, folders[3]).wrong[0]
    assert "does not name the disk" in result(elsewhere, folders[4]).wrong[0]
    assert "RuntimeError" in result(crashes, folders[5]).wrong[0]


def test_the_sizes_reach_from_too_small_to_enough_and_page_by_page_around_what_is_needed() -> None:
    sizes = list(ladder(1000, 17_000, 40))
    assert len(sizes) == 40
    seeing, blind = [s for s, b in sizes if not b], [s for s, b in sizes if b]
    assert min(seeing) < 17_000 < max(seeing)
    assert min(blind) < 200 and max(blind) > 1500
    assert {1008, 1004, 1000, 996, 992} <= set(blind)
