from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediaprep.emulator.render import lips, mouth
from mediaprep.emulator.render.mouth import Lips
from mediaprep.emulator.render.planes import planes_of
from mediaprep.media import pictures

pytest.importorskip("cv2", reason="OpenCV does not load here")


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


def test_lips_between_two_sightings_move_in_proportion() -> None:
    a, b = Lips(left=(0.0, 0.0), right=(10.0, 0.0)), Lips(left=(6.0, 12.0), right=(16.0, 12.0))
    track = lips.Track(((0, a), (6, b), (12, None), (18, None), (24, a)))
    third = track.at(2)
    assert third is not None and third.left == pytest.approx((2.0, 4.0))
    assert track.at(6) == b
    assert track.at(8) == b  # just behind a lone sighting
    assert track.at(13) is None and track.at(19) is None
    assert track.at(22) == a  # just before one
    assert track.at(30) == a  # behind the last
    assert not track.empty
    assert lips.Track(((0, None),)).empty
