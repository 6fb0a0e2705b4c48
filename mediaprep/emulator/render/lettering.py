"""Plain letters without a font file: capitals, digits and a few signs, drawn at any size.

The EMULATED mark must look the same on every machine and must never fail for want of a font.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
_WIDTH, _HEIGHT = 5, 7
_FINE = 24  # sub-pixels a dot, so that any size is reached by averaging

# Seven rows of five dots, each row as a number whose highest of five bits is the left dot.
_GLYPHS = {
    " ": (0, 0, 0, 0, 0, 0, 0),
    "-": (0, 0, 0, 31, 0, 0, 0),
    ".": (0, 0, 0, 0, 0, 12, 12),
    "/": (1, 1, 2, 4, 8, 16, 16),
    ":": (0, 12, 12, 0, 12, 12, 0),
    "_": (0, 0, 0, 0, 0, 0, 31),
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (28, 18, 17, 17, 17, 18, 28),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "J": (7, 2, 2, 2, 2, 18, 12),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 17, 25, 21, 19, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "Q": (14, 17, 17, 17, 21, 18, 13),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "U": (17, 17, 17, 17, 17, 17, 14),
    "V": (17, 17, 17, 17, 17, 10, 4),
    "W": (17, 17, 17, 21, 21, 21, 10),
    "X": (17, 17, 10, 4, 10, 17, 17),
    "Y": (17, 17, 17, 10, 4, 4, 4),
    "Z": (31, 1, 2, 4, 8, 16, 31),
}


def lettered(text: str, width: int, height: int) -> Mask:
    """A (height, width) mask, 0–255, with the text in the middle as large as fits; small letters become
    capitals, characters without a shape a blank."""
    dots = _dots(text.upper())
    scale = min(width / dots.shape[1], height / dots.shape[0])
    fitted = (max(1, int(dots.shape[0] * scale)), max(1, int(dots.shape[1] * scale)))
    letters = _averaged(np.kron(dots, np.ones((_FINE, _FINE), dtype=np.float32)), *fitted)
    mask = np.zeros((height, width), dtype=np.uint8)
    top, left = (height - fitted[0]) // 2, (width - fitted[1]) // 2
    mask[top : top + fitted[0], left : left + fitted[1]] = np.rint(letters * 255).astype(np.uint8)
    return mask


def _dots(text: str) -> npt.NDArray[np.float32]:
    columns = max(1, len(text) * (_WIDTH + 1) - 1)
    dots = np.zeros((_HEIGHT, columns), dtype=np.float32)
    for index, character in enumerate(text):
        for row, bits in enumerate(_GLYPHS.get(character, _GLYPHS[" "])):
            for column in range(_WIDTH):
                dots[row, index * (_WIDTH + 1) + column] = bits >> (_WIDTH - 1 - column) & 1
    return dots


def _averaged(fine: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """Area averages: cumulated sums read at the pixel edges, one axis after the other."""
    for axis, count in ((0, height), (1, width)):
        edges = np.linspace(0, fine.shape[axis], count + 1).astype(np.int64)
        total = np.cumsum(fine, axis=axis, dtype=np.float64)
        total = np.concatenate([np.zeros_like(np.take(total, [0], axis=axis)), total], axis=axis)
        ends, starts = np.take(total, edges[1:], axis=axis), np.take(total, edges[:-1], axis=axis)
        spans = np.maximum(1, np.diff(edges)).reshape([-1, 1] if axis == 0 else [1, -1])
        fine = ((ends - starts) / spans).astype(np.float32)
    return fine
