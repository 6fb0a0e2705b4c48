"""Sound frames of a decoder in one format, whatever comes in. Knows the frames' shape, not the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from mediaprep.media.containers.streams import as_samples

Samples = NDArray[Any]


class Resampler:
    """To one format, whatever comes in: a stream may change its rate or channels half-way."""

    def __init__(self, make: Callable[..., Any], sample_format: str, layout: str, rate: int) -> None:
        self.make = make
        self.wanted = {"format": sample_format, "layout": layout, "rate": rate}
        self.now: Any = None
        self.key: tuple[object, ...] | None = None

    def take(self, frame: Any | None) -> Iterator[tuple[float | None, Samples]]:
        """(seconds, samples) made of `frame`; None drains what is left."""
        key = None if frame is None else (frame.format.name, frame.layout.name, frame.sample_rate)
        if self.now is not None and key != self.key:
            yield from map(_block, self.now.resample(None))
            self.now = None
        if frame is None:
            return
        if key is not None and key[1:] == (self.wanted["layout"], self.wanted["rate"]):
            # nothing to resample: the filter graph behind AudioResampler costs five times the decoding
            yield _seconds(frame), as_samples(frame, str(self.wanted["format"]))
            return
        if self.now is None:
            self.now = self.make(**self.wanted)
            self.key = key
        yield from map(_block, self.now.resample(frame))


def _seconds(frame: Any) -> float | None:
    seconds: float | None = frame.time  # its time_base would make a Fraction, which costs as much as decoding
    return seconds


def _block(frame: Any) -> tuple[float | None, Samples]:
    """Of a resampled, that is packed, frame."""
    return _seconds(frame), frame.to_ndarray().reshape(-1, len(frame.layout.channels))
