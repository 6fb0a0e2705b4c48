"""Regions that differ, out of pictures that were made for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mediaprep.media.compare.picture_differences import Pixels, _Seen

SIZE = (120, 160)  # rows, columns
_DRAW = np.random.default_rng(1)
SCENE = _DRAW.integers(60, 200, (*SIZE, 3)).astype(np.uint8)


def found(change: Callable[[Pixels, int], None], windows: int = 4) -> _Seen:
    """What is seen when `change(picture, number)` was done to the new pictures; both are noisy, as coded ones are."""
    seen, number = _Seen(), 0
    for _ in range(windows):
        window = []
        for _ in range(5):
            old, new = SCENE.copy(), SCENE.copy()
            change(new, number)
            noisy = [
                np.clip(one + _DRAW.normal(0, 6, one.shape), 0, 255).astype(np.uint8) for one in (old, new)
            ]
            window.append((number / 10, *noisy))
            number += 1
        seen.look(window, 0.1)
    return seen


def test_noise_of_coding_is_no_difference() -> None:
    seen = found(lambda _, __: None)
    assert (seen.regions(), seen.tones()) == ([], [])


@pytest.mark.parametrize(("x", "y"), [(0, 0), (40, 24), (144, 104), (77, 51), (5, 100)])
def test_a_block_is_found_in_its_place_for_as_long_as_it_stands(x: int, y: int) -> None:
    def change(new: Pixels, number: int) -> None:
        if 5 <= number < 15:
            new[y : y + 16, x : x + 16] = 255

    ((start, end, box, levels, stills),) = found(change).regions()
    assert (start, end) == pytest.approx((0.5, 1.5))
    assert box[0] <= x + 8 and box[1] <= y + 8 and box[0] + box[2] >= x + 8 and box[1] + box[3] >= y + 8
    assert box[2] <= 24 and box[3] <= 24
    assert levels > 40 and stills is not None and all(one[:2] == b"\xff\xd8" for one in stills)


def test_two_places_are_two_and_the_whole_picture_is_one() -> None:
    def two(new: Pixels, _: int) -> None:
        new[8:24, 8:24] = new[88:104, 120:136] = 0

    def other(new: Pixels, _: int) -> None:
        new[:] = new[::-1, ::-1]

    assert len(found(two).regions()) == 2
    assert [box for _, _, box, _, _ in found(other).regions()] == [(0, 0, 160, 120)]


@pytest.mark.parametrize("levels", [-12, -4, 4, 12])
def test_another_brightness_is_told_once_and_hides_no_block(levels: int) -> None:
    def change(new: Pixels, _: int) -> None:
        new[:] = np.clip(new.astype(int) + levels, 0, 255)
        new[40:56, 40:56] = 255

    seen = found(change)
    ((start, end, told),) = seen.tones()
    assert (start, round(end, 1), round(told)) == (0.0, 2.0, levels)
    assert len(seen.regions()) == 1
