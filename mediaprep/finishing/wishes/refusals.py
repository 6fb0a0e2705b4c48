"""What is wrong with wishes of a finished video, whatever the video is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.finishing import layout
from mediaprep.model.finishing.logos import LOGO_POSITIONS
from mediaprep.model.finishing.scenery import SceneryWish

MOST_FADE: Final = 10.0
_MOST_CROSSFADE: Final = 10.0
_MOST_STILL: Final = 600.0
_MOST_BELOW: Final = 40.0
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6})")
_PICTURES: Final = (".jpg", ".jpeg", ".png")


def refuse(wish: SceneryWish) -> None:
    """Raise BadConfig for a colour, shape, time or name that cannot be, and for a wish that needs another."""
    if wish.green is not None and wish.background is None:
        raise BadConfig("a green screen needs a background to put in its place", "抠除绿幕需要同时指定背景")
    if isinstance(wish.background, str):
        colour_of(wish.background)
    if wish.green is not None:
        green_of(wish.green)
    if wish.reframe is not None:
        layout.shape_of(wish.reframe)
    if wish.size is not None:
        layout.size_of(wish.size)
    for fade in (wish.fade_in, wish.fade_out):
        refuse_fade(fade, MOST_FADE)
    if not 0 <= wish.music_below <= _MOST_BELOW:
        raise BadConfig(
            f"music {wish.music_below:g} LU below the voice: give 0 to {_MOST_BELOW:g}",
            f"音乐低于人声 {wish.music_below:g} LU：请给出 0 到 {_MOST_BELOW:g}",
        )
    for path in wish.written:
        if path.suffix.lower() not in _PICTURES:
            raise BadConfig(f"{path.name}: name a .jpg or .png", f"{path.name}：请以 .jpg 或 .png 命名")
    if wish.thumbnail is None and (wish.cover_at, wish.cover_picture, wish.cover_title) != (None, None, None):
        raise BadConfig(
            "a cover's moment, picture or title: name its file too (--thumbnail cover.jpg)",
            "指定了封面的时刻、图片或标题：请同时给出文件名（--thumbnail cover.jpg）",
        )
    if wish.cover_at is not None and wish.cover_picture is not None:
        raise BadConfig(
            "cover_at and cover_picture are two covers: give one of them",
            "cover_at 与 cover_picture 只能给出其一",
        )
    if wish.thumbnail is not None and wish.thumbnail == wish.sheet:
        raise BadConfig(
            f"thumbnail and sheet are both called {wish.thumbnail.name}: give two names",
            f"thumbnail 与 sheet 同名（{wish.thumbnail.name}）：请分别命名",
        )


def green_of(words: str) -> str | None:
    """The colour to key out as RRGGBB, None where it is to be measured. Raises BadConfig."""
    found = _COLOUR.fullmatch(words)
    if found is None and words != "auto":
        raise BadConfig(
            f"green {words!r}: give a colour such as 00B140, or auto",
            f"绿幕颜色 {words!r} 无效：请给出颜色（如 00B140）或 auto",
        )
    return found[1].upper() if found else None


def colour_of(words: str) -> str:
    """A background's colour as RRGGBB. Raises BadConfig."""
    found = _COLOUR.fullmatch(words)
    if found is None:
        raise BadConfig(
            f"background {words!r}: give a file or a colour such as 1E88E5",
            f"背景 {words!r} 无效：请给出文件或颜色，如 1E88E5",
        )
    return found[1].upper()


def corners(given: Sequence[str | None]) -> tuple[str, ...]:
    """A corner for each logo: the one given, else one that no other has. Raises BadConfig for more logos than
    corners, or two in one."""
    if len(given) > len(LOGO_POSITIONS):
        most = len(LOGO_POSITIONS)
        raise BadConfig(f"{len(given)} logos: give at most {most}", f"{len(given)} 个台标：最多 {most} 个")
    told = [corner for corner in given if corner is not None]
    for corner in set(told):
        if told.count(corner) > 1:
            raise BadConfig(
                f"two logos at {corner}: give each a corner of its own",
                f"有两个台标位于 {corner}：请各占一角",
            )
    free = iter([corner for corner in LOGO_POSITIONS if corner not in told])
    return tuple(next(free) if corner is None else corner for corner in given)


def refuse_fade(seconds: float, most: float) -> None:
    """Raise BadConfig for a fade longer than `most`."""
    if not 0 <= seconds <= most:
        raise BadConfig(
            f"a fade of {seconds:g} s: give 0 to {most:.1f}",
            f"淡入淡出 {seconds:g} 秒：请给出 0 到 {most:.1f}",
        )


def refuse_seconds(crossfade: float, still_seconds: float | None) -> None:
    """Raise BadConfig for a crossfade or a still picture of an impossible length."""
    if not 0 <= crossfade <= _MOST_CROSSFADE:
        raise BadConfig(
            f"a crossfade of {crossfade:g} s: give 0 to {_MOST_CROSSFADE:g}",
            f"交叉淡化 {crossfade:g} 秒：请给出 0 到 {_MOST_CROSSFADE:g}",
        )
    if still_seconds is not None and not 0 < still_seconds <= _MOST_STILL:
        raise BadConfig(
            f"pictures shown for {still_seconds:g} s: give more than 0, at most {_MOST_STILL:g}",
            f"图片显示 {still_seconds:g} 秒：须大于 0，不超过 {_MOST_STILL:g}",
        )
