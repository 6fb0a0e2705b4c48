"""Knows when the rest of an MP4 download is one `free` box: bytes without meaning, which need not travel."""

from __future__ import annotations

from typing import Final

_WORTH: Final = 16 << 20  # less padding than that is simply fetched
_HEADER: Final = 16
_EMPTY: Final = frozenset({b"free", b"skip"})


class Padding:
    """Follows the top-level boxes of a file of `total` bytes while its pieces pass by."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._seen = 0
        self._next: int | None = 0  # where the next box begins; None = no boxes, or none that are of use
        self._head = b""

    def rest(self, piece: bytes) -> bool:
        """Whether nothing but padding follows `piece`."""
        start, self._seen = self._seen, self._seen + len(piece)
        while self._total is not None and self._next is not None:
            self._head += piece[max(0, self._next + len(self._head) - start) :][: _HEADER - len(self._head)]
            if len(self._head) < _HEADER:
                return False
            name, length = self._head[4:8], int.from_bytes(self._head[:4], "big")
            if self._next == 0 and name != b"ftyp":
                self._next = None
                return False
            if length == 1:
                length = int.from_bytes(self._head[8:], "big")
            end = self._total if length == 0 else self._next + length
            if name in _EMPTY and end == self._total and length > _WORTH:
                return True
            self._head = b""
            self._next = end if length >= 8 and end < self._total else None
        return False
