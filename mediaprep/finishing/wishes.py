"""Wishes of a finished video: the words of the command line and of a manifest as values, and what is wrong with
them whatever the video is. Pure: files are named here, not looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mediaprep.errors import BadConfig
from mediaprep.finishing import layout
from mediaprep.model.finishing.logos import LOGO_POSITIONS, LogoWish
from mediaprep.model.finishing.scenery import SceneryWish

MOST_FADE: Final = 10.0
_MOST_CROSSFADE: Final = 10.0
_MOST_STILL: Final = 600.0
_MOST_BELOW: Final = 40.0
_MOST_MARK: Final = 1e6  # seconds
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6})")
_PICTURES: Final = (".jpg", ".jpeg", ".png")
_FILES: Final = ("music", "thumbnail", "sheet")


def scenery(given: Mapping[str, Any], base: Path) -> SceneryWish | None:
    """The wish of words: SceneryWish's own names, but `background` as a word and `chapter` as SECONDS=TITLE. What
    is None or empty was not given; with nothing given there is no wish. Files are relative to `base`. Raises
    BadConfig."""
    left = {name: value for name, value in given.items() if not _left_out(value)}
    if not left:
        return None
    marks = tuple(_mark(words) for words in left.pop("chapter", ()))
    background = backdrop(left.pop("background", None), base)
    files = {name: base / left.pop(name) for name in _FILES if name in left}
    wish = SceneryWish(background=background, marks=marks, **files, **left)
    refuse(wish)
    return wish


def _left_out(value: object) -> bool:
    return value is None or value is False or value in ((), [])


def backdrop(words: str | None, base: Path) -> str | Path | None:
    """A background's colour as it is, its file as a path."""
    if words is None or not (Path(words).suffix or Path(words).is_absolute()):
        return words
    return base / words


def _mark(words: str) -> tuple[float, str]:
    moment, equals, title = words.partition("=")
    seconds = 0.0
    try:
        for part in moment.split(":"):
            seconds = seconds * 60 + float(part)
    except ValueError:
        equals = ""
    if not equals or not title.strip() or not 0 <= seconds < _MOST_MARK:
        raise BadConfig(
            f"chapter {words!r}: give SECONDS=TITLE or M:SS=TITLE",
            f"chapter {words!r}：请按 秒数=标题 或 分:秒=标题 给出",
        )
    return seconds, title.strip()


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


def refuse_logo(wish: LogoWish) -> None:
    """Raise BadConfig for a place, size or opacity that cannot be."""
    if wish.position not in LOGO_POSITIONS:
        known = ", ".join(LOGO_POSITIONS)
        raise BadConfig(
            f"logo position {wish.position!r} is not known; choose one of: {known}",
            f"未知台标位置 {wish.position!r}；可选：{known}",
        )
    if not 0.01 <= wish.scale <= 1 or not 0 < wish.opacity <= 1:
        raise BadConfig(
            f"a logo {100 * wish.scale:g} % wide, opacity {wish.opacity:g}: give 1 to 100 %, and above 0 up to 1",
            f"台标宽 {100 * wish.scale:g}%，不透明度 {wish.opacity:g}：宽度须为 1–100%，不透明度须大于 0 且不超过 1",
        )


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
