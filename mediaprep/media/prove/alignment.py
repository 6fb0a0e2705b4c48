"""Where a clip's picture and sound really ended up in a finished video, found by comparing the content.

Near each clip's end (where drift would have grown) small pictures and sound are compared with the clip's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import BadAsset
from mediaprep.media.compose import clips
from mediaprep.media.containers import packets
from mediaprep.media.isolation import guard
from mediaprep.model.finishing.plans import Canvas, Clip

Thumb = NDArray[np.uint8]
_THUMB_WIDTH = 96
_WINDOW_SECONDS = 2.0
_FROM_END_SECONDS = 0.4
_SHIFTS = 6  # frames tried each way
_FINER = 2  # a clip's own pictures are this much finer than the output's, along each side
_ALIKE = (
    0.1  # of the way from best to worst: slow pictures that were coded anew may lag by one without being late
)
_STILL = 0.25  # grey levels between best and worst shift below which the picture says nothing
_TINY = 1e-6  # small pixels
RATE = 8000
_SOUND_SECONDS = 15.0
_MOST_LAG_SECONDS = 0.5
_LIKE = 0.5  # correlation from which two sounds are the same
_NEAR = 0.98  # of the best: periodic sounds fit many lags, the smallest is meant
_PATIENCE_SECONDS = 60.0
_SILENT = 1e-3  # RMS, −60 dBFS


@dataclass(frozen=True)
class SoundFit:
    """How late the clip's sound is in the output (seconds), and how alike the two are (0–1).

    None = the clip is silent there."""

    lag: float | None
    likeness: float | None


def thumb_size(canvas: Canvas) -> tuple[int, int]:
    """Width and height of the small pictures of the output."""
    return _THUMB_WIDTH, max(2, round(_THUMB_WIDTH * canvas.height / canvas.width))


def window(clip: Clip, canvas: Canvas) -> range:
    """The clip's own frame numbers that are compared: two seconds near its end."""
    moving = clip.frames - max(clip.held_frames, clip.fades_out)
    end = moving - round(min(_FROM_END_SECONDS * canvas.fps, moving / 8))
    return range(max(clip.fades_in, end - round(_WINDOW_SECONDS * canvas.fps)), end)


def picture_lag(clip: Clip, canvas: Canvas, output: Mapping[int, Thumb]) -> float | None:
    """How late the clip's pictures are in the output, seconds; None when they hardly move, are a still or too narrow
    to be seen, or lie in an AVI, which does not tell when a picture is shown.

    `output` holds the output's small pictures by frame number, for the clip's window.
    """
    if clip.facts.container == "avi" or clip.still:
        return None
    numbers = window(clip, canvas)
    across, down = _grids(clip, canvas)
    if not numbers or not across.weights.size or not down.weights.size:  # without numbers, all of it fades
        return None
    times, pictures = _own_pictures(clip, canvas, numbers, across, down)
    scores: dict[int, float] = {}
    for shift in range(-_SHIFTS, _SHIFTS + 1):
        pairs = []
        for number in numbers:
            there = output.get(clip.first_frame + number)
            at = int(np.searchsorted(times, float((number - shift + 0.5) / canvas.fps))) - 1
            if there is not None and 0 <= at < len(pictures) and 0 <= number - shift < clip.frames:
                pairs.append((there[down.inside, across.inside], pictures[at]))
        if len(pairs) >= min(3, len(numbers)):
            scores[shift] = _unlikeness(pairs)
    if not scores or max(scores.values()) - min(scores.values()) < _STILL:
        return None
    best, worst = min(scores.values()), max(scores.values())
    good = [shift for shift, score in scores.items() if score <= best + _ALIKE * (worst - best)]
    return float(min(good, key=abs) / canvas.fps)


def _unlikeness(pairs: Sequence[tuple[Thumb, NDArray[np.float32]]]) -> float:
    """Grey levels between the output's pictures and the clip's own, but for a gain and an offset that all of them
    share: another matrix of colours, another range or HDR made SDR change the brightness, not the time. None of
    them turns dark into bright, which a pattern does that comes late."""
    there = np.stack([pair[0] for pair in pairs]).astype(np.float32)
    own = np.stack([pair[1] for pair in pairs])
    there, own = there - there.mean(), own - own.mean()
    gain = max(0.0, float((there * own).sum())) / max(float((own * own).sum()), _TINY)
    return float(np.abs(there - gain * own).mean())


def _own_pictures(
    clip: Clip, canvas: Canvas, numbers: range, across: _Grid, down: _Grid
) -> tuple[NDArray[np.float64], list[NDArray[np.float32]]]:
    turned = clip.facts.rotation in {90, 270}
    start = max(0.0, float((numbers.start - _SHIFTS - 1) / canvas.fps))
    stop = float((numbers.stop + _SHIFTS + 1) / canvas.fps)
    origin = _origin(clip.path)
    found = [
        (seconds - origin, down.weights @ picture.astype(np.float32) @ across.weights.T)
        for seconds, picture in packets.decode_frames(
            clip.path,
            pixel_format="gray",
            size=(down.parts, across.parts) if turned else (across.parts, down.parts),
            start=max(0.0, start + origin - 0.2),
            stop=stop + origin,
        )
    ]
    return np.array([seconds for seconds, _ in found]), [picture for _, picture in found]


@dataclass(frozen=True)
class _Grid:
    """One side of a clip's own picture, in equal parts, laid over the small pixels of the output that lie wholly
    on it. Half a small pixel off, a slow pan or a gradient would seem to be several frames late."""

    parts: int
    inside: slice
    weights: NDArray[np.float32]  # small pixels × parts, rows sum to 1


def _grids(clip: Clip, canvas: Canvas) -> tuple[_Grid, _Grid]:
    """Across and down."""
    small = thumb_size(canvas)
    x, y, width, height = clips.fitted_box(clip, canvas)
    across, down = small[0] / canvas.width, small[1] / canvas.height
    return _grid(x * across, width * across), _grid(y * down, height * down)


def _grid(start: float, side: float) -> _Grid:
    """`start` and `side` in small pixels."""
    parts = max(2, round(side * _FINER))
    first, end = math.ceil(start - _TINY), math.floor(start + side + _TINY)
    pixels = np.arange(first, end + 1)[:, np.newaxis]
    edges = start + side * np.arange(parts + 1) / parts
    shared = np.minimum(pixels[1:], edges[1:]) - np.maximum(pixels[:-1], edges[:-1])
    return _Grid(parts, slice(first, end), shared.clip(0).astype(np.float32))


def _origin(path: Path) -> float:
    """Where the file's own timeline begins: players and ffmpeg call that moment 0."""
    streams = packets.describe(path).streams
    starts = [
        s.starts for s in streams if s.kind in {"video", "audio"} and not s.picture and s.starts is not None
    ]
    return min(starts, default=0.0)


def sound_fit(clip: Clip, canvas: Canvas, output: Path) -> SoundFit:
    """Compare the clip's last seconds of sound with what the output plays at their place; a child does it. Raises
    BadAsset."""
    length = float((clip.frames - max(clip.held_frames, clip.fades_out)) / canvas.fps)
    begin = max(float(clip.fades_in / canvas.fps), length - _SOUND_SECONDS)
    if begin >= length:  # all of it fades
        return SoundFit(None, None)
    starts = clip.first_sample / canvas.sample_rate
    found = guard.ask(
        "packets", "fit", clip.path, output, begin, length, starts, wall_seconds=_PATIENCE_SECONDS
    )
    if isinstance(found, guard.Stopped):
        raise BadAsset(f"{output.name}: {found.en}", f"{output.name}：{found.zh}")
    return SoundFit(*found)


def fit(
    own_path: Path, output: Path, begin: float, end: float, starts: float
) -> tuple[float | None, float | None]:
    """(lag, likeness) of a file's sound from `begin` to `end`, seconds; the output plays the file from `starts` on."""
    origin = _origin(own_path)
    own = mono(own_path, begin + origin, end + origin)
    if own.size < RATE // 20 or float(np.sqrt(np.mean(own**2))) < _SILENT:
        return None, None
    start = starts + begin - _MOST_LAG_SECONDS
    there = mono(output, max(0.0, start), starts + end + _MOST_LAG_SECONDS)
    missing = max(0, round(-start * RATE))
    found = best_lag(own, np.concatenate([np.zeros(missing, np.float32), there]))
    return found.lag, found.likeness


def mono(path: Path, start: float, stop: float) -> NDArray[np.float32]:
    """The sound from `start` to `stop` on the file's timeline, silence where it has not begun yet."""
    start = max(0.0, start)
    track = packets.describe(path).first("audio")
    begins = track.starts if track is not None and track.starts is not None else 0.0
    blocks = packets.decode_audio(
        path, rate=RATE, channels=1, sample_format="flt", start=start, stop=stop, fills=True
    )
    silence = np.zeros((max(0, round((begins - start) * RATE)), 1), np.float32)
    return np.concatenate([silence, *blocks])[:, 0]


def best_lag(own: NDArray[np.float32], there: NDArray[np.float32]) -> SoundFit:
    """How late `own` is in `there`, of which half a second lies before the place where it should begin."""
    most = round(_MOST_LAG_SECONDS * RATE)
    there = np.pad(there, (0, max(0, own.size + 2 * most - there.size)))
    size = 1 << int(own.size + there.size - 1).bit_length()
    product = np.fft.rfft(there, size) * np.conj(np.fft.rfft(own, size))
    match = np.fft.irfft(product, size)[: 2 * most + 1]
    energy = np.concatenate([[0.0], np.cumsum(there.astype(np.float64) ** 2)])
    local = energy[own.size : own.size + 2 * most + 1] - energy[: 2 * most + 1]
    norm = np.sqrt(np.maximum(local, 1e-9) * float(np.sum(own.astype(np.float64) ** 2)))
    likeness = match / np.maximum(norm, 1e-9)
    best = float(likeness.max())
    if best < _LIKE:
        return SoundFit(None, best)
    lags = np.flatnonzero(likeness >= best * _NEAR) - most
    return SoundFit(float(lags[np.argmin(np.abs(lags))] / RATE), best)
