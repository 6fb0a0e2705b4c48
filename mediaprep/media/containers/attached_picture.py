"""The cover of a sound file: the picture that players show beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mediaprep.media.containers import packets
from mediaprep.media.containers.streams import is_cover

MOST_BYTES: Final = 16 << 20


def cover(path: Path, demuxer: str) -> bytes | None:
    """The bytes of its first attached picture, as they lie in the file; none that is larger than MOST_BYTES. Raises
    BadAsset."""
    with packets.opened(path, demuxer) as container:
        for stream in container.streams.video:
            if not is_cover(stream):
                continue
            try:
                picture = next((bytes(packet) for packet in container.demux(stream) if packet.size), b"")
            except packets.AV_ERRORS:
                return None
            return picture if 0 < len(picture) <= MOST_BYTES else None
    return None
