"""Pages of a deck as pictures: how a page is fitted into the frame, and which way its picture was made."""

from __future__ import annotations

import enum
from dataclasses import dataclass

Colour = tuple[int, int, int]  # red, green, blue, 0–255
WHITE: Colour = (255, 255, 255)


class Fit(enum.StrEnum):
    """The two adaptation modes of PPT mode."""

    STRETCH = "stretch"  # 0: the page fills the frame, whatever its shape
    LETTERBOX = "letterbox"  # 1: the page keeps its shape, the rest is filled with a colour


class PictureSource(enum.StrEnum):
    """How a page's picture came about; the last two only stand in for it."""

    OFFICE = "LibreOffice"
    PDF = "PDF"
    THUMBNAIL = "thumbnail"  # the small picture that the deck carries of its first page
    CARD = "card"  # the page's title on a plain card


@dataclass(frozen=True, kw_only=True)
class FrameBox:
    """Pixels of a frame, from its top left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Framing:
    """A frame of width × height pixels, and how a page is fitted into it. `background` shows beside a
    letterboxed page."""

    width: int
    height: int
    fit: Fit = Fit.STRETCH
    background: Colour = WHITE

    def place(self, page_width: float, page_height: float) -> FrameBox:
        """Where a page of these sides (any unit) comes to stand: in the middle, sides rounded to whole pixels,
        an odd pixel left over below and at the right."""
        if self.fit is Fit.STRETCH:
            return FrameBox(x=0, y=0, width=self.width, height=self.height)
        scale = min(self.width / page_width, self.height / page_height)
        width = min(self.width, max(1, round(page_width * scale)))
        height = min(self.height, max(1, round(page_height * scale)))
        return FrameBox(
            x=(self.width - width) // 2, y=(self.height - height) // 2, width=width, height=height
        )


@dataclass(frozen=True, kw_only=True)
class PreviewPage:
    """One written page picture. `file` is its name in the folder."""

    number: int
    file: str
    way: PictureSource
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class PageStart:
    """When a page begins in a video, in seconds; None where it looks like the page before it, or is not found. The
    `confidence`, 0–1, is how clearly the pictures before and after tell the two pages apart."""

    number: int
    seconds: float | None
    confidence: float
