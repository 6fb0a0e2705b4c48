from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mediaprep.emulator.render.drawing import lips, mouth
from mediaprep.emulator.render.drawing.footage import GROUP, prepare
from mediaprep.emulator.render.drawing.mouth import Lips
from mediaprep.emulator.render.planes import planes_of
from mediaprep.media import pictures
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import counted_video

pytestmark = pytest.mark.needs("opencv")


@pytest.fixture(scope="module")
def face(fixtures: Path) -> np.ndarray:
    return pictures.read_pixels(fixtures / "faces" / "astronaut.png")[1]


def test_the_lips_of_a_portrait_are_found(face: np.ndarray) -> None:
    find = lips.finder()
    assert find is not None
    found = lips.of_picture(np.ascontiguousarray(face[..., ::-1]), find)
    assert found is not None
    x, y = found.middle
    assert 205 < x < 245 and 130 < y < 165  # where her mouth is in the 512×512 portrait
    assert 20 < found.width < 60


def test_large_pictures_give_lips_in_their_own_pixels(face: np.ndarray) -> None:
    find = lips.finder()
    assert find is not None
    large = np.ascontiguousarray(face[..., ::-1].repeat(3, axis=0).repeat(3, axis=1))
    found = lips.of_picture(large, find)
    assert found is not None
    assert found.middle[0] == pytest.approx(225 * 3, abs=40)


@pytest.mark.parametrize("opening", [0.3, 0.7, 1.0])
def test_only_the_surroundings_of_the_mouth_change(face: np.ndarray, opening: float) -> None:
    planes = planes_of(face)
    before = planes.copy()
    here = Lips(left=(205.0, 148.0), right=(245.0, 148.0))
    mouth.speak(planes, here, opening)
    changed = np.argwhere(planes[:512] != before[:512])
    assert len(changed) > 100
    assert changed[:, 0].min() > 148 - 40 and changed[:, 0].max() < 148 + 80
    assert changed[:, 1].min() > 225 - 80 and changed[:, 1].max() < 225 + 80


def test_a_wider_opening_is_darker_inside(face: np.ndarray) -> None:
    here = Lips(left=(205.0, 148.0), right=(245.0, 148.0))
    inside = []
    for strength in (mouth.SOFT, mouth.EXAGGERATED):
        planes = planes_of(face)
        mouth.speak(planes, here, 1.0, strength)
        inside.append(int((planes[130:200, 200:250] < 50).sum()))
    assert 0 < inside[0] < inside[1]


def test_a_closed_mouth_touches_nothing(face: np.ndarray) -> None:
    planes = planes_of(face)
    before = planes.copy()
    mouth.speak(planes, Lips(left=(205.0, 148.0), right=(245.0, 148.0)), 0.0)
    assert np.array_equal(planes, before)


@pytest.mark.parametrize("middle", [(2.0, 2.0), (510.0, 510.0), (256.0, 511.0), (-30.0, 100.0)])
def test_a_mouth_at_the_edge_stays_inside_the_picture(face: np.ndarray, middle: tuple[float, float]) -> None:
    planes = planes_of(face)
    x, y = middle
    mouth.speak(planes, Lips(left=(x - 20, y), right=(x + 20, y)), 1.0)
    assert planes.shape == (768, 512)


def test_lips_between_two_sightings_move_in_proportion_and_stay_away_where_nobody_was_seen() -> None:
    a, b = Lips(left=(0.0, 0.0), right=(10.0, 0.0)), Lips(left=(6.0, 12.0), right=(16.0, 12.0))
    track = lips.LipTrack(((0, a), (6, b), (7, None), (12, None), (18, b)))
    third = track.at(2)
    assert third is not None and third.left == pytest.approx((2.0, 4.0))
    assert track.at(6) == b and track.at(18) == b
    assert all(track.at(frame) is None for frame in (7, 8, 13, 17, 19))
    assert not track.empty
    assert lips.LipTrack(((0, None),)).empty


def test_the_person_stays_the_same_though_a_larger_face_comes(binary: Binary, tmp_path: Path) -> None:
    def face(x: float, width: float) -> lips.Face:
        return lips.Face(centre=(x, 50.0), width=width, lips=Lips(left=(x - 1, 60.0), right=(x + 1, 60.0)))

    copy = prepare(
        binary, counted_video(tmp_path / "v.mp4", frames=6 * GROUP), tmp_path / "copy",
        size=(400, 360), fps=Fraction(25), start=0.0, frames=6 * GROUP,
    )  # fmt: skip

    def find(picture: np.ndarray) -> list[lips.Face]:
        number = round((float(picture[:100, 100:].mean()) * 219 / 255 + 16 - 40) / 4)
        large = [face(300.0, 90.0)] if number >= 8 else []
        return [*large, face(50.0 + number, 40.0)]

    def places(**manner: bool) -> list[float]:
        track = lips.follow(copy, find, **manner)
        return [found.middle[0] for frame in range(copy.frames) if (found := track.at(frame))]

    assert places() == pytest.approx([50.0 + number for number in range(copy.frames)], abs=0.5)
    assert places(everyone=True) == pytest.approx(
        [50.0 + number if number < 8 else 300.0 for number in range(copy.frames)], abs=0.5
    )
