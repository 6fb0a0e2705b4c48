"""The options of `finish` that say which logos lie over the picture, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import click

from mediaprep.cli.language import tell
from mediaprep.finishing import wishes
from mediaprep.model.finishing.logos import LOGO_POSITIONS, LogoWish

_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = (
    click.option(
        "--logo",
        "logo",
        type=_FILE,
        multiple=True,
        help=tell(
            "Picture laid over the video; may be repeated, each in a corner of its own.",
            "叠加在画面上的台标，可重复，各占一角。",
        ),
    ),
    click.option(
        "--logo-position",
        "positions",
        type=click.Choice(LOGO_POSITIONS),
        multiple=True,
        help=tell(
            "Its corner; may be repeated, one for each logo.", "台标所在的角，可重复，与台标一一对应。"
        ),
    ),
    click.option(
        "--logo-size",
        "sizes",
        type=float,
        multiple=True,
        metavar="%",
        help=tell("Its width, percent of the picture's (12).", "台标宽度，占画面宽度百分比（12）。"),
    ),
    click.option(
        "--logo-opacity",
        "opacities",
        type=float,
        multiple=True,
        metavar="0-1",
        help=tell("How solid it is (1).", "台标不透明度（1）。"),
    ),
)
_NAMES = ("logo", "positions", "sizes", "opacities")


def logo_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, to be taken by the command as keywords."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def logos_of(values: dict[str, Any]) -> dict[str, Any]:
    """`finish`'s arguments for the logos; takes the options out of `values`. Raises click.UsageError for places
    without a logo, BadConfig for values that cannot be."""
    logos, positions, sizes, opacities = (values.pop(name) for name in _NAMES)
    if max(len(positions), len(sizes), len(opacities)) > len(logos):
        raise click.UsageError(
            tell(
                "more logo places, sizes or opacities than logos: give a --logo for each",
                "台标的位置、大小或不透明度多于台标数量：请为每一项给出 --logo",
            )
        )
    return {"logo": tuple(logos), "logo_wish": _wishes(len(logos), positions, sizes, opacities)}


def _wishes(
    count: int, positions: Sequence[str], sizes: Sequence[float], opacities: Sequence[float]
) -> tuple[LogoWish, ...]:
    """One for each logo: its own values, else a free corner, and the size and opacity of the one before."""
    corners = wishes.corners([*positions, *repeat(None, count - len(positions))])
    scales = chain(sizes, repeat(sizes[-1] if sizes else 100 * LogoWish.scale))
    solid = chain(opacities, repeat(opacities[-1] if opacities else LogoWish.opacity))
    found = tuple(
        LogoWish(position=corner, scale=size / 100, opacity=opacity)
        for corner, size, opacity in zip(corners, scales, solid, strict=False)
    )
    for wish in found:
        wishes.refuse_logo(wish)
    return found
