"""A photo's facts: header first, pixels only for faces and as proof that it is whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mediaprep.errors import MediaprepError
from mediaprep.media import faces, pictures
from mediaprep.media.isolation import posix
from mediaprep.media.labels import tags
from mediaprep.model.facts import FaceBox, PhotoFacts, Unmeasured


def measure(path: Path, look: bool) -> PhotoFacts:
    """Facts of a picture; `look` asks for faces. Raises BadAsset when it is damaged."""
    with posix.open_regular(path) as file:
        size = file.seek(0, 2)
    header = pictures.read_header(path)
    unmeasured: tuple[Unmeasured, ...] = ()
    found: tuple[FaceBox, ...] | None = None
    if header.decodable:
        # decoded even without a wish for faces: a header promises pixels that may not be there
        found, unmeasured = _faces(path, look)
    elif look:
        unmeasured = (
            Unmeasured(
                measure="faces",
                en=f"{header.width}×{header.height} pixels were not decoded: scale the photo down first",
                zh=f"像素 {header.width}×{header.height} 过大，未解码：请先缩小照片",
            ),
        )
    return PhotoFacts(
        format=header.format,
        mode=header.mode,
        width=header.width,
        height=header.height,
        orientation=header.orientation,
        animated=header.animated,
        size_bytes=size,
        faces=found,
        label=tags.measure(path),
        unmeasured=unmeasured,
    )


def _faces(path: Path, look: bool) -> tuple[tuple[FaceBox, ...] | None, tuple[Unmeasured, ...]]:
    _, rgb, scale = pictures.read_pixels(path, longer_side=2 * faces.LONGER_SIDE)
    if not look:
        return None, ()
    try:
        found = faces.detector().find(np.ascontiguousarray(rgb[:, :, ::-1]))
    except MediaprepError as error:
        return None, (Unmeasured(measure="faces", en=error.en, zh=error.zh),)
    return tuple(faces.grown(face, 1 / scale) for face in found), ()
