"""What can be seen of burnt captions in a finished video: its pictures against captions drawn alone.

A caption's strokes and outlines are a fine pattern. Where it is burnt, the picture's brightness over those
pixels follows the pattern (correlation near 1), whatever lies behind; where it is not, it does not (near 0).
What shines through plates and soft edges is part of that: a caption drawn on black and on white tells how dense
each pixel is, and the picture itself how bright the ground behind is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg, fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.media.ffmpeg import Binary, graph
from mediaprep.media.files import atomic
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue

Strip = NDArray[np.uint8]
Plane = NDArray[np.float32]
VISIBLE = 0.6  # correlation from which a caption counts as shown
ABSENT = 0.3  # and below which as not shown
_MOST_CUES = 8
_SECOND_LINES = 2.2
_STROKE = 0.08  # how dense a pixel is that counts as part of the pattern
_BLACK, _WHITE = 16.0, 235.0  # brightness of the grounds on which captions are drawn


@dataclass(frozen=True)
class Sample:
    """One picture of the output to look at, for the pattern of one cue: shown there, or not."""

    frame: int
    cue: int
    shown: bool


@dataclass(frozen=True)
class Pattern:
    """What libass draws of one cue, (rows, width): how dense (0–1), and the brightness that adds. A sung cue looks
    different from moment to moment: `inks` at its beginning, middle and end."""

    cover: Plane
    inks: tuple[Plane, ...]


def samples(cues: Sequence[PlacedCue], frames: int, lit: range) -> tuple[Sample, ...]:
    """First, middle and last picture of up to eight cues spread over the video, as far as they are `lit`, and the
    pictures just before and after each that belong to no cue."""
    step = max(1, -(-len(cues) // _MOST_CUES))
    chosen = sorted({*range(0, len(cues), step), len(cues) - 1}) if cues else []
    covered = {frame for cue in cues for frame in (range(cue.first_frame, cue.end_frame))}
    found: list[Sample] = []
    for number in chosen:
        cue = cues[number]
        first, end = max(cue.first_frame, lit.start), min(cue.end_frame, lit.stop)
        inside = sorted({first, (first + end) // 2, end - 1}) if first < end else []
        outside = (cue.first_frame - 1, cue.end_frame, cue.end_frame + (cue.end_frame - cue.first_frame))
        found += [Sample(frame, number, True) for frame in inside]
        found += [Sample(f, number, False) for f in outside if 0 <= f < frames and f not in covered]
    return tuple(found)


def band(canvas: Canvas, style: CaptionStyle, font: CaptionFont) -> tuple[int, int]:
    """The rows (first, end) of the picture in which captions stand."""
    lines = style.font_px * font.line_factor * (style.max_lines + 0.5)
    lines += style.second_px * font.line_factor * _SECOND_LINES + 2 * style.box_pad_px
    if style.position == "top":
        return 0, min(canvas.height, math.ceil((style.margin_top + lines) / 2) * 2)
    if style.position == "middle":
        first = max(0, int((canvas.height - lines) / 2)) // 2 * 2
        return first, canvas.height - first
    return max(0, int(canvas.height - style.margin_bottom - lines)) // 2 * 2, canvas.height


def patterns(
    cues: Sequence[PlacedCue], *, canvas: Canvas, style: CaptionStyle, font: CaptionFont, binary: Binary
) -> list[Pattern]:
    """How each cue is drawn in the rows of `band`, over whatever is behind it."""
    if not cues:
        return []
    states = [_states(cue, canvas, style) for cue in cues]
    flat = [cue for several in states for cue in several]
    alone = [replace(cue, first_frame=at, end_frame=at + 1) for at, cue in enumerate([*flat, *flat])]
    sung = [replace(cue, cue=_at_that_moment(cue)) for cue in alone]
    black, white = np.split(_drawn(sung, canvas, style, font, binary), 2)
    found: list[Pattern] = []
    at = 0
    for several in states:
        here = slice(at, at + len(several))
        at += len(several)
        covers = 1 - (white[here] - black[here]) / (_WHITE - _BLACK)
        inks = black[here] - _BLACK * (1 - covers)
        found.append(Pattern(cover=covers[0], inks=tuple(inks)))
    return found


def _states(cue: PlacedCue, canvas: Canvas, style: CaptionStyle) -> list[PlacedCue]:
    """The cue as it looks at the moments that `samples` looks at: once, or with as much of it lit as is sung."""
    if not (cue.cue.spoken_ms and style.highlight):
        return [cue]
    frames = (cue.first_frame, (cue.first_frame + cue.end_frame) // 2, cue.end_frame - 1)
    now = [canvas.milliseconds_at(frame) for frame in frames]
    return [replace(cue, cue=replace(cue.cue, spoken_ms=_lit(cue.cue.spoken_ms, ms))) for ms in now]


def _lit(spoken_ms: Sequence[int], now: int) -> tuple[int, ...]:
    return tuple(int(at > now) for at in spoken_ms)  # 0: lit already, 1: not yet


def _at_that_moment(placed: PlacedCue) -> Cue:
    """The cue with each character lit from before its picture, of one a second, or after it."""
    second = placed.first_frame * 1000
    return replace(
        placed.cue,
        spoken_ms=tuple(second - 500 + 1000 * later for later in placed.cue.spoken_ms),
        end_ms=second + 500,
    )


def _drawn(
    cues: Sequence[PlacedCue], canvas: Canvas, style: CaptionStyle, font: CaptionFont, binary: Binary
) -> Plane:
    """(cues, rows, width): the first half of `cues` drawn on black, the others on white, one a second."""
    first, end = band(canvas, style, font)
    with atomic.workroom() as folder:
        environment = fonts.lay_out(font, folder)
        script = subtitle_files.ass(cues, canvas=replace(canvas, fps=Fraction(1)), style=style, font=font)
        (folder / "captions.ass").write_text(script, encoding="utf-8")
        grounds = [
            graph.input(
                f"color=c={colour}:s={canvas.width}x{canvas.height}:r=1:d={len(cues) // 2}", f="lavfi"
            )
            for colour in ("black", "white")
        ]
        drawn = graph.concat(*grounds).filter("format", pix_fmts="yuv420p")
        drawn = drawn.filter("ass", filename="captions.ass", fontsdir="fonts").filter(
            "crop", w=canvas.width, h=end - first, x=0, y=first
        )
        plane = drawn.filter("extractplanes", "y")
        output = graph.output(plane, "strips", f="rawvideo", pix_fmt="gray")
        fonts.judge_log(ffmpeg.run(binary, output.get_args(), cwd=folder, env=environment))
        raw = np.fromfile(folder / "strips", dtype=np.uint8)
    if raw.size != len(cues) * (end - first) * canvas.width:
        raise ToolFailed("captions could not be drawn for the proof", "无法绘制用于校验的字幕")
    return raw.reshape(len(cues), end - first, canvas.width).astype(np.float32)


def resemblance(strip: Strip, pattern: Pattern) -> float:
    """Correlation, −1 to 1, of a picture's strip with what a cue would look like there, over the cue's own
    pixels: dense ones count more. The ground behind it is taken to be as bright as makes the two most alike."""
    where = pattern.cover > _STROKE
    if np.count_nonzero(where) < 16:
        return 0.0
    there, cover = strip[where].astype(np.float64), pattern.cover[where].astype(np.float64)
    return max(_likeness(there, ink[where].astype(np.float64), cover) for ink in pattern.inks)


def _likeness(there: NDArray[np.float64], ink: NDArray[np.float64], cover: NDArray[np.float64]) -> float:
    clear, weight = 1 - cover, cover * cover
    through = float(clear @ clear)
    ground = float((there - ink) @ clear) / through if through > 1e-6 else _BLACK
    wanted = ink + clear * min(_WHITE, max(_BLACK, ground))
    there, wanted = there - np.average(there, weights=weight), wanted - np.average(wanted, weights=weight)
    scale = float(np.sqrt((weight @ there**2) * (weight @ wanted**2)))
    return float(weight @ (there * wanted)) / scale if scale > 1e-6 else 0.0


def touches_edge(pattern: Pattern, canvas: Canvas, rows: tuple[int, int]) -> bool:
    """Whether a caption (its strip are the picture's `rows`) runs into the picture's outermost hundredth,
    where it would be cut."""
    drawn = pattern.cover > _STROKE
    side = max(1, canvas.width // 100)
    low = max(1, canvas.height // 100)
    edges = [drawn[:, :side], drawn[:, -side:], drawn[:low] if rows[0] == 0 else drawn[:0]]
    edges.append(drawn[-low:] if rows[1] == canvas.height else drawn[:0])
    return any(bool(edge.any()) for edge in edges)
