"""What can be seen of burnt captions in a finished video: its pictures against captions drawn alone.

A caption's strokes and outlines are a fine pattern. Where it is burnt, the picture's brightness over those
pixels follows the pattern (correlation near 1), whatever lies behind; where it is not, it does not (near 0).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg, fonts, landing, subtitles
from mediaprep.media.ffmpeg import Binary, graph
from mediaprep.model.plans import Canvas, CaptionFont, CaptionStyle, PlacedCue

Strip = NDArray[np.uint8]
VISIBLE = 0.6  # correlation from which a caption counts as shown
ABSENT = 0.3  # and below which as not shown
_MOST_CUES = 8
_SECOND_LINES = 2.2
_STROKE = 8  # brightness steps from the ground that count as part of the pattern


@dataclass(frozen=True)
class Sample:
    """One picture of the output to look at, for the pattern of one cue: shown there, or not."""

    frame: int
    cue: int
    shown: bool


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
) -> list[NDArray[np.float32]]:
    """One strip per cue: what libass draws of it on plain grey, as brightness above or below the grey."""
    if not cues:
        return []
    first, end = band(canvas, style, font)
    with landing.workroom() as folder:
        environment = fonts.lay_out(font, folder)
        seconds = replace(canvas, fps=Fraction(1))
        alone = [
            replace(cue, cue=replace(cue.cue, spoken_ms=()), first_frame=at, end_frame=at + 1)
            for at, cue in enumerate(cues)
        ]
        script = subtitles.ass(alone, canvas=seconds, style=style, font=font)
        (folder / "captions.ass").write_text(script, encoding="utf-8")
        ground: Any = graph.input(
            f"color=c=gray:s={canvas.width}x{canvas.height}:r=1:d={len(cues)}", f="lavfi"
        )
        drawn = ground.filter("ass", filename="captions.ass", fontsdir="fonts").filter(
            "crop", w=canvas.width, h=end - first, x=0, y=first
        )
        output = graph.output(drawn, "strips", f="rawvideo", pix_fmt="gray")
        fonts.judge_log(ffmpeg.run(binary, output.get_args(), cwd=folder, env=environment))
        raw = np.fromfile(folder / "strips", dtype=np.uint8)
    if raw.size != len(cues) * (end - first) * canvas.width:
        raise ToolFailed("captions could not be drawn for the proof", "无法绘制用于校验的字幕")
    strips = raw.reshape(len(cues), end - first, canvas.width).astype(np.float32)
    return [strip - np.float32(np.median(strip)) for strip in strips]


def resemblance(strip: Strip, pattern: NDArray[np.float32]) -> float:
    """Correlation, −1 to 1, of a picture's strip with a cue's pattern over the pattern's own pixels."""
    where = np.abs(pattern) > _STROKE
    if np.count_nonzero(where) < 16:
        return 0.0
    there, wanted = strip[where].astype(np.float64), pattern[where].astype(np.float64)
    there -= there.mean()
    wanted -= wanted.mean()
    scale = float(np.sqrt((there @ there) * (wanted @ wanted)))
    return float(there @ wanted) / scale if scale > 1e-6 else 0.0


def touches_edge(pattern: NDArray[np.float32], canvas: Canvas, rows: tuple[int, int]) -> bool:
    """Whether a caption (its strip are the picture's `rows`) runs into the picture's outermost hundredth,
    where it would be cut."""
    drawn = np.abs(pattern) > _STROKE
    side = max(1, canvas.width // 100)
    low = max(1, canvas.height // 100)
    edges = [drawn[:, :side], drawn[:, -side:], drawn[:low] if rows[0] == 0 else drawn[:0]]
    edges.append(drawn[-low:] if rows[1] == canvas.height else drawn[:0])
    return any(bool(edge.any()) for edge in edges)
