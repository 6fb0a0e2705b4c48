"""What was measured of a file. `None` = not measured (judged UNKNOWN); `ABSENT` = looked for, not there."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, Literal


class Absent(enum.Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT


class Kind(enum.StrEnum):
    """What a file is, by its bytes (never by its name)."""

    VIDEO = "video"
    AUDIO = "audio"
    PHOTO = "photo"
    DECK = "deck"
    TEXT = "text"
    CAPTIONS = "captions"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Unmeasured:
    """Why one measure is `None`, in both languages."""

    measure: str  # an attribute of the facts: faces, seconds …
    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class LabelFlaw:
    """What is wrong with a label. `rule`: the last part of its id (label.json, label.fields …)."""

    rule: str
    en: str
    zh: str


@dataclass(frozen=True, kw_only=True)
class LabelFacts:
    """The label of generated content (AIGC) that a file carries: its `text` (the first 64 KiB of it), all of it by
    size and hash, and what is wrong with it."""

    text: str
    size_bytes: int
    sha256: str
    flaws: tuple[LabelFlaw, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FaceBox:
    """One face in a picture: pixels of the picture as displayed, score 0–1 of the detector.

    `yaw` in degrees, positive where the face looks to the right of the picture; `pitch` positive downwards;
    `brightness` the mean grey (0–255) and `sharpness` the variance of the Laplacian of the upright face at
    112×112 (None where the face is too small for that)."""

    x: int
    y: int
    width: int
    height: int
    score: float
    yaw: float | None = None
    pitch: float | None = None
    brightness: float | None = None
    sharpness: float | None = None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a video, in seconds on its timeline."""

    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class MeasuredRange:
    """Lowest and highest of what was measured."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class SeenPicture:
    """One picture of a video that was looked at, and its faces, largest first, in pixels as displayed."""

    seconds: float
    faces: tuple[FaceBox, ...]


@dataclass(frozen=True, kw_only=True)
class AudioTrack:
    """The audio stream inside a video. `seconds` is measured, not claimed."""

    codec: str
    sample_rate: int
    channels: int
    seconds: float | None
    starts: float | None = None  # first sample on the file's timeline, seconds


@dataclass(frozen=True, kw_only=True)
class VideoFaces:
    """Faces on sampled frames. `complete` = the whole length was walked, so absence is proved.

    `gaps`: from a picture without a face to the next with one. `people`: at least so many, counted from
    frontal faces of 60 pixels and more. The rest is about the largest face of each picture: degrees of `yaw`
    and `pitch`; `usual_pitch`, which nine of ten pictures keep within; pictures where it is `turned` further
    than the docs advise, `dark` or `blurred`. `pictures`: what was looked at, evenly thinned to 240."""

    sampled: int
    with_face: int
    most: int
    complete: bool
    gaps: tuple[Stretch, ...] = ()
    people: int | None = None
    yaw: MeasuredRange | None = None
    pitch: MeasuredRange | None = None
    usual_pitch: float | None = None
    turned: int = 0
    dark: int = 0
    blurred: int = 0
    pictures: tuple[SeenPicture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PhotoMatch:
    """One reference photo beside a video. `similarity` is the highest cosine of its face and any face of the
    video, None when the photo shows no face or nothing could be compared; `seconds` and `face` say where."""

    similarity: float | None
    faces: int
    seconds: float | None = None
    face: FaceBox | None = None


@dataclass(frozen=True, kw_only=True)
class PersonMatch:
    """Reference photos beside a video. `compared` faces were compared on `sampled` pictures; `people` at
    least so many were seen from the front, `unsure` persons (one face followed from picture to picture) only
    in profile or smaller than 60 pixels; `complete` = every keyframe was walked, so absence is proved."""

    photos: tuple[PhotoMatch, ...]
    sampled: int
    compared: int
    people: int
    unsure: int
    complete: bool


@dataclass(frozen=True, kw_only=True)
class VideoFacts:
    """A video file. `width`/`height` as displayed (rotation applied), pixels; fps is the average rate;
    `seconds` from the first picture to the end of the last, measured from packets or the index (pictures
    that an edit list hides do not count), `claimed_seconds` what the header says."""

    kind: Literal[Kind.VIDEO] = Kind.VIDEO
    container: str  # mp4 | mov | avi | mkv | webm | flv | ts | …
    codec: str  # h264 | hevc | mpeg4 | prores | …
    profile: str | None = None
    pixel_format: str | None = None  # yuv420p | yuv420p10le | …
    width: int
    height: int
    rotation: int = 0  # degrees clockwise to display: 0 | 90 | 180 | 270
    mirrored: bool = False  # flipped left to right before it is turned
    fps: float | None = None
    frames: int | None = None
    seconds: float | None
    claimed_seconds: float | None = None
    size_bytes: int | None  # None only in a prediction: known once the file is made
    bitrate: int | None = None  # of the whole file, bit/s
    variable_rate: bool | None = None
    usual_fps: float | None = None  # where it varies: what nine pictures in ten keep to, if they do
    interlaced: bool | None = None
    hdr: bool | None = None  # PQ or HLG transfer
    alpha: bool | None = None  # whether its pictures have transparency
    faststart: bool | None = None  # moov before mdat; None where the container has no such thing
    video_tracks: int = 1  # moving pictures
    covers: int = 0  # still ones that are streams too: cover art, thumbnails
    audio_tracks: int = 0
    audio: AudioTrack | Absent | None = None
    faces: VideoFaces | None = None
    picture_starts: float | None = None  # first picture on the file's timeline, seconds
    pixel_aspect: float = 1.0  # width of one pixel over its height
    cut_short: bool | None = None  # the index names bytes beyond the end of the file
    hidden_seconds: float | None = None  # of picture that is in the file and that an edit list hides
    undecodable_seconds: float | None = (
        0.0  # from the beginning to the first picture that decodes, if it is not the first
    )
    decodes_from: float | None = None  # that picture on the file's timeline, seconds
    decoded_share: float | None = (
        1.0  # of its sound, by a few moments; of all of it where these leave a doubt
    )
    silent: bool | None = None  # whether its sound is, throughout
    decode_errors: int | None = None  # in all of it; only a thorough look counts them
    first_error: float | None = None  # where the first of them is, seconds on the file's timeline
    label: LabelFacts | Absent | None = None
    unmeasured: tuple[Unmeasured, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AudioFacts:
    """A sound file. Silence at the edges in seconds (windowed RMS 300 ms below −40 dB); a file that is
    silent throughout has all of it in `leading_silence` and 0 in `trailing_silence`."""

    kind: Literal[Kind.AUDIO] = Kind.AUDIO
    container: str  # wav | mp3 | asf | mp4 | aac | ogg | flac | amr | …
    format: str  # as the docs name it: wav | mp3 | wma | m4a | aac | ogg, else the container
    codec: str
    sample_rate: int
    channels: int
    seconds: float | None
    claimed_seconds: float | None = None  # None: its header does not say
    cut_short: bool | None = None  # it holds less than its header says, or lacks the mark of its end
    size_bytes: int | None  # None only in a prediction: known once the file is made
    bitrate: int | None = None
    leading_silence: float | None = None
    trailing_silence: float | None = None
    peak_dbfs: float | None = None
    clipped_share: float | None = None  # of its time, cut off at full scale
    above_background: float | None = None  # dB of a voice above what its pauses hold; None: nobody speaks
    background_dbfs: float | None = None  # what its pauses hold
    decoded_share: float | None = 1.0  # of what its packets should last; None = it could not be listened to
    label: LabelFacts | Absent | None = None
    unmeasured: tuple[Unmeasured, ...] = ()

    @property
    def silent(self) -> bool | None:
        """Whether nothing is heard in all of it."""
        if self.leading_silence is None or self.seconds is None:
            return None
        return self.leading_silence >= round(self.seconds, 3)


@dataclass(frozen=True, kw_only=True)
class PhotoFacts:
    """A picture. Sides in pixels with EXIF orientation applied."""

    kind: Literal[Kind.PHOTO] = Kind.PHOTO
    format: str  # jpg | png | bmp | webp | gif | tiff | heic | …
    mode: str | None = None  # RGB | CMYK | L | RGBA | I;16 …
    width: int
    height: int
    orientation: int = 1  # the EXIF flag as found, 1 = upright
    animated: bool = False
    size_bytes: int | None  # None only in a prediction: known once the file is made
    faces: tuple[FaceBox, ...] | None = None
    found: PhotoMatch | None = None  # in the video it was compared with
    label: LabelFacts | Absent | None = None
    unmeasured: tuple[Unmeasured, ...] = ()

    @property
    def face_count(self) -> int | None:
        return None if self.faces is None else len(self.faces)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height


@dataclass(frozen=True, kw_only=True)
class OnPages:
    """Something that pages of a deck hold, and on which (1-based; none: the deck as a whole). `kind`: linked |
    video | audio | animations | transitions | macros | fonts | embedded_fonts | smartart | ole | script | form.
    `names`: up to twenty fonts or linked files."""

    kind: str
    pages: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeckFacts:
    """A presentation or PDF. `pages_total` counts hidden pages too; lists of pages are 1-based.

    `claimed_pages` is what the file says of itself, None where it says nothing; `missing_pages` are listed and not
    in it; the first page's width and height in points (1/72 inch); `holds` None: not looked at."""

    kind: Literal[Kind.DECK] = Kind.DECK
    format: str  # pdf | ppt | pps | pptx | pptm | ppsx | ppsm | potx | potm
    flavour: str | None = None  # of what is packed like a pptx: which of these it says it is
    pages_total: int | None
    pages_visible: int | None = None
    hidden_pages: tuple[int, ...] | None = None
    encrypted: bool | None = None
    has_notes: bool | None = None
    notes_pages: tuple[int, ...] | None = None
    claimed_pages: int | None = None
    missing_pages: tuple[int, ...] = ()
    page_width: float | None = None
    page_height: float | None = None
    holds: tuple[OnPages, ...] | None = None
    size_bytes: int
    unmeasured: tuple[Unmeasured, ...] = ()

    @property
    def family(self) -> str:
        """Who reads it: pptx | ppt | pdf."""
        return {"pdf": "pdf", "ppt": "ppt", "pps": "ppt"}.get(self.format, "pptx")

    @property
    def page_aspect(self) -> float | None:
        """Width over height."""
        return self.page_width / self.page_height if self.page_width and self.page_height else None


@dataclass(frozen=True, kw_only=True)
class TextFacts:
    """A script. `characters` counts the raw string in Unicode code points, `spoken_characters` what is left
    of it without tags and with escapes resolved."""

    kind: Literal[Kind.TEXT] = Kind.TEXT
    format: Literal["plain", "ssml"] = "plain"
    characters: int
    spoken_characters: int | None
    lines: int = 1
    well_formed: bool = True
    problem: str | None = None  # what is not well-formed, with line and column
    problem_zh: str | None = None
    estimated_seconds: float | None = None  # at Speed 1
    size_bytes: int | None = None
    encoding: str | None = None  # UTF-8 | UTF-16 | GB18030 | Shift_JIS …; None: no file
    encoding_guessed: bool = False  # no mark in the file says so


@dataclass(frozen=True, kw_only=True)
class CaptionFacts:
    """A caption file: its form (srt | vtt | ass | ttml …), captions that are shown, and those that are not because
    nobody can say when; the first begins and the last ends at these seconds."""

    kind: Literal[Kind.CAPTIONS] = Kind.CAPTIONS
    form: str
    cues: int
    dropped: int = 0
    starts: float
    ends: float
    encoding: str
    encoding_guessed: bool = False
    size_bytes: int
    unmeasured: tuple[Unmeasured, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SheetPicture:
    """A small JPEG of a file for the report, and when it is shown (seconds; 0 for photos)."""

    seconds: float
    jpeg: bytes


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a report shows of a file: pictures over its length; stretches (start, end) in seconds that are
    black, or silent (None: there is no sound, or nobody listened)."""

    pictures: tuple[SheetPicture, ...]
    black: tuple[tuple[float, float], ...] = ()
    silent: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class UnknownFacts:
    """A file of no kind known here, or one that could not be read; `problem_*` says why. With `machine_fault` the
    reason lies in this machine (no memory, a missing library, a full disk), and nothing is known of the file."""

    kind: Literal[Kind.UNKNOWN] = Kind.UNKNOWN
    size_bytes: int | None
    problem_en: str
    problem_zh: str
    machine_fault: bool = False


Facts = VideoFacts | AudioFacts | PhotoFacts | DeckFacts | TextFacts | CaptionFacts | UnknownFacts
