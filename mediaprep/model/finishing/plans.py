"""What a finished video will be made of, as values: clips, captions, logo, loudness. Plans are pure data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.joining import CodedPicture, CopiedSound, PicturePart
from mediaprep.model.finishing.scenery import Scenery
from mediaprep.model.labels import Credential, LabelOrder

STILL = "still"
"""The container that the facts of a photo name which stands on the timeline as a clip."""

STILL_SECONDS = 3.0
"""How long a photo stands on the timeline."""

SUFFIXES = (".mp4", ".m4v", ".mov")
"""How the name of a finished video may end: it is an MP4 whatever it was made of."""


class Role(enum.StrEnum):
    """Where a clip stands in the finished video."""

    HEAD = "head"
    MAIN = "main"
    TAIL = "tail"

    @property
    def zh(self) -> str:
        """As it is called in Chinese."""
        return {Role.HEAD: "片头", Role.MAIN: "主视频", Role.TAIL: "片尾"}[self]


def shown_size(facts: VideoFacts) -> tuple[int, int]:
    """Width and height as a player shows them: turned, and with square pixels."""
    if not facts.pixel_aspect or abs(facts.pixel_aspect - 1) < 1e-3:
        return facts.width, facts.height
    if facts.rotation in {90, 270}:
        return facts.width, max(2, round(facts.height * facts.pixel_aspect))
    return max(2, round(facts.width * facts.pixel_aspect)), facts.height


def why_not_as_coded(facts: VideoFacts) -> Text | None:
    """Why players do not show the coded picture as it stands; whoever copies it into another file takes that along,
    and it then holds for all of the file."""
    if facts.mirrored:
        return Text("is shown mirrored", "带有镜像标记")
    if facts.rotation:
        return Text(f"is turned by {facts.rotation}°", f"带有 {facts.rotation}° 旋转")
    if shown_size(facts) != (facts.width, facts.height):
        return Text("has pixels that are not square", "像素不是正方形")
    return None


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """The finished picture and sound: pixels, exact frames per second, samples per second, channels."""

    width: int
    height: int
    fps: Fraction
    sample_rate: int
    channels: int = 2

    def samples_at(self, frame: int) -> int:
        """The sample that sounds when frame `frame` appears, rounded once so that errors never add up."""
        return round(frame * self.sample_rate / self.fps)

    def milliseconds_at(self, frame: int) -> int:
        return round(frame * 1000 / self.fps)


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One file on the timeline: exact frames and samples it fills, and where it begins in both.

    `held_frames` of its frames, at the end, repeat its last picture while its sound goes on; `fades_out` of
    them are also the next clip's first (its `fades_in`), the one fading into the other. A still (a photo
    shown for a while) has facts whose container is STILL.
    """

    path: Path
    facts: VideoFacts
    role: Role
    first_frame: int
    frames: int
    first_sample: int
    samples: int
    held_frames: int = 0
    fades_in: int = 0
    fades_out: int = 0

    @property
    def still(self) -> bool:
        return self.facts.container == STILL

    @property
    def has_sound(self) -> bool:
        return self.facts.audio_tracks > 0

    @property
    def end_frame(self) -> int:
        return self.first_frame + self.frames


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One caption: integer milliseconds from the start of what it belongs to, one or two lines.

    `second` is another language under them; `spoken_ms` when each character of the lines begins (karaoke).
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    second: tuple[str, ...] = ()
    spoken_ms: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join((*self.lines, *self.second))


@dataclass(frozen=True, kw_only=True)
class PlacedCue:
    """A cue on the finished timeline. It shows on frames `first_frame` … `end_frame` − 1."""

    cue: Cue
    first_frame: int
    end_frame: int


@dataclass(frozen=True, kw_only=True)
class SilenceMap:
    """Where a sound track rests: (start, end) in milliseconds, in order, edges of the track included."""

    total_ms: int
    pauses: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class CaptionStyle:
    """How captions look. Sizes in canvas pixels; colours as RRGGBB; `margin_bottom` below the last line,
    `margin_top` above the first where the position is top. `box` is the colour of a plate behind them;
    `highlight` of what has been spoken (karaoke); `second_*` belong to the second language. Of the words: no line
    parts `names`; 。 and ， at line ends are dropped or kept (`punctuation`; None: as is usual in their language);
    `children` read more slowly."""

    font_px: int  # the side of one full-width character
    max_units: int  # full-width characters a line
    safe_units: int = 0  # full-width characters that the safe width holds
    max_lines: int = 2
    margin_bottom: int = 0
    margin_side: int = 0
    outline_px: float = 2.0
    color: str = "FFFFFF"
    outline_color: str = "101010"
    position: str = "bottom"  # bottom | top | middle
    margin_top: int = 0
    box: str | None = None
    box_opacity: float = 0.6
    box_pad_px: int = 0
    highlight: str | None = None
    align: str = "center"  # left | center | right
    opacity: float = 1.0
    second_px: int = 0
    second_units: float = 0
    names: frozenset[str] = frozenset()
    punctuation: str | None = None
    children: bool = False


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture laid over the video: canvas pixels of its box, opacity 0–1, and the picture's format."""

    path: Path
    format: str  # png | jpg | webp | bmp
    x: int
    y: int
    width: int
    height: int
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class LoudnessTarget:
    """What the finished programme shall measure: LUFS integrated, dBTP at most."""

    name: str  # web | streaming | ebu
    lufs: float
    ceiling_dbtp: float


@dataclass(frozen=True, kw_only=True)
class LoudnessMeasure:
    """What ebur128 measured: LUFS integrated, LU range, dBTP. None = silence, nothing to measure."""

    lufs: float | None
    range_lu: float | None
    peak_dbtp: float | None


@dataclass(frozen=True, kw_only=True)
class Levelling:
    """How the programme gets to its target: one static gain, and a limiter only when the peak needs it. (Then
    the peak in `measured` may be that of samples, which the true one is not below.)

    `expected_lufs` is what the output will measure: the target, or what the limiter leaves of it.
    """

    target: LoudnessTarget
    measured: LoudnessMeasure
    gain_db: float
    limiter: bool
    expected_lufs: float

    @property
    def linear(self) -> bool:
        """Whether the target is met by the gain alone, dynamics untouched."""
        return not self.limiter


LOUDNESS_TARGETS = {
    "web": LoudnessTarget(name="web", lufs=-16.0, ceiling_dbtp=-1.0),
    "streaming": LoudnessTarget(name="streaming", lufs=-14.0, ceiling_dbtp=-1.0),
    "ebu": LoudnessTarget(name="ebu", lufs=-23.0, ceiling_dbtp=-1.0),
}


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How pixels and samples are written. `preset` and `crf` are x264's; audio bitrate in bit/s."""

    preset: str = "faster"
    crf: float = 19.6
    audio_bitrate: int = 192_000

    @property
    def tuning(self) -> Mapping[str, str]:
        """Options of ffmpeg's libx264 that differ from the preset's.

        With `faster` there is less search for motion, which speakers and slides hardly have, at a finer quantiser:
        the bytes (0.94–1.06; 1.2 with heavy grain) and the quality (VMAF −0.3…+0.15, SSIM within 0.0006) of plain
        `faster` at crf 20 in 0.67–0.88 of its time. Measured on eight clips: two speakers at two sizes, grain, a
        pan, slides, captions."""
        return {"refs": "1", "subq": "2", "motion-est": "dia"} if self.preset == "faster" else {}


@dataclass(frozen=True, kw_only=True)
class CaptionFont:
    """A font file. `line_factor`: line height over the full-width side. `others` draw the characters that
    this one lacks: `lent` says which of them (by index) draws which. `carried`: it is the one that we bring
    along, whose marks stand closer together and have Latin forms;
    `language`: by which its regional forms are asked for."""

    path: Path
    family: str
    line_factor: float
    carried: bool = False
    language: str = ""
    others: tuple[CaptionFont, ...] = ()
    lent: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class VisibleMark:
    """The mark as it is drawn: a caption of its own from the first picture on, in its own style and font."""

    placed: PlacedCue
    style: CaptionStyle
    font: CaptionFont
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels of the canvas

    @property
    def end_frame(self) -> int:
        return self.placed.end_frame


@dataclass(frozen=True, kw_only=True)
class RenderPlan:
    """All that is needed to make the finished video at `output`, and how long it must be.

    `parts` says frame by frame what is copied from main (whose picture is `coded` so) and what is encoded;
    without parts everything is encoded in one pass, and `why_encoded` says why nothing is copied. `sound` says
    that main's is copied too; else it is encoded.
    """

    clips: tuple[Clip, ...]
    canvas: Canvas
    output: Path
    cues: tuple[PlacedCue, ...] = ()
    style: CaptionStyle | None = None
    font: CaptionFont | None = None
    burn: bool = False
    soft: str | None = None  # the language (ISO 639-2) of a caption track that players draw
    logos: tuple[Logo, ...] = ()
    target: LoudnessTarget | None = None
    levelling: Levelling | None = None
    encoding: Encoding = Encoding()
    parts: tuple[PicturePart, ...] = ()
    coded: CodedPicture | None = None
    sound: CopiedSound | None = None
    why_encoded: Text | None = None
    mark: VisibleMark | None = None
    scenery: Scenery | None = None
    label: LabelOrder | None = None  # what is written where no input has a label: one that is there is kept
    credential: Credential | None = None  # what the finished file is signed with by C2PA

    @property
    def files(self) -> tuple[tuple[str, Path], ...]:
        """What it is made of, each with what it is there."""
        found: list[tuple[str, Path | None]] = [(clip.role.value, clip.path) for clip in self.clips]
        found += [("logo", logo.path) for logo in self.logos]
        if self.scenery is not None:
            background, music = self.scenery.background, self.scenery.music
            found.append(("background", background.path if background else None))
            found.append(("music", music.path if music else None))
        return tuple((role, path) for role, path in found if path is not None)

    @property
    def written(self) -> tuple[PlacedCue, ...]:
        """What is written over the picture: burnt captions and the mark."""
        return (*(self.cues if self.burn else ()), *((self.mark.placed,) if self.mark else ()))

    @property
    def expected_frames(self) -> int:
        return self.clips[-1].end_frame

    @property
    def expected_samples(self) -> int:
        return self.canvas.samples_at(self.expected_frames)

    @property
    def seconds(self) -> float:
        return float(self.expected_frames / self.canvas.fps)

    @property
    def main(self) -> Clip:
        return next(clip for clip in self.clips if clip.role is Role.MAIN)

    @property
    def compared(self) -> tuple[Clip, ...]:
        """The clips as far as what is seen and heard of them can be compared with their files."""
        scene = self.scenery
        into, out = (scene.fade_in, scene.fade_out) if scene else (0, 0)
        return unfaded(self.clips, range(into, self.expected_frames - out))


def unfaded(clips: tuple[Clip, ...], lit: range) -> tuple[Clip, ...]:
    """Clips whose fades are also those of the whole, which is as bright as it was made in the frames `lit`."""
    return tuple(
        replace(
            clip,
            fades_in=max(clip.fades_in, min(clip.frames, lit.start - clip.first_frame)),
            fades_out=max(clip.fades_out, min(clip.frames, clip.end_frame - lit.stop)),
        )
        for clip in clips
    )
