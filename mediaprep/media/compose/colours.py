"""The colours that the finished picture is coded in: main's own, so that main is never converted, and everything
that comes to it is. Where main does not tell them, those that players take it to have."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from mediaprep.media.containers import packets
from mediaprep.model.finishing.plans import CaptionStyle, Clip, RenderPlan

_TAGS = {1: "bt709", 5: "bt470bg", 6: "smpte170m"}
_MATRICES = {1: "bt709", 5: "smpte170m", 6: "smpte170m", 9: "bt2020nc"}
"""By names that every version of ffmpeg's scale knows: 7.0 does not know bt470bg, which is the same matrix."""
_UNTOLD, _BT709 = 2, 1
_TRANSFERS = {"bt709": "bt709", "bt470bg": "smpte170m", "smpte170m": "smpte170m", "unknown": "unknown"}
LUMA = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114)}
"""The shares of red and blue in luma."""
DRAWN_IN = "smpte170m"
"""The matrix by which captions become samples, whatever the picture is coded in."""
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
        own = _MATRICES.get(_told(clip), self.matrix)
        if clip.still or full_range(clip) or own != self.matrix:
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
    facts, told = plan.main.facts, _told(plan.main)
    if told in _TAGS:
        return Colours(matrix=_MATRICES[told], tags=_TAGS[told])
    small = facts.width < _SD_WIDTH and facts.height <= _SD_HEIGHT
    matrix = "smpte170m" if small else "bt709"
    return Colours(matrix=matrix, tags="unknown" if plan.parts else matrix)


def painted(plan: RenderPlan, style: CaptionStyle | None) -> CaptionStyle | None:
    """A caption style in colours that come out as those wished although they are drawn by another
    matrix than the picture's. What that one cannot have (pure yellow) comes as near as it can."""
    if style is None:
        return None
    matrix = of_plan(plan).matrix
    if matrix == DRAWN_IN:
        return style
    return replace(
        style,
        color=_as_drawn(style.color, matrix),
        outline_color=_as_drawn(style.outline_color, matrix),
        highlight=_as_drawn(style.highlight, matrix) if style.highlight else None,
        box=_as_drawn(style.box, matrix) if style.box else None,
    )


def _as_drawn(rrggbb: str, matrix: str) -> str:
    """The colour that has by BT.601 the samples which `rrggbb` has by `matrix`."""
    red_share, blue_share = LUMA[matrix]
    red, green, blue = (float(part) for part in bytes.fromhex(rrggbb))
    luma = red_share * red + (1 - red_share - blue_share) * green + blue_share * blue
    drawn_red, drawn_blue = LUMA[DRAWN_IN]
    red = luma + (red - luma) * (1 - drawn_red) / (1 - red_share)
    blue = luma + (blue - luma) * (1 - drawn_blue) / (1 - blue_share)
    green = (luma - drawn_red * red - drawn_blue * blue) / (1 - drawn_red - drawn_blue)
    return "".join(f"{min(255, max(0, round(part))):02X}" for part in (red, green, blue))


def _told(clip: Clip) -> int:
    """The number of the clip's matrix (ISO 23091-2) once its HDR is tone-mapped."""
    if clip.facts.hdr:
        return _BT709
    info = None if clip.still else packets.describe(clip.path).first("video")
    return info.matrix if info else _UNTOLD
