"""When the pages of a deck begin in a video of them: its pictures are matched with the pages' pictures.

Keyframes are looked at first, and placed on pages in order; between two that show different pages the middle keyframe
is asked, and in the last stretch every picture is decoded. Everything is compared small and grey, and only where
neighbouring pages differ: a presenter or subtitles over a part of that do not matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import BadAsset
from mediaprep.media import pixels
from mediaprep.media.containers import keyframes, packets
from mediaprep.model.decks.page_pictures import FrameBox, PageStart

Grey = NDArray[np.int16]  # (height, width), 0–255
Costs = NDArray[np.int64]  # (pictures, pages)

SIDE = 480  # pixels of the longer side of what is compared
_LOOKED_AT = 240  # keyframes that are placed first, at most
_DIFFERENT = 24  # greys between two pages that no encoder makes
_LEAST_PIXELS = 12  # that must differ for two pages to be told apart
_CAP = 48  # greys beyond which a pixel is foreign: a presenter's, not this page's
_NEAR_FRAMES = 5  # before and after a border that vote on it
_SURE = 0.2  # confidence below which a border is not taken for one
_ALIKE = 32  # greys within which a pixel of the first picture is the first page's
_MANY = 8  # pages from which on every other row and column is compared


@dataclass(frozen=True, eq=False)
class _Pages:
    """The pages, small. `tells` are the pixels by which neighbours are told apart (page k from k + 1), `seen` those
    that are compared at all."""

    greys: list[Grey]
    tells: list[NDArray[np.bool_]]
    seen: NDArray[np.bool_]
    compared: list[Grey]  # the pages' pixels where `seen`

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.seen.shape
        return width, height


@dataclass(frozen=True)
class _Look:
    """A picture of the video that was placed: when it is shown, and of which page (from 0) it is."""

    seconds: float
    page: int


def page_starts(
    video: Path,
    pages: int,
    picture: Callable[[int], NDArray[np.uint8]],
    *,
    ignore: Sequence[FrameBox] = (),
    start: float = 0.0,
    stop: float | None = None,
) -> tuple[PageStart, ...]:
    """When each of `pages` pages begins. `picture` gives page n (from 1) as the video frames it, RGB of the video's
    size: one is held at a time. `ignore` are pixels of the video that show no page (presenter, subtitles, logos).
    The pages fill the video from `start` to `stop` (seconds; None: its end). Raises BadAsset when nothing decodes."""
    small = _small(video, pages, picture, ignore)
    end = float("inf") if stop is None else stop
    looks = list(_placed(video, small, start, end))
    begins: dict[int, PageStart] = {
        0: PageStart(number=1, seconds=start, confidence=_first(video, small, start))
    }
    for before, after in zip(looks, [*looks[1:], _Look(end, pages - 1)], strict=True):
        for left, right in _narrowed(video, small, before, after):
            for found in _borders(video, small, left, right):
                begins[found.number - 1] = found
    return tuple(
        begins.get(page, PageStart(number=page + 1, seconds=None, confidence=0.0)) for page in range(pages)
    )


def _small(
    video: Path, pages: int, picture: Callable[[int], NDArray[np.uint8]], ignore: Sequence[FrameBox]
) -> _Pages:
    info = packets.describe(video).first("video")
    if info is None or not info.width or not info.height:
        raise BadAsset(f"{video.name}: has no picture track", f"{video.name}：没有视频轨道")
    scale = min(1.0, SIDE / max(info.width, info.height))
    width, height = max(1, round(info.width * scale)), max(1, round(info.height * scale))
    seen = np.ones((height, width), dtype=bool)
    for box in ignore:
        top, bottom = int(box.y * scale), -int(-(box.y + box.height) * scale // 1)
        left, right = int(box.x * scale), -int(-(box.x + box.width) * scale // 1)
        seen[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = False
    greys = [
        pixels.convert(pixels.resize(picture(number), width, height), "rgb>gray").astype(np.int16)
        for number in range(1, pages + 1)
    ]
    tells = [(np.abs(a - b) > _DIFFERENT) & seen for a, b in itertools.pairwise(greys)]
    compared = np.logical_or.reduce(tells) if tells else seen
    if pages > _MANY:
        coarse = np.zeros_like(compared)
        coarse[::2, ::2] = True
        compared = compared & coarse
    return _Pages(greys=greys, tells=tells, seen=compared, compared=[grey[compared] for grey in greys])


def _first(video: Path, pages: _Pages, start: float) -> float:
    """How much of the first picture is the first page's."""
    frame = next((grey for _, grey in _frames(video, pages, start, float("inf"))), None)
    if frame is None or not pages.seen.any():
        return 0.0
    return float((np.abs(frame - pages.greys[0])[pages.seen] < _ALIKE).mean())


def _frames(video: Path, pages: _Pages, start: float, stop: float) -> Iterator[tuple[float, Grey]]:
    end = None if stop == float("inf") else stop
    for seconds, frame in packets.decode_frames(
        video, pixel_format="gray", size=pages.size, start=start, stop=end
    ):
        yield seconds, frame.astype(np.int16)


def _keyframe(video: Path, pages: _Pages, moments: Sequence[float]) -> Iterator[tuple[float, Grey]]:
    for seconds, frame in keyframes.pictures_at(video, moments, longer_side=SIDE):
        sized = frame if frame.shape[1::-1] == pages.size else pixels.resize(frame, *pages.size)
        yield seconds, pixels.convert(sized, "bgr>gray").astype(np.int16)


def _costs(frame: Grey, pages: _Pages, first: int, last: int) -> NDArray[np.int64]:
    """How little a picture is like each of the pages first … last."""
    shown = frame[pages.seen]
    held = [
        np.minimum(np.abs(shown - grey[pages.seen]), _CAP).sum() for grey in pages.greys[first : last + 1]
    ]
    return np.array(held, dtype=np.int64)


def _placed(video: Path, pages: _Pages, start: float, stop: float) -> Iterator[_Look]:
    """Keyframes spread over the video, each on the page that makes all of them fit best in order. The first is the
    first page's, whatever it looks like."""
    info = packets.describe(video).first("video")
    length = min(stop, (info.claimed_seconds if info else None) or stop)
    count = _LOOKED_AT if length < float("inf") else 1
    found: dict[float, NDArray[np.int64]] = {}
    for seconds, grey in _keyframe(
        video, pages, [start + (length - start) * n / count for n in range(1, count)]
    ):
        if start < seconds < stop and seconds not in found:
            found[seconds] = _costs(grey, pages, 0, len(pages.greys) - 1)
    yield _Look(start, 0)
    if found:
        times = sorted(found)
        order = _in_order(np.stack([found[seconds] for seconds in times]))
        yield from (_Look(seconds, page) for seconds, page in zip(times, order, strict=True))


def _in_order(costs: Costs) -> list[int]:
    """The page of each picture, never falling, that costs least in all."""
    count, pages = costs.shape
    total, came = costs[0], np.zeros((count, pages), dtype=np.int64)
    for at in range(1, count):
        lowest = total <= np.minimum.accumulate(total)
        came[at] = np.maximum.accumulate(np.where(lowest, np.arange(pages), 0))
        total = total[came[at]] + costs[at]
    order = [int(np.argmin(total))]
    for at in range(count - 1, 0, -1):
        order.append(int(came[at, order[-1]]))
    return order[::-1]


def _narrowed(video: Path, pages: _Pages, before: _Look, after: _Look) -> Iterator[tuple[_Look, _Look]]:
    """Stretches between neighbouring keyframes over which the page changes."""
    if before.page >= after.page:
        return
    if after.seconds < float("inf"):
        middle = (before.seconds + after.seconds) / 2
        for seconds, grey in _keyframe(video, pages, [middle]):
            if before.seconds < seconds < after.seconds:
                page = before.page + int(np.argmin(_costs(grey, pages, before.page, after.page)))
                yield from _narrowed(video, pages, before, _Look(seconds, page))
                yield from _narrowed(video, pages, _Look(seconds, page), after)
                return
    yield before, after


def _borders(video: Path, pages: _Pages, before: _Look, after: _Look) -> Iterator[PageStart]:
    """Every page that begins between two looks, from each picture between them."""
    first, last = before.page, after.page
    times: list[float] = []
    costs: list[NDArray[np.int64]] = []
    votes: list[list[float]] = []
    for seconds, grey in _frames(video, pages, before.seconds, after.seconds):
        times.append(seconds)
        costs.append(_costs(grey, pages, first, last))
        votes.append([_vote(grey, pages, page) for page in range(first, last)])
    if not times:
        return
    order = [first + page for page in _in_order(np.stack(costs))]
    for page in range(first + 1, last + 1):
        at = next((n for n, shown in enumerate(order) if shown >= page), len(order))
        seconds = times[at] if at < len(order) else after.seconds
        yield _judged(pages, page, seconds, at, [row[page - 1 - first] for row in votes])


def _vote(grey: Grey, pages: _Pages, page: int) -> float:
    """The share of the pixels that tell `page` from the next in which the picture is like the next."""
    tells = pages.tells[page]
    if not tells.any():
        return 0.5
    shown = grey[tells]
    return float(
        (np.abs(shown - pages.greys[page + 1][tells]) < np.abs(shown - pages.greys[page][tells])).mean()
    )


def _judged(pages: _Pages, page: int, seconds: float, at: int, votes: Sequence[float]) -> PageStart:
    """The border before `page` at picture `at`, if the pictures around it vote for it."""
    near = votes[max(0, at - _NEAR_FRAMES) : at], votes[at : at + _NEAR_FRAMES]
    before, after = ([float(np.mean(side))] if side else [] for side in near)
    shares = [1 - share for share in before] + after
    confidence = max(0.0, 2 * min(shares) - 1) if shares else 0.0
    alike = int(pages.tells[page - 1].sum()) < _LEAST_PIXELS
    found = not alike and confidence >= _SURE and seconds < float("inf")
    return PageStart(
        number=page + 1,
        seconds=seconds if found else None,
        confidence=0.0 if alike else round(confidence, 3),
    )
