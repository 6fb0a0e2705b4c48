"""Pictures of a decoder as arrays, in any size. Knows the frames' shape, not the library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.orientation import UPRIGHT, Orientation

Pixels = NDArray[np.uint8]
PixelFormat = Literal["rgb24", "bgr24", "gray", "yuv420p", "rgba"]
_MOST_KEPT = 16  # kinds of scaling of a thread


class Scaler:
    """Scales and turns. What a scaling needs is made once for each pair of sizes and formats: to make it anew
    for every picture, as the library does by itself, takes longer than to scale."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._threads = threading.local()  # a scaling serves one thread at a time

    def __call__(
        self,
        frame: Any,
        pixel_format: PixelFormat,
        *,
        size: tuple[int, int] | None = None,
        turn: Orientation = UPRIGHT,
    ) -> Pixels:
        """One frame as an array, scaled to `size` (width, height), then mirrored and turned as `turn` says."""
        width, height = size or (frame.width, frame.height)
        if pixel_format == "yuv420p":  # planes of 4:2:0 have even sides
            width, height = width // 2 * 2, height // 2 * 2
        made = self._of(frame, pixel_format, width, height).reformat(frame, width, height, pixel_format)
        return _turned(made.to_ndarray(), height, turn, planes=pixel_format == "yuv420p")

    def _of(self, frame: Any, *wanted: object) -> Any:
        if not hasattr(self._threads, "kept"):
            self._threads.kept = {}
        kept: dict[tuple[object, ...], Any] = self._threads.kept
        key = (frame.format.name, frame.width, frame.height, *wanted)
        if key not in kept:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[key] = self._make()
        return kept[key]


def _turned(array: Pixels, height: int, turn: Orientation, *, planes: bool) -> Pixels:
    if turn == UPRIGHT:
        return array
    if not planes:
        return _turned_plane(array, turn)
    luma = array[:height]
    chroma = array[height:].reshape(2, height // 2, -1)
    turned = [_turned_plane(plane, turn) for plane in (luma, *chroma)]
    columns = turned[0].shape[1]
    return np.concatenate([plane.reshape(-1, columns) for plane in turned])


def _turned_plane(plane: Pixels, turn: Orientation) -> Pixels:
    if turn.mirrored:
        plane = plane[:, ::-1]
    return np.ascontiguousarray(np.rot90(plane, -turn.rotation // 90))


def luma(frame: Any) -> Pixels:
    """The brightness of an 8-bit frame in planes as it was decoded, (height, width), looked at in place."""
    plane = frame.planes[0]
    rows: Pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
