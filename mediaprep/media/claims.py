"""How long a sound file says it is. Where a header does not say, libavformat reckons a length from the file's size,
which no longer tells that a part is missing: so the few bytes that claim one are read here."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from mediaprep.media import sniff
from mediaprep.media.isolation import posix

_LOST_SECONDS, _LOST_SHARE = 0.5, 0.01  # encoders round, pad and trim by less
_NEVER = frozenset({"aac", "amr", "ogg"})  # frame after frame: no header knows how many will come
_STREAMED = 0x7FFFF000  # bytes of a RIFF chunk from which on it was written before its length was known
_LAST_PAGE, _END_MARK = 65_307, 4  # bytes of the longest Ogg page; the bit of its header that ends a stream
_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_XING = (b"Xing", b"Info", b"VBRI")


def seconds(path: Path, container: str, held: float, reckoned: float | None) -> float | None:
    """What the header of a sound file says; None where it says nothing. `held` is what its packets last, `reckoned`
    what libavformat tells, which may be either."""
    if container in _NEVER:
        return None
    with posix.open_regular(path) as file:
        if container == "wav":
            return _riff(file, held)
        if container == "asf":
            return _asf(file, reckoned)
        if container in {"mp3", "flac"} and not _counted(file, container):
            return None
    return reckoned


def cut_short(path: Path, container: str, held: float, claimed: float | None) -> bool | None:
    """Whether a part is missing: the header claims clearly more, or an Ogg stream has no last page. None where such a
    file cannot tell."""
    if container == "ogg":
        with posix.open_regular(path) as file:
            return not _ended(file)
    return None if claimed is None else lacks(held, claimed)


def lacks(held: float, claimed: float) -> bool:
    """Whether a file that claims so many seconds and holds so many was cut."""
    return claimed - held > max(_LOST_SECONDS, _LOST_SHARE * claimed)


def _riff(file: BinaryIO, held: float) -> float | None:
    """By the size of the chunk `data` (RF64 keeps it in `ds64`); a stream's is 0 or as large as can be written."""
    size, long = file.seek(0, 2), None
    at = 12
    while at + 8 <= size:
        file.seek(at)
        head = file.read(24)
        name, stated = head[:4], int.from_bytes(head[4:8], "little")
        if name == b"ds64":
            long = int.from_bytes(head[16:24], "little")
        if name == b"data":
            stated, there = long or (stated if stated < _STREAMED else 0), size - at - 8
            return held * max(1.0, stated / there) if stated and there > 0 else None
        at += 8 + stated + stated % 2
    return None


def _asf(file: BinaryIO, reckoned: float | None) -> float | None:
    """By the File Properties Object, which a broadcast leaves empty."""
    file.seek(0)
    head = file.read(sniff.HEAD_BYTES)
    at = head.find(_FILE_PROPERTIES)
    if at < 0 or len(head) < at + 92 or head[at + 88] & 1:
        return None
    ticks, preroll = (int.from_bytes(head[at + place : at + place + 8], "little") for place in (64, 80))
    return max(0.0, ticks / 1e7 - preroll / 1e3) if ticks else reckoned


def _counted(file: BinaryIO, container: str) -> bool:
    """Whether the first frame of an mp3 is a table of contents, or a FLAC says how many samples follow."""
    file.seek(0)
    _, body = sniff.behind_tags(file, file.read(sniff.HEAD_BYTES))
    if container == "mp3":
        return any(mark in body[:256] for mark in _XING)
    return body[:4] == b"fLaC" and int.from_bytes(body[21:26], "big") & 0xF_FFFF_FFFF != 0


def _ended(file: BinaryIO) -> bool:
    """Whether the last page is whole and says that it is the last of its stream."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 2 * _LAST_PAGE))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27 + tail[at + 26 : at + 27][0]:
        return False
    lengths = tail[at + 27 : at + 27 + tail[at + 26]]
    return bool(tail[at + 5] & _END_MARK) and at + 27 + len(lengths) + sum(lengths) <= len(tail)
