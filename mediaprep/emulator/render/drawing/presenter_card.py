"""A drawn presenter: what the emulator shows where the service would show an avatar.

Flat shapes and plain letters on a ground; the mouth has a dozen positions, each drawn once and kept.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.encode import Container
from mediaprep.emulator.render.lettering import lettered
from mediaprep.emulator.render.planes import planes_of

Rgba = npt.NDArray[np.uint8]
Rgb = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
POSITIONS = 12
GREEN: Colour = (0, 177, 64)
_SKIN, _HAIR, _SUIT = (233, 190, 160), (52, 40, 36), (44, 62, 104)
_LIPS, _INSIDE, _INK, _EYE = (176, 84, 84), (60, 16, 20), (24, 24, 28), (34, 34, 40)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One card. `ground`: a colour, a picture of the card's size (RGB), or None for transparent. `lines` are
    written at the top. `presenter`: where the figure stands, as (centre x, height) in shares of the card."""

    width: int
    height: int
    ground: Colour | Rgb | None
    lines: tuple[str, ...] = ()
    presenter: tuple[float, float] | None = (0.5, 0.7)


def drawn(scene: Scene, opening: float) -> Rgba:
    """The card with the mouth open by 0–1, (height, width, 4) RGBA."""
    card = np.zeros((scene.height, scene.width, 4), dtype=np.uint8)
    if scene.ground is not None:
        card[..., :3] = scene.ground
        card[..., 3] = 255
    if scene.presenter is not None:
        place = (scene.presenter[0] * scene.width, float(scene.height))
        figure(card, place, scene.presenter[1] * scene.height, opening)
    for index, line in enumerate(scene.lines):
        _line(card, line, index)
    return card


def frames(scene: Scene, openings: Iterable[float], container: Container) -> Iterator[bytes]:
    """One raw frame for each opening, in the container's frame_format."""
    frame_of = _kept(scene, container)
    for opening in openings:
        yield frame_of(round(float(opening) * POSITIONS))


def _kept(scene: Scene, container: Container) -> Callable[[int], bytes]:
    @functools.cache
    def frame_of(position: int) -> bytes:
        card = drawn(scene, position / POSITIONS)
        return (card if container is not Container.MP4 else planes_of(card[..., :3])).tobytes()

    return frame_of


def over(
    scene: Scene, openings: Iterable[float], grounds: Iterable[npt.NDArray[np.uint8]]
) -> Iterator[bytes]:
    """The figure of a transparent scene before moving grounds, yuv420p planes each."""

    @functools.cache
    def figure(position: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        card = drawn(scene, position / POSITIONS)
        solid = card[..., 3] > 0
        fine = solid[::2, ::2].reshape(-1)
        return planes_of(card[..., :3]).reshape(-1), np.concatenate([solid.reshape(-1), fine, fine])

    for opening, ground in zip(openings, grounds, strict=True):
        planes, solid = figure(round(float(opening) * POSITIONS))
        yield np.where(solid, planes, ground.reshape(-1)).tobytes()


WIDTH_SHARE = 0.84  # of the figure's height: how wide its shoulders are


def figure(card: Rgba, foot: tuple[float, float], height: float, opening: float) -> None:
    """Shoulders, neck, hair, head, eyes, mouth; `height` pixels tall above `foot` (x of the middle, y)."""
    centre, base = foot
    head_y, head_h, head_w = base - height * 0.68, height * 0.26, height * 0.19
    mouth_y, gap = head_y + head_h * 0.5, head_h * (0.02 + 0.13 * opening)
    parts: list[
        tuple[float, float, float, float, Colour]
    ] = [  # x from the centre, y, half width, half height
        (0, base + height * 0.08, height * 0.42, height * 0.50, _SUIT),
        (0, base - height * 0.40, height * 0.075, height * 0.14, _SKIN),
        (0, head_y - height * 0.05, head_w * 1.12, head_h * 1.05, _HAIR),
        (0, head_y, head_w, head_h, _SKIN),
        (-head_w * 0.4, head_y - head_h * 0.12, head_w * 0.1, head_h * 0.06, _EYE),
        (head_w * 0.4, head_y - head_h * 0.12, head_w * 0.1, head_h * 0.06, _EYE),
        (0, mouth_y, head_w * 0.32, gap + head_h * 0.035, _LIPS),
        (0, mouth_y, head_w * 0.275, gap, _INSIDE),
    ]
    for x, y, across, down, colour in parts:
        _ellipse(card, (centre + x, y), (across, down), colour)


def _ellipse(card: Rgba, centre: tuple[float, float], radii: tuple[float, float], colour: Colour) -> None:
    (x, y), (across, down) = centre, radii
    height, width = card.shape[:2]
    top, bottom = max(0, int(y - down)), min(height, int(y + down) + 2)
    left, right = max(0, int(x - across)), min(width, int(x + across) + 2)
    if top >= bottom or left >= right:
        return
    rows = (np.arange(top, bottom) - y)[:, None] / max(down, 0.5)
    columns = (np.arange(left, right) - x)[None, :] / max(across, 0.5)
    card[top:bottom, left:right][rows**2 + columns**2 <= 1] = (*colour, 255)


def _line(card: Rgba, text: str, index: int) -> None:
    """One line of letters on an opaque strip, so that it can be read on any ground."""
    height, width = card.shape[:2]
    tall = max(8, round(height * 0.045))
    top = round(height * 0.04) + index * round(tall * 1.25)
    wide = min(width, max(tall, round(tall * 0.75 * len(text))))
    left = (width - wide) // 2
    ink = lettered(text, wide, max(7, tall * 7 // 10))
    strip = np.full((tall, wide, 3), 245, dtype=np.float32)
    at = (tall - ink.shape[0]) // 2
    share = ink[..., None].astype(np.float32) / 255
    strip[at : at + ink.shape[0]] += (np.array(_INK, dtype=np.float32) - 245) * share
    card[top : top + tall, left : left + wide, :3] = np.rint(strip).astype(np.uint8)
    card[top : top + tall, left : left + wide, 3] = 255
