"""A made file stands under its name whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media import landing


def test_what_was_written_stands_under_the_name_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    with landing.landing(target) as part:
        assert part.parent == tmp_path and part.name.startswith(".out.bin.part-")
        part.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")
    with pytest.raises(ValueError, match="half"), landing.landing(target) as part:
        part.write_bytes(b"half")
        raise ValueError("half")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_names_of_255_bytes_are_no_obstacle(tmp_path: Path) -> None:
    target = tmp_path / ("名" * 83 + ".mp4")
    with landing.landing(target) as part:
        part.write_bytes(b"x")
    assert target.exists()


def test_a_missing_folder_or_a_folder_as_target_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no such folder"), landing.landing(tmp_path / "none" / "a.mp4"):
        pass
    with pytest.raises(BadConfig, match="is a folder"), landing.landing(tmp_path):
        pass


def test_the_original_is_recognised_under_another_name(tmp_path: Path) -> None:
    original = tmp_path / "a.mp4"
    original.write_bytes(b"x")
    link = tmp_path / "b.mp4"
    os.link(original, link)
    for name in (original, link, tmp_path / "." / "a.mp4"):
        with pytest.raises(BadConfig, match="original"):
            landing.refuse_same(original, name)
    landing.refuse_same(original, tmp_path / "new.mp4")


def test_a_full_disk_is_seen_before_work_begins(tmp_path: Path) -> None:
    landing.need_space(tmp_path, 1)
    with pytest.raises(ToolFailed, match="free"):
        landing.need_space(tmp_path, 1 << 60)


def test_odd_names_are_hidden_and_the_folder_is_removed(tmp_path: Path) -> None:
    odd = tmp_path / "-i 'x' %d\n.mp4"
    odd.write_bytes(b"odd")
    with landing.under_our_name(odd, tmp_path) as name:
        assert name.name == "input" and name.read_bytes() == b"odd"
        assert name.parent.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [odd]
