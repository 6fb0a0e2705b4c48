"""A made file stands under its name whole, or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset, BadConfig, DiskFull, MediaprepError, ToolFailed
from mediaprep.media.files import atomic
from tests.making import entries


def test_what_was_written_stands_under_the_name_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    with atomic.landing(target) as part:
        assert part.parent == tmp_path and part.name.startswith(".out.bin.part-")
        part.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(entries(tmp_path)) == [target]


def test_an_error_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    with atomic.landing(target) as part:
        part.write_bytes(b"old")
    with pytest.raises(ValueError, match="half"), atomic.landing(target) as part:
        part.write_bytes(b"half")
        raise ValueError("half")
    assert target.read_bytes() == b"old"
    assert list(entries(tmp_path)) == [target]


def test_names_of_255_bytes_are_no_obstacle(tmp_path: Path) -> None:
    target = tmp_path / ("名" * 83 + ".mp4")
    with atomic.landing(target) as part:
        part.write_bytes(b"x")
    assert target.exists()


def test_a_missing_folder_or_a_folder_as_target_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no such folder"), atomic.landing(tmp_path / "none" / "a.mp4"):
        pass
    with pytest.raises(BadConfig, match="is a folder"), atomic.landing(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_to_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(BadConfig, match="cannot be written to; choose another folder"):
        atomic.refuse_target(tmp_path / "out.mp4")


def test_the_original_is_recognised_under_another_name(tmp_path: Path) -> None:
    original = tmp_path / "a.mp4"
    original.write_bytes(b"x")
    link = tmp_path / "b.mp4"
    os.link(original, link)
    for name in (original, link, tmp_path / "." / "a.mp4"):
        with pytest.raises(BadConfig, match="original"):
            atomic.refuse_same(original, name)
    atomic.refuse_same(original, tmp_path / "new.mp4")


def test_a_full_disk_is_seen_before_work_begins(tmp_path: Path) -> None:
    atomic.need_space(tmp_path, 1)
    with pytest.raises(ToolFailed, match="free"):
        atomic.need_space(tmp_path, 1 << 60)


def test_odd_names_are_hidden_and_the_folder_is_removed(tmp_path: Path) -> None:
    odd = tmp_path / "-i 'x' %d\n.mp4"
    odd.write_bytes(b"odd")
    with atomic.under_our_name(odd, tmp_path) as name:
        assert name.name == "input" and name.read_bytes() == b"odd"
        assert name.parent.stat().st_mode & 0o077 == 0
    assert list(entries(tmp_path)) == [odd]


def full(monkeypatch: pytest.MonkeyPatch, free: int = 1000) -> None:
    monkeypatch.setattr(atomic, "_free", lambda folder: free)


@pytest.mark.parametrize(
    "error",
    [
        ToolFailed("the finished video does not hold", "未通过"),
        BadAsset("out.mp4 is damaged", "损坏"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_whatever_fails_on_a_full_disk_says_that_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    full(monkeypatch)
    with pytest.raises(DiskFull, match="no space left") as caught, atomic.landing(tmp_path / "a") as part:
        part.write_bytes(b"half")
        raise error
    assert str(tmp_path) in caught.value.en and str(tmp_path) in caught.value.zh
    assert list(entries(tmp_path)) == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        ToolFailed("ffmpeg failed (228): Error writing trailer: No space left on device", "失败"),
    ],
)
def test_a_tool_that_says_so_is_believed_even_when_its_file_is_gone_again(
    tmp_path: Path, error: Exception
) -> None:
    with pytest.raises(DiskFull, match="the disk is full"), atomic.landing(tmp_path / "a"):
        raise error


def test_with_room_left_an_error_keeps_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="does not hold") as caught, atomic.landing(tmp_path / "a"):
        raise ToolFailed("does not hold", "未通过")
    assert not isinstance(caught.value, DiskFull)


def test_a_setting_is_at_fault_on_a_full_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full(monkeypatch)
    with pytest.raises(BadConfig, match="no such font"), atomic.landing(tmp_path / "a"):
        raise BadConfig("no such font", "没有该字体")


def test_a_full_disk_of_temporary_files_is_named_and_not_the_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, output = tmp_path / "temporary", tmp_path / "output"
    temporary.mkdir()
    output.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(atomic, "_free", lambda folder: 10 if folder == temporary else 1 << 40)
    with (
        pytest.raises(DiskFull) as caught,
        atomic.landing(output / "a.mp4"),
        atomic.workroom() as room,
    ):
        assert room.parent == temporary
        raise ToolFailed("ffmpeg failed: No space left on device", "失败")
    assert caught.value.en.startswith(f"{temporary}:")
    assert list(entries(temporary)) == []


def test_the_outputs_disk_is_not_blamed_on_that_of_temporary_files(tmp_path: Path) -> None:
    room_of = atomic.workroom()
    with pytest.raises(DiskFull) as caught, atomic.landing(tmp_path / "a.mp4"), room_of:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / ".a.mp4.part-0"))
    assert caught.value.en.startswith(f"{tmp_path}:")


def test_a_missing_temporary_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(MediaprepError, match="set TMPDIR"), atomic.workroom():
        pass


def test_what_a_tool_made_on_a_full_disk_takes_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some tools end with 0 all the same."""
    part, made = tmp_path / "part", tmp_path / "made"
    part.write_bytes(b"whole")
    made.write_bytes(b"half")
    with monkeypatch.context() as there:
        full(there)
        with pytest.raises(DiskFull, match="no space left"):
            atomic.take_over(made, part)
    assert part.read_bytes() == b"whole"
    atomic.take_over(made, part)
    assert part.read_bytes() == b"half" and not made.exists()
