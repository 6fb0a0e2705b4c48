"""Gestures of a person in a photo: a drawn hand that comes up from the photo's lower edge and goes again.

A photo has no arms that could be moved, so this stands for them: whether a Prompt asks for gestures can be seen.
"""

from __future__ import annotations

import functools
import re
from math import sin
from typing import Final

from mediaprep.emulator.render.drawing.canvas import Curve, Fill, VectorCanvas
from mediaprep.emulator.render.drawing.sprites import Area, Planes, Sprite, sprite_of
from mediaprep.emulator.render.planes import BT601

_NONE: Final = re.compile(
    r"(?i)(不|无|没有|勿|避免|禁止)[^，。；,.;]{0,6}(手势|手部|动作)|(双手|手部?)[^，。；,.;]{0,4}(不动|静止|保持|下垂)"
    r"|\b(no|without|avoid|any)\b[^,.;]{0,12}(gestur|hand)|hands?\b[^,.;]{0,12}\b(still|down|rest)"
)
_SOME: Final = re.compile(
    r"(?i)手势|挥手|招手|比划|伸手|举手|竖起|gestur|wav(e|ing)|rais\w+ (a|his|her|the)? ?hand|point(s|ing)"
)
_EVERY, _FIRST, _LASTS = 3.2, 0.5, 1.8  # seconds
_SHARE = 0.3  # of the photo's shorter side: how far the hand comes up
_SKIN, _SLEEVE = Fill(colour=(240, 199, 168), shade=0.12), Fill(colour=(58, 66, 92), shade=0.2)


def asked_for(prompt: str) -> bool:
    """Whether a Prompt wants gestures; the service's own, which an empty one stands for, wants some."""
    if not prompt.strip():
        return True
    return bool(_SOME.search(prompt)) and not _NONE.search(prompt)


def height_at(moment: float) -> float:
    """How far the hand is up at a second, 0 (out of sight) to 1."""
    at = (moment - _FIRST) % _EVERY if moment >= _FIRST else _LASTS
    if at >= _LASTS:
        return 0.0
    return min(1.0, 1.25 * sin(3.14159 * at / _LASTS))


class RaisedHand:
    """The hand for photos of one size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._side = max(8, round(min(size) * _SHARE) // 2 * 2)

    def over(self, planes: Planes, up: float) -> None:
        """Draw it on a frame, in place, as far up as it is."""
        step = round(up * self._side / 2) * 2
        if step > 0:
            self._sprite(step).lay(planes)

    @functools.lru_cache(64)  # noqa: B019 - lives as long as one task
    def _sprite(self, step: int) -> Sprite:
        width, height = self._size
        left = (round(width * 0.72) - self._side // 2) // 2 * 2
        area = Area(left=left, top=height - step, right=left + self._side, bottom=height).within(
            width, height
        )
        canvas = VectorCanvas(
            area.size, corner=(area.left, area.top), origin=(left, height - step), scale=self._side
        )
        sleeve: list[Curve] = [
            (0.33, 0.85, 0.33, 0.95, 0.32, 1.1), (0.45, 1.1, 0.55, 1.1, 0.68, 1.1),
            (0.67, 0.95, 0.67, 0.85, 0.66, 0.78),
        ]  # fmt: skip
        canvas.shape((0.34, 0.78), sleeve, _SLEEVE)
        for x, top in ((0.36, 0.2), (0.46, 0.12), (0.56, 0.14), (0.65, 0.24)):
            canvas.limb(((x, top), (0.4 + (x - 0.4) * 0.7, 0.55)), (0.088,), _SKIN)
        canvas.limb(((0.2, 0.42), (0.4, 0.62)), (0.09,), _SKIN)
        canvas.oval((0.5, 0.6), 0.17, 0.19, _SKIN)
        return sprite_of(canvas.pixels, area, BT601)
