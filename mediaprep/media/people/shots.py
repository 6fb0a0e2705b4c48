"""What a video shows over its time: the largest face, and where one shot ends and the next begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mediaprep.media import faces
from mediaprep.media.compose import clips
from mediaprep.media.containers import packets
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.plans import Clip

_LOOKS_A_SECOND = 2.0
_MOST_LOOKS = 600
_SIDE = 640
_EVERY = 8  # pixels of such a picture
_CUT = 0.3  # measured: hands and faces move pictures apart by up to 0.2, cuts by 0.4 and more
_DARK = 8.0  # grey levels: what differs in the dark is noise
_SHORTEST_SECONDS = 0.2  # a flash is no shot

Box = tuple[float, float, float, float]


def look(clip: Clip) -> tuple[list[tuple[float, Box | None]], list[float]]:
    """The largest face (left, top, width, height as shares of the picture) twice a second, or up to 600 times in a
    long video, and after every cut; and the cuts. Seconds from when the clip begins on the timeline. Raises
    BadAsset, and ToolMissing without OpenCV."""
    finder = faces.detector()
    apart = max(1 / _LOOKS_A_SECOND, (clip.facts.seconds or 1.0) / _MOST_LOOKS)
    begins = (clip.facts.picture_starts or 0.0) - clips.picture_late_seconds(clip)
    seen: list[tuple[float, Box | None]] = []
    cuts: list[float] = []
    due, before = 0.0, None
    for moment, picture in packets.decode_frames(clip.path, pixel_format="bgr24", longer_side=_SIDE):
        at = moment - begins
        small = picture[_EVERY // 2 :: _EVERY, _EVERY // 2 :: _EVERY].astype(np.int16)
        if (
            before is not None
            and _apart(before, small) > _CUT
            and at - (cuts or [0.0])[-1] > _SHORTEST_SECONDS
        ):
            cuts.append(at)
            due = at
        before = small
        if at >= due:
            due = at + apart - 1e-3
            found = finder.find(picture)
            seen.append((at, _share(found[0], picture.shape) if found else None))
    return seen, cuts


def _share(face: FaceBox, shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    return face.x / width, face.y / height, face.width / width, face.height / height


def _apart(a: NDArray[np.int16], b: NDArray[np.int16]) -> float:
    """How much two pictures differ, as a share of their brightness; 0 = not at all."""
    return float(np.abs(a - b).mean()) / (float(a.mean()) + float(b.mean()) + _DARK)
