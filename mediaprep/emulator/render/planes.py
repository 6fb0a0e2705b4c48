"""Pictures drawn here, as the planes that encoders take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Standard:
    """How RGB becomes Y, Cb, Cr in limited range: (red, green, blue) shares of each."""

    luma: npt.NDArray[np.float32]
    blue: npt.NDArray[np.float32]
    red: npt.NDArray[np.float32]


def _standard(
    luma: tuple[float, float, float], blue: tuple[float, float, float], red: tuple[float, float, float]
) -> Standard:
    return Standard(*(np.array(row, dtype=np.float32) for row in (luma, blue, red)))


BT601 = _standard(  # what ffmpeg assumes of untagged planes
    (0.256788, 0.504129, 0.097906), (-0.148223, -0.290993, 0.439216), (0.439216, -0.367788, -0.071427)
)
BT709 = _standard(  # what players assume of high definition; encoders have to be told
    (0.182586, 0.614231, 0.062007), (-0.100644, -0.338572, 0.439216), (0.439216, -0.398942, -0.040274)
)


def planes_of(rgb: npt.NDArray[np.uint8], standard: Standard = BT601) -> npt.NDArray[np.uint8]:
    """RGB (height, width, 3) with even sides → yuv420p planes (height·3/2, width)."""
    height, width = rgb.shape[:2]
    light = rgb.astype(np.float32)
    luma = light @ standard.luma + 16
    small = light.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    parts = [luma, small @ standard.blue + 128, small @ standard.red + 128]
    flat = np.concatenate([np.clip(np.rint(part), 0, 255).astype(np.uint8).reshape(-1) for part in parts])
    return flat.reshape(height * 3 // 2, width)
