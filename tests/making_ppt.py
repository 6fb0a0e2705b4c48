"""PowerPoint 97–2003 decks as [MS-PPT] and [MS-CFB] lay them out: small, whole, and written without an office."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

_SECTOR, _LEAST = 512, 4096  # streams below that many bytes would need a second allocation table
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_TITLE = 0


def record(kind: int, payload: bytes, *, instance: int = 0, container: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(payload)) + payload


def text(words: str, kind: int) -> bytes:
    """A text and what it is on its page: 0 a title, 2 notes."""
    return record(0x0F9F, struct.pack("<I", kind)) + record(0x0FA0, words.encode("utf-16-le"))


def deck(
    slides: int,
    *,
    hidden: Sequence[int] = (),
    notes: Sequence[int] = (),
    titles: Sequence[str] = (),
    locked: bool = False,
) -> tuple[bytes, bytes]:
    """(Current User, PowerPoint Document) of a deck with so many slides."""
    stream = b""
    offsets: list[int] = []

    def place(data: bytes) -> int:
        nonlocal stream
        offsets.append(len(stream))
        stream += data
        return len(offsets)  # persist ids count from 1

    entries, note_entries = b"", b""
    for number in range(1, slides + 1):
        show = record(0x03F9, bytes(10) + struct.pack("<H", 4 if number in hidden else 0) + bytes(4))
        reference = place(record(0x03EE, show, container=True))
        entries += record(0x03F3, struct.pack("<5I", reference, 0, 0, 255 + number, 0))
        entries += b"".join(text(title, _TITLE) for title in titles[number - 1 : number])
        if number in notes:
            body = text(f"Notes {number}", 2)
            atom = record(0x03F1, struct.pack("<II", 255 + number, 0))
            reference = place(record(0x03F0, atom + record(0xF00D, body, container=True), container=True))
            note_entries += record(0x03F3, struct.pack("<5I", reference, 0, 0, number, 0))
    lists = record(0x0FF0, entries, container=True) + record(0x0FF0, note_entries, instance=2, container=True)
    document = place(record(0x03E8, lists, container=True))
    directory = len(stream)
    stream += record(0x1772, struct.pack(f"<{1 + len(offsets)}I", len(offsets) << 20 | 1, *offsets))
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<7I", 256, 0, 0, directory, document, len(offsets) + 1, 0))
    token = 0xF3D1C4DF if locked else 0xE391C05F
    return record(0x0FF6, struct.pack("<3I", 20, token, edit) + bytes(8)), stream


def make_ppt(path: Path, titles: Sequence[str], *, notes: Sequence[int] = ()) -> Path:
    """A .ppt file with a slide for each title."""
    user, document = deck(len(titles), titles=titles, notes=notes)
    streams = {"Current User": user, "PowerPoint Document": document}
    body, table, entries = b"", [_TABLE, _END], [_entry("Root Entry", 5, child=1, start=_END)]
    for number, (name, data) in enumerate(streams.items(), 1):
        padded = data.ljust(_LEAST, b"\0")
        sectors = -(-len(padded) // _SECTOR)
        start = len(table)
        entries.append(
            _entry(name, 2, right=2 if number < len(streams) else _FREE, start=start, size=len(padded))
        )
        table += [*range(start + 1, start + sectors), _END]
        body += padded.ljust(sectors * _SECTOR, b"\0")
    assert len(table) <= _SECTOR // 4  # one sector of table
    table += [_FREE] * (_SECTOR // 4 - len(table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _LEAST, _END, 0, _END, 0)
    head += struct.pack("<109I", 0, *[_FREE] * 108)
    path.write_bytes(head + struct.pack("<128I", *table) + b"".join(entries).ljust(_SECTOR, b"\0") + body)
    return path


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0
) -> bytes:
    letters = name.encode("utf-16-le") + b"\0\0"
    head = letters.ljust(64, b"\0") + struct.pack("<HBB3I", len(letters), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
