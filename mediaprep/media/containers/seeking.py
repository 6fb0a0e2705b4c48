"""Enters a stream where it can be decoded. Knows the shape of an open container, not the library.

Few demuxers seek to the keyframe that was asked for: MPEG-TS goes by decoding stamps, which of reordered pictures
come earlier than the picture is shown, and lands behind it; Matroska goes by a list of keyframes that may leave
most of them out, and lands far before it. What was found is looked at, by the stamps of its packets.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

_BACK_SECONDS = (0.0, 1.0, 5.0, 25.0, 125.0)  # before the moment, where the seek landed behind its keyframe
_SLACK_SECONDS = 0.0015  # stamps are rounded, Matroska's to milliseconds
_REORDER_SECONDS = 2.0  # by which the first decoding stamp is earlier than the first picture, at most
_EXACT = "mov"  # its index names every keyframe, and seeking goes by it


def enter(container: Any, stream: Any, moment: float) -> Iterator[Any]:
    """The packets of `stream` from the last keyframe at or before `moment` (seconds) on, to the end of the file; from
    the first keyframe where none is before it. The library's errors pass through."""
    tick = stream.time_base
    start = max(0, (stream.start_time or 0) - round(_REORDER_SECONDS / tick))
    targets = [max(start, round((moment - back) / tick)) for back in _BACK_SECONDS] + [start]
    for target in dict.fromkeys(targets):
        group, source = _group_at(container, stream, target, moment)
        if group:
            break
    return itertools.chain(group, source)


def _group_at(container: Any, stream: Any, target: int, moment: float) -> tuple[list[Any], Iterator[Any]]:
    """The packets read from the keyframe that is wanted on, and those to come; no packets where the first keyframe
    is later, and then it is the first of those to come."""
    tick = float(stream.time_base)
    container.seek(target, stream=stream, backward=True)
    source = iter(container.demux(stream))
    group: list[Any] = []
    for packet in source:
        stamp = packet.pts if packet.pts is not None else packet.dts
        seconds = moment if stamp is None else stamp * tick
        if not packet.is_keyframe:
            if group:
                group.append(packet)
                if packet.dts is not None and packet.dts * tick > moment:
                    break
            continue
        if seconds > moment + _SLACK_SECONDS:
            return group, itertools.chain([packet], source)
        group = [packet]
        if seconds >= moment - _SLACK_SECONDS or container.format.name == _EXACT:
            break
    return group, source
