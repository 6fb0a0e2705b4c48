"""Where logos shall stand on a finished video, as values."""

from __future__ import annotations

from dataclasses import dataclass

LOGO_POSITIONS = ("top-right", "top-left", "bottom-right", "bottom-left")


@dataclass(frozen=True, kw_only=True)
class LogoWish:
    """Where a logo shall stand: a corner, its width as a share of the picture's, opacity 0–1."""

    position: str = "top-right"
    scale: float = 0.12
    opacity: float = 1.0
