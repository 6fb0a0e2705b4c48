"""What an output must show, and what it did show. `media.prove` measures."""

from __future__ import annotations

from dataclasses import dataclass

from mediaprep.model.joining import CodedPicture, Part
from mediaprep.model.plans import (
    Canvas,
    CaptionFont,
    CaptionStyle,
    Clip,
    Levelling,
    PlacedCue,
    Role,
)


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What a finished file must show. `cues` are those burnt into the picture, none when nothing was."""

    canvas: Canvas
    clips: tuple[Clip, ...]
    cues: tuple[PlacedCue, ...] = ()
    style: CaptionStyle | None = None
    font: CaptionFont | None = None
    levelling: Levelling | None = None
    parts: tuple[Part, ...] = ()  # what of the picture was copied; none: all was encoded
    coded: CodedPicture | None = None
    restaged: bool = False  # main's picture is cut out or reframed: it cannot be compared with its own

    @property
    def main(self) -> Clip:
        return next(clip for clip in self.clips if clip.role is Role.MAIN)

    @property
    def frames(self) -> int:
        return self.clips[-1].end_frame

    @property
    def seconds(self) -> float:
        return float(self.frames / self.canvas.fps)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measure of an output beside what was expected of it. `held` None = it could not be measured."""

    name: str  # frames | decode_errors | av_offset | …
    held: bool | None
    measured: object
    expected: str
    unit: str = ""
    note: str = ""

    def say(self) -> str:
        verdict = {True: "held", False: "FAILED", None: "not measured"}[self.held]
        value = f"{self.measured} {self.unit}".strip()
        return f"{self.name}: {value} (expected {self.expected}) {verdict}" + (
            f": {self.note}" if self.note else ""
        )


def broken(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks that did not hold; what could not be measured is not counted as broken."""
    return tuple(check for check in checks if check.held is False)
