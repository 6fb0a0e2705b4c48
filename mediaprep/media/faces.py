"""Finds faces with YuNet, on top of `pixels`. Pictures are looked at with their longer side scaled to 640."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import ToolFailed, ToolMissing
from mediaprep.model.facts import FaceBox

WEIGHTS = "face_detection_yunet_2023mar_int8bq.onnx"
WEIGHTS_SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"
THRESHOLD = 0.8
LONGER_SIDE = 640
SMALLEST = 8  # pixels at that size; the detector makes up specks in very long pictures
UPRIGHT = 112  # side of an upright face, pixels
_SHARP_ENOUGH = 0.75  # faces enlarged by more than its reciprocal look blurred whatever they are

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]

# Where eyes, nose and corners of the mouth lie in an upright face, as SFace was trained.
_PLACES = np.array([
    (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041),
])  # fmt: skip
# The same points of a head, millimetres to the right, downwards and towards the viewer.
_HEAD = np.array(
    [(-32.0, -35.0, -12.0), (32.0, -35.0, -12.0), (0, 0, 32.0), (-26.0, 32.0, 0), (26.0, 32.0, 0)]
)
_HEAD -= _HEAD.mean(axis=0)


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A face as found: its box with what was measured, its five points (eyes, nose, corners of the mouth) and
    its upright picture (112, 112, 3) in BGR."""

    box: FaceBox
    points: Points
    upright: Picture


class Detector:
    """YuNet, loaded once a thread; any number of threads may ask at once."""

    def __init__(self, weights: bytes) -> None:
        self._pixels = opencv()
        self._find = self._pixels.face_finder(weights, THRESHOLD)

    def find(self, picture: Picture) -> tuple[FaceBox, ...]:
        """Faces of a BGR picture (height, width, 3), largest first, in its own pixels; score ≥ 0.8."""
        return tuple(sighting.box for sighting in self.sightings(picture))

    def sightings(self, picture: Picture) -> tuple[Sighting, ...]:
        """The same with points and upright pictures."""
        height, width = picture.shape[:2]
        factor = LONGER_SIDE / max(height, width)
        scaled = picture
        if factor != 1:
            sides = max(1, round(width * factor)), max(1, round(height * factor))
            scaled = self._pixels.resize(picture, *sides)
        rows = (row for row in self._find(scaled) if _plausible(row, scaled))
        found = [self._sighting(row, factor, picture) for row in rows]
        return tuple(sorted(found, key=lambda seen: -seen.box.width * seen.box.height))

    def _sighting(self, row: NDArray[np.float32], factor: float, picture: Picture) -> Sighting:
        height, width = picture.shape[:2]
        left, top, across, down = (float(value) / factor for value in row[:4])
        x, y = max(0, round(left)), max(0, round(top))
        points = row[4:14].astype(np.float64).reshape(5, 2) / factor
        upright, scale = upright_of(picture, points)
        gray = self._pixels.convert(upright, "bgr>gray")
        yaw, pitch = turn_of(points)
        box = FaceBox(
            x=x,
            y=y,
            width=max(1, min(round(left + across), width) - x),
            height=max(1, min(round(top + down), height) - y),
            score=round(float(row[14]), 3),
            yaw=round(yaw, 1),
            pitch=round(pitch, 1),
            brightness=round(float(gray.mean()), 1),
            sharpness=round(self._pixels.sharpness(gray), 1) if scale * _SHARP_ENOUGH <= 1 else None,
        )
        return Sighting(box=box, points=points, upright=upright)


_SHADES = 8  # of 256, between the darkest and the brightest point of a face


def _plausible(row: NDArray[np.float32], picture: Picture) -> bool:
    """No speck, not in the margin that the detector adds to narrow pictures, and not where all is of one
    colour: once in a great while it is quite sure of a face there."""
    left, top, width, height = map(float, row[:4])  # not always finite there
    inside = 0 <= left + width / 2 < picture.shape[1] and 0 <= top + height / 2 < picture.shape[0]
    if not inside or min(width, height) < SMALLEST:
        return False
    shown = picture[max(0, int(top)) : int(top + height) + 1, max(0, int(left)) : int(left + width) + 1]
    return int(shown.max()) - int(shown.min()) >= _SHADES


def grown(box: FaceBox, factor: float) -> FaceBox:
    """The same face in a picture `factor` times as large."""
    return replace(
        box,
        x=round(box.x * factor),
        y=round(box.y * factor),
        width=max(1, round(box.width * factor)),
        height=max(1, round(box.height * factor)),
    )


def turn_of(points: Points) -> tuple[float, float]:
    """(yaw, pitch) in degrees of a head with these five points: a head of usual form, seen from afar, is
    turned until it fits. Yaw is good to some 4°; pitch follows the opening mouth."""
    fitted = np.linalg.lstsq(_HEAD, points - points.mean(axis=0), rcond=None)[0].T  # (2, 3)
    left, _, right = np.linalg.svd(fitted, full_matrices=False)
    across, down = left @ right
    ahead = np.cross(across, down)
    yaw = np.degrees(np.arctan2(across[2], ahead[2]))
    return float(yaw), float(np.degrees(np.arcsin(np.clip(down[2], -1.0, 1.0))))


def upright_of(picture: Picture, points: Points) -> tuple[Picture, float]:
    """The face with these five points, upright, (112, 112, 3), and how much it was enlarged for that."""
    matrix, scale = _upright_matrix(points)
    return opencv().warp_affine(picture, matrix, UPRIGHT, UPRIGHT), scale


def _upright_matrix(points: Points) -> tuple[NDArray[Any], float]:
    """(2, 3) that turns, scales and moves the points onto `_PLACES` with the least error, and its scale."""
    source, target = points @ [1, 1j], _PLACES @ [1, 1j]
    centre, place = source.mean(), target.mean()
    spread = float(np.vdot(source - centre, source - centre).real)
    turn = np.vdot(source - centre, target - place) / max(spread, 1e-9)
    shift = place - turn * centre
    matrix = np.array([(turn.real, -turn.imag, shift.real), (turn.imag, turn.real, shift.imag)])
    return matrix, float(abs(turn))


def opencv() -> Any:
    """The door to OpenCV. Raises ToolMissing where it does not load."""
    try:
        from mediaprep.media import pixels
    except ImportError as error:
        raise ToolMissing(
            f"no faces without OpenCV, which does not load: {error}; "
            "on Debian: apt install libgl1 libglib2.0-0; anywhere: pip install --force-reinstall "
            "opencv-python-headless",
            f"无法检测人脸：OpenCV 加载失败（{error}）；Debian 请执行 apt install libgl1 libglib2.0-0，"
            "或执行 pip install --force-reinstall opencv-python-headless",
        ) from error
    return pixels


def weights_of(name: str, sha256: str) -> bytes:
    """A network that comes with the package. Raises ToolFailed when its bytes were changed."""
    weights = resources.files("mediaprep.media").joinpath("data", name).read_bytes()
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise ToolFailed(
            f"{name} is not the file mediaprep was made with: install mediaprep again",
            f"{name} 与发布内容不符：请重新安装 mediaprep",
        )
    return weights


@functools.cache
def detector() -> Detector:
    """The detector of this process. Raises ToolMissing without OpenCV, ToolFailed when the weights were
    changed."""
    return Detector(weights_of(WEIGHTS, WEIGHTS_SHA256))
