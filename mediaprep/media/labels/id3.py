"""Free keys of an MP3, and of a WAV: there an ID3v2 tag in a chunk of its own. RIFF's own list of tags knows no free
keys that libavformat would write; it reads both."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset
from mediaprep.media.isolation import posix

_MOST_BYTES: Final = (1 << 32) - (64 << 20)  # of a RIFF file
_MOST_TAG: Final = 1 << 28  # what an ID3 size can say
_CHUNKS: Final = frozenset({b"id3 ", b"ID3 "})
_UTF8: Final = b"\3"
_FRONT: Final = b"\3"  # of the kinds of pictures: the cover's front
_PNG: Final = b"\x89PNG"
_UNUSUAL: Final = 0xF0  # flags of a tag: unsynchronised, an extended header, a footer


def add(source: Path, target: Path, words: Mapping[str, str], cover: bytes | None = None) -> None:
    """Write the WAV at `source` to `target` with these free keys, and the cover, after its last chunk. Raises BadAsset
    for what is no WAV that it can be done to."""
    with posix.open_regular(source) as file:
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(12)
        if head[:4] != b"RIFF" or size > _MOST_BYTES:
            raise _odd(source)
        old, at, end = b"", 12, 12
        while at + 8 <= size:
            file.seek(at)
            name, length = struct.unpack("<4sI", file.read(8))
            begin, at = at, at + 8 + length + length % 2
            if name in _CHUNKS:
                old = file.read(min(length, _MOST_TAG))
                if at < size:  # only what comes last is written anew
                    raise _odd(source)
                end = begin
            else:
                end = min(at, size)
        chunk = tag(words, old, cover)
        if chunk is None:
            raise _odd(source)
        pad = b"\0" * (end % 2)
        chunk = pad + b"id3 " + struct.pack("<I", len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
        with target.open("wb") as out:
            out.write(head[:4] + struct.pack("<I", end + len(chunk) - 8) + head[8:])
            posix.copy_range(file, out, 12, end)
            out.write(chunk)


def add_in_front(source: Path, target: Path, words: Mapping[str, str], cover: bytes | None = None) -> bool:
    """Write the MP3 at `source` to `target` with these free keys, and the cover, in the ID3v2.4 tag it begins with, or
    in a new one; not one of its frames changes. False (nothing written) where it begins with another kind of tag."""
    with posix.open_regular(source) as file:
        head = file.read(10)
        old = head + file.read(_length(head[6:10])) if head[:3] == b"ID3" else b""
        made = tag(words, old, cover)
        if made is None:
            return False
        with target.open("wb") as out:
            out.write(made)
            posix.copy_range(file, out, len(old), file.seek(0, 2))
    return True


def _odd(path: Path) -> BadAsset:
    return BadAsset(
        f"{path.name}: no plain WAV below 4 GiB with its tags at the end: write it anew with `mediaprep fix`",
        f"{path.name}：不是标签位于末尾、小于 4 GiB 的普通 WAV：请先用 `mediaprep fix` 重写",
    )


def tag(words: Mapping[str, str], old: bytes = b"", cover: bytes | None = None) -> bytes | None:
    """An ID3v2.4 tag with these free keys (TXXX) and the cover (APIC, PNG or JPEG) after the frames of the `old` one;
    None where these cannot be kept."""
    frames = b""
    if old:
        kept = _frames(old)
        if kept is None:
            return None
        frames = kept
    for key, value in words.items():
        body = (
            _UTF8 + key.encode("utf-8", "surrogateescape") + b"\0" + value.encode("utf-8", "surrogateescape")
        )
        frames += b"TXXX" + _synchsafe(len(body)) + b"\0\0" + body
    if cover is not None:
        kind = b"image/png" if cover.startswith(_PNG) else b"image/jpeg"
        body = b"\0" + kind + b"\0" + _FRONT + b"\0" + cover
        frames += b"APIC" + _synchsafe(len(body)) + b"\0\0" + body
    return b"ID3\4\0\0" + _synchsafe(len(frames)) + frames


def _frames(old: bytes) -> bytes | None:
    """The frames of a plain ID3v2.4 tag, without its padding."""
    if len(old) < 10 or old[:4] != b"ID3\4" or old[5] & _UNUSUAL:
        return None
    whole, at = old[10 : 10 + _length(old[6:10])], 0
    while at + 10 <= len(whole) and whole[at]:
        at += 10 + _length(whole[at + 4 : at + 8])
    return whole[:at] if at <= len(whole) else None


def _length(size: bytes) -> int:
    """What four bytes of seven bits each say."""
    return sum((byte & 0x7F) << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=False))


def _synchsafe(number: int) -> bytes:
    if number >= _MOST_TAG:
        raise BadAsset("the tag would be larger than 256 MiB", "标签将超过 256 MiB")
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
