"""468 points of a face, by MediaPipe's face mesh on top of `pixels`: what its mouth and its eyes do, where it looks."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.media import faces
from mediaprep.model.facts import FaceBox

WEIGHTS: Final = "face_landmark.tflite"
WEIGHTS_SHA256: Final = "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"
_SIDE: Final = 192
_ROOM: Final = 1.5  # sides of the square round a face
_LARGE: Final = 2 * _SIDE  # from there on a square is made smaller by area
# Points by their numbers: corners of the eyes (outer), lids, between the eyes, below the nose, chin, forehead, lips.
_EYES: Final = (33, 263)
_LIDS: Final = (((159, 145), (33, 133)), ((386, 374), (362, 263)))
_BRIDGE, _NOSE, _CHIN = 168, 2, 152
_INNER_LIPS: Final = ((13, 14), (82, 87), (312, 317))
_CORNERS: Final = (78, 308)
_FIVE: Final = ((33, 133), (362, 263), (4,), (61,), (291,))
"""Eyes, tip of the nose, corners of the mouth."""
_OUTER_CORNERS, _MIDDLE_LIPS, _LOWER_LIP = (61, 291), (0, 17), (14, 17)

Points = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class MeshedFace:
    """`points` (468, 3) in pixels of the picture, the third towards the back; `sure`: a logit, below 0 there is no
    face."""

    points: Points
    sure: float

    @property
    def turn(self) -> tuple[float, float]:
        """(yaw, pitch) in degrees, by the five points that the detector gives too: good to some 4° and 10°."""
        five = [self.points[list(of), :2].mean(axis=0) for of in _FIVE]
        return faces.turn_of(np.array(five, np.float64))

    @property
    def openness(self) -> float:
        """The gap between the lips over the length of the nose: about 0.02 closed, 0.5 in speech."""
        return sum(self._apart(*pair) for pair in _INNER_LIPS) / len(_INNER_LIPS) / self._nose

    @property
    def mouth_width(self) -> float:
        """From corner to corner of the lips, over the distance of the outer corners of the eyes."""
        return self._apart(*_CORNERS) / max(self._apart(*_EYES), 1e-6)

    @property
    def jaw(self) -> float:
        """From the nose to the chin, over the length of the nose."""
        return self._apart(_NOSE, _CHIN) / self._nose

    @property
    def eyes(self) -> float:
        """How far both eyes are open: height over width, about 0.1 closed, 0.3 open."""
        return sum(self._apart(*lid) / max(self._apart(*width), 1e-6) for lid, width in _LIDS) / len(_LIDS)

    @property
    def lips(self) -> tuple[float, float, float]:
        """What changes from vowel to vowel, over the distance of the outer corners of the eyes, in depth too: the
        mouth's inner width, how far the lips are pushed forward, and the height of the lower lip."""
        eyes = max(self._deep(*_EYES), 1e-6)
        forward = self.points[list(_OUTER_CORNERS), 2].mean() - self.points[list(_MIDDLE_LIPS), 2].mean()
        return self._deep(*_CORNERS) / eyes, float(forward) / eyes, self._deep(*_LOWER_LIP) / eyes

    @property
    def _nose(self) -> float:
        return max(self._apart(_BRIDGE, _NOSE), 1e-6)

    def _apart(self, one: int, other: int) -> float:
        across, down = (float(value) for value in self.points[one, :2] - self.points[other, :2])
        return math.hypot(across, down)

    def _deep(self, one: int, other: int) -> float:
        return float(np.linalg.norm(self.points[one] - self.points[other]))


class Mesher:
    """The face mesh, loaded once a thread; some 4 ms a face."""

    def __init__(self, weights: bytes) -> None:
        self._pixels: Any = faces.opencv()
        self._mesh = self._pixels.face_mesher(weights)

    def of_box(self, picture: faces.Picture, box: FaceBox) -> MeshedFace:
        """The face in a box that the detector found, in a BGR picture."""
        middle = (box.x + box.width / 2, box.y + box.height / 2)
        return self.again(picture, self._square(picture, middle, _ROOM * max(box.width, box.height), 0.0))

    def again(self, picture: faces.Picture, before: MeshedFace) -> MeshedFace:
        """The same face looked for where it was just now, its eyes level: in the next picture, or more exactly in the
        same one."""
        points = before.points[:, :2].astype(np.float64)
        across, down = points[_EYES[1]] - points[_EYES[0]]
        turn = math.atan2(down, across)
        level = np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))])
        seen = points @ level.T
        low, high = seen.min(axis=0), seen.max(axis=0)
        middle = level.T @ ((low + high) / 2)
        side = _ROOM * float((high - low).max())
        return self._square(picture, (float(middle[0]), float(middle[1])), side, math.degrees(turn))

    def _square(
        self, picture: faces.Picture, middle: tuple[float, float], side: float, degrees: float
    ) -> MeshedFace:
        scale, turn = _SIDE / max(side, 1.0), math.radians(degrees)
        matrix = scale * np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))])
        shift = np.array([_SIDE / 2, _SIDE / 2]) - matrix @ np.array(middle)
        way = "area" if side > _LARGE else "linear"
        square = self._pixels.warp_affine(picture, np.column_stack([matrix, shift]), _SIDE, _SIDE, way)
        found, sure = self._mesh(square)
        points = found.astype(np.float64)
        points[:, :2] = (points[:, :2] - shift) @ np.linalg.inv(matrix).T
        points[:, 2] /= scale
        return MeshedFace(points=points.astype(np.float32), sure=sure)


@functools.cache
def mesher() -> Mesher:
    """The mesher of this process. Raises ToolMissing without OpenCV, ToolFailed when the weights were changed."""
    return Mesher(faces.weights_of(WEIGHTS, WEIGHTS_SHA256))
