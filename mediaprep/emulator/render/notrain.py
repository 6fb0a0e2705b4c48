"""videomakenotrain: the user's footage, as long as the voice, with a mouth that follows it.

What the docs leave open is decided here: footage longer than the voice is cut to the voice; Shared limits the
longer side to 2560 and the shorter to 1440, larger footage is scaled down; Custom always swings there and
back, whatever VideoLoop says; Circle swings so that it ends where it began.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mediaprep.contract.rules import person
from mediaprep.emulator.render.drawing import footage, lips, mouth, splice
from mediaprep.emulator.render.drawing.cover import MouthCover
from mediaprep.emulator.render.encode import Reel, encode
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.voiced import subtitles, voice_of_task
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import VideoFacts

log = logging.getLogger(__name__)

_NO_FACE, _UNPREPARED = 802003, 802002
_SHARED, _EXCLUSIVE = (2560, 1440), (4096, 4096)
_FPS, _FPS_RANGE = Fraction(25), (Fraction(15), Fraction(60))
_BITRATE_RANGE = (1_000_000, 9_000_000)
_CRF = 17  # of output that is not aligned with its input


@dataclass(frozen=True, kw_only=True)
class FootagePlan:
    """The shape of the result, and which part of the footage (seconds) is shown in which manner."""

    size: tuple[int, int]
    fps: Fraction
    bitrate: int | None
    start: float
    end: float | None
    manner: splice.Manner
    strength: float
    resting: tuple[tuple[float, float], ...]
    everyone: bool
    teeth: bool
    singing: bool
    covered_too: bool  # whether a mouth behind something is driven
    enough: float  # how much a face must be like the photos' person, where there are photos


def plan(request: Mapping[str, Any], facts: VideoFacts) -> FootagePlan:
    """What the request asks for, of footage with these facts."""
    param: Mapping[str, Any] = request.get("VideoParam") or {}
    kind = str(param.get("MakeType") or "Default")
    start = 0.0 if kind == "Default" else float(param.get("StartTime") or 0.0)
    end = float(param.get("EndTime") or 0.0) if kind == "Custom" else 0.0
    same = request.get("VideoParametersConsistent") == 1
    return FootagePlan(
        size=output_size(facts.width, facts.height, str(request.get("ConcurrencyType") or "")),
        fps=_clamped_fps(facts.fps) if same else _FPS,
        bitrate=min(max(facts.bitrate or 0, _BITRATE_RANGE[0]), _BITRATE_RANGE[1]) if same else None,
        start=start,
        end=end or None,
        manner=_manner(kind, request.get("VideoLoop") == 1),
        strength=mouth.EXAGGERATED if param.get("MouthMode") == "Exaggerated" else mouth.SOFT,
        resting=tuple(
            (float(row.get("StartTime") or 0.0), float(row.get("EndTime") or 0.0))
            for row in param.get("DisableIntervals") or ()
        ),
        everyone=1 in (param.get("DisabledDetect"), param.get("DisableIdDetect")),
        teeth=param.get("EnableFakeTeeth") == 1,
        singing=param.get("EnableMusicMode") == 1,
        covered_too=param.get("DisableOcclusionDetect") == 1,
        enough=person.ENOUGH.get(str(param.get("FaceMatchMode")), person.ENOUGH["Loose"]),
    )


def _manner(kind: str, forward: bool) -> splice.Manner:
    if kind == "Circle":
        return splice.Manner.CIRCLE
    return splice.Manner.FORWARD if forward and kind == "Default" else splice.Manner.PENDULUM


def _clamped_fps(fps: float | None) -> Fraction:
    if fps is None:
        return _FPS
    return min(max(Fraction(fps).limit_denominator(1001), _FPS_RANGE[0]), _FPS_RANGE[1])


def output_size(width: int, height: int, concurrency: str) -> tuple[int, int]:
    """Sides as displayed → sides of the result: even, and within what the concurrency allows."""
    longer, shorter = _SHARED if concurrency == "Shared" else _EXCLUSIVE
    scale = min(1.0, longer / max(width, height), shorter / min(width, height))
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def render(work: Work, binary: Binary) -> RenderedProduct:
    """Raises Spoiled(802003) when nobody is seen, Spoiled(802002) when the footage has nothing to show."""
    facts = work.facts.get("RefVideoUrl")
    source = work.files.get("RefVideoUrl")
    if source is None or not isinstance(facts, VideoFacts):
        raise Spoiled(_UNPREPARED, "没有模板视频 (no template video)")
    planned = plan(work.request, facts)
    voiced = voice_of_task(work, binary, work.request)
    total = voiced.drive.frames(planned.fps)
    copy = _copy(binary, source, planned, total, work.folder)
    track = _track(copy, planned, [work.files[p] for p, _ in person.photos(work.request) if p in work.files])
    target = work.folder / f"{work.task_id}.mp4"
    reel = Reel(
        width=copy.width,
        height=copy.height,
        fps=planned.fps,
        frames=total,
        bitrate=planned.bitrate,
        crf=_CRF,
        pictures=_pictures(copy, track, planned, voiced.drive, total),
    )
    encode(binary, reel, voiced.drive.path, target)
    copy.remove()
    return RenderedProduct(media=target, seconds=reel.seconds, subtitles=subtitles(work, voiced))


def _copy(
    binary: Binary, source: Path, planned: FootagePlan, total: int, folder: Path
) -> footage.WorkingCopy:
    available = total
    if planned.end is not None:
        available = max(1, round((planned.end - planned.start) * planned.fps))
    return footage.prepare(
        binary,
        source,
        folder / "copy",
        size=planned.size,
        fps=planned.fps,
        start=planned.start,
        frames=splice.needed(planned.manner, available, total),
    )


def _track(copy: footage.WorkingCopy, planned: FootagePlan, photos: list[Path]) -> lips.LipTrack | None:
    find = lips.finder(photos)
    if find is None:
        return None
    enough = planned.enough if photos else None
    track = lips.follow(copy, find, everyone=planned.everyone, enough=enough)
    if track.empty and photos:
        raise Spoiled(_NO_FACE, "视频中没有照片中的人 (the person of the photo is nowhere in the video)")
    if track.empty:
        raise Spoiled(_NO_FACE, "视频中没有检测到人脸 (no face anywhere in the video)")
    return track


def _pictures(
    copy: footage.WorkingCopy,
    track: lips.LipTrack | None,
    planned: FootagePlan,
    voice: drive.DrivingSound,
    total: int,
) -> Iterator[bytes]:
    """The frames in their order with the mouth moved, raw yuv420p."""
    cover = None if track is None or planned.covered_too else MouthCover.of(copy, track)
    opening = drive.openness(voice, planned.fps, total, singing=planned.singing)
    numbers = splice.order(planned.manner, copy.frames, total)
    for shown, (number, planes) in enumerate(copy.pictures(numbers)):
        moment = planned.start + float(number / planned.fps)
        rests = any(start <= moment < end for start, end in planned.resting)
        here = None if track is None or rests else track.at(number)
        if here is not None and not (cover and opening[shown] and cover.covers(planes, here)):
            mouth.speak(planes, here, float(opening[shown]), planned.strength, teeth=planned.teeth)
        yield planes.tobytes()
