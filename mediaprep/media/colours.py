"""The colours that the finished picture is coded in: main's own, so that main is never converted, and everything
that comes to it is. Where main does not tell them, those that players take it to have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mediaprep.media import packets
from mediaprep.model.plans import Clip, RenderPlan

_MATRICES = {1: "bt709", 5: "bt470bg", 6: "smpte170m"}
_READ_MATRICES = {**_MATRICES, 9: "bt2020nc"}
_TRANSFERS = {"bt709": "bt709", "bt470bg": "smpte170m", "smpte170m": "smpte170m", "unknown": "unknown"}
LUMA = {"bt709": (0.2126, 0.0722), "bt470bg": (0.299, 0.114), "smpte170m": (0.299, 0.114)}
"""The shares of red and blue in luma."""
_RGB = re.compile(r"(a|0|x2)?(rgb|bgr|gbr)|pal8|ya|gray|mono")
_SD_WIDTH, _SD_HEIGHT = 1280, 576  # below the one and up to the other untold colours are BT.601 to players


@dataclass(frozen=True, kw_only=True)
class Colours:
    """`matrix`: how RGB becomes the samples of the finished picture; `tags`: what its stream tells of that."""

    matrix: str
    tags: str

    def drawn(self, stream: Any, pixel_format: str) -> Any:
        """A picture (RGB, or samples that tell their colours) in these colours."""
        return stream.filter("scale", out_color_matrix=self.matrix, out_range="tv").filter(
            "format", pix_fmts=pixel_format
        )

    def fitted(self, stream: Any, clip: Clip) -> Any:
        """A clip's picture (HDR tone-mapped) in these colours; one that tells none is taken to have them."""
        own = None if clip.still else _told(clip, _READ_MATRICES)
        if clip.still or full_range(clip) or (own is not None and own != self.matrix):
            stream = stream.filter("scale", out_color_matrix=self.matrix, out_range="tv")
        return self.tagged(stream)

    def tagged(self, stream: Any) -> Any:
        """Samples that are in these colours, told to be."""
        return stream.filter(
            "setparams", colorspace=self.tags, color_primaries=self.tags, color_trc=_TRANSFERS[self.tags], range="tv"
        )  # fmt: skip


def full_range(clip: Clip) -> bool:
    """Whether its samples fill all values, as RGB's do."""
    pixel_format = clip.facts.pixel_format or ""
    return pixel_format.startswith("yuvj") or is_rgb(pixel_format)


def is_rgb(pixel_format: str | None) -> bool:
    """Whether pixels of that format (ffmpeg's name) have no colour matrix yet."""
    return _RGB.match(pixel_format or "") is not None


def of_plan(plan: RenderPlan) -> Colours:
    """The colours of the plan's output. Where main's own samples are copied and tell nothing, what is encoded
    beside them tells nothing either."""
    facts, told = plan.main.facts, _told(plan.main, _MATRICES)
    if told is not None:
        return Colours(matrix=told, tags=told)
    small = facts.width < _SD_WIDTH and facts.height <= _SD_HEIGHT
    matrix = "smpte170m" if small else "bt709"
    return Colours(matrix=matrix, tags="unknown" if plan.parts else matrix)


def _told(clip: Clip, known: dict[int, str]) -> str | None:
    if clip.facts.hdr:
        return "bt709"
    info = packets.describe(clip.path).first("video")
    return known.get(info.matrix) if info else None
