"""Mended inputs are found again by what they were made of, and only while they are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.errors import ToolFailed
from mediaprep.model.findings import Text
from mediaprep.submit.urls import Asset
from mediaprep.verbs.mended import Shelf, sha256_of

STEPS = (Text("encode", "编码"),)


def shelf(folder: Path, source: Path, steps: tuple[Text, ...] = STEPS) -> Shelf:
    return Shelf(folder, Asset(parameter="VideoParam.Refs[0]", given=source.name, path=source), steps)


def test_what_was_mended_is_found_by_source_and_treatment(tmp_path: Path) -> None:
    source = tmp_path / "a.mov"
    source.write_bytes(b"raw")
    one = shelf(tmp_path / "work", source)
    assert one.find() is None
    made = one.made_place() / "a.mp4"
    made.write_bytes(b"mended")
    assert one.find() is None, "a file without a record may be half of one"
    one.keep(made)
    assert shelf(tmp_path / "work", source).find() == made.resolve()
    assert shelf(tmp_path / "work", source, (Text("trim", "裁剪"),)).find() is None
    source.write_bytes(b"other")
    assert shelf(tmp_path / "work", source).find() is None


@pytest.mark.parametrize("content", [b"", b"mende", b"other"])
def test_what_is_no_longer_whole_is_not_used(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "a.mov"
    source.write_bytes(b"raw")
    one = shelf(tmp_path, source)
    made = one.made_place() / "a.mp4"
    made.write_bytes(b"mended")
    one.keep(made)
    made.write_bytes(content)
    assert one.find() is None
    (one.place / "mended.json").write_text('{"name": "../../a.mov", "sha256": "x"}', encoding="utf-8")
    assert one.find() is None


def test_a_file_is_hashed_anew_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    first = sha256_of(path)
    assert sha256_of(path) == first
    path.write_bytes(b"22")
    assert sha256_of(path) != first
    path.unlink()
    with pytest.raises(ToolFailed, match="cannot be read"):
        sha256_of(path)
