"""Frames as arrays: scaled and turned, with what is made once for a kind of scaling used again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from mediaprep.media.containers import packets
from mediaprep.media.containers.scaling import PixelFormat, Scaler, luma
from mediaprep.media.orientation import Orientation
from tests.making import make_video


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    path = make_video(
        tmp_path_factory.mktemp("scaling") / "a.mp4", seconds=0.4, width=320, height=180, audio=False
    )
    seen: list[Any] = []
    packets.decode_report(path, look=lambda _, frame: seen.append(frame))
    return seen


class Counted:
    """A scaler's maker that counts."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Any:
        self.made += 1
        return self

    def reformat(self, frame: Any, width: int, height: int, pixel_format: str) -> Any:
        return frame.reformat(width=width, height=height, format=pixel_format)


@pytest.mark.parametrize(
    ("pixel_format", "shape"),
    [("gray", (90, 160)), ("rgb24", (90, 160, 3)), ("rgba", (90, 160, 4)), ("yuv420p", (135, 160))],
)
def test_a_frame_is_scaled_as_the_library_scales_it(
    frames: list[Any], pixel_format: PixelFormat, shape: tuple[int, ...]
) -> None:
    for frame in frames[:3]:
        ours = packets.to_pixels(frame, pixel_format, size=(160, 90))
        theirs = frame.to_ndarray(format=pixel_format, width=160, height=90)
        assert ours.shape == shape
        np.testing.assert_array_equal(ours, theirs)


def test_each_kind_of_scaling_is_made_once_for_all_frames(frames: list[Any]) -> None:
    make = Counted()
    scaler = Scaler(make)
    for frame in frames:
        scaler(frame, "gray", size=(96, 54))
        scaler(frame, "gray", size=(32, 18))
    assert make.made == 2


def test_threads_do_not_share_one(frames: list[Any]) -> None:
    make = Counted()
    scaler = Scaler(make)
    scaler(frames[0], "gray", size=(96, 54))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(scaler, frames[0], "gray", size=(96, 54)).result()
    assert make.made == 2


def test_sizes_without_end_are_not_kept_without_end(frames: list[Any]) -> None:
    scaler = Scaler(Counted())
    for width in range(2, 120, 2):
        scaler(frames[0], "gray", size=(width, 2))
    assert len(scaler._threads.kept) <= 16


@pytest.mark.parametrize("pixel_format", ["gray", "rgb24", "yuv420p"])
def test_turning_is_clockwise(frames: list[Any], pixel_format: PixelFormat) -> None:
    upright = packets.to_pixels(frames[0], pixel_format)
    turned = packets.to_pixels(frames[0], pixel_format, turn=Orientation(rotation=90))
    height = upright.shape[0] if pixel_format != "yuv420p" else 180
    np.testing.assert_array_equal(turned[: upright.shape[1]], np.rot90(upright[:height], -1))


def test_brightness_is_looked_at_in_place(frames: list[Any]) -> None:
    planes = packets.to_pixels(frames[0], "yuv420p")
    np.testing.assert_array_equal(luma(frames[0]), planes[:180])
