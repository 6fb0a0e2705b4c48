"""Where the pictures of two videos differ. Runs in a guarded child; answers plain values.

Pictures of the same moment are compared at most 960 pixels large, ten a second. What coding does to a picture changes
from one to the next and stays small; what was changed stays: so differences are averaged over half a second, with
their sign, before blocks of eight pixels are judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mediaprep.media import pixels
from mediaprep.media.containers import packets
from mediaprep.media.containers.scaling import Pixels

LARGEST_SIDE: Final = 960  # pixels of what is compared
_A_SECOND: Final = 10  # pictures
_WINDOW: Final = 5  # pictures that are averaged
_BLOCK: Final = 8  # pixels
_LEVELS: Final = 14.0  # of 255, the mean of a block that differs
_OF_TEXTURE: Final = 0.4  # more of them for each level by which a block's pixels vary: coding blurs detail
_TONE: Final = 2.5  # levels by which the whole picture is brighter, or of another colour
_WHOLE: Final = 0.5  # of all blocks from which the picture as a whole is another
_MOST_STILLS: Final = 40

Signed = NDArray[np.float32]
Box = tuple[int, int, int, int]  # x, y, width, height of what is compared


@dataclass(kw_only=True)
class _Region:
    """A place that has differed since `start`; its still is the pair of pictures that differs most."""

    box: Box
    start: float
    end: float
    levels: float
    stills: tuple[bytes, bytes] | None = None


def differences(
    old: Path, new: Path, old_size: tuple[int, int], new_size: tuple[int, int], fps: float
) -> tuple[
    list[tuple[float, float, Box, float, tuple[bytes, bytes] | None]], list[tuple[float, float, float]]
]:
    """([(start, end, box of the compared size, levels, JPEGs of old and new)], [(start, end, levels by which the whole
    is brighter)]), seconds from the first picture. Sizes are (width, height) to which both are scaled before they are
    turned; `fps` is the new one's. Raises BadAsset."""
    seen = _Seen()
    pairs = _pairs(old, new, old_size, new_size, fps)
    while window := list(islice(pairs, _WINDOW)):
        seen.look(window, 1 / fps)
    return seen.regions(), seen.tones()


def _pairs(
    old: Path, new: Path, old_size: tuple[int, int], new_size: tuple[int, int], fps: float
) -> Iterator[tuple[float, Pixels, Pixels]]:
    """Pictures of the same moment, by seconds from each file's first one; one that has no partner is passed over."""
    apart = (max(1, round(fps / _A_SECOND)) - 0.5) / fps
    earlier = _from_first(packets.decode_frames(old, size=old_size))
    began = None
    there = next(earlier, None)
    for at, picture in packets.decode_frames(new, size=new_size, apart=apart):
        began = at if began is None else began
        moment = at - began
        while there is not None and there[0] < moment - 0.5 / fps:
            there = next(earlier, None)
        if there is None:
            return
        if there[0] < moment + 1 / fps and there[1].shape == picture.shape:
            yield moment, there[1], picture


def _from_first(pictures: Iterator[tuple[float, Pixels]]) -> Iterator[tuple[float, Pixels]]:
    first = None
    for at, picture in pictures:
        first = at if first is None else first
        yield at - first, picture


class _Seen:
    """What has been found so far: places that still differ, and those that do so no more."""

    def __init__(self) -> None:
        self._open: list[_Region] = []
        self._closed: list[_Region] = []
        self._tones: list[list[float]] = []

    def look(self, window: list[tuple[float, Pixels, Pixels]], last: float) -> None:
        start, end = window[0][0], window[-1][0] + last
        apart = np.zeros(window[0][1].shape, np.float32)
        for _, old, new in window:
            apart += new
            apart -= old
        apart /= len(window)
        tone = np.median(apart[::4, ::4], axis=(0, 1))
        if float(np.abs(tone).max()) >= _TONE:
            self._toned(start, end, float(tone.mean()))
        levels = _blocks(np.abs(apart - tone).max(axis=2))
        texture = _texture(window[len(window) // 2][1])
        boxes = _boxes(levels > _LEVELS + _OF_TEXTURE * texture)
        found = [(box, _strongest(levels, box)) for box in boxes]
        self._follow(found, start, end, window)

    def _follow(
        self,
        found: list[tuple[Box, float]],
        start: float,
        end: float,
        window: list[tuple[float, Pixels, Pixels]],
    ) -> None:
        still: list[_Region] = []
        for box, levels in found:
            same = next((region for region in self._open if _meet(region.box, box)), None)
            if same is None:
                same = _Region(box=box, start=start, end=end, levels=0.0)
            else:
                self._open.remove(same)
            same.box, same.end = _around(same.box, box), end
            if levels > 1.2 * same.levels:
                same.levels, same.stills = levels, self._stills(window, box)
            still.append(same)
        self._closed += self._open
        self._open = still

    def _stills(self, window: list[tuple[float, Pixels, Pixels]], box: Box) -> tuple[bytes, bytes] | None:
        if sum(region.stills is not None for region in (*self._open, *self._closed)) >= _MOST_STILLS:
            return None
        _, old, new = max(
            window, key=lambda pair: float(np.abs(_part(pair[1], box) - _part(pair[2], box)).mean())
        )  # fmt: skip
        return tuple(pixels.encode(pixels.convert(one, "rgb>bgr"), ".jpg", 85) for one in (old, new))  # type: ignore[return-value]

    def _toned(self, start: float, end: float, levels: float) -> None:
        before = self._tones[-1] if self._tones else None
        if before and start - before[1] < 0.2 and abs(before[2] - levels) < _TONE:
            before[1] = end
        else:
            self._tones.append([start, end, levels])

    def regions(self) -> list[tuple[float, float, Box, float, tuple[bytes, bytes] | None]]:
        found = sorted((*self._closed, *self._open), key=lambda one: (one.start, one.box))
        return [(one.start, one.end, one.box, one.levels, one.stills) for one in found]

    def tones(self) -> list[tuple[float, float, float]]:
        return [(start, end, levels) for start, end, levels in self._tones]


def _part(picture: Pixels, box: Box) -> Signed:
    x, y, width, height = box
    return picture[y : y + height, x : x + width].astype(np.float32)


def _blocks(levels: Signed) -> Signed:
    """The mean of every block."""
    height, width = (side // _BLOCK * _BLOCK for side in levels.shape)
    cut = levels[:height, :width]
    return cut.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).mean(axis=(1, 3))  # type: ignore[no-any-return]


def _texture(picture: Pixels) -> Signed:
    """By how much the pixels of every block vary."""
    grey = picture.astype(np.float32).mean(axis=2)
    mean = _blocks(grey)
    return np.sqrt(np.maximum(_blocks(grey * grey) - mean * mean, 0))


def _boxes(marked: NDArray[np.bool_]) -> list[Box]:
    """Marked blocks that touch, or nearly, as boxes of pixels; one for all where most are marked."""
    if not marked.any():
        return []
    rows, columns = marked.shape
    if marked.mean() > _WHOLE:
        return [(0, 0, columns * _BLOCK, rows * _BLOCK)]
    return [
        (x * _BLOCK, y * _BLOCK, width * _BLOCK, height * _BLOCK)
        for x, y, width, height in pixels.patches(marked, near=2)
    ]


def _strongest(levels: Signed, box: Box) -> float:
    x, y, width, height = (side // _BLOCK for side in box)
    return float(levels[y : y + height, x : x + width].max())


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _around(one: Box, other: Box) -> Box:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top
