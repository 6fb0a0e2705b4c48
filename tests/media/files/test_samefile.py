"""Two names of one file are seen as one, whether it is there or still to be made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mediaprep.media.files.samefile import SameFile, finds_other_letters


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "film.mp4").write_bytes(b"film")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "alias.mp4").symlink_to("film.mp4")
    (tmp_path / "to-come.mp4").symlink_to("real/o.mp3")
    os.link(tmp_path / "film.mp4", tmp_path / "hard.mp4")
    return tmp_path


SAME = [
    ("film.mp4", "./film.mp4"), ("film.mp4", "real/../film.mp4"), ("film.mp4", "alias.mp4"), ("film.mp4", "hard.mp4"),
    ("film.mp4", "link/../film.mp4"), ("o.mp3", "real/../o.mp3"), ("real/o.mp3", "link/o.mp3"),
    ("real/o.mp3", "to-come.mp4"), ("real/deep/../o.mp3", "link/o.mp3"), ("new/o.mp3", "new/x/../o.mp3"),
    ("real/new/o.mp3", "link/new/./o.mp3"), ("o.mp3", "gone/../real/../o.mp3"),
]  # fmt: skip
DIFFERENT = [
    ("film.mp4", "o.mp4"), ("real/o.mp3", "other/o.mp3"), ("o.mp3", "real/o.mp3"), ("o.mp3", "O.mp3"),
    ("film.mp4", "FILM.mp4"), ("new/o.mp3", "New/o.mp3"), ("é.mp3", "e\u0301.mp3"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_file_under_two_names_is_one(place: Path, one: str, other: str) -> None:
    same = SameFile(lambda folder: False)
    assert same.identity(place / one) == same.identity(place / other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_files_are_two(place: Path, one: str, other: str) -> None:
    same = SameFile(lambda folder: False)
    assert same.identity(place / one) != same.identity(place / other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("o.mp3", "O.MP3"), ("new/o.mp3", "New/o.mp3"), ("é.mp3", "e\u0301.mp3"), ("straße.mp3", "STRASSE.mp3"),
     ("real/../片.MP3", "片.mp3")],
)  # fmt: skip
def test_letters_case_counts_where_the_file_system_tells_it(place: Path, one: str, other: str) -> None:
    folded = SameFile(lambda folder: True)
    assert folded.identity(place / one) == folded.identity(place / other)
    assert folded.identity(place / one) != folded.identity(place / "real" / other)


def test_a_relative_name_is_seen_from_the_working_folder(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place / "real")
    same = SameFile()
    assert same.identity(Path("../film.mp4")) == same.identity(place / "film.mp4")
    assert same.identity(Path("o.mp3")) == same.identity(place / "link" / "o.mp3")


def test_this_file_system_is_asked_whether_it_tells_letters_apart(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"")
    tells = not (tmp_path / "ABC").exists()
    assert finds_other_letters(tmp_path) is not tells
    assert finds_other_letters(tmp_path / "none") is False


def test_names_that_no_file_can_have_are_no_error() -> None:
    same = SameFile()
    assert same.identity(Path("/none/" + "n" * 300)) != same.identity(Path("/none/" + "m" * 300))
    same.identity(Path("a\0b"))
