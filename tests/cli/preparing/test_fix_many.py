"""Several files mended in one call: a folder, a pattern, one that cannot be mended among them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mediaprep.cli.app import run as cli
from tests.making import make_photo, make_video


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    make_video(folder / "one.mov", seconds=1, width=400, height=400, vcodec="mpeg4")
    (folder / "下").mkdir()
    make_video(folder / "下" / "two.mp4", seconds=1, width=400, height=400)
    (folder / ".hidden.mp4").write_bytes(b"x")
    return folder


def fix(*words: str | Path) -> int:
    return cli(["fix", *map(str, words), "--no-faces", "--unsafe"])


def test_a_folder_is_mended_into_a_folder(
    footage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = fix(footage, "-o", tmp_path / "out", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert [Path(one["source"]).name for one in told] == ["one.mov", "two.mp4"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.name[0] != ".") == sorted(
        Path(one["written"]).name for one in told if one["written"]
    )
    assert code == max(1 if any(f["verdict"] == "refused" for f in one["left"]) else 0 for one in told)


def test_one_that_fails_does_not_stop_the_others(
    footage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mov").write_bytes(b"no media at all")
    shutil.copy(footage / "one.mov", tmp_path / "b.mov")
    assert fix(tmp_path / "a.mov", tmp_path / "missing.mov", tmp_path / "b.mov", "-o", tmp_path / "out") != 0
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name[0] != "."] == ["b.mp4"]
    assert "3 files: 1 written" in (told := capsys.readouterr()).out and "Traceback" not in told.err


def test_two_that_would_have_one_name_are_not_one_file(
    footage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        shutil.copy(footage / "one.mov", tmp_path / name / "same.mov")
    assert fix(tmp_path / "a", tmp_path / "b", "-o", tmp_path / "out") == 2
    assert "as " in (told := capsys.readouterr().err) and "same.mp4" in told
    assert len([path for path in (tmp_path / "out").iterdir() if path.name[0] != "."]) == 1


@pytest.mark.parametrize("output", ["one.mp4", "there.txt"])
def test_several_files_want_a_folder(footage: Path, tmp_path: Path, output: str) -> None:
    (tmp_path / "there.txt").write_text("mine")
    assert fix(footage, "-o", tmp_path / output) == 2
    assert (tmp_path / "there.txt").read_text() == "mine"


@pytest.mark.parametrize("named", ["*.png", "p*", "[ab].png", "**/*.png"])
def test_check_reads_patterns_and_folders_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png", "p1.png"):
        make_photo(Path(name))
    cli(["check", named, "--no-faces", "--format", "json"])
    told = capsys.readouterr().out
    assert (named == "p*") == ("a.png" not in told) and ("p1.png" in told) == (named != "[ab].png")


def test_a_folder_without_files_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli(["check", str(tmp_path)]) != 0
    assert "Traceback" not in (told := capsys.readouterr()).err and str(tmp_path) in told.out + told.err
