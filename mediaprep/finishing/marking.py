"""Where the visible mark stands: clear of captions, faces, logos and what apps cover. Pure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.finishing import styles
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.finishing.logos import LOGO_POSITIONS
from mediaprep.model.finishing.marks import LEAST_SECONDS, LEAST_SHARE, MarkWish
from mediaprep.model.finishing.plans import (
    Canvas,
    CaptionFont,
    CaptionStyle,
    Cue,
    PlacedCue,
    RenderPlan,
    VisibleMark,
)

Box = tuple[float, float, float, float]  # left, top, right, bottom
_INK: Final = (
    0.86  # of the em that a Chinese character's ink is high at least, in the font that is brought along
)
_CAPITALS: Final = 0.72  # and a Latin capital's
_SPARE: Final = 0.25  # of the em: capitals are wider than they are reckoned
_CORNERS: Final = ("top-left", "top-right", "bottom-left", "bottom-right")
_EDGES: Final = {False: (0.05, 0.05, 0.05), True: (0.06, 0.12, 0.20)}
"""Of upright pictures or not: shares of width, height above and height below that apps and bezels cover."""
_STEP: Final = 0.02  # of the height


def refuse(wish: MarkWish) -> None:
    """Raise BadConfig for a text, corner, opacity or time that cannot be."""
    if wish.corner not in (None, *LOGO_POSITIONS):
        known = ", ".join(LOGO_POSITIONS)
        raise BadConfig(
            f"mark corner {wish.corner!r} is not known; choose one of: {known}",
            f"未知标识位置 {wish.corner!r}；可选：{known}",
        )
    if not 0.5 <= wish.opacity <= 1 or wish.seconds < LEAST_SECONDS:
        raise BadConfig(
            f"a mark of opacity {wish.opacity:g} for {wish.seconds:g} s: give 0.5 to 1, at least {LEAST_SECONDS:g} s",
            f"标识不透明度 {wish.opacity:g}、{wish.seconds:g} 秒：不透明度须为 0.5–1，至少 {LEAST_SECONDS:g} 秒",
        )
    if wish.spoken and wish.clip is not None:
        raise BadConfig(
            "mark_spoken and mark_clip both begin a sound: give one of them",
            "mark_spoken 与 mark_clip 都放在音频开头：请只给出其中一个",
        )
    words = wish.words.strip()
    if not words or "\n" in words or kinsoku.units(words) > 12:
        raise BadConfig(
            f"mark {words!r}: give one line of at most 12 Chinese characters",
            f"标识 {words!r}：请给出一行，至多 12 个汉字",
        )


def refuse_heard(wish: MarkWish) -> None:
    """Raise BadConfig for what only sounds have."""
    if wish.clip is not None or wish.spoken:
        name = "mark_spoken" if wish.spoken else "mark_clip"
        raise BadConfig(
            f"{name} is heard before sounds; a video shows its mark",
            f"{name} 只用于音频；视频使用可见标识",
        )


def placed(
    plan: RenderPlan, wish: MarkWish, font: CaptionFont, faces: Iterable[Box] = ()
) -> tuple[VisibleMark, bool]:
    """The mark of `plan`, whose captions and logos are in it already, and whether it stands clear of all that it must
    not cover (`faces` in pixels of the canvas). It never stands on a face where there is any other place."""
    canvas, words = plan.canvas, wish.words.strip()
    style = _style(canvas, words, wish.opacity)
    fade = plan.scenery.fade_in if plan.scenery else 0
    end = min(plan.expected_frames, math.ceil(wish.seconds * canvas.fps) + fade)
    cue = Cue(start_ms=0, end_ms=max(1, canvas.milliseconds_at(end)), lines=(words,))
    width = (kinsoku.units(words) + _SPARE) * style.font_px + 2 * style.outline_px
    height = style.font_px * font.line_factor + 2 * style.outline_px
    faces = list(faces)
    kept = [*faces, *((logo.x, logo.y, logo.x + logo.width, logo.y + logo.height) for logo in plan.logos)]
    kept += _captions(plan, end)
    places = [*_places(canvas, width, height, wish.corner)]
    best = next((place for place in places if not _meets(place[1], kept)), None)
    clear = best is not None
    if best is None:
        best = next((place for place in places if not _meets(place[1], faces)), places[0])
    corner, box = best
    left, top, right, bottom = (round(edge) for edge in box)
    low, far = corner.startswith("bottom"), corner.endswith("right")
    edge = math.ceil(style.outline_px)  # drawn beyond the margin
    style = replace(
        style, position="bottom" if low else "top", align="right" if far else "left",
        margin_side=edge + (canvas.width - right if far else left),
        margin_top=edge + top, margin_bottom=edge + canvas.height - bottom,
    )  # fmt: skip
    mark = VisibleMark(
        placed=PlacedCue(cue=cue, first_frame=0, end_frame=end),
        style=style,
        font=font,
        box=(left, top, right, bottom),
    )
    return mark, clear


def _style(canvas: Canvas, words: str, opacity: float) -> CaptionStyle:
    """So large that the ink of its characters is as high as it must be."""
    wide = any(unicodedata.east_asian_width(sign) in "WF" for sign in words)
    least = LEAST_SHARE * min(canvas.width, canvas.height)
    font_px = math.ceil(least / (_INK if wide else _CAPITALS))
    return CaptionStyle(
        font_px=font_px,
        max_units=12,
        max_lines=1,
        outline_px=max(1.0, round(font_px * 0.07, 1)),
        opacity=opacity,
    )


def _places(canvas: Canvas, width: float, height: float, corner: str | None) -> Iterator[tuple[str, Box]]:
    """Where it may stand, best first: in the wished corner, the others, then along the edges and inside them."""
    side, above, below = _EDGES[canvas.height > canvas.width]
    left, right = canvas.width * side, canvas.width * (1 - side) - width
    if right < left:  # too wide for the safe area
        left = right = max(0.0, (canvas.width - width) / 2)
    top, foot = canvas.height * above, canvas.height * (1 - below) - height
    order = sorted(_CORNERS, key=lambda name: name != corner)
    steps = [step * canvas.height * _STEP for step in range(int((foot - top) / (canvas.height * _STEP)) + 1)]
    for down in [0.0, *steps[1:]]:
        for name in order:
            y = foot - down if name.startswith("bottom") else top + down
            x = right if name.endswith("right") else left
            yield name, (x, y, x + width, y + height)
    for inwards in range(1, 8):
        x = left + (right - left) * inwards / 8
        for y in (top, foot, *(top + down for down in steps)):
            yield "top-left", (x, y, x + width, y + height)


def _captions(plan: RenderPlan, end: int) -> list[Box]:
    """Where burnt captions stand while the mark does."""
    shown = [placed.cue for placed in plan.cues if placed.first_frame < end]
    if not plan.burn or not shown or plan.style is None or plan.font is None:
        return []
    return [styles.area(plan.style, plan.canvas, shown, line_factor=plan.font.line_factor)]


def _meets(box: Box, others: Iterable[Box]) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in others
    )
