"""Finds faces with YuNet, on top of `pixels`. Pictures are looked at with their longer side scaled to 640."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import ToolFailed, ToolMissing
from mediaprep.model.facts import FaceBox

WEIGHTS = "face_detection_yunet_2023mar_int8bq.onnx"
WEIGHTS_SHA256 = "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"
THRESHOLD = 0.8
LONGER_SIDE = 640
SMALLEST = 8  # pixels at that size; the detector makes up specks in very long pictures


class Detector:
    """YuNet, loaded once. Not for several threads at a time."""

    def __init__(self, weights: bytes) -> None:
        try:
            from mediaprep.media import pixels
        except ImportError as error:
            raise ToolMissing(
                f"no faces without OpenCV, which does not load: {error}; "
                "on Debian: apt install libgl1 libglib2.0-0",
                f"无法检测人脸：OpenCV 加载失败（{error}）；Debian 请执行 apt install libgl1 libglib2.0-0",
            ) from error
        self._pixels = pixels
        self._find = pixels.face_finder(weights, THRESHOLD)

    def find(self, picture: NDArray[np.uint8]) -> tuple[FaceBox, ...]:
        """Faces of a BGR picture (height, width, 3), largest first, in its own pixels; score ≥ 0.8."""
        height, width = picture.shape[:2]
        factor = LONGER_SIDE / max(height, width)
        scaled = picture
        if factor != 1:
            sides = max(1, round(width * factor)), max(1, round(height * factor))
            scaled = self._pixels.resize(picture, *sides)
        rows = (row for row in self._find(scaled) if min(row[2], row[3]) >= SMALLEST)
        found = [self._box(row, factor, width, height) for row in rows]
        return tuple(sorted(found, key=lambda face: -face.width * face.height))

    @staticmethod
    def _box(row: NDArray[np.float32], factor: float, width: int, height: int) -> FaceBox:
        left, top, across, down = (float(value) / factor for value in row[:4])
        x, y = max(0, round(left)), max(0, round(top))
        return FaceBox(
            x=x,
            y=y,
            width=max(1, min(round(left + across), width) - x),
            height=max(1, min(round(top + down), height) - y),
            score=round(float(row[14]), 3),
        )


@functools.cache
def detector() -> Detector:
    """The detector of this process. Raises ToolMissing without OpenCV, ToolFailed when the weights were
    changed."""
    weights = resources.files("mediaprep.media").joinpath("data", WEIGHTS).read_bytes()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise ToolFailed(
            f"{WEIGHTS} is not the file mediaprep was made with: install mediaprep again",
            f"{WEIGHTS} 与发布内容不符：请重新安装 mediaprep",
        )
    return Detector(weights)
