"""The placement formulas, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.placement import Position, Size, corner, position, scale_for, scaled

CANVAS = Size(width=1920, height=1080)
AVATAR = Size(width=540, height=960)


@pytest.mark.parametrize(
    ("x", "y", "horizontal", "vertical"),
    [(690, 120, 0.0, 0.0), (0, 0, -0.359375, -0.0625), (1380, 120, 0.359375, 0.0)],
)
def test_the_golden_places(x: float, y: float, horizontal: float, vertical: float) -> None:
    place = Position(horizontal=horizontal, vertical=vertical)
    assert position(CANVAS, AVATAR, x, y) == place
    assert corner(CANVAS, AVATAR, place) == (x, y)


sides = st.integers(16, 8000).map(float)
places = st.floats(-5000, 5000)


@given(sides, sides, sides, sides, places, places)
def test_there_and_back_is_where_it_was(w: float, h: float, aw: float, ah: float, x: float, y: float) -> None:
    canvas, avatar = Size(width=w, height=h), Size(width=aw, height=ah)
    back = corner(canvas, avatar, position(canvas, avatar, x, y))
    assert back == pytest.approx((x, y), abs=1e-6)


def test_nothing_set_means_centred_on_the_bottom_edge() -> None:
    x, y = corner(CANVAS, AVATAR, Position(horizontal=0, vertical=0))
    assert x + AVATAR.width / 2 == CANVAS.width / 2
    assert y + AVATAR.height == CANVAS.height


def test_the_avatar_is_its_picture_times_both_factors() -> None:
    assert scaled(Size(width=1080, height=1920), 0.5, 1.0) == AVATAR
    assert scale_for(Size(width=1080, height=1920), 0.5, 480) == 0.5


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_of_nothing_is_no_scale(scale: float) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        scaled(AVATAR, 1.0, scale)
    with pytest.raises(ValueError, match="greater than 0"):
        scaled(AVATAR, scale, 1.0)
