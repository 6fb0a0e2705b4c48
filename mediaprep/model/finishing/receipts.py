"""The receipt of a finished video: what it was made of, what was done, and what it showed when it was proved.

Values, and their JSON (`mediaprep.receipt/1`; later versions only add keys). Reading takes nothing on trust:
unknown keys are passed over, a wrong type or a missing key is a ValueError that names it.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import types
import typing
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediaprep.model.findings import Text
from mediaprep.model.finishing.proof import Check

SCHEMA = "mediaprep.receipt/1"
SUFFIX = ".receipt.json"
DRIVING = "driving_sound"
"""The role of the sound that was sent and must come back as it was."""
RESULT = "result"
"""The role of the sound of the service's own video, where nothing was finished."""
_MOST_BYTES = 64 << 20  # of one packed measure


class DrivingSource(enum.StrEnum):
    """What made the presenter speak; only the sound of `OriginalVoice` comes back as it was sent."""

    TEXT = "Text"
    ORIGINAL = "OriginalVoice"
    MODULATED = "ModulatedVoice"


@dataclass(frozen=True, kw_only=True)
class FileMark:
    """A file by its content. `role`: main, head, tail, logo, captions, a wire path, output, sidecar, picture …"""

    role: str
    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class LabelRecord:
    """The label (AIGC) that a file carried: the output's, or an input's. `text` is its beginning, for people."""

    role: str
    name: str
    sha256: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the service answered to one paid request; `duration_ms` is the Duration it stated."""

    kind: str  # voice | video
    endpoint: str
    task_id: str
    status: str
    code: int = 0
    duration_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Mended:
    """What was done to one input before it was sent."""

    parameter: str
    steps: tuple[Text, ...]
    sha256_before: str
    sha256_after: str


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The output's outside: the codec and size of its picture, exact rate, length, sound, all its streams."""

    codec: str
    width: int
    height: int
    fps: str  # an exact fraction: 25, 30000/1001
    frames: int
    seconds: float
    sample_rate: int
    channels: int
    streams: tuple[str, ...]  # kind and codec of each


@dataclass(frozen=True, kw_only=True)
class HeardVoice:
    """A sound that must be heard in the output from `starts` on: seconds, and its bands (`media.prove.bands`)."""

    role: str
    name: str
    starts: float
    seconds: float
    bands: bytes


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """One picture of the output, small and grey; `stir` = how much it changed within `after` frames, in grey
    levels of the place that changed most (None = not looked at)."""

    frame: int
    thumb: bytes
    after: int = 0
    stir: float | None = None


@dataclass(frozen=True, kw_only=True)
class CaptionMark:
    """A burnt caption as the difference of a picture with it and one without, over the rows it stands in."""

    text: str
    shown: tuple[int, ...]  # frame numbers
    hidden: tuple[int, ...]
    first_row: int
    end_row: int
    pattern: bytes


@dataclass(frozen=True, kw_only=True)
class TrackedCaption:
    """A caption in a track of the file, milliseconds from its start."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, kw_only=True)
class ShownMark:
    """The visible mark as it is drawn over the first pictures: in `box` (left, top, right, bottom, pixels), how dense
    and how bright each pixel of it is, and the frames to look at."""

    text: str
    box: tuple[int, ...]
    frames: tuple[int, ...]
    cover: bytes
    ink: bytes


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the output showed when it was proved."""

    shape: Shape
    voices: tuple[HeardVoice, ...] = ()
    glimpses: tuple[Glimpse, ...] = ()
    captions: tuple[CaptionMark, ...] = ()
    burnt: int = 0  # how many captions stand in the picture
    tracked: tuple[TrackedCaption, ...] = ()  # those in the caption track
    result_seconds: float | None = None  # of the service's own video, before finishing
    mark: ShownMark | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One finished output. `request` is redacted; `plan` is for people; times are ISO 8601 in UTC."""

    made_at: str
    verb: str  # run | finish | fetch
    tools: Mapping[str, str]
    inputs: tuple[FileMark, ...]
    outputs: tuple[FileMark, ...]  # the video first
    evidence: Evidence
    checks: tuple[Check, ...] = ()
    plan: Mapping[str, Any] | None = None
    endpoint: str | None = None
    drive: DrivingSource | None = None
    request: Mapping[str, Any] | None = None
    answers: tuple[Answered, ...] = ()
    fixes: tuple[Mended, ...] = ()
    labels: tuple[LabelRecord, ...] = ()  # the output's first, if it has one, then those of the inputs
    emulated: bool = False  # the result is an emulator's: nothing was paid

    @property
    def video(self) -> FileMark:
        return self.outputs[0]

    @property
    def stated_seconds(self) -> float | None:
        """The length of the service's own video, as it stated it."""
        stated = [a.duration_ms for a in self.answers if a.kind == "video" and a.duration_ms]
        return stated[-1] / 1000 if stated else None


def to_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON knows it."""
    return {"schema": SCHEMA, **_plain(receipt)}


def from_json(document: object) -> Receipt:
    """The receipt in `document`. Raises ValueError that says what is wrong."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    receipt: Receipt = _read(Receipt, document, "receipt")
    if not receipt.outputs:
        raise ValueError("receipt.outputs is empty")
    return receipt


def _plain(value: object) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(zlib.compress(value, 9)).decode("ascii")
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Text):
        return {"en": value.en, "zh": value.zh}
    if isinstance(value, float):
        return round(value, 6)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _read(kind: Any, value: Any, where: str) -> Any:
    """`value` as `kind`, a type hint of the classes above."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in {Any, object}:
        return value
    if origin is types.UnionType:
        return None if value is None else _read(next(k for k in inner if k is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{where} is no list")
        return tuple(_read(inner[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, dict):
            raise ValueError(f"{where} is no object")
        return {key: _read(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    return _scalar(kind, value, where)


def _record(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is no object")
    hints = typing.get_type_hints(kind)
    found = {}
    for field in dataclasses.fields(kind):
        if field.name in value:
            found[field.name] = _read(hints[field.name], value[field.name], f"{where}.{field.name}")
        elif field.default is dataclasses.MISSING:
            raise ValueError(f"{where}.{field.name} is missing")
    return kind(**found)


def _scalar(kind: Any, value: Any, where: str) -> Any:
    if kind is Text:
        if not isinstance(value, dict) or not {"en", "zh"} <= set(value):
            raise ValueError(f"{where} is no text in two languages")
        return Text(str(value["en"]), str(value["zh"]))
    if kind is bytes:
        return _unpacked(value, where)
    if kind is float and type(value) is int:
        return float(value)
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and isinstance(value, str):
        return kind(value)
    if type(value) is not kind:
        raise ValueError(f"{where} is {type(value).__name__}, not {kind.__name__}")
    return value


def _unpacked(value: Any, where: str) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        found = unpacker.decompress(base64.b64decode(value, validate=True), _MOST_BYTES)
    except (TypeError, ValueError, binascii.Error, zlib.error) as error:
        raise ValueError(f"{where} is no packed measure") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ValueError(f"{where} is cut off or larger than {_MOST_BYTES >> 20} MiB")
    return found
