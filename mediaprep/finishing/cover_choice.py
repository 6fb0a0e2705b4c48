"""Which picture makes the best cover, and how a title is set on it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.finishing import plan, styles
from mediaprep.finishing.captions import words_of
from mediaprep.finishing.typesetting import kinsoku, punctuation
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.plans import Canvas, CaptionFont, CaptionStyle, Cue, PlacedCue

_LARGE_FACE: Final = 0.35  # of the picture's height: larger gains nothing
_SHARP_FACE: Final = 300.0  # variance of the Laplacian of an upright face
_MOST_TURNED: Final = 45.0  # degrees
_SIZES: Final = (0.13, 0.11, 0.095, 0.08, 0.065)
"""Of the shorter side that a character of the title is high, the largest first."""
_MARGIN: Final = {False: 0.08, True: 0.16}  # of the height below and above it, upright pictures more


@dataclass(frozen=True, kw_only=True)
class CoverCandidate:
    """A picture that may be the cover: when it is shown, how high and how sharp it is, the largest face on it.
    `eyes_open` and `mouth_closed` from 0 to 1, where somebody measured them."""

    seconds: float
    height: int
    sharpness: float
    face: FaceBox | None = None
    eyes_open: float | None = None
    mouth_closed: float | None = None


def worth(seen: CoverCandidate) -> float:
    """How good a cover it is: any face beats none; then its size, sharpness and how it looks at the viewer, eyes and
    mouth as far as they are known; without a face the picture's own sharpness."""
    face = seen.face
    if face is None:
        return min(1.0, seen.sharpness / (4 * _SHARP_FACE))
    size = min(1.0, face.height / seen.height / _LARGE_FACE)
    sharp = min(1.0, (face.sharpness or 0.0) / _SHARP_FACE)
    frontal = max(0.0, 1 - abs(face.yaw or 0.0) / _MOST_TURNED)
    eyes = 0.5 if seen.eyes_open is None else seen.eyes_open
    mouth = 0.5 if seen.mouth_closed is None else seen.mouth_closed
    return 2 + 0.3 * size + 0.4 * sharp + 0.3 * frontal + 0.8 * eyes + 0.3 * mouth


def best(candidates: Sequence[CoverCandidate]) -> CoverCandidate:
    """The one with the highest worth; of equals the first."""
    return max(candidates, key=worth)


def title_set(
    title: str, canvas: Canvas, font: CaptionFont, faces: Sequence[FaceBox]
) -> tuple[PlacedCue, CaptionStyle]:
    """The title in as large a size as lets it stand in two lines, broken as captions are (a line break of its own is
    kept), below or above the faces where there is room. Raises BadConfig for one that is too long."""
    for share in _SIZES:
        style = _style(canvas, share)
        lines = _lines(title, style)
        if lines is not None:
            cue = PlacedCue(cue=Cue(start_ms=0, end_ms=1000, lines=lines), first_frame=0, end_frame=1)
            return cue, _off_faces(style, canvas, cue, font, faces)
    most = 2 * _style(canvas, _SIZES[-1]).max_units
    raise BadConfig(
        f"cover title: {kinsoku.units(title):g} characters wide; two lines hold about {most}: shorten it",
        f"封面标题宽 {kinsoku.units(title):g} 字，两行约容纳 {most} 字：请缩短",
    )


def _style(canvas: Canvas, share: float) -> CaptionStyle:
    usual = plan.style_for(canvas)
    font_px = max(12, round(min(canvas.width, canvas.height) * share))
    margin = round(canvas.height * _MARGIN[canvas.height > canvas.width])
    units = max(1, int((canvas.width - 2 * usual.margin_side) / font_px))
    return replace(
        usual, font_px=font_px, max_units=units, safe_units=units, margin_bottom=margin, margin_top=margin,
        outline_px=max(1.0, round(font_px * 0.07, 1)), punctuation=punctuation.KEEP,
    )  # fmt: skip


def _lines(title: str, style: CaptionStyle) -> tuple[str, ...] | None:
    """Its one or two lines; None where they do not fit."""
    own = tuple(line for line in map(kinsoku.clean, title.splitlines()) if line)
    if len(own) > 1:
        return own if len(own) == 2 and max(map(kinsoku.units, own)) <= style.max_units else None
    whole = "".join(own)
    if kinsoku.units(whole) <= style.max_units:
        return (whole,)
    pieces = kinsoku.pieces(words_of(whole))
    halves = [
        (
            kinsoku.break_cost(pieces[at - 1], pieces[at]),
            "".join(pieces[:at]).strip(),
            "".join(pieces[at:]).strip(),
        )
        for at in range(1, len(pieces))
    ]
    fitting = [half for half in halves if max(map(kinsoku.units, half[1:])) <= style.max_units]
    return min(fitting, key=_unrest)[1:] if fitting else None


def _unrest(half: tuple[float, str, str]) -> float:
    cost, first, second = half
    return cost + abs(kinsoku.units(first) - kinsoku.units(second))


def _off_faces(
    style: CaptionStyle, canvas: Canvas, cue: PlacedCue, font: CaptionFont, faces: Sequence[FaceBox]
) -> CaptionStyle:
    for position in ("bottom", "top"):
        there = replace(style, position=position)
        left, top, right, bottom = styles.area(there, canvas, [cue.cue], line_factor=font.line_factor)
        if not any(
            left < face.x + face.width and face.x < right and top < face.y + face.height and face.y < bottom
            for face in faces
        ):
            return there
    return style
