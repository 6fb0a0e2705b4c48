"""Pictures drawn here, as the planes that encoders take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# BT.601, limited range: what ffmpeg assumes of untagged planes.
_LUMA = np.array((0.256788, 0.504129, 0.097906), dtype=np.float32)
_BLUE = np.array((-0.148223, -0.290993, 0.439216), dtype=np.float32)
_RED = np.array((0.439216, -0.367788, -0.071427), dtype=np.float32)


def planes_of(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """RGB (height, width, 3) with even sides → yuv420p planes (height·3/2, width)."""
    height, width = rgb.shape[:2]
    light = rgb.astype(np.float32)
    luma = light @ _LUMA + 16
    small = light.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    parts = [luma, small @ _BLUE + 128, small @ _RED + 128]
    flat = np.concatenate([np.clip(np.rint(part), 0, 255).astype(np.uint8).reshape(-1) for part in parts])
    return flat.reshape(height * 3 // 2, width)
