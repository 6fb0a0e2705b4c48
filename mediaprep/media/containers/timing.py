"""Arithmetic on stamps: how long a stream is, how even its rate, which moments to look at. No library's
types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_STEPS = 0.9
_GAP_SECONDS = 0.03  # from here on a jump of the stamps is a gap that players fill; below it they are rounded
_MOST_FILLED_SECONDS = 6 * 3600.0

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Index:
    """The packets of one stream in order: stamps in ticks of `tick` seconds, and which of them an edit list
    hides or the file no longer contains."""

    times: Ints
    sizes: Ints
    keys: Flags
    hidden: Flags
    present: Flags
    tick: float
    positions: Ints | None = None
    last_duration: int = 0  # of the last packet, ticks; 0 = not told

    @property
    def shown(self) -> int:
        """Packets that are in the file and not hidden."""
        return int(np.count_nonzero(self._visible))

    @property
    def cut_short(self) -> bool:
        """The index names bytes beyond the end of the file."""
        return not bool(self.present.all())

    @cached_property
    def _visible(self) -> Flags:
        return self.present & ~self.hidden

    @cached_property
    def _deltas(self) -> NDArray[np.float64]:
        return np.diff(self.times).astype(np.float64)

    @cached_property
    def _usual_delta(self) -> float:
        return _median(self._deltas)

    @cached_property
    def _shown_times(self) -> Ints:
        return self.times[self._visible]

    def _last_step(self, fallback: float | None) -> float:
        """How long the last packet shown lasts, in ticks: as told, else as usual; at most until one that is hidden."""
        usual = self._usual_delta if len(self._deltas) else (fallback or 0) / self.tick if self.tick else 0.0
        later = self.times[self.present & (self.times > self._shown_times[-1])]
        if len(later):
            return min(float(later[0] - self._shown_times[-1]), max(usual, self.last_duration))
        return self.last_duration or usual

    def seconds(self, fallback: float | None = None) -> float:
        """From the first packet shown to the end of the last. `fallback`: seconds of a packet where only one is
        there and nothing tells how long it lasts."""
        if not self.shown:
            return 0.0
        span = float(self._shown_times[-1] - self._shown_times[0])
        return (span + self._last_step(fallback)) * self.tick

    def hidden_seconds(self) -> float:
        """Summed length of what is in the file and hidden."""
        hidden = self.present & self.hidden
        steps = np.append(self._deltas, self.last_duration or (self._usual_delta if len(self._deltas) else 0))
        return float(steps[hidden].sum()) * self.tick if hidden.any() else 0.0

    def presented(self, offsets: Ints, last_duration: int) -> Index:
        """The packets of an index in order of decoding as they are shown: `offsets` are added to their stamps."""
        times = self.times + offsets
        order = np.argsort(times, kind="stable")
        return Index(
            times=times[order],
            sizes=self.sizes[order],
            keys=self.keys[order],
            hidden=self.hidden[order],
            present=self.present[order],
            tick=self.tick,
            last_duration=last_duration,
        )

    def first(self) -> float | None:
        """Stamp of the first packet shown, seconds."""
        return float(self._shown_times[0]) * self.tick if self.shown else None

    def rate(self, claimed: float | None) -> float | None:
        """Pictures a second: of an even stream by its usual steps (the first and last may be odd), else on
        average; the container's own fraction where it agrees (stamps are rounded)."""
        seconds = self.seconds(1 / claimed if claimed else None)
        if seconds <= 0 or len(self.times) < 2:
            return claimed
        measured = self.shown / seconds
        if self.uneven() is False:
            measured = 1 / (float(self._inner.mean()) * self.tick)
        if claimed and abs(measured - claimed) <= 0.01 * claimed:
            return claimed
        return round(measured, 4)

    def uneven(self) -> bool | None:
        """Whether the rate varies: a step off the usual by more than a tenth and 1.5 ms (stamps are rounded
        to ticks, Matroska's to milliseconds). None with fewer than three pictures."""
        return None if len(self._inner) < 2 else not bool(self._kept.all())

    def usual_rate(self) -> float | None:
        """Pictures a second that nine steps in ten keep to, and few are off; None where there is no such rate."""
        if len(self._inner) < 2 or self._kept.mean() < _MOST_STEPS:
            return None
        return round(1 / (float(self._inner[self._kept].mean()) * self.tick), 4)

    @cached_property
    def _kept(self) -> Flags:
        """Which inner steps are the usual one."""
        usual = _median(self._inner)
        allowed = max(0.1 * usual, 0.0015 / self.tick, 1.0)
        return np.abs(self._inner - usual) <= allowed

    @cached_property
    def _inner(self) -> NDArray[np.float64]:
        """Steps between what is shown, without the first (it may follow an edit) and the last (it often ends a
        recording early)."""
        deltas = np.diff(self._shown_times).astype(np.float64)
        return deltas[1:-1] if len(deltas) > 4 else deltas

    def keyframes(self) -> list[float]:
        """Seconds of the keyframes that are shown."""
        return [float(t) * self.tick for t in self.times[self._visible & self.keys]]


def _median(values: NDArray[np.float64]) -> float:
    """numpy's own looks for NaN first, which takes longer than the rest on the short rows here."""
    middle = len(values) // 2
    ordered = np.sort(values)
    return float(ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2)


def spread(moments: list[float], count: int) -> list[float]:
    """At most `count` of `moments`, evenly spaced over them, first and last included."""
    if len(moments) <= count:
        return moments
    chosen = np.linspace(0, len(moments) - 1, count).round().astype(int)
    return [moments[i] for i in chosen]


def thinned(moments: list[float], apart: float) -> list[float]:
    """Without those that follow another within `apart` seconds."""
    kept: list[float] = []
    for moment in moments:
        if not kept or moment - kept[-1] >= apart:
            kept.append(moment)
    return kept


class PictureClock:
    """When each decoded picture is shown. AVI knows no presentation stamps (what libavformat makes up for
    reordered pictures jumps back and forth), so there pictures are counted from the first packet on."""

    def __init__(self, tick: float, rate: float, *, ordered: bool) -> None:
        self.tick = tick
        self.step = 1 / rate
        self.ordered = ordered
        self.next: float | None = None

    def start(self, stamp: int | None) -> None:
        """The stamp of a packet about to be decoded; only the first counts."""
        if self.next is None:
            self.next = (stamp or 0) * self.tick

    def at(self, stamp: int | None) -> float:
        """Seconds of the next picture, whose own stamp this is."""
        expected = self.next or 0.0
        seconds = stamp * self.tick if self.ordered and stamp is not None else expected
        self.next = seconds + self.step
        return seconds


class Window:
    """Cuts blocks of samples to [start, stop) seconds; blocks without a stamp follow the one before. With
    `fills`, what a recording left out is silence, as players play it, and what comes later stays in its place."""

    def __init__(self, start: float, stop: float | None, rate: int, *, fills: bool = False) -> None:
        self.rate = rate
        self.fills = fills
        self.filled = 0
        self.begin = round(start * rate)
        self.end = None if stop is None else round(stop * rate)
        self.at: int | None = None
        self.over = False

    def cut(self, seconds: float | None, block: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """The part of a block of shape (samples, channels) that lies inside, if any."""
        if self.at is None:
            self.at = 0 if seconds is None else round(seconds * self.rate)
        elif self.fills and seconds is not None:
            yield from self._gap(round(seconds * self.rate) - self.at, block)
        yield from self._cut(block)

    def _gap(self, samples: int, like: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """Silence in blocks of a second, in the form of `like`; a file that asks for hours of it gets none."""
        if samples < _GAP_SECONDS * self.rate or self.filled + samples > _MOST_FILLED_SECONDS * self.rate:
            return
        self.filled += samples
        while samples > 0 and not self.over:
            size = min(samples, self.rate)
            samples -= size
            yield from self._cut(np.zeros((size, *like.shape[1:]), like.dtype))

    def _cut(self, block: NDArray[Any]) -> Iterator[NDArray[Any]]:
        assert self.at is not None
        low = max(0, self.begin - self.at) if self.begin else 0
        high = len(block) if self.end is None else min(len(block), self.end - self.at)
        self.at += len(block)
        self.over = self.end is not None and self.at >= self.end
        if low < high:
            yield block[low:high]
