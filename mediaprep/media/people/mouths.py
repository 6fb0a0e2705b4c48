"""The mouth of a video's main face, picture by picture. Runs in a guarded child; answers plain values."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from mediaprep.media import faces
from mediaprep.media.containers import packets
from mediaprep.media.people.face_mesh import MeshedFace, mesher
from mediaprep.model.facts import FaceBox

_SIDE: Final = 960  # pixels: a mouth of a tenth of that is still measured to a hundredth of its face
_LOOK_SECONDS: Final = 1.0  # between two looks of the detector at a face that is followed
_LOST_SECONDS: Final = 0.2
_FASTEST: Final = 1 / 31  # more pictures a second tell nothing more of speech
_SURE: Final = 0.0
_EXACT: Final = 5.0  # of a face that is seen well; the lips of others are guessed

MouthRow = tuple[
    float, float | None, float | None, float | None, float | None, float | None, float | None, int,
    tuple[float, float, float] | None,
]  # fmt: skip
"""Seconds; openness, width and jaw as MeshedFace has them, the face's share of the picture's height, yaw and pitch.
None: no face there. Then how many faces the detector saw when it was last asked, and the lips where they are seen
well."""


def follow(path: Path, budget_seconds: float) -> tuple[list[MouthRow], bool]:
    """A row for every picture, at most 31 a second, of the largest face; and whether all pictures were looked at in
    time. Raises BadAsset, ToolMissing."""
    detector, meshes = faces.detector(), mesher()
    rows: list[MouthRow] = []
    face: MeshedFace | None = None
    count = 0
    due, ends = 0.0, time.monotonic() + budget_seconds
    shown = packets.decode_frames(path, pixel_format="bgr24", longer_side=_SIDE, apart=_FASTEST)
    for seconds, picture in shown:
        if time.monotonic() > ends:
            return rows, False
        if seconds >= due or not rows:
            found = detector.find(picture)
            count = len(found)
            due = seconds + (_LOOK_SECONDS if found else _LOST_SECONDS)
            if not found:
                face = None
            elif face is None or not _is_in(face, found[0]):
                face = meshes.of_box(picture, found[0])
        if face is not None:
            face = meshes.again(picture, face)
        if face is None or face.sure < _SURE:
            rows.append((seconds, None, None, None, None, None, None, count, None))
            face, due = None, min(due, seconds + _LOST_SECONDS)
            continue
        height = float(face.points[:, 1].max() - face.points[:, 1].min()) / picture.shape[0]
        lips = face.lips if face.sure >= _EXACT else None
        rows.append((seconds, face.openness, face.mouth_width, face.jaw, height, *face.turn, count, lips))
    return rows, True


def _is_in(face: MeshedFace, box: FaceBox) -> bool:
    """Whether the face that is followed is the one in this box, of about its size."""
    middle, size = face.points[:, :2].mean(axis=0), float(face.points[:, 0].max() - face.points[:, 0].min())
    across = abs(float(middle[0]) - box.x - box.width / 2)
    down = abs(float(middle[1]) - box.y - box.height / 2)
    return max(across, down) < 0.5 * box.width and 0.6 < size / box.width < 1.7
