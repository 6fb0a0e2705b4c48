"""The structure of MP4 and MOV files, and of files that only pretend."""

from __future__ import annotations

import io
import struct
import time
from pathlib import Path

import pytest

from mediaprep.media import boxes
from mediaprep.media.orientation import UPRIGHT
from tests.making import make_video


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def read(data: bytes) -> boxes.Movie:
    return boxes.read_movie(io.BytesIO(data), len(data))


def tkhd(track_id: int, a: float, b: float, c: float, d: float, *, version: int = 0) -> bytes:
    times = bytes(8) if version == 0 else bytes(16)
    head = bytes([version, 0, 0, 7]) + times + struct.pack(">I", track_id) + bytes(4)
    head += bytes(4 if version == 0 else 8) + bytes(16)
    matrix = [round(a * 65536), round(b * 65536), 0, round(c * 65536), round(d * 65536), 0, 0, 0, 1 << 30]
    return box(b"tkhd", head + struct.pack(">9i", *matrix) + bytes(8))


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(
    ("matrix", "rotation"),
    [((1, 0, 0, 1), 0), ((0, 1, -1, 0), 90), ((-1, 0, 0, -1), 180), ((0, -1, 1, 0), 270)],
)
def test_the_display_matrix_is_read(
    matrix: tuple[float, float, float, float], rotation: int, version: int
) -> None:
    hdlr = box(b"mdia", box(b"hdlr", bytes(8) + b"vide" + bytes(12)))
    movie = read(box(b"moov", box(b"trak", tkhd(3, *matrix, version=version) + hdlr)))
    assert movie.orientation(3).rotation == rotation
    assert movie.has(b"vide")
    assert not movie.has(b"soun")
    assert movie.orientation(9) == UPRIGHT


def test_the_order_of_boxes_is_told(tmp_path: Path) -> None:
    late = make_video(tmp_path / "a.mp4", seconds=0.2, width=64, height=64, faststart=False)
    early = make_video(
        tmp_path / "b.mp4", seconds=0.2, width=64, height=64, extra=("-movflags", "+faststart")
    )
    assert read(late.read_bytes()).faststart is False
    found = read(early.read_bytes())
    assert found.faststart is True
    assert found.brand == b"isom"
    assert [track.handler for track in found.tracks] == [b"vide", b"soun"]


def test_fragments_are_seen() -> None:
    assert read(box(b"moov", box(b"mvex"))).fragmented
    assert not read(box(b"moov")).fragmented


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00", b"\x00\x00\x00\x04moov", b"\xff\xff\xff\xffmoov", struct.pack(">I4sQ", 1, b"moov", 2**63),
        struct.pack(">I4sQ", 1, b"moov", 3), box(b"moov", box(b"trak", box(b"tkhd", b"\x01"))),
        box(b"moov", b"\x00\x00\x00\x00trak"),
    ],
)  # fmt: skip
def test_sizes_that_lead_nowhere_end_the_reading(data: bytes) -> None:
    assert read(data).orientation(1) == UPRIGHT


def test_a_million_empty_boxes_are_not_walked() -> None:
    started = time.perf_counter()
    read(box(b"free") * 300_000)
    assert time.perf_counter() - started < 1


def test_what_the_size_tables_claim_is_counted(tmp_path: Path) -> None:
    def track(name: bytes, count: int) -> bytes:
        table = box(name, bytes(8) + struct.pack(">I", count))
        return box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table))))

    assert read(box(b"moov", track(b"stsz", 7) + track(b"stz2", 50_000_000))).samples == 50_000_000
    assert read(box(b"moov", track(b"stco", 9))).samples == 0
    made = make_video(tmp_path / "a.mp4", seconds=1.0, width=64, height=64, fps="10", audio=False)
    with made.open("rb") as file:
        assert boxes.read_movie(file, made.stat().st_size).samples == 10
