"""Single pictures out of a long video: seek to a keyframe, feed what is needed of it, drain."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mediaprep.media.containers import packets, seeking
from mediaprep.media.containers.scaling import Pixels
from mediaprep.media.containers.streams import scaled

_MOST_HIDDEN = 600  # packets fed before the first picture that an edit list shows


def pictures_at(
    path: Path,
    moments: Sequence[float],
    *,
    following: int = 0,
    every: int = 1,
    longer_side: int | None = None,
) -> Iterator[tuple[float, Pixels]]:
    """The keyframe at or before each moment (seconds) as upright bgr24, and of the `following` pictures
    after it every `every`-th, each with the time at which it is shown. Seeks, feeds only these packets, drains. A
    place that does not decode is left out. Raises BadAsset when the file does not open."""
    with packets.opened(path) as container:
        stream = packets.picture_stream(container, path)
        stream.thread_type = "NONE"
        turn = packets.orientation_of(path, stream.id)
        for moment in moments:
            with contextlib.suppress(*packets.AV_ERRORS):
                source = seeking.enter(container, stream, moment)
                for number, frame in enumerate(_decoded(source, stream.codec_context, following)):
                    if number % every == 0:
                        sides = scaled(frame.width, frame.height, longer_side)
                        seconds = float((frame.pts or 0) * stream.time_base)
                        yield seconds, packets.to_pixels(frame, "bgr24", size=sides, turn=turn)


def _decoded(source: Iterator[Any], context: Any, following: int) -> Iterator[Any]:
    context.flush_buffers()
    shown = 0
    for fed, packet in enumerate(itertools.takewhile(lambda packet: packet.size, source), 1):
        yield from context.decode(packet)
        # what an edit list hides is decoded on the way to what it shows
        shown += not packet.is_discard
        if shown > following or fed > following + _MOST_HIDDEN:
            break
    yield from context.decode(None)
    context.flush_buffers()
