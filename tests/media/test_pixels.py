"""OpenCV behind its door."""

from __future__ import annotations

import numpy as np
import pytest

from mediaprep.media import pixels


def ramp(width: int = 64, height: int = 48) -> pixels.Picture:
    columns = np.linspace(0, 255, width).astype(np.uint8)
    return np.repeat(np.tile(columns, (height, 1))[..., None], 3, axis=2)


def test_scaling_keeps_the_picture() -> None:
    small = pixels.resize(ramp(), 32, 24)
    assert small.shape == (24, 32, 3)
    assert np.abs(pixels.resize(small, 64, 48).astype(int) - ramp().astype(int)).max() < 12


def test_a_warp_takes_pixels_from_where_it_is_told() -> None:
    across, down = np.meshgrid(np.arange(64, dtype=np.float32), np.arange(48, dtype=np.float32))
    assert np.array_equal(pixels.warp(ramp(), across, down), ramp())
    mirrored = pixels.warp(ramp(), 63 - across, down)
    assert np.array_equal(mirrored, ramp()[:, ::-1])
    moved = pixels.warp_affine(ramp(), np.array([[1.0, 0, 5], [0, 1, 0]]), 64, 48)
    assert np.array_equal(moved[:, 5:], ramp()[:, :-5])


def test_colours_are_converted() -> None:
    red = np.zeros((8, 8, 3), dtype=np.uint8)
    red[..., 2] = 255
    assert pixels.convert(red, "bgr>rgb")[0, 0].tolist() == [255, 0, 0]
    planes = pixels.convert(red, "bgr>yuv420p")
    assert planes.shape == (12, 8)
    assert np.abs(pixels.convert(planes, "yuv420p>bgr").astype(int) - red).max() < 8
    with pytest.raises(KeyError):
        pixels.convert(red, "bgr>mud")


def test_blending_follows_its_mask() -> None:
    black, white = np.zeros((48, 64, 3), dtype=np.uint8), np.full((48, 64, 3), 255, dtype=np.uint8)
    mask = pixels.ellipse_mask(64, 48, (32, 24), (10, 10))
    mixed = pixels.blend(black, white, mask)
    assert mixed[24, 32].tolist() == [255, 255, 255]
    assert mixed[0, 0].tolist() == [0, 0, 0]
    half = pixels.blend(black, white, np.full((48, 64), 0.5))
    assert set(half.flatten()) == {128}


def test_pictures_survive_their_files() -> None:
    assert np.array_equal(pixels.decode(pixels.encode(ramp(), ".png")), ramp())
    assert np.abs(pixels.decode(pixels.encode(ramp(), ".jpg")).astype(int) - ramp()).max() < 12
    with pytest.raises(ValueError, match="no picture"):
        pixels.decode(b"nothing")


def test_blur_lowers_sharpness() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (64, 64), dtype=np.uint8)
    assert pixels.sharpness(pixels.blur(noise, 3)) < pixels.sharpness(noise) / 10
