"""Pictures of a finished video beside it: its thumbnail, and a contact sheet of twelve."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mediaprep.errors import BadAsset
from mediaprep.media import faces
from mediaprep.media.containers import packets
from mediaprep.media.faces import Picture
from mediaprep.media.files import atomic
from mediaprep.media.labels import tags
from mediaprep.model.labels import AigcLabel

_COLUMNS, _ROWS = 4, 3
_SIDE = 480  # of one picture of the sheet
_SMALL = 320
_FORMATS = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}


def write(video: Path, *, seconds: float, thumbnail: Path | None, sheet: Path | None) -> tuple[Path, ...]:
    """Write what is wished of a video so long; the thumbnail shows the picture with the sharpest face among
    twelve, else the sharpest. Raises BadAsset, ToolFailed, and ToolMissing without OpenCV."""
    if thumbnail is None and sheet is None:
        return ()
    count = _COLUMNS * _ROWS
    starts = [max(0.0, seconds * (n + 0.5) / count - 0.02) for n in range(count)]
    found = (next(packets.decode_frames(video, pixel_format="bgr24", start=start), None) for start in starts)
    taken = [one[1] for one in found if one is not None]
    if not taken:
        raise BadAsset(f"{video.name}: no picture decodes", f"{video.name}：无法解码画面")
    written, label = [], tags.read_own(video).label  # its pictures are as generated as it is
    if thumbnail is not None:
        written.append(_written(thumbnail, max(taken, key=_worth), label))
    if sheet is not None:
        written.append(_written(sheet, _sheet(taken), label))
    return tuple(written)


def _worth(picture: Picture) -> float:
    """How good a picture is as a thumbnail: a face first, then sharpness."""
    opencv = faces.opencv()
    small = opencv.resize(picture, _SMALL, max(2, round(_SMALL * picture.shape[0] / picture.shape[1])))
    found = faces.detector().find(small)
    sharp: float = opencv.sharpness(opencv.convert(small, "bgr>gray"))
    turned = abs(found[0].yaw or 0.0) if found else 0.0
    return (1e6 - 1e4 * turned if found else 0.0) + sharp


def _sheet(taken: list[Picture]) -> Picture:
    height, width = taken[0].shape[:2]
    across = _SIDE if width >= height else round(_SIDE * width / height)
    down = max(2, round(across * height / width))
    tiles = [faces.opencv().resize(picture, across, down) for picture in taken]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.concatenate(tiles[n : n + _COLUMNS], axis=1) for n in range(0, len(tiles), _COLUMNS)]
    return np.concatenate(rows)


def _written(target: Path, picture: Picture, label: AigcLabel | None) -> Path:
    data: bytes = faces.opencv().encode(picture, _FORMATS[target.suffix.lower()])
    with atomic.landing(target) as part:
        part.write_bytes(data)
        tags.keep(tags.FileTags(label=label), part)
    return target
