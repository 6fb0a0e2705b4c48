"""Where logos shall stand on a finished video, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

LogoPosition = Literal["top-right", "top-left", "bottom-right", "bottom-left"]
LOGO_POSITIONS: Final[tuple[str, ...]] = get_args(LogoPosition)


@dataclass(frozen=True, kw_only=True)
class LogoWish:
    """Where a logo shall stand: a corner, its width as a share of the picture's, opacity 0–1."""

    position: str = "top-right"
    scale: float = 0.12
    opacity: float = 1.0
