"""A wish for captions → a style in pixels that can be read, or a plain refusal. And captions off faces. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mediaprep.errors import BadConfig
from mediaprep.finishing import plan
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.facts import FaceBox
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.captions import (
    POSITIONS,
    PUNCTUATION,
    SIDECAR_FORMS,
    CaptionsAs,
    CaptionWish,
)
from mediaprep.model.finishing.plans import Canvas, CaptionStyle, Cue

SECOND_SHARE = 0.68  # of the first language's size
_LEAST_CONTRAST = 3.0  # WCAG's for large text
_TOP_SHARE = (0.04, 0.12)  # of the height, wide and upright: apps cover the top of upright pictures
_CLEAR = 0.08  # of a face's height that stays free around it
_STEP = 0.01  # of the height
_LIFTED = 0.25  # of the height: captions are lifted so far before they go to the top
_MOST_SHARE = 99.0  # percent of the height that captions and their margin may take
_HIGHEST = 0.55  # a caption at the bottom is lifted no further than this


def styled(canvas: Canvas, wish: CaptionWish, *, two: bool = False) -> CaptionStyle:
    """The style for `canvas`; `two` languages also where the wish names no second. Raises BadConfig for values out
    of range and colours that cannot be read."""
    refuse(wish)
    style = plan.style_for(canvas)
    if wish.size is not None:
        style = _sized(style, canvas, wish.size)
    upright = canvas.height > canvas.width
    outline = style.font_px * (0.07 if wish.outline is None else wish.outline / 100)
    margin = None if wish.margin is None else round(canvas.height * wish.margin / 100)
    second = max(10, round(style.font_px * SECOND_SHARE)) if two or wish.second is not None else 0
    styled = replace(
        style,
        outline_px=round(outline, 1) if wish.outline is not None else style.outline_px,
        color=_rgb(wish.color),
        outline_color=_rgb(wish.outline_color),
        highlight=_rgb(wish.highlight) if wish.karaoke else None,
        box=_rgb(wish.box) if wish.box else None,
        box_opacity=wish.box_opacity,
        box_pad_px=max(2, round(style.font_px * 0.22)) if wish.box else 0,
        position=wish.position,
        margin_bottom=style.margin_bottom if margin is None else margin,
        margin_top=round(canvas.height * _TOP_SHARE[upright]) if margin is None else margin,
        max_lines=1 if second else style.max_lines,
        second_px=second,
        second_units=int((canvas.width - 2 * style.margin_side) / second) if second else 0,
        punctuation=wish.punctuation,
        children=wish.children,
    )
    least = _least_margin(styled, canvas)
    return replace(
        styled, margin_bottom=max(styled.margin_bottom, least), margin_top=max(styled.margin_top, least)
    )


def _least_margin(style: CaptionStyle, canvas: Canvas) -> int:
    """From here on plate and outline stay inside the picture, off its outermost hundredth."""
    return math.ceil(canvas.height / 100 + style.outline_px + style.box_pad_px) + 1


def refuse_too_high(style: CaptionStyle, canvas: Canvas, cues: Sequence[Cue], *, line_factor: float) -> None:
    """Raise BadConfig for captions that would run out of the picture above, or below."""
    height = block(style, cues, line_factor=line_factor)[1]
    margin = {"top": style.margin_top, "bottom": style.margin_bottom}.get(style.position, 0)
    share = 100 * (height + margin) / canvas.height
    if cues and share > _MOST_SHARE:
        raise BadConfig(
            f"captions with their margin take {share:.0f} % of the picture's height: make them smaller "
            "(--caption-size) or the margin less (--caption-margin)",
            f"字幕加边距占画面高度的 {share:.0f}%：请减小字号（--caption-size）或边距（--caption-margin）",
        )


def _sized(style: CaptionStyle, canvas: Canvas, size: float) -> CaptionStyle:
    font_px = max(10, round(min(canvas.width, canvas.height) * size / 100))
    fitting = int((canvas.width - 2 * style.margin_side) / font_px)
    return replace(
        style,
        font_px=font_px,
        max_units=min(plan.MOST_UNITS, fitting),
        safe_units=fitting,
        outline_px=max(1.0, round(font_px * 0.07, 1)),
    )


def refuse(wish: CaptionWish) -> None:
    """Raise BadConfig for a value out of range, an unknown name, or colours that cannot be read."""
    if wish.position not in POSITIONS:
        raise _unknown("position", "位置", wish.position, POSITIONS)
    if wish.punctuation not in (None, *PUNCTUATION):
        raise _unknown("punctuation", "标点", str(wish.punctuation), PUNCTUATION)
    for form in wish.sidecars:
        if form not in SIDECAR_FORMS:
            raise _unknown("sidecar", "外挂格式", form, SIDECAR_FORMS)
    if not re.fullmatch(r"[a-z]{3}", wish.language):
        raise BadConfig(
            f"caption language {wish.language!r}: give three letters of ISO 639-2, such as zho or eng",
            f"字幕语言 {wish.language!r}：请使用 ISO 639-2 三字母代码，如 zho、eng",
        )
    for name, zh, colour in (
        ("caption colour", "字幕颜色", wish.color), ("caption outline colour", "字幕描边颜色", wish.outline_color),
        ("caption box colour", "字幕底框颜色", wish.box), ("caption highlight", "卡拉 OK 高亮颜色", wish.highlight),
    ):  # fmt: skip
        if colour is not None and not re.fullmatch(r"#?[0-9A-Fa-f]{6}", colour):
            raise BadConfig(
                f"{name} {colour!r}: give RRGGBB, such as FFD54A",
                f"{zh} {colour!r} 无效：请使用 RRGGBB，如 FFD54A",
            )
    for name, zh, value, low, high, unit, unit_zh in (
        ("size", "字号", wish.size, 2, 20, " % of the shorter side", "（画面短边的百分比）"),
        ("outline", "描边", wish.outline, 0, 25, " % of a character", "（字号的百分比）"),
        ("margin", "边距", wish.margin, 0, 45, " % of the height", "（画面高度的百分比）"),
        ("box opacity", "底框不透明度", wish.box_opacity, 0.05, 1, "", ""),
    ):
        if value is not None and not low <= value <= high:
            raise BadConfig(
                f"caption {name} {value:g}: give {low:g} to {high:g}{unit}",
                f"字幕{zh} {value:g}：须在 {low:g} 到 {high:g} 之间{unit_zh}",
            )
    if wish.way is CaptionsAs.BURN:
        _refuse_unreadable(wish)


def _rgb(colour: str) -> str:
    """RRGGBB, with or without the # that others write before it."""
    return colour.removeprefix("#").upper()


def _refuse_unreadable(wish: CaptionWish) -> None:
    ground = _rgb(wish.box if wish.box and wish.box_opacity >= 0.4 else wish.outline_color)
    if wish.outline == 0 and not wish.box:
        return
    for colour in map(_rgb, (wish.color, wish.highlight) if wish.karaoke else (wish.color,)):
        found = contrast(colour, ground)
        if found < _LEAST_CONTRAST:
            raise BadConfig(
                f"captions of colour {colour} on {ground} have a contrast of {found:.1f}: at least "
                f"{_LEAST_CONTRAST:g} is needed to read them; choose another colour, outline or box",
                f"字幕颜色 {colour} 与 {ground} 的对比度为 {found:.1f}：至少 {_LEAST_CONTRAST:g} 才能看清，请换颜色",
            )


def _unknown(what: str, zh: str, given: str, known: Sequence[str]) -> BadConfig:
    names = ", ".join(known)
    return BadConfig(
        f"caption {what} {given!r} is not known; choose one of: {names}",
        f"未知字幕{zh} {given!r}；可选：{names}",
    )


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours RRGGBB, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [value / 255 for value in bytes.fromhex(colour)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# --- off faces ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """A style whose captions cover no face, with what was done for it; `finding` where none could be had."""

    style: CaptionStyle
    note: Text | None = None
    finding: Finding | None = None


@dataclass(frozen=True)
class _Area:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Area) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def off_faces(
    style: CaptionStyle, canvas: Canvas, cues: Sequence[Cue], faces: Iterable[FaceBox], *, line_factor: float
) -> Cleared:
    """Move all captions to one place where their block covers no face: the wished place, else lower, higher,
    or at the top. `faces` in canvas pixels, of all pictures that were looked at."""
    kept = [_around(face) for face in faces]
    width, height = block(style, cues, line_factor=line_factor)
    places = [style, *_elsewhere(style, canvas, height)]
    free = (
        place for place in places if not any(_area(place, canvas, width, height).meets(face) for face in kept)
    )
    found = next(free, None)
    if found is style or not kept or not cues:
        return Cleared(style=style)
    if found is None:
        return Cleared(
            style=style,
            finding=Finding(
                rule="captions.face.covered",
                verdict=Verdict.ADVISED,
                measured="no free place",
                limit="captions cover no face",
                message=Text(
                    "captions cover a face wherever they stand; make them smaller or a soft track",
                    "字幕在任何位置都会遮挡人脸；请缩小字幕或改用软字幕",
                ),
            ),
        )
    return Cleared(style=found, note=_moved(style, found, canvas))


def block(style: CaptionStyle, cues: Sequence[Cue], *, line_factor: float) -> tuple[float, float]:
    """Width and height in pixels of the largest block that `cues` make."""
    width = height = 0.0
    for cue in cues:
        rows = [(kinsoku.units(line), style.font_px) for line in cue.lines]
        rows += [(kinsoku.units(line), style.second_px) for line in cue.second]
        width = max(width, *(units * side for units, side in rows), 0.0)
        height = max(height, sum(side * line_factor for _, side in rows))
    edge = 2 * (style.box_pad_px + style.outline_px)
    return width + edge, height + edge


def area(
    style: CaptionStyle, canvas: Canvas, cues: Sequence[Cue], *, line_factor: float
) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the largest block that `cues` make where the style puts it."""
    found = _area(style, canvas, *block(style, cues, line_factor=line_factor))
    return found.left, found.top, found.right, found.bottom


def _around(face: FaceBox) -> _Area:
    spare = face.height * _CLEAR
    return _Area(face.x - spare, face.y - spare, face.x + face.width + spare, face.y + face.height + spare)


def _area(style: CaptionStyle, canvas: Canvas, width: float, height: float) -> _Area:
    left = (canvas.width - width) / 2
    if style.position == "top":
        top = float(style.margin_top)
    elif style.position == "middle":
        top = (canvas.height - height) / 2
    else:
        top = canvas.height - style.margin_bottom - height
    return _Area(left, top, left + width, top + height)


def _elsewhere(style: CaptionStyle, canvas: Canvas, height: float) -> list[CaptionStyle]:
    """Other places, best first: nearer to the bottom edge, higher, at the top, lower from there."""
    step = max(1, round(canvas.height * _STEP))
    edge = max(round(canvas.height * 0.02), _least_margin(style, canvas))
    bottom = style.margin_bottom
    low = [
        replace(style, position="bottom", margin_bottom=at) for at in range(bottom - step, edge - 1, -step)
    ]
    highest = round(canvas.height * _HIGHEST - height)
    high = [replace(style, position="bottom", margin_bottom=at) for at in range(bottom, highest, step)]
    under = round(canvas.height * 0.4 - height)
    top = [
        replace(style, position="top", margin_top=at)
        for at in (*range(style.margin_top, max(under, style.margin_top + 1), step), edge)
    ]
    first = round(_LIFTED * canvas.height / step)
    return [*low, *high[:first], *top, *high[first:]]


def _moved(before: CaptionStyle, after: CaptionStyle, canvas: Canvas) -> Text:
    if after.position == "top":
        where = ("to the top", "移到顶部")
    elif before.position == after.position and after.margin_bottom < before.margin_bottom:
        where = ("down", "下移")
    elif before.position == "top":
        where = ("to the bottom", "移到底部")
    else:
        where = ("up", "上移")
    margin = after.margin_top if after.position == "top" else after.margin_bottom
    share = 100 * margin / canvas.height
    return Text(
        f"captions were moved {where[0]} so that they cover no face ({share:.0f} % from the edge)",
        f"为避免遮挡人脸，字幕已{where[1]}（距边缘 {share:.0f}%）",
    )
