"""Pictures small enough for a receipt: glimpses of a video, how much it stirs, and what its captions look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.media.containers import keyframes, packets, scaling
from mediaprep.model.finishing.plans import PlacedCue
from mediaprep.model.finishing.receipts import CaptionMark, Glimpse, ShownMark

Grey = NDArray[np.uint8]
THUMB = (32, 18)  # width, height of a glimpse
SMALL = (96, 54)  # width, height in which stirring is looked for
STRIP = (480, 270)  # width, height in which captions are compared
WHOLE_SECONDS = 30.0  # up to here every picture is decoded, beyond only some after keyframes
_GLIMPSES_A_SECOND = 2
_MOST_GLIMPSES = 120  # where every picture is decoded
_APART_SECONDS = 2.0  # of keyframes looked at
_MOST_KEYFRAMES = 30  # of a long video, evenly spread
_TAIL_SECONDS = 10.0  # looked at closely however long the video is: there pictures freeze
_AFTER_SECONDS = 0.4
_MOST_CAPTIONS = 6
_DRAWN = 24  # grey levels: a caption's pixels against the picture without it
_STANDS = 16  # grey levels that a caption's own pixels may change while it stands
_SHOWN_FRAMES = 8
_LEAST_PIXELS = 60
BLACK_MEAN, BLACK_MOST = 24, 48
STILL = 2.0  # grey levels: nothing moves


@dataclass
class SeenFrames:
    """What a pass over a video saw, by frame number."""

    frames: int = 0
    thumbs: dict[int, Grey] = field(default_factory=dict)
    small: dict[int, Grey] = field(default_factory=dict)
    strips: dict[int, Grey] = field(default_factory=dict)
    stirs: list[float] = field(default_factory=list)  # of every picture against the one before
    black: list[bool] = field(default_factory=list)
    glimpses: tuple[Glimpse, ...] = ()  # where not all pictures were seen, but some after keyframes
    crops: dict[int, Grey] = field(default_factory=dict)  # of the mark's place


class Watch:
    """A look for `packets.decode_report`: keeps small pictures of some frames, and tells black and still ones
    among all. Frames are counted from 0."""

    def __init__(
        self,
        *,
        thumbs: Iterable[int] = (),
        strips: Iterable[int] = (),
        mark: ShownMark | None = None,
        everything: bool = True,
    ) -> None:
        self.seen = SeenFrames()
        self._thumbs, self._strips = frozenset(thumbs), frozenset(strips)
        self._mark = mark
        self._everything = everything
        self._last: Grey | None = None

    def look(self, number: int, frame: Any) -> None:
        seen = self.seen
        seen.frames = number + 1
        if number in self._strips:
            seen.strips[number] = packets.to_pixels(frame, "gray", size=STRIP)
        if self._mark is not None and number in self._mark.frames:
            left, top, right, end = self._mark.box
            seen.crops[number] = scaling.luma(frame)[top:end, left:right].copy()
        if not self._everything and number not in self._thumbs:
            return
        small = packets.to_pixels(frame, "gray", size=SMALL)
        if number in self._thumbs:
            seen.thumbs[number] = thumb_of(small)
            seen.small[number] = small
        seen.stirs.append(0.0 if self._last is None else stir(self._last, small))
        seen.black.append(is_black(small))
        self._last = small


def thumb_of(small: Grey) -> Grey:
    """32×18 out of 96×54, by area."""
    cells = small.reshape(THUMB[1], 3, THUMB[0], 3).astype(np.float32)
    thumb: Grey = np.rint(cells.mean(axis=(1, 3))).astype(np.uint8)
    return thumb


def stir(before: Grey, after: Grey) -> float:
    """How much the place that changed most did, grey levels (3×3 places of a 96×54 picture)."""
    change = np.abs(before.astype(np.int16) - after.astype(np.int16)).astype(np.float32)
    height, width = change.shape[0] // 3, change.shape[1] // 3
    return float(change[: height * 3, : width * 3].reshape(height, 3, width, 3).mean(axis=(1, 3)).max())


def is_black(picture: Grey) -> bool:
    """Whether a grey picture shows nothing (broadcast black is 16)."""
    return bool(picture.mean() <= BLACK_MEAN and np.percentile(picture, 99) <= BLACK_MOST)


def apart(one: Grey, other: Grey) -> float:
    """Mean difference of two small pictures, grey levels; a change of overall brightness counts in full."""
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


# --- taking ---------------------------------------------------------------------------------------------------


def moments(fps: Fraction, frames: int) -> tuple[tuple[int, int], ...]:
    """Frame numbers of glimpses all over a video, each with how many frames later it is looked at again."""
    after = max(1, round(_AFTER_SECONDS * fps))
    step = max(1, round(fps / _GLIMPSES_A_SECOND), frames // _MOST_GLIMPSES)
    last = max(0, frames - 1 - after)
    numbers = sorted({*range(0, last + 1, step), last})
    return tuple((number, min(after, frames - 1 - number)) for number in numbers)


def glimpsed(seen: SeenFrames, pairs: Sequence[tuple[int, int]]) -> tuple[Glimpse, ...]:
    """Glimpses of `moments`, of which `seen` holds both pictures, with how much they stir."""
    return tuple(
        Glimpse(
            frame=number,
            thumb=seen.thumbs[number].tobytes(),
            after=after,
            stir=round(stir(seen.small[number], seen.small[number + after]), 2) if after else None,
        )
        for number, after in pairs
        if number in seen.small and number + after in seen.small
    )


def at_keyframes(path: Path, *, fps: Fraction, frames: int) -> tuple[Glimpse, ...]:
    """Glimpses of a long video: at keyframes spread over it, closer together near its end."""
    after = max(1, round(_AFTER_SECONDS * fps))
    seconds = float(frames / fps)
    apart = max(_APART_SECONDS, seconds / _MOST_KEYFRAMES)
    tail = max(0.0, seconds - _TAIL_SECONDS)
    wanted = [*np.arange(0.0, tail, apart), *np.arange(tail, seconds, _APART_SECONDS)]
    origin = min((s.starts or 0.0 for s in packets.describe(path).streams if s.kind == "video"), default=0.0)
    found: dict[int, Glimpse] = {}
    first: tuple[int, Grey] | None = None
    asked = [float(moment) + origin for moment in wanted]
    for at, picture in keyframes.pictures_at(path, asked, following=after, every=after, longer_side=192):
        number = round((at - origin) * fps)
        grey = _grey(picture)
        if first is not None and number == first[0] + after:
            found[first[0]] = Glimpse(
                frame=first[0],
                thumb=thumb_of(first[1]).tobytes(),
                after=after,
                stir=round(stir(first[1], grey), 2),
            )
            first = None
        else:
            first = number, grey
    return tuple(found[number] for number in sorted(found) if 0 <= number < frames - after)


def at_keyframes_as_rows(path: Path, rate: str, frames: int) -> list[tuple[int, bytes, int, float | None]]:
    """`at_keyframes` in plain values, for a guarded child; `rate` as Fraction reads it."""
    found = at_keyframes(path, fps=Fraction(rate), frames=frames)
    return [(one.frame, one.thumb, one.after, one.stir) for one in found]


def _grey(picture: NDArray[np.uint8]) -> Grey:
    """A BGR picture as 96×54 grey, brightness as broadcast writes it (16–235)."""
    weights = np.array([0.0722, 0.7152, 0.2126], dtype=np.float32)
    luma = picture.astype(np.float32) @ weights * (219 / 255) + 16
    rows = np.linspace(0, luma.shape[0], SMALL[1] + 1).round().astype(int)
    columns = np.linspace(0, luma.shape[1], SMALL[0] + 1).round().astype(int)
    sums = np.add.reduceat(np.add.reduceat(luma, rows[:-1], axis=0), columns[:-1], axis=1)
    sizes = np.maximum(1, np.outer(np.diff(rows), np.diff(columns)))
    grey: Grey = np.clip(np.rint(sums / sizes), 0, 255).astype(np.uint8)
    return grey


# --- captions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CaptionSpan:
    """Frames of the output that show one caption, and neighbours that show none, or another."""

    text: str
    shown: tuple[int, ...]
    hidden: tuple[int, ...]


def caption_spans(cues: Sequence[PlacedCue], frames: int) -> tuple[CaptionSpan, ...]:
    """Up to six cues spread over the video. A cue that fills the whole video cannot be told from it."""
    covered = {number for cue in cues for number in range(cue.first_frame, cue.end_frame)}
    step = max(1, -(-len(cues) // _MOST_CAPTIONS))
    spans = []
    for cue in cues[::step]:
        first, last = cue.first_frame, cue.end_frame - 1
        beside = [n for n in (first - 2, first - 1, last + 1, last + 2) if 0 <= n < frames]
        bare = [n for n in beside if n not in covered] or beside
        shown = sorted({round(n) for n in np.linspace(first, last, _SHOWN_FRAMES)})
        if bare and len(shown) > 2:
            spans.append(CaptionSpan(text=cue.cue.text, shown=tuple(shown), hidden=tuple(bare)))
    return tuple(spans)


def caption_marks(
    strips: dict[int, Grey], spans: Sequence[CaptionSpan], band: tuple[float, float]
) -> tuple[CaptionMark, ...]:
    """What each caption adds to the picture within `band` (top and end as shares of its height): pixels that
    stand while it is shown and are others when it is not. Where nothing is told so, no mark is kept."""
    first, end = int(band[0] * STRIP[1]), min(STRIP[1], int(np.ceil(band[1] * STRIP[1])))
    marks = []
    for span in spans:
        if not {*span.shown, *span.hidden} <= set(strips):
            continue
        shown = np.stack([strips[number] for number in span.shown]).astype(np.int16)
        added = _added(strips, span.shown, span.hidden)
        added[(np.abs(added) < _DRAWN) | (np.ptp(shown, axis=0) > _STANDS)] = 0
        added = added[first:end]
        if np.count_nonzero(added) < _LEAST_PIXELS:
            continue
        marks.append(
            CaptionMark(
                text=span.text, shown=span.shown, hidden=span.hidden, first_row=first, end_row=end,
                pattern=np.clip(np.rint(added / 2), -127, 127).astype(np.int8).tobytes(),
            )
        )  # fmt: skip
    return tuple(marks)


def resemblance(mark: CaptionMark, strips: dict[int, Grey]) -> float | None:
    """How much of what the caption added then it adds here: correlation and strength over its own pixels, the
    lower of both, 1 = all. None where frames are missing."""
    if not {*mark.shown, *mark.hidden} <= set(strips):
        return None
    wanted = np.frombuffer(mark.pattern, dtype=np.int8).astype(np.float64) * 2
    here = _added(strips, mark.shown, mark.hidden)[mark.first_row : mark.end_row].ravel()
    if here.size != wanted.size or not np.any(wanted):
        return None
    here, wanted = here[wanted != 0].astype(np.float64), wanted[wanted != 0]
    together = float(here @ wanted)
    scale = float(np.sqrt((here @ here) * (wanted @ wanted)))
    return round(min(together / scale, together / float(wanted @ wanted)), 3) if scale > 1 else 0.0


def _added(strips: dict[int, Grey], shown: Sequence[int], hidden: Sequence[int]) -> NDArray[np.float32]:
    """Mean of the shown frames less that of the hidden ones."""
    with_it = np.stack([strips[n] for n in shown]).astype(np.float32).mean(axis=0)
    without = np.stack([strips[n] for n in hidden]).astype(np.float32).mean(axis=0)
    added: NDArray[np.float32] = np.asarray(with_it - without, dtype=np.float32)
    return added
