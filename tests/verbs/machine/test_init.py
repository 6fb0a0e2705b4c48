"""A folder to begin in: everything that it names is there, is judged well, and nothing of the user's is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mediaprep import check
from mediaprep.errors import BadConfig
from mediaprep.verbs.machine.init import KINDS, init


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_that_a_manifest_or_a_request_names_is_written(tmp_path: Path, kind: str) -> None:
    begun = init(tmp_path / "new", kind=kind)
    assert not begun.kept and set(begun.written) == {
        path.name for path in begun.folder.iterdir() if path.is_file()
    }
    jobs = yaml.safe_load((begun.folder / "story.yaml").read_text("utf-8"))["jobs"]
    told = json.dumps(jobs) + "".join(path.read_text("utf-8") for path in begun.folder.glob("request*.json"))
    for name in ("footage.mov", "presenter.mp4", "photo.png", "lesson.pptx", "head.mp4", "text.txt"):
        assert name not in told or (begun.folder / name).stat().st_size
    assert len(jobs) == {"batch": 6, "deck": 1}.get(kind, 2)


def test_what_stands_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text("mine", "utf-8")
    (tmp_path / "photo.png").symlink_to(tmp_path / "nowhere")
    begun = init(tmp_path)
    assert set(begun.kept) == {"story.yaml", "photo.png"} and "footage.mov" in begun.written
    assert (tmp_path / "story.yaml").read_text("utf-8") == "mine" and (tmp_path / "photo.png").is_symlink()
    again = init(tmp_path)
    assert not again.written and set(again.kept) == {*begun.kept, *begun.written}


def test_a_wrong_kind_or_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="known: notrain"):
        init(tmp_path, kind="vlog")
    (tmp_path / "taken").write_text("x", "utf-8")
    with pytest.raises(BadConfig, match="taken"):
        init(tmp_path / "taken")


def test_the_samples_are_what_they_are_meant_to_be(tmp_path: Path) -> None:
    init(tmp_path)
    footage, presenter, photo, deck, voice = check(
        [
            tmp_path / name
            for name in ("footage.mov", "presenter.mp4", "photo.png", "lesson.pptx", "voice.mp3")
        ]
    )
    assert [it.verdict for it in (footage, presenter, photo, deck, voice)] == ["refused"] + ["pass"] * 4
    assert {finding.rule for finding in footage.findings} >= {"notrain.RefVideoUrl.codec"}
