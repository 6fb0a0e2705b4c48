"""The EMULATED mark: one opaque box at the bottom left of every picture that leaves the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.lettering import lettered
from mediaprep.emulator.render.planes import Standard, planes_of

WORD = "EMULATED"
_WIDTH_SHARE, _HEIGHT_SHARE = 0.12, 0.04
_PAPER = np.array((150, 18, 18), dtype=np.float32)
_INK = np.array((255, 255, 255), dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class MarkBox:
    """Pixels of the picture that the mark covers."""

    x: int
    y: int
    width: int
    height: int


def box_of(width: int, height: int) -> MarkBox:
    """12 % × 4 % of the picture, flush with its bottom left corner, even so that chroma fits."""
    wide = max(2, round(width * _WIDTH_SHARE / 2) * 2)
    high = max(2, round(height * _HEIGHT_SHARE / 2) * 2)
    return MarkBox(x=0, y=height - high, width=wide, height=high)


def drawn(box: MarkBox) -> npt.NDArray[np.uint8]:
    """The mark as (height, width, 4) RGBA, wholly opaque."""
    edge = max(1, box.height // 10)
    ink = np.zeros((box.height, box.width), dtype=np.float32)
    inner = lettered(WORD, max(1, box.width - 2 * edge), max(1, box.height - 2 * edge))
    ink[edge : edge + inner.shape[0], edge : edge + inner.shape[1]] = inner / np.float32(255)
    picture = np.full((box.height, box.width, 4), 255, dtype=np.uint8)
    picture[..., :3] = np.rint(_PAPER + (_INK - _PAPER) * ink[..., None]).astype(np.uint8)
    return picture


def write(box: MarkBox, path: Path, standard: Standard | None) -> Path:
    """The mark as raw bytes for ffmpeg: yuva420p planes of that standard, None: RGBA."""
    picture = drawn(box)
    planes = () if standard is None else (planes_of(picture[..., :3], standard), picture[..., 3])
    path.write_bytes(b"".join(plane.tobytes() for plane in planes) or picture.tobytes())
    return path
