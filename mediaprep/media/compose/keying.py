"""A green or blue screen by its chroma: what colour it has, how much of a picture it is, and ffmpeg's key for it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.compose.colours import LUMA, Colours

_GONE = 0.5  # of the way from the key to grey: so near to the key nothing is left
_WHOLE = 0.85  # from here on all is left
_PALEST = 0.06  # of the chroma plane's diagonal: so near to grey everything is near
_MOST_UNEVEN = 25  # grey levels
_DIAGONAL: Final = 255 * 2**0.5

RGB = tuple[int, int, int]
Picture = NDArray[np.uint8]


def keyed(stream: Any, key: str, coded: Colours) -> Any:
    """`stream` without what has the chroma of `key` (RRGGBB), and without its shine on what is left."""
    across, along = (round(float(value)) for value in _chroma(np.array(_parsed(key)), coded.matrix))
    red, green, blue = _parsed(key)
    grey = _from_grey(key, coded)
    return (
        stream.filter("format", pix_fmts="yuv444p")
        .filter(
            "chromakey",
            color=f"0x80{across:02X}{along:02X}",
            yuv=1,
            similarity=round(_GONE * grey, 4),
            blend=round((_WHOLE - _GONE) * grey, 4),
        )
        .filter("despill", type="blue" if blue > max(red, green) else "green")
    )


def share(picture: Picture, key: str, coded: Colours) -> float:
    """How much of an RGB picture the key takes away, 0–1."""
    apart = _chroma(picture, coded.matrix) - _chroma(np.array(_parsed(key)), coded.matrix)
    return float((np.hypot(apart[..., 0], apart[..., 1]) < _GONE * _from_grey(key, coded) * _DIAGONAL).mean())


def too_pale(key: str, coded: Colours) -> bool:
    """Whether a colour is so near to grey that suits and hair would go with it."""
    return _from_grey(key, coded) < _PALEST


def screen_of(picture: Picture) -> tuple[str, bool]:
    """The colour (RRGGBB) of an RGB picture's upper corners, and whether it is an even green or blue one."""
    side = max(4, picture.shape[1] // 16)
    corners = [picture[:side, :side], picture[:side, -side:]]
    red, green, blue = (round(sum(float(c[..., n].mean()) for c in corners) / 2) for n in range(3))
    uneven = max(float(corner.std(axis=(0, 1)).max()) for corner in corners)
    fits = uneven <= _MOST_UNEVEN and max(green, blue) >= 1.25 * red and abs(green - blue) >= 20
    return f"{red:02X}{green:02X}{blue:02X}", fits


def _from_grey(key: str, coded: Colours) -> float:
    across, along = _chroma(np.array(_parsed(key)), coded.matrix) - 128
    return float(np.hypot(across, along)) / _DIAGONAL


def _parsed(key: str) -> RGB:
    return int(key[0:2], 16), int(key[2:4], 16), int(key[4:6], 16)


def _chroma(colour: NDArray[Any], matrix: str) -> NDArray[np.float64]:
    """Cb and Cr, 16–240 around 128, of RGB values in the last axis."""
    red_share, blue_share = LUMA[matrix]
    red, green, blue = (colour[..., n].astype(np.float64) for n in range(3))
    luma = red_share * red + (1 - red_share - blue_share) * green + blue_share * blue
    scale = 224 / 255 / 2
    across = 128 + scale * (blue - luma) / (1 - blue_share)
    along = 128 + scale * (red - luma) / (1 - red_share)
    return np.stack([across, along], axis=-1)
