"""Plan the saving anew of photos: upright RGB, sides in bounds, under the size limit, around one face."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from mediaprep.contract.bounds import Between
from mediaprep.contract.limits import Limit
from mediaprep.model.facts import FaceBox, Facts, PhotoFacts
from mediaprep.model.findings import Text
from mediaprep.model.steps import CropPhoto, SavePhoto, Step
from mediaprep.preflight.mending.footage import Unmendable, fit, highest, no_fit, sides

_CLEARANCE: Final = 0.4  # of another face's side kept away from it: a detector sees half a face too


def resave(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """One step that makes format, mode, orientation, sides and size right at once."""
    if not isinstance(facts, PhotoFacts):
        return Unmendable(("format",), Text("not a picture", "不是图片"))
    low, high = sides(rows)
    fitted = fit(facts.width, facts.height, low, high, even=False)
    if fitted is None:
        return no_fit(facts.width, facts.height, low, high)
    row = rows.get("size_bytes")
    most = int(highest(row.bound)) if row else None
    too_big = most is not None and facts.size_bytes is not None and facts.size_bytes > most
    lossless = facts.format == "png" and not too_big
    png = prefer == "png" or (prefer != "jpg" and lossless)
    return SavePhoto(
        format="png" if png else "jpg",
        width=fitted[0],
        height=fitted[1],
        max_bytes=most,
        least_side=math.ceil(low),
    )


def crop(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """Around the largest face: without the others, and within the ratio of sides where there is a rule."""
    del prefer
    measures = ("face_count", "aspect")
    if not isinstance(facts, PhotoFacts) or not facts.faces:
        why = Text("no face was found to crop around", "未找到可作为裁切中心的人脸")
        return Unmendable(measures, why)
    chosen = max(facts.faces, key=lambda face: face.width * face.height)
    area: _Area | None = _Area(0, 0, facts.width, facts.height)
    for other in facts.faces:
        if other is not chosen and area is not None:
            area = area.without(other, chosen)
    if area is None:
        return Unmendable(measures, Text("the faces touch: no crop parts them", "人脸相接：裁切无法分开"))
    row = rows.get("aspect")
    if row is not None and isinstance(row.bound, Between):
        area = area.within(row.bound.low, row.bound.high, chosen)
    return CropPhoto(x=area.left, y=area.top, width=area.right - area.left, height=area.bottom - area.top)


@dataclass(frozen=True)
class _Area:
    """What is kept of a picture; edges in pixels, right and bottom not included."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    def without(self, other: FaceBox, chosen: FaceBox) -> _Area | None:
        """The largest part on one side of `other`, kept clear of its hair where there is room, with all of
        `chosen` in it; itself where `other` is not in it; None where no straight cut parts them."""
        right, bottom = other.x + other.width, other.y + other.height
        if other.x >= self.right or right <= self.left or other.y >= self.bottom or bottom <= self.top:
            return self
        across, down = round(other.width * _CLEARANCE), round(other.height * _CLEARANCE)
        kept_right, kept_bottom = chosen.x + chosen.width, chosen.y + chosen.height
        parts = []
        if other.x >= kept_right:
            parts.append(replace(self, right=max(kept_right, other.x - across)))
        if right <= chosen.x:
            parts.append(replace(self, left=min(chosen.x, right + across)))
        if other.y >= kept_bottom:
            parts.append(replace(self, bottom=max(kept_bottom, other.y - down)))
        if bottom <= chosen.y:
            parts.append(replace(self, top=min(chosen.y, bottom + down)))
        return max(parts, key=lambda part: part.size, default=None)

    def within(self, low: float, high: float, chosen: FaceBox) -> _Area:
        """The longer side cut so that width / height lies in low…high, `chosen` in the middle if it can."""
        width, height = self.right - self.left, self.bottom - self.top
        if width > height * high:
            wide = math.floor(height * high)
            left = _centred(chosen.x + chosen.width / 2, wide, self.left, self.right)
            return replace(self, left=left, right=left + wide)
        if width < height * low:
            tall = math.floor(width / low)
            top = _centred(chosen.y + chosen.height / 2, tall, self.top, self.bottom)
            return replace(self, top=top, bottom=top + tall)
        return self


def _centred(middle: float, length: int, low: int, high: int) -> int:
    return max(low, min(high - length, round(middle - length / 2)))
