"""The eight ways in which a coded picture can be shown, as display matrices of containers say it."""

from __future__ import annotations

import math
from dataclasses import dataclass

Matrix = tuple[float, float, float, float]
"""a, b, c, d of ISO/IEC 14496-12: x' = a·x + c·y, y' = b·x + d·y, with y downwards."""


@dataclass(frozen=True, kw_only=True)
class Orientation:
    """How players turn a coded picture: first `mirrored` left to right, then by `rotation` degrees clockwise (0, 90,
    180 or 270). Upside down as in a mirror is both: mirrored and turned by 180."""

    rotation: int = 0
    mirrored: bool = False


UPRIGHT = Orientation()


def of_matrix(matrix: Matrix) -> Orientation:
    """The nearest of the eight."""
    a, b, c, d = matrix
    mirrored = a * d - b * c < 0
    angle = math.atan2(-c, d) if mirrored else math.atan2(b, a)
    return Orientation(rotation=round(math.degrees(angle) / 90) * 90 % 360, mirrored=mirrored)
