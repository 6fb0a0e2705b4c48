"""Where logos shall stand on a finished video, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from mediaprep.model.findings import Text
from mediaprep.model.finishing.options import PERCENT, SHARE, Option

LogoPosition = Literal["top-right", "top-left", "bottom-right", "bottom-left"]
LOGO_POSITIONS: Final[tuple[str, ...]] = get_args(LogoPosition)


@dataclass(frozen=True, kw_only=True)
class LogoWish:
    """Where a logo shall stand: a corner, its width as a share of the picture's, opacity 0–1."""

    position: Annotated[
        str,
        Option(
            name="logo_position",
            choices=LOGO_POSITIONS,
            decks=True,
            example="top-left",
            help=Text("Its corner; one for each logo.", "台标所在的角，与台标一一对应。"),
        ),
    ] = "top-right"
    scale: Annotated[
        float,
        Option(
            name="logo_size",
            key="size",
            unit=PERCENT,
            factor=100,
            decks=True,
            example="20",
            help=Text("Its width, percent of the picture's.", "台标宽度，占画面宽度百分比。"),
        ),
    ] = 0.12
    opacity: Annotated[
        float,
        Option(
            name="logo_opacity", unit=SHARE, decks=True, example="0.8",
            help=Text("How solid it is.", "台标不透明度。"),
        ),
    ] = 1.0  # fmt: skip
