"""What an output must show, and what it did show. `media.prove` measures."""

from __future__ import annotations

from dataclasses import dataclass

from mediaprep.model.finishing.joining import CodedPicture, CopiedSound, PicturePart
from mediaprep.model.finishing.plans import (
    Canvas,
    CaptionFont,
    CaptionStyle,
    Clip,
    Levelling,
    PlacedCue,
    Role,
    VisibleMark,
    unfaded,
)


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What a finished file must show. `cues` are those burnt into the picture, none when nothing was."""

    canvas: Canvas
    clips: tuple[Clip, ...]
    cues: tuple[PlacedCue, ...] = ()
    style: CaptionStyle | None = None
    font: CaptionFont | None = None
    mark: VisibleMark | None = None
    levelling: Levelling | None = None
    parts: tuple[PicturePart, ...] = ()  # what of the picture was copied; none: all was encoded
    coded: CodedPicture | None = None
    sound: CopiedSound | None = None  # what of the sound was copied
    restaged: bool = False  # main's picture is cut out or reframed: it cannot be compared with its own
    fade_in: int = 0  # frames of the whole that come out of black
    fade_out: int = 0

    @property
    def main(self) -> Clip:
        return next(clip for clip in self.clips if clip.role is Role.MAIN)

    @property
    def frames(self) -> int:
        return self.clips[-1].end_frame

    @property
    def lit(self) -> range:
        """The frames that are as bright as they were made."""
        return range(self.fade_in, self.frames - self.fade_out)

    @property
    def compared(self) -> tuple[Clip, ...]:
        """The clips whose pictures can be compared with their files: not where the whole fades."""
        return unfaded(self.clips, self.lit)

    @property
    def seconds(self) -> float:
        return float(self.frames / self.canvas.fps)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measure of an output beside what was expected of it. `held` None = it could not be measured. The
    `_zh` are what is said in Chinese, where it is not the same."""

    name: str  # frames | decode_errors | av_offset | …
    held: bool | None
    measured: object
    expected: str
    unit: str = ""
    note: str = ""
    expected_zh: str = ""
    note_zh: str = ""

    def wanted(self, lang: str) -> str:
        return self.expected_zh or self.expected if lang.startswith("zh") else self.expected

    def remark(self, lang: str) -> str:
        return self.note_zh or self.note if lang.startswith("zh") else self.note

    def say(self, lang: str = "en") -> str:
        """A line for errors and notes; `report.proof_text` has one for people at a terminal."""
        value = f"{self.measured} {self.unit}".strip()
        note = self.remark(lang)
        if lang.startswith("zh"):
            verdict = {True: "通过", False: "未通过", None: "无法测量"}[self.held]
            return f"{self.name}：{value}（期望 {self.wanted(lang)}）{verdict}" + (
                f"：{note}" if note else ""
            )
        verdict = {True: "held", False: "FAILED", None: "not measured"}[self.held]
        return f"{self.name}: {value} (expected {self.wanted(lang)}) {verdict}" + (
            f": {note}" if note else ""
        )


def unreadable(why: str) -> Check:
    """A video that does not open; `why` is what a reader said."""
    return Check(
        name="readable",
        held=False,
        measured=why,
        expected="a video that opens",
        expected_zh="可以打开的视频",
    )


def broken(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks that did not hold; what could not be measured is not counted as broken."""
    return tuple(check for check in checks if check.held is False)
