"""The door to celiagg (AGG): vector shapes, antialiased, drawn into arrays of pixels.

Coordinates are the figure's own: heights of the whole figure, x from its middle to the right, y from the top of its
hair down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaprep.errors import ToolMissing

Rgba = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float]
Curve = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Fill:
    """A colour; with `shade` (0–1) it is lit from the left, so that it looks round; `opacity` 0–1."""

    colour: Colour
    shade: float = 0.0
    opacity: float = 1.0

    def lighter(self, share: float) -> Fill:
        """Mixed with white, or with black where `share` is below 0."""
        return Fill(colour=_mixed(self.colour, share), shade=self.shade, opacity=self.opacity)


def _mixed(colour: Colour, share: float) -> Colour:
    goal = 255 if share > 0 else 0
    red, green, blue = (round(value + (goal - value) * abs(share)) for value in colour)
    return red, green, blue


class VectorCanvas:
    """Draws into the part of a picture that begins at pixel `corner`; one unit is `scale` pixels, and (0, 0) lies at
    pixel `origin` of the whole picture. Raises ToolMissing where celiagg does not load."""

    def __init__(self, size: tuple[int, int], *, corner: Point, origin: Point, scale: float) -> None:
        self._agg = agg = _library()
        self._scale = scale
        self._offset = (origin[0] - corner[0], origin[1] - corner[1])
        self.pixels: Rgba = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        """RGBA (height, width, 4); colours are multiplied by their alpha."""
        self._canvas = agg.CanvasRGBA32(self.pixels)
        self._fill = agg.GraphicsState(drawing_mode=agg.DrawingMode.DrawFill)
        self._stroke = agg.GraphicsState(
            drawing_mode=agg.DrawingMode.DrawStroke,
            line_cap=agg.LineCap.CapRound,
            line_join=agg.LineJoin.JoinRound,
        )

    def oval(self, centre: Point, across: float, down: float, fill: Fill) -> None:
        path, (x, y) = self._agg.Path(), self._placed(*centre)
        path.ellipse(x, y, across * self._scale, down * self._scale)
        self._draw(path, self._fill, fill, x, across * self._scale)

    def shape(self, start: Point, curves: Sequence[Curve], fill: Fill) -> None:
        """A closed outline of cubic curves."""
        path = self._path(start, curves)
        path.close()
        self._draw(path, self._fill, fill, *self._breadth(start, curves))

    def line(self, start: Point, curves: Sequence[Curve], width: float, fill: Fill) -> None:
        """An open stroke with round ends."""
        self._stroke.line_width = width * self._scale
        middle, half = self._breadth(start, curves)
        self._draw(self._path(start, curves), self._stroke, fill, middle, half + width * self._scale / 2)

    def limb(self, joints: Sequence[Point], widths: Sequence[float], fill: Fill) -> None:
        """Round pieces from joint to joint, each as wide as its number; thinner towards the end."""
        for (start, end), width in zip(pairwise(joints), widths, strict=True):
            self.line(start, [(*start, *end, *end)], width, fill)

    @contextmanager
    def within(self, start: Point, curves: Sequence[Curve]) -> Iterator[None]:
        """What is filled meanwhile is seen only inside this outline."""
        agg, mask = self._agg, np.zeros(self.pixels.shape[:2], dtype=np.uint8)
        path = self._path(start, curves)
        path.close()
        agg.CanvasG8(mask).draw_shape(path, agg.Transform(), self._fill, fill=agg.SolidPaint(1, 1, 1, 1))
        self._fill.stencil = agg.Image(mask, agg.PixelFormat.Gray8)
        yield
        self._fill.stencil = None

    def _placed(self, x: float, y: float) -> Point:
        return x * self._scale + self._offset[0], y * self._scale + self._offset[1]

    def _path(self, start: Point, curves: Sequence[Curve]) -> Any:
        """In pixels, so that curves are as fine as the picture."""
        path = self._agg.Path()
        path.move_to(*self._placed(*start))
        for ax, ay, bx, by, x, y in curves:
            path.cubic_to(*self._placed(ax, ay), *self._placed(bx, by), *self._placed(x, y))
        return path

    def _breadth(self, start: Point, curves: Sequence[Curve]) -> Point:
        """Middle and half width of an outline's ends, pixels."""
        ends = [start[0], *(curve[4] for curve in curves)]
        left, right = (self._placed(end, 0)[0] for end in (min(ends), max(ends)))
        return (left + right) / 2, (right - left) / 2

    def _draw(self, path: Any, how: Any, fill: Fill, middle: float, half: float) -> None:
        agg, alpha = self._agg, fill.opacity
        paint: Any = agg.SolidPaint(*_shares(fill.colour), alpha)
        if fill.shade and half > 0:
            lit = (_mixed(fill.colour, fill.shade * 0.55), fill.colour, _mixed(fill.colour, -fill.shade))
            stops = [(at, *_shares(stop), alpha) for at, stop in zip((0.0, 0.4, 1.0), lit, strict=True)]
            spread, units = agg.GradientSpread.SpreadPad, agg.GradientUnits.UserSpace
            paint = agg.LinearGradientPaint(middle - half, 0.0, middle + half, 0.0, stops, spread, units)
        self._canvas.draw_shape(path, agg.Transform(), how, stroke=paint, fill=paint)


def _library() -> Any:
    try:
        import celiagg
    except ImportError as error:
        raise ToolMissing(
            f"presenters cannot be drawn, celiagg does not load ({error}): pip install celiagg",
            f"无法绘制数智人：celiagg 加载失败（{error}）：请 pip install celiagg",
        ) from error
    return celiagg


def _shares(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (value / 255 for value in colour)
    return red, green, blue


def mirrored(start: Point, curves: Sequence[Curve]) -> tuple[Point, list[Curve]]:
    """The outline from the middle's top down its right side, made whole by its mirror image on the left."""
    points = [start, *((curve[4], curve[5]) for curve in curves)]
    back: list[Curve] = []
    for place in range(len(curves) - 1, -1, -1):
        ax, ay, bx, by, _, _ = curves[place]
        end = points[place]
        back.append((-bx, by, -ax, ay, -end[0], end[1]))
    return start, [*curves, *back]
