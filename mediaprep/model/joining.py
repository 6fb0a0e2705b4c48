"""What of a finished picture is copied and what is encoded, as values."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from mediaprep.model.findings import Text


class Way(enum.StrEnum):
    """How a part of the picture is made."""

    COPIED = "copied"
    ENCODED = "encoded"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Frames `first_frame` … `end_frame` − 1 of the finished timeline, made in one way. A copied part begins
    at an instantaneous refresh (IDR) of main and ends before one, or at main's end."""

    first_frame: int
    end_frame: int
    way: Way

    @property
    def frames(self) -> int:
        return self.end_frame - self.first_frame


@dataclass(frozen=True, kw_only=True)
class CodedPicture:
    """How a video's picture is coded, read from its packets without decoding. Frames are numbered as shown.

    `fps` is the rate the numbers were checked against: `even` = every picture stands within a millisecond of
    its place in it. `refreshes` are the frames at which decoding can begin with nothing before needed.
    """

    fps: Fraction
    frames: int
    even: bool
    hidden: int  # packets that an edit list does not show
    reorder: int  # pictures by which decoding runs ahead of showing
    refreshes: tuple[int, ...]
    starts_clean: bool  # the first packet is a refresh
    width: int
    height: int
    profile: int
    depth: int
    chroma: int
    progressive: bool
    nal_length: int
    references: int
    taken: frozenset[int]  # ids of its parameter sets
    changes: bool = False  # parameter sets change on the way


@dataclass(frozen=True, kw_only=True)
class Unjoinable:
    """Why a video's packets cannot be copied."""

    why: Text
