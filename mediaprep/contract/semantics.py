"""What a request means once it is accepted: which voice, which stretch of footage, what size, subtitles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from mediaprep.contract import endpoints
from mediaprep.contract.judging import View
from mediaprep.contract.limits import default_of

Splice = Literal["back_and_forth", "forward"]

FPS: Final = 25.0
CRF: Final = 17
FPS_ENDS: Final = (15.0, 60.0)
BITRATE_ENDS: Final = (1_000_000, 9_000_000)
LARGEST: Final[Mapping[str, tuple[int, int]]] = {"Shared": (2560, 1440), "Exclusive": (4096, 4096)}
"""Largest no-train output (longer side, shorter side) by ConcurrencyType."""

PHOTO_SECONDS_PER_SECOND: Final[Mapping[int, float]] = {0: 20.0, 1: 40.0}
"""Rendering seconds for each second of a photo video, by Resolution; 1080P is "more than twice" 720P."""

BITRATE_COST: Final = 1.10
FRAME_RATE_COST_AT_60: Final = 1.30
"""What VideoParametersConsistent costs in time: about 10 % for the bit rate, 30 % from 25 to 60 fps."""


@dataclass(frozen=True, kw_only=True)
class FootageUse:
    """The stretch of the template video that is used (seconds; end None = to its end) and how it is repeated
    when the sound is longer."""

    start: float
    end: float | None
    splice: Splice
    returns: bool = False  # Circle: ends where it began


@dataclass(frozen=True, kw_only=True)
class RequestedEncoding:
    """Of a no-train result. `bits_per_second` None = constant quality at `crf`."""

    fps: float
    bits_per_second: int | None
    crf: int | None


def value_of(endpoint: str, payload: Mapping[str, Any], path: str) -> Any:
    """A parameter as the service takes it: as given, else the documented default (None = it decides)."""
    view = View(endpoint, payload)
    return view.raw(path) if view.given(path) else default_of(endpoint, path)


def subtitles_expected(endpoint: str, payload: Mapping[str, Any]) -> bool:
    """Whether SubtitlesUrl will be filled: text-driven basic and advanced only."""
    return endpoints.get(endpoint).subtitles and View(endpoint, payload).by_text


def voice_of(endpoint: str, payload: Mapping[str, Any]) -> str | None:
    """The TimbreKey that speaks; "" = the avatar's own voice, None = the sound of the given audio is kept."""
    view = View(endpoint, payload)
    if view.drive == endpoints.ORIGINAL:
        return None
    return view.text("TimbreKey" if endpoint == "tts" else "SpeechParam.TimbreKey")


def footage(payload: Mapping[str, Any]) -> FootageUse:
    """Which part of the template video a no-train request uses."""
    view = View("notrain", payload)
    kind = view.text("VideoParam.MakeType") or "Default"
    start = view.number("VideoParam.StartTime") or 0.0
    looped: Splice = "forward" if view.number("VideoLoop") == 1 else "back_and_forth"
    match kind:
        case "Custom":
            return FootageUse(start=start, end=view.number("VideoParam.EndTime"), splice="back_and_forth")
        case "Circle":
            return FootageUse(start=start, end=None, splice="back_and_forth", returns=True)
        case "CustomOnlyStart":
            return FootageUse(start=start, end=None, splice="back_and_forth")
        case _:
            return FootageUse(start=0.0, end=None, splice=looped)


def encoding(payload: Mapping[str, Any], fps: float, bits_per_second: int) -> RequestedEncoding:
    """Frame rate and bit rate of a no-train result, from those of the template video."""
    if View("notrain", payload).number("VideoParametersConsistent") != 1:
        return RequestedEncoding(fps=FPS, bits_per_second=None, crf=CRF)
    low, high = BITRATE_ENDS
    slow, fast = FPS_ENDS
    rate = min(max(bits_per_second, low), high)
    return RequestedEncoding(fps=min(max(fps, slow), fast), bits_per_second=rate, crf=None)


def fits(width: int, height: int, concurrency: str) -> bool:
    """Whether a no-train result keeps the template's size. Orientation is not documented: the longer side is
    held against the longer one."""
    longer, shorter = LARGEST.get(concurrency, LARGEST["Exclusive"])
    return max(width, height) <= longer and min(width, height) <= shorter


def output_seconds(template_seconds: float, audio_seconds: float) -> float:
    """Length of a no-train result. Where the sound is shorter the docs say nothing: taken as the sound's."""
    return audio_seconds if audio_seconds > 0 else template_seconds


def render_seconds(payload: Mapping[str, Any], seconds: float) -> float:
    """How long a photo video of `seconds` takes to make, by the docs' figures."""
    large = View("photo", payload).number("VideoParam.Resolution") == 1
    return seconds * PHOTO_SECONDS_PER_SECOND[1 if large else 0]


def cost_of_consistency(fps: float) -> float:
    """The factor VideoParametersConsistent puts on a no-train task's time at this output frame rate."""
    share = min(max((fps - FPS) / (FPS_ENDS[1] - FPS), 0.0), 1.0)
    return BITRATE_COST * (1 + (FRAME_RATE_COST_AT_60 - 1) * share)


def ends_in_motion(endpoint: str, request: Mapping[str, Any]) -> bool:
    """Whether somebody is to be seen at the end of the result: a page without an avatar stands still while it is
    spoken."""
    if endpoint != "ppt":
        return True
    pages = request.get("PageConfigs")
    last = pages[-1] if isinstance(pages, list) and pages else None
    return isinstance(last, Mapping) and bool(last.get("VirtualmanKey"))
