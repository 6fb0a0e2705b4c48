"""Faces in pictures: counted, placed, and absent where there is none."""

from __future__ import annotations

import builtins
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.errors import ToolFailed, ToolMissing
from mediaprep.media import faces, pictures
from mediaprep.media.people import likeness


def bgr(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.ascontiguousarray(pictures.read_pixels(path)[1][:, :, ::-1])


def test_the_astronaut_has_one_face(fixtures: Path) -> None:
    found = faces.detector().find(bgr(fixtures / "faces/astronaut.png"))
    assert len(found) == 1
    assert found[0].score >= faces.THRESHOLD


def test_boxes_stand_in_the_picture_s_own_pixels(fixtures: Path) -> None:
    picture = bgr(fixtures / "faces/astronaut.png")
    small, large = (
        faces.detector().find(picture)[0],
        faces.detector().find(picture.repeat(4, 0).repeat(4, 1))[0],
    )
    assert large.x == pytest.approx(small.x * 4, abs=20)
    assert large.width == pytest.approx(small.width * 4, abs=20)


def test_a_box_never_leaves_the_picture(fixtures: Path) -> None:
    picture = np.ascontiguousarray(bgr(fixtures / "faces/astronaut.png")[70:300, 190:420])
    for face in faces.detector().find(picture):
        assert face.x >= 0
        assert face.y >= 0
        assert face.x + face.width <= picture.shape[1]
        assert face.y + face.height <= picture.shape[0]


def test_twenty_pictures_at_once_are_seen_as_one_after_the_other(fixtures: Path) -> None:
    left, right = bgr(fixtures / "faces/astronaut.png"), bgr(fixtures / "faces/camera.png")[40:296, 120:376]
    right = right.repeat(2, 0).repeat(2, 1)
    shown = [
        left, right, np.hstack([left, right]), np.hstack([right, left]), left[:, ::-1], left[::2, ::2],
        np.vstack([left, right])[:, 60:500],
    ]  # fmt: skip
    wanted = [np.ascontiguousarray(picture) for picture in (shown * 3)[:20]]

    def looked_at(picture: faces.Picture) -> list[tuple[object, bytes]]:
        seen = faces.detector().sightings(picture)
        return [(one.box, likeness.embedder()(one.upright).tobytes()) for one in seen]

    alone = [looked_at(picture) for picture in wanted[:7]]
    assert [len(found) for found in alone] == [1, 1, 2, 2, 1, 1, 2]
    with ThreadPoolExecutor(5) as threads:
        assert list(threads.map(looked_at, wanted)) == (alone * 3)[:20]


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_a_plain_picture_has_none(fill: int) -> None:
    assert faces.detector().find(np.full((240, 320, 3), fill, dtype=np.uint8)) == ()


def test_odd_sizes_are_looked_at(fixtures: Path) -> None:
    wide = np.zeros((40, 2000, 3), dtype=np.uint8)
    assert faces.detector().find(wide) == ()
    assert faces.detector().find(np.zeros((1, 1, 3), dtype=np.uint8)) == ()


def test_where_all_is_of_one_colour_no_score_makes_a_face() -> None:
    row = np.array([200, 100, 80, 90, *[0.0] * 10, 1.0], dtype=np.float32)
    black = np.zeros((400, 640, 3), dtype=np.uint8)
    assert not faces._plausible(row, black)
    black[120, 230] = 40
    assert faces._plausible(row, black)
    assert not faces._plausible(np.array([np.nan, 0, 80, 90], dtype=np.float32), black)


def test_changed_weights_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ToolFailed, match="install"):
        faces.detector.__wrapped__()


def test_without_opencv_the_reason_and_the_remedy_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def failing(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name == "mediaprep.media" and arguments[2:] and "pixels" in (arguments[2] or ()):
            raise ImportError("libGL.so.1: cannot open shared object file")
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", failing)
    with pytest.raises(ToolMissing, match=r"libGL.*apt install libgl1.*opencv-python-headless"):
        faces.Detector(b"")
