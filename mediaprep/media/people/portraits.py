"""Faces cut out of footage, as reference photos. Runs in a guarded child; answers JPEG bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from mediaprep.media import faces
from mediaprep.media.containers import packets
from mediaprep.media.people import likeness

_ROOM: Final = 2.2  # sides of the square round a face
_LEAST: Final = 256  # pixels of a side; the service takes 192 and more
_NEAR: Final = 0.5  # seconds after a moment in which its picture is looked for
_QUALITY: Final = 95


def cut(path: Path, moments: Sequence[float]) -> list[bytes | None]:
    """The largest face at each moment (seconds), with its surroundings; None where there is none, or where it is not
    the person of the first. Raises BadAsset."""
    pixels: Any = faces.opencv()
    first: likeness.Likeness | None = None
    found: list[bytes | None] = []
    for moment in moments:
        shown = packets.decode_frames(path, pixel_format="bgr24", start=moment, stop=moment + _NEAR)
        picture = next((picture for _, picture in shown), None)
        seen = () if picture is None else faces.detector().sightings(picture)
        alike = likeness.embedder()(seen[0].upright) if seen else None
        if (
            picture is None
            or alike is None
            or not (first is None or likeness.cosine(first, alike) >= likeness.LOOSE)
        ):
            found.append(None)
            continue
        first = alike if first is None else first
        box, (height, width) = seen[0].box, picture.shape[:2]
        side = min(round(_ROOM * max(box.width, box.height)), height, width)
        left = min(max(0, box.x + (box.width - side) // 2), width - side)
        top = min(max(0, box.y + (box.height - side) // 2), height - side)
        square = np.ascontiguousarray(picture[top : top + side, left : left + side])
        if side < _LEAST:
            square = pixels.resize(square, _LEAST, _LEAST)
        found.append(pixels.encode(square, ".jpg", _QUALITY))
    return found
