"""Compares faces with SFace: the cosine of two upright faces says whether they are one person.

0.363 and more is the same person (Loose), 0.45 surely (Strict). Pictures of one person give 0.56 and more, of
different ones up to 0.41.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.contract.rules.person import ENOUGH
from mediaprep.media import faces

WEIGHTS = "face_recognition_sface_2021dec_int8bq.onnx"
WEIGHTS_SHA256 = "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"
LOOSE, STRICT = ENOUGH["Loose"], ENOUGH["Strict"]

Likeness = NDArray[np.float32]


@functools.cache
def embedder() -> Callable[[faces.Picture], Likeness]:
    """Upright face (112, 112, 3) → its likeness, 128 floats of length 1; about 60 ms each. Raises ToolMissing
    without OpenCV, ToolFailed when the weights were changed."""
    opencv: Any = faces.opencv()
    return opencv.face_embedder(faces.weights_of(WEIGHTS, WEIGHTS_SHA256))  # type: ignore[no-any-return]


def cosine(one: Likeness, other: Likeness) -> float:
    """−1 to 1; see the top of this file."""
    return float(np.dot(one, other))
