"""A `free` box at the end of a download is recognised, however its pieces are cut, and nothing else is."""

from __future__ import annotations

import struct

import pytest

from mediaprep.emulator.store.padding import Padding

HEAD = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 24, b"mdat") + bytes(16)
LONG = 1 << 30


def box(name: bytes, length: int) -> bytes:
    return struct.pack(">I4sQ", 1, name, length)


def fed(data: bytes, total: int | None, step: int) -> int | None:
    """How many bytes had passed when the rest was known to be padding."""
    padding = Padding(total)
    for at in range(0, len(data), step):
        if padding.rest(data[at : at + step]):
            return at + step
    return None


@pytest.mark.parametrize("step", [1, 3, 7, 16, 40, 56, 4096])
def test_padding_at_the_end_is_seen_as_soon_as_its_header_has_passed(step: int) -> None:
    data = HEAD + box(b"free", LONG) + bytes(64)
    found = fed(data, len(HEAD) + LONG, step)
    assert found is not None and found - step < len(HEAD) + 16 <= found


@pytest.mark.parametrize(
    ("data", "total"),
    [
        (HEAD + box(b"mdat", LONG), len(HEAD) + LONG),  # real data
        (HEAD + box(b"free", LONG), len(HEAD) + LONG + 100),  # something follows
        (HEAD + box(b"free", 1000), len(HEAD) + 1000),  # not worth it
        (HEAD + box(b"free", LONG), None),  # nobody said how long it is
        (b"RIFF" + HEAD[4:] + box(b"free", LONG), len(HEAD) + LONG),
        (HEAD + struct.pack(">I4sQ", 4, b"free", 0), len(HEAD) + LONG),  # no box has 4 bytes
    ],
)
def test_nothing_else_is_taken_for_padding(data: bytes, total: int | None) -> None:
    assert fed(data + bytes(200), total, 5) is None
