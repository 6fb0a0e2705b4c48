"""The words in which a finishing is wished, on a command line or in a manifest, as a value; and the value in words.
Pure: files are named here, not looked at."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Final

from mediaprep.errors import BadConfig
from mediaprep.finishing import marking, plan, styles
from mediaprep.finishing.wishes import refusals
from mediaprep.finishing.wishes.platform_wishes import for_platform
from mediaprep.model.finishing.captions import BEST, NO_SIDECAR, CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import OPTIONS, Finishing, WishField

_MOST_MARK: Final = 1e6  # seconds


def finishing(given: Mapping[str, Any], base: Path) -> Finishing:
    """The wish of words by the names of their options (OPTIONS). What is None, no or empty was not given; files are
    relative to `base`. How captions look means that there are some. Raises BadConfig for what cannot be, whatever
    the video is."""
    owners = (Finishing, CaptionWish, LogoWish, MarkWish, SceneryWish)
    told: dict[type, dict[str, Any]] = {owner: {} for owner in owners}
    for row in OPTIONS:
        words = given.get(row.name)
        if words is not None and words is not False and words not in ((), []):
            told[row.owner][row.field] = _value(row, words, base)
    own, looks, scene = told[Finishing], told[CaptionWish], told[SceneryWish]
    if looks:
        own.setdefault("captions", "burn")
    mark = told[MarkWish]
    if mark:
        mark.setdefault("text", "true")  # how it looks means that there is one
    made = Finishing(
        **own,
        caption_wish=CaptionWish(**looks) if "captions" in own else None,
        mark_wish=MarkWish(**mark) if mark else None,
        logo_wish=_logos(len(own.get("logo", ())), told[LogoWish]),
        scenery=SceneryWish(**scene) if scene else None,
    )
    refuse(made)
    return made


def refuse(wish: Finishing) -> None:
    """Raise BadConfig for what is wrong with it whatever the video is."""
    refusals.refuse_seconds(wish.crossfade, wish.still_seconds)
    for_platform(wish)
    for logo in wish.logo_wish:
        plan.refuse_logo(logo)
    styles.refuse(wish.looks)
    if wish.mark_wish is not None:
        marking.refuse(wish.mark_wish)
    if wish.scenery is not None:
        refusals.refuse(wish.scenery)


def words(wish: Finishing) -> dict[str, Any]:
    """What is wished otherwise than by default, by the names of the options; files by their names."""
    values: dict[type, Any] = {
        Finishing: wish,
        CaptionWish: wish.looks,
        MarkWish: wish.mark_wish or MarkWish(),
        SceneryWish: wish.scenery or SceneryWish(),
    }
    told = {}
    for row in OPTIONS:
        if row.owner is LogoWish:
            told[row.name] = [_word(row, getattr(logo, row.field)) for logo in wish.logo_wish]
        elif (value := getattr(values[row.owner], row.field)) != row.default:
            told[row.name] = [_word(row, one) for one in value] if row.many else _word(row, value)
    return {name: value for name, value in told.items() if value != []}


def _value(row: WishField, given: Any, base: Path) -> Any:
    if row.owner is LogoWish or row.many:
        listed = given if isinstance(given, list | tuple) else (given,)
        none = NO_SIDECAR if NO_SIDECAR in row.option.choices else None
        return tuple(_one(row, one, base) for one in listed if one != none or one is None)
    return _one(row, given, base)


def _one(row: WishField, given: Any, base: Path) -> Any:
    if row.name in _READ:
        return _READ[row.name](given, base)
    if row.kind is Path:
        return base / given
    if row.kind is bool:
        return not row.option.negated
    if row.kind is float and given is not None:
        return given / row.option.factor
    return type(row.default)(given) if isinstance(row.default, enum.StrEnum) else given


def _word(row: WishField, value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    if row.kind is bool:
        return True
    if row.name == "chapter":
        return f"{value[0]:g}={value[1]}"
    return round(value * row.option.factor, 6) if row.kind is float else value


def _captions(given: str, base: Path) -> Path | str:
    return "burn" if given in BEST else base / given


def backdrop(given: str, base: Path) -> Path | str:
    """A background's colour as it is, its file as a path."""
    return base / given if Path(given).suffix or Path(given).is_absolute() else given


def _mark(given: str, base: Path) -> tuple[float, str]:
    del base
    moment, equals, title = given.partition("=")
    seconds = 0.0
    try:
        for part in moment.split(":"):
            seconds = seconds * 60 + float(part)
    except ValueError:
        equals = ""
    if not equals or not title.strip() or not 0 <= seconds < _MOST_MARK:
        raise BadConfig(
            f"chapter {given!r}: give SECONDS=TITLE or M:SS=TITLE",
            f"chapter {given!r}：请按 秒数=标题 或 分:秒=标题 给出",
        )
    return seconds, title.strip()


def _marked(given: Any, base: Path) -> str:
    del base
    return "true" if given is True or str(given).lower() in {"true", "yes", "on"} else str(given)


_READ: Final[Mapping[str, Callable[[Any, Path], Any]]] = {
    "captions": _captions, "mark": _marked, "background": backdrop, "chapter": _mark,
}  # fmt: skip
"""The options whose words are more than a number, a word or a file."""


def _logos(count: int, given: Mapping[str, Sequence[Any]]) -> tuple[LogoWish, ...]:
    """One for each logo: its own values, else a free corner, and the size and opacity of the one before."""
    if max(map(len, given.values()), default=0) > count:
        raise BadConfig(
            "more logo places, sizes or opacities than logos: give a --logo for each",
            "台标的位置、大小或不透明度多于台标数量：请为每一项给出 --logo",
        )
    places = given.get("position", ())
    corners = refusals.corners([*places, *repeat(None, count - len(places))])
    rest = {name: chain(values, repeat(values[-1])) for name, values in given.items() if name != "position"}
    return tuple(
        replace(LogoWish(position=corner), **{name: next(values) for name, values in rest.items()})
        for corner in corners
    )
