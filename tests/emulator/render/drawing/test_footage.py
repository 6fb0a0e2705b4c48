from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.emulator.render.drawing import splice
from mediaprep.emulator.render.drawing.footage import GROUP, WorkingCopy, prepare
from mediaprep.errors import ToolFailed
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import counted_video
from tests.making import ffmpeg


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return counted_video(tmp_path_factory.mktemp("source") / "counted.mp4", frames=20)


def shown(copy: WorkingCopy, numbers: list[int]) -> list[int]:
    height = copy.height
    return [
        round((float(planes[: height // 2, 50:].mean()) - 40) / 4) for _, planes in copy.pictures(numbers)
    ]


def copied(binary: Binary, source: Path, folder: Path, **wanted: object) -> WorkingCopy:
    manner: dict[str, object] = {"size": (400, 360), "fps": Fraction(25), "start": 0.0, "frames": 20}
    return prepare(binary, source, folder / "copy", **{**manner, **wanted})  # type: ignore[arg-type]


def test_any_order_can_be_read(binary: Binary, source: Path, tmp_path: Path) -> None:
    copy = copied(binary, source, tmp_path)
    assert copy.frames == 20
    for numbers in (
        list(range(20)),
        list(reversed(range(20))),
        [7, 8, 9, 9, 8, 7, 6, 5, 4],
        list(splice.order(splice.Manner.PENDULUM, 20, 50)),
        [19, 0, 13],
    ):
        assert shown(copy, numbers) == numbers
        assert [number for number, _ in copy.pictures(numbers)] == numbers


def test_no_file_of_the_copy_is_longer_than_a_group(binary: Binary, source: Path, tmp_path: Path) -> None:
    copy = copied(binary, source, tmp_path)
    assert len(list(copy.folder.iterdir())) == -(-20 // GROUP)


def test_it_starts_at_the_wanted_frame_and_takes_no_more(
    binary: Binary, source: Path, tmp_path: Path
) -> None:
    copy = copied(binary, source, tmp_path, start=0.2, frames=7)
    assert copy.frames == 7
    assert shown(copy, list(range(7))) == [5, 6, 7, 8, 9, 10, 11]


def test_another_rate_repeats_or_drops_frames(binary: Binary, source: Path, tmp_path: Path) -> None:
    faster = copied(binary, source, tmp_path, fps=Fraction(50), frames=100)
    assert faster.frames == 40
    assert shown(faster, [0, 10, 20, 38]) == [0, 5, 10, 19]


def test_a_turned_source_stands_upright(binary: Binary, source: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", "90", "-i", source, "-c", "copy", turned)
    copy = copied(binary, turned, tmp_path, size=(360, 400))
    _, planes = next(copy.pictures([0]))
    assert planes.shape == (600, 360)


def test_a_place_behind_the_end_is_an_error(binary: Binary, source: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed):
        copied(binary, source, tmp_path, start=9.0)
