"""What of a finished picture is copied and what is encoded, as values."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from mediaprep.model.findings import Text


class PartMethod(enum.StrEnum):
    """How a part of the picture is made."""

    COPIED = "copied"
    ENCODED = "encoded"


@dataclass(frozen=True, kw_only=True)
class PicturePart:
    """Frames `first_frame` … `end_frame` − 1 of the finished timeline, made in one way. A copied part begins
    at an instantaneous refresh (IDR) of main and ends before one, or at main's end."""

    first_frame: int
    end_frame: int
    way: PartMethod

    @property
    def frames(self) -> int:
        return self.end_frame - self.first_frame


@dataclass(frozen=True, kw_only=True)
class CodedSound:
    """How a video's sound is coded, where it is AAC-LC whose frames follow each other without a gap. `first` is the
    sample at which the first frame is heard, counted from the moment its picture begins (below 0 lies what an
    encoder hides); `stamp` is the same in the file's own count."""

    rate: int
    channels: int
    configuration: bytes  # AudioSpecificConfig, ISO/IEC 14496-3
    first: int
    stamp: int
    frames: int


@dataclass(frozen=True, kw_only=True)
class CopiedSound:
    """Main's own AAC frames in the finished track. Frames stand on one grid, so that encoded ones and main's can
    follow each other: `shift` samples more than an encoder's own are hidden at the track's beginning for that.

    `starts`: the sample of the finished timeline at which main's picture begins. `led`, `trailed`: encoded sound
    comes before, and after. `usable`: frames up to which it is main that is heard.
    """

    coded: CodedSound
    starts: int
    usable: int
    led: bool
    trailed: bool

    def at(self, frame: int) -> int:
        """The sample of the finished timeline at which a frame of main is heard."""
        return self.starts + self.coded.first + AAC_FRAME * frame

    @property
    def entry(self) -> int:
        """The first frame of main that is heard when its picture begins."""
        return max(0, -(self.coded.first // AAC_FRAME))

    @property
    def begin(self) -> int:
        """The first frame that is copied where nothing comes before: a decoder needs two to find its way."""
        return max(0, self.entry - 2)

    @property
    def shift(self) -> int:
        return -self.at(0) % AAC_FRAME if self.led else 0

    @property
    def ahead(self) -> int:
        """A frame's number in the finished track less its number in main."""
        return (self.at(1) + self.shift) // AAC_FRAME if self.led else -self.begin

    @property
    def surely(self) -> range:
        """The frames of main that are copied wherever exactly the seams are."""
        first = self.entry + SEAM if self.led else self.begin
        return range(first, self.usable - SEAM if self.trailed else self.usable)


AAC_FRAME = 1024  # samples
SEAM = 64  # frames of main's sound within which a seam lies


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
    sound: CodedSound | None = None  # beside it, where it could be copied too


@dataclass(frozen=True, kw_only=True)
class Unjoinable:
    """Why a video's packets cannot be copied."""

    why: Text
