"""Whether a video can be decoded from its first picture on. Recordings that were cut out of a running stream begin
inside a group of pictures: until the next refresh nothing of them can be shown."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from mediaprep.errors import BadAsset
from mediaprep.media.containers import h264_parameters, packets
from mediaprep.media.containers.h264_parameters import Malformed
from mediaprep.media.containers.streams import StreamInfo, cut_out
from mediaprep.media.containers.timing import Index
from mediaprep.media.isolation import posix

_MOST_PACKETS = 1500  # decoded before the first picture; longer groups are rare
_REFRESHES = {
    "h264": frozenset({5}),
    "hevc": frozenset(range(16, 22)),
}  # NAL units that need nothing before them


def first_decodable(path: Path, container: Any, picture: StreamInfo, index: Index | None) -> float | None:
    """When the first picture that decodes is shown, seconds on the file's timeline; None where it is the first of all,
    or nothing here decodes such a codec. `index` (in order of decoding) spares the look where it tells as much.
    Raises BadAsset where nothing decodes."""
    stream = container.streams[picture.index]
    if index is not None and _clean(path, picture, stream, index):
        return None
    with packets.opened(path) as fresh:
        return _first_of(fresh.streams[picture.index], fresh, path)


def _clean(path: Path, picture: StreamInfo, stream: Any, index: Index) -> bool:
    """Whether the first packet is one that needs nothing before it."""
    if not len(index.keys) or not index.keys[0] or not index.present[0]:
        return False
    if picture.codec not in _REFRESHES:
        return True
    box = bytes(stream.codec_context.extradata or b"")
    place = 4 if picture.codec == "h264" else 21  # of avcC's and hvcC's length of size fields
    if len(box) <= place or box[0] != 1:
        return False
    with contextlib.suppress(Malformed, EOFError), posix.open_regular(path) as file:
        (data,) = cut_out(file, index, range(1))
        units = list(h264_parameters.units(memoryview(data), (box[place] & 3) + 1))
        kinds = {nal[0] & 31 if picture.codec == "h264" else nal[0] >> 1 & 63 for nal in units if nal}
        return bool(kinds & _REFRESHES[picture.codec])
    return False


def _first_of(stream: Any, container: Any, path: Path) -> float | None:
    """The first whole picture, where pictures come before it that do not decode."""
    if stream.codec_context is None:
        return None
    stream.thread_type = "NONE"
    tick, earliest, fed, refused = float(stream.time_base), None, 0, 0
    try:
        for packet in container.demux(stream):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.size and stamp is not None and not packet.is_discard:
                earliest = stamp if earliest is None else min(earliest, stamp)
            fed += bool(packet.size)
            try:
                whole = [frame for frame in packet.decode() if not frame.is_corrupt]
            except packets.AV_ERRORS:
                refused, whole = refused + 1, []
            if whole or fed > _MOST_PACKETS:
                break
    except packets.AV_ERRORS as error:
        raise packets.broken(path, error) from error
    if not whole and (fed <= _MOST_PACKETS or refused == fed):
        raise BadAsset(
            f"none of its {fed} pictures decodes: it is encrypted or damaged; export it again without protection",
            f"{fed} 个画面数据包均无法解码：文件已加密或损坏；请去除保护后重新导出",
        )
    shown = whole[0].pts if whole else stamp
    if shown is None or earliest is None or shown <= earliest:
        return None
    return float(shown) * tick
