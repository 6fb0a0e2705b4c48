"""Files that mediaprep wrote are replaced; those of others, and those that were changed, are not."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.errors import BadConfig
from mediaprep.media.files import atomic, own_outputs


def write(target: Path, text: str) -> None:
    with atomic.landing(target) as part:
        part.write_text(text, encoding="utf-8")


def test_what_was_written_here_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "文件 1.srt"
    for text in ("one", "two", "two", "three"):
        write(target, text)
        assert target.read_text(encoding="utf-8") == text


def edited(target: Path) -> None:
    target.write_text("mine", encoding="utf-8")


def replaced(target: Path) -> None:
    other = target.with_name("other")
    other.write_text("mine", encoding="utf-8")
    other.replace(target)


def linked(target: Path) -> None:
    target.rename(target.with_name("kept"))
    target.symlink_to("kept")


def dangling(target: Path) -> None:
    target.unlink()
    target.symlink_to("nowhere")


def piped(target: Path) -> None:
    target.unlink()
    os.mkfifo(target)


@pytest.mark.parametrize("change", [edited, replaced, linked, dangling, piped])
def test_what_was_changed_since_is_not(tmp_path: Path, change: Callable[[Path], None]) -> None:
    target = tmp_path / "a.txt"
    write(target, "ours")
    change(target)
    before = target.lstat()
    with pytest.raises(BadConfig, match=r"was changed since it was written.*--overwrite") as caught:
        write(target, "again")
    assert "写出之后被改动过" in caught.value.zh
    assert target.lstat() == before


def test_what_others_wrote_is_not(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"theirs")
    with pytest.raises(BadConfig, match=r"was not written by mediaprep.*--overwrite"):
        write(target, "ours")
    assert target.read_bytes() == b"theirs"


@pytest.mark.parametrize("change", [edited, replaced, linked, dangling])
def test_what_the_user_gave_up_is_replaced_once(tmp_path: Path, change: Callable[[Path], None]) -> None:
    target = tmp_path / "a.txt"
    write(target, "ours")
    change(target)
    own_outputs.give_up(target)
    write(target, "again")
    assert target.read_text(encoding="utf-8") == "again" and not target.is_symlink()
    target.write_bytes(b"theirs anew")
    with pytest.raises(BadConfig, match="was changed"):
        write(target, "a third time")


def test_a_pipe_is_never_given_up(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    os.mkfifo(target)
    own_outputs.give_up(target)
    with pytest.raises(BadConfig, match="is there already"):
        write(target, "ours")


def test_what_comes_there_while_it_is_made_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with pytest.raises(BadConfig, match="is there already"), atomic.landing(target) as part:
        part.write_bytes(b"ours")
        target.write_bytes(b"theirs")
    assert target.read_bytes() == b"theirs"


def test_a_kill_before_the_last_rename_leaves_what_can_be_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write(target, "one")
    part = tmp_path / ".part"
    part.write_bytes(b"two")
    atomic.own(part, target)  # and no more
    write(target, "three")
    part.replace(target)
    write(target, "four")


def test_a_folder_that_is_moved_takes_its_records_along(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write(tmp_path / "a" / "x.txt", "one")
    (tmp_path / "a").rename(tmp_path / "b")
    write(tmp_path / "b" / "x.txt", "two")


def test_the_state_folder_is_its_owners_alone_and_never_part_of_what_is_recorded(tmp_path: Path) -> None:
    (tmp_path / ".mediaprep").mkdir(mode=0o755)  # as it was made before
    write(tmp_path / "a.txt", "one")
    state = tmp_path / ".mediaprep"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    atomic.make_folder(state / "job" / "deep")
    target = state / "job" / "deep" / "voice.json"
    target.write_bytes(b"whatever")
    write(target, "two")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list((state / "job").rglob(".mediaprep"))
    record = next((state / "written").iterdir())
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_a_record_that_cannot_be_read_or_written_makes_the_file_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / ".mediaprep").write_bytes(b"a file in its place")
    write(tmp_path / "a.txt", "one")
    with pytest.raises(BadConfig, match="was not written by mediaprep"):
        write(tmp_path / "a.txt", "two")
    (tmp_path / ".mediaprep").unlink()
    write(tmp_path / "b.txt", "one")
    next((tmp_path / ".mediaprep" / "written").iterdir()).write_bytes(b'{"marks": 5')
    with pytest.raises(BadConfig, match="was not written by mediaprep"):
        write(tmp_path / "b.txt", "two")


def test_a_private_file_is_never_readable_by_others(tmp_path: Path) -> None:
    target = tmp_path / "request.json"
    with atomic.landing(target, private=True) as part:
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        part.unlink()
        part.write_bytes(b"made anew by a tool")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_files_that_come_together_come_all_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b"theirs")
    with pytest.raises(BadConfig, match=r"b\.json"), atomic.staging(tmp_path) as room:
        (room / "a.wav").write_bytes(b"1")
        (room / "b.json").write_bytes(b"2")
        atomic.land_all(room, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.json"]


@pytest.mark.parametrize("clones", [True, False])
def test_a_copy_has_a_life_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clones: bool) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"paid for" * 1000)
    if not clones:
        monkeypatch.setattr(atomic.posix, "cloned", lambda one, other: False)
    atomic.copy(source, target)
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_ino != source.stat().st_ino
    with target.open("r+b") as file:
        file.write(b"edited")
    assert source.read_bytes() == b"paid for" * 1000
