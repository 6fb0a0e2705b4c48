"""Windows that follow faces and chapters are arithmetic: the face stays inside, the window inside the picture."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.errors import BadConfig
from mediaprep.finishing import layout
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.plans import Canvas

CANVAS = Canvas(width=1920, height=1080, fps=Fraction(25), sample_rate=48000)


def at(path: tuple[tuple[int, int, int], ...], frame: int) -> tuple[float, float]:
    before = max((p for p in path if p[0] <= frame), default=path[0])
    after = min((p for p in path if p[0] > frame), default=path[-1])
    share = 0.0 if after[0] <= before[0] else (frame - before[0]) / (after[0] - before[0])
    return before[1] + (after[1] - before[1]) * share, before[2] + (after[2] - before[2]) * share


def test_a_window_is_as_large_as_fits_and_even() -> None:
    assert layout.reframed(CANVAS, (9, 16)) == (606, 1080)
    assert layout.reframed(CANVAS, (1, 1)) == (1080, 1080)
    upright = Canvas(width=1080, height=1920, fps=Fraction(25), sample_rate=48000)
    assert layout.reframed(upright, (16, 9)) == (1080, 606)
    assert layout.reframed(CANVAS, (16, 9)) == (1920, 1080)


def test_a_walking_face_stays_inside_and_the_window_moves_smoothly() -> None:
    faces = []
    for step in range(40):  # 20 s: stands, walks across for 6 s, stands
        share = min(1.0, max(0.0, (step / 2 - 6) / 6))
        faces.append((step / 2, (0.1 + 0.65 * share, 0.2, 0.1, 0.2)))
    found = layout.follow(faces, source=(1920, 1080), window=(606, 1080), fps=25, frames=500)
    lefts = []
    for seconds, box in faces:
        left, top = at(found.path, round(seconds * 25))
        lefts.append(left)
        assert 0 <= left <= 1920 - 606 and top == 0
        assert left <= box[0] * 1920 and (box[0] + box[2]) * 1920 <= left + 606
    assert lefts[0] == lefts[5] and lefts[-1] == lefts[-5]  # still while it stands
    assert max(abs(b - a) for a, b in itertools.pairwise(lefts)) < 160  # never jumps


def test_a_face_that_only_nods_does_not_move_the_window() -> None:
    faces = [(n / 2, (0.45 + 0.01 * (n % 3), 0.3 + 0.01 * (n % 2), 0.1, 0.2)) for n in range(60)]
    found = layout.follow(faces, source=(1920, 1080), window=(606, 1080), fps=25, frames=750)
    assert len({(x, y) for _, x, y in found.path}) == 1


def test_at_a_cut_the_window_is_there_at_once_and_a_shot_without_a_face_has_its_middle() -> None:
    faces = [(n / 2, (0.1 if n < 4 else 0.8, 0.3, 0.1, 0.2) if n < 8 else None) for n in range(12)]
    found = layout.follow(
        faces, source=(1920, 1080), window=(606, 1080), fps=25, frames=150, cuts=(1.98, 4.0)
    )
    lefts = [at(found.path, frame)[0] for frame in range(150)]
    assert set(lefts[:50]) == {0} and set(lefts[50:100]) == {1314} and set(lefts[100:]) == {656}


def test_without_a_face_the_middle_is_kept() -> None:
    found = layout.follow([(0.0, None)], source=(1920, 1080), window=(606, 1080), fps=25, frames=10)
    assert found.path == ((0, 656, 0),)


@given(st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.8)), min_size=1, max_size=60))
def test_the_window_never_leaves_the_picture(places: list[tuple[float, float]]) -> None:
    faces = [(n / 2, (x, y, 0.1, 0.2)) for n, (x, y) in enumerate(places)]
    found = layout.follow(faces, source=(1280, 720), window=(404, 720), fps=25, frames=1000)
    assert all(0 <= x <= 1280 - 404 and y == 0 and x % 2 == 0 for _, x, y in found.path)
    frames = [frame for frame, _, _ in found.path]
    assert frames == sorted(set(frames))


@pytest.mark.parametrize("words", ["9x16", "0:16", "wide", "9:16:1", ""])
def test_a_shape_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(BadConfig, match="9:16"):
        layout.shape_of(words)


def face(x: int, y: int, side: int) -> FaceBox:
    return FaceBox(x=x, y=y, width=side, height=side, score=0.9)


def test_faces_are_placed_in_the_window_that_follows_them() -> None:
    (seen,) = layout.in_window([face(1300, 300, 200)], source=(1920, 1080), window=(606, 1080))
    assert (seen.y, seen.height) == (300, 200)  # the window is as high as the picture: pixels are kept
    assert seen.x < 303 < seen.x + seen.width and seen.width > 200
    edge, _ = layout.in_window(
        [face(0, 300, 200), face(1700, 300, 90)], source=(1920, 1080), window=(606, 1080)
    )
    assert edge.x + edge.width / 2 == 100  # the window stops where the picture ends
    (lower,) = layout.in_window([face(400, 1200, 200)], source=(1080, 1920), window=(1080, 606))
    assert (lower.x, lower.width) == (400, 200) and lower.y < 303 and lower.height > 200
    assert layout.in_window([], source=(1920, 1080), window=(606, 1080)) == []
