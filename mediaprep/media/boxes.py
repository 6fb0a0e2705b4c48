"""Reads the box structure of MP4, MOV and HEIF files: what libavformat does not tell, and no more.

Only headers are read and payloads skipped, so a file of any size costs a few reads. Everything here is a
claim of the file; nothing is decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.orientation import UPRIGHT, Matrix, Orientation, of_matrix

MAX_BOXES = 4096  # of one level: a fragmented recording has thousands, the interesting ones come first
_MAX_SMALL = 1 << 20  # tkhd, hdlr, iprp …: anything larger is no honest box of that kind
_HEADER = 8
IDENTITY = (1.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Box:
    """One box: its type, and where its payload lies in the file."""

    name: bytes
    start: int
    end: int


@dataclass
class BoxTrack:
    """One trak: id, handler (b"vide", b"soun" …), how many samples it claims, and its display matrix
    (a, b, c, d)."""

    track_id: int = 0
    handler: bytes = b""
    samples: int = 0
    matrix: Matrix = IDENTITY
    steps: Box | None = None  # stts: how long each sample lasts, in order of decoding
    offsets: Box | None = None  # ctts: how much later each one is shown


@dataclass
class Movie:
    """The structure of an MP4 or MOV file."""

    brand: bytes = b""
    faststart: bool | None = None  # moov before mdat
    fragmented: bool = False
    tracks: list[BoxTrack] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """Of the track that claims most."""
        return max((track.samples for track in self.tracks), default=0)

    def has(self, handler: bytes) -> bool:
        return any(track.handler == handler for track in self.tracks)

    def orientation(self, track_id: int) -> Orientation:
        """How players turn that track; upright where it is not found."""
        track = self.track(track_id)
        return UPRIGHT if track is None else of_matrix(track.matrix)

    def track(self, track_id: int) -> BoxTrack | None:
        return next((track for track in self.tracks if track.track_id == track_id), None)


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets; a box that runs past `end` is cut there."""
    for _ in range(MAX_BOXES):
        if start + _HEADER > end:
            return
        file.seek(start)
        header = file.read(16)
        if len(header) < _HEADER:
            return
        size, name = struct.unpack_from(">I4s", header)
        payload = start + _HEADER
        if size == 1 and len(header) == 16:
            size = struct.unpack_from(">Q", header, 8)[0]
            payload += 8
        elif size == 0:
            size = end - start
        if size < payload - start:
            return
        yield Box(name, payload, min(start + size, end))
        start += size


def read_movie(file: BinaryIO, size: int) -> Movie:
    """The structure of the whole file; an empty Movie where nothing fits."""
    movie = Movie()
    media_at = index_at = None
    file.seek(0)
    for box in boxes(file, 0, size):
        if box.name == b"ftyp":
            movie.brand = _payload(file, box)[:4]
        elif box.name == b"moov" and index_at is None:
            index_at = box.start
            _read_moov(file, box, movie)
        elif box.name == b"mdat" and media_at is None:
            media_at = box.start
        elif box.name == b"moof":
            movie.fragmented = True
            if index_at is not None:
                break
    if index_at is not None and media_at is not None:
        movie.faststart = index_at < media_at
    return movie


def _payload(file: BinaryIO, box: Box) -> bytes:
    file.seek(box.start)
    return file.read(min(box.end - box.start, _MAX_SMALL))


def _read_moov(file: BinaryIO, moov: Box, movie: Movie) -> None:
    whole = IDENTITY
    for box in boxes(file, moov.start, moov.end):
        if box.name == b"mvex":
            movie.fragmented = True
        elif box.name == b"mvhd":
            whole = _matrix(_payload(file, box), skip_v0=36, skip_v1=48)
        elif box.name == b"trak":
            movie.tracks.append(_read_trak(file, box))
    if whole != IDENTITY:
        for track in movie.tracks:
            track.matrix = _product(track.matrix, whole)


def _read_trak(file: BinaryIO, trak: Box) -> BoxTrack:
    track = BoxTrack()
    for box in boxes(file, trak.start, trak.end):
        if box.name == b"tkhd":
            payload = _payload(file, box)
            track.matrix = _matrix(payload, skip_v0=40, skip_v1=52)
            at = 20 if payload[:1] == b"\x01" else 12
            if len(payload) >= at + 4:
                track.track_id = struct.unpack_from(">I", payload, at)[0]
        elif box.name == b"mdia":
            for inner in boxes(file, box.start, box.end):
                if inner.name == b"hdlr":
                    track.handler = _payload(file, inner)[8:12]
                elif inner.name == b"minf":
                    _read_tables(file, inner, track)
    return track


def _read_tables(file: BinaryIO, minf: Box, track: BoxTrack) -> None:
    """Where a track's tables of samples lie, and how many samples they claim."""
    for box in _descend(file, minf.start, minf.end, [b"stbl"]):
        if box.name in {b"stsz", b"stz2"}:
            file.seek(box.start + 8)
            track.samples = int.from_bytes(file.read(4), "big")
        elif box.name == b"stts":
            track.steps = box
        elif box.name == b"ctts":
            track.offsets = box


def read_runs(file: BinaryIO, table: Box) -> NDArray[np.int64]:
    """The rows (count, value) of an stts or ctts table; values are signed, as whoever writes negative ones does so
    in both versions of the box."""
    file.seek(table.start + 8)
    data = file.read(table.end - table.start - 8)
    return np.frombuffer(data[: len(data) // 8 * 8], dtype=">i4").reshape(-1, 2).astype(np.int64)


def _matrix(payload: bytes, *, skip_v0: int, skip_v1: int) -> Matrix:
    at = skip_v1 if payload[:1] == b"\x01" else skip_v0
    if len(payload) < at + 36:
        return IDENTITY
    a, b, _, c, d = struct.unpack_from(">5i", payload, at)
    if a == b == 0:
        return IDENTITY
    return (a / 65536, b / 65536, c / 65536, d / 65536)


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d = first
    e, f, g, h = then
    return (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)


def _descend(file: BinaryIO, start: int, end: int, path: list[bytes]) -> Iterator[Box]:
    if not path:
        yield from boxes(file, start, end)
        return
    for box in boxes(file, start, end):
        if box.name == path[0]:
            skip = 4 if box.name == b"meta" else 0  # meta is a full box: version and flags first
            yield from _descend(file, box.start + skip, box.end, path[1:])
            return
