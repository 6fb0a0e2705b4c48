"""Pixels ↔ HorizontalPosition, VerticalPosition, Scale, by the formulas of the docs' FAQ, both ways.

x and y are the pixels of the avatar picture's top-left corner in the video, as it stands there (scaled). The
FAQ also says that scaling keeps the bottom-left corner, which contradicts its formulas at any Scale but 1:
the formulas decide.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """Pixels."""

    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Position:
    """What AnchorParam carries. 0, 0 = centred, standing on the bottom edge; negative = left, up."""

    horizontal: float
    vertical: float


def scaled(pose: Size, origin_zoom: float, scale: float) -> Size:
    """The avatar as it stands in the video: its pose picture × OriginZoom × Scale."""
    if scale <= 0 or origin_zoom <= 0:
        raise ValueError("a scale is greater than 0")
    return Size(width=pose.width * origin_zoom * scale, height=pose.height * origin_zoom * scale)


def position(canvas: Size, avatar: Size, x: float, y: float) -> Position:
    """(x, y) in pixels → what to send. `avatar` is the scaled one."""
    return Position(
        horizontal=(x + avatar.width / 2 - canvas.width / 2) / canvas.width,
        vertical=(avatar.height + y - canvas.height) / 2 / avatar.height,
    )


def corner(canvas: Size, avatar: Size, at: Position) -> tuple[float, float]:
    """What was sent → (x, y) in pixels: where the scaled avatar's top-left corner comes to stand."""
    x = at.horizontal * canvas.width + canvas.width / 2 - avatar.width / 2
    y = at.vertical * 2 * avatar.height + canvas.height - avatar.height
    return x, y


def scale_for(pose: Size, origin_zoom: float, height: float) -> float:
    """The Scale at which the avatar is `height` pixels high."""
    return height / (pose.height * origin_zoom)
