"""Background, reframing, fades and chapters as arithmetic: where the window stands, what a chapter spans. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from mediaprep.errors import BadConfig
from mediaprep.model.facts import FaceBox
from mediaprep.model.plans import Canvas, Clip, Role
from mediaprep.model.scenery import Chapter, Reframe

Seen = tuple[float, tuple[float, float, float, float] | None]
"""Seconds of main, and the face there as shares of its picture: left, top, width, height."""

_CALM = 0.12  # of the window's side: the face may move so much before the window follows
_SMOOTH_SECONDS = 1.2
_HEADROOM = 0.42  # where the face's middle stands in the window's height
_NAMES = {Role.HEAD: "Opening", Role.MAIN: "Main", Role.TAIL: "Ending"}
_MOST_POINTS = 400


def shape_of(words: str) -> tuple[int, int]:
    """9:16 → (9, 16). Raises BadConfig."""
    found = re.fullmatch(r"(\d{1,2}):(\d{1,2})", words.strip())
    if found is None or not int(found[1]) or not int(found[2]):
        raise BadConfig(
            f"reframe {words!r}: give a shape such as 9:16, 16:9 or 1:1",
            f"画幅 {words!r} 无效：请给出如 9:16、16:9、1:1 的比例",
        )
    return int(found[1]), int(found[2])


def reframed(canvas: Canvas, shape: tuple[int, int]) -> tuple[int, int]:
    """The largest window of that shape inside the canvas: even width and height, pixels kept as they are."""
    across, down = shape
    width = min(canvas.width, canvas.height * across // down)
    height = min(canvas.height, canvas.width * down // across)
    return max(2, width // 2 * 2), max(2, height // 2 * 2)


def follow(
    faces: Sequence[Seen], *, source: tuple[int, int], window: tuple[int, int], fps: float, frames: int
) -> Reframe:
    """How the window moves over a picture of `source` pixels so that the face stays inside: still while the
    face is calm, else smoothly after it. Without a face it stands in the middle."""
    places = [(seconds, box) for seconds, box in faces if box is not None]
    free = source[0] - window[0], source[1] - window[1]
    if not places:
        return Reframe(path=((0, free[0] // 4 * 2, free[1] // 4 * 2),))
    moments = [seconds for seconds, _ in places]
    across = [(box[0] + box[2] / 2) * source[0] - window[0] / 2 for _, box in places]
    down = [(box[1] + box[3] / 2) * source[1] - window[1] * _HEADROOM for _, box in places]
    x = _kept(_smooth(moments, _calm(across, window[0] * _CALM)), free[0])
    y = _kept(_smooth(moments, _calm(down, window[1] * _CALM)), free[1])
    points = [
        (min(frames - 1, max(0, round(seconds * fps))), left, top)
        for seconds, left, top in zip(moments, x, y, strict=True)
    ]
    return Reframe(path=_thinned(points))


def in_window(faces: Sequence[FaceBox], *, source: tuple[int, int], window: tuple[int, int]) -> list[FaceBox]:
    """The faces of one picture as they stand in a window that follows the largest of them, before its calm is
    taken into account: each is as much wider or higher on the way the window moves."""
    if not faces:
        return []
    lead = max(faces, key=lambda face: face.width * face.height)
    free = source[0] - window[0], source[1] - window[1]
    left = min(max(lead.x + lead.width / 2 - window[0] / 2, 0), max(0, free[0]))
    top = min(max(lead.y + lead.height / 2 - window[1] * _HEADROOM, 0), max(0, free[1]))
    calm = [round(side * _CALM) if space > 0 else 0 for side, space in zip(window, free, strict=True)]
    return [
        replace(
            face,
            x=round(face.x - left) - calm[0],
            y=round(face.y - top) - calm[1],
            width=face.width + 2 * calm[0],
            height=face.height + 2 * calm[1],
        )
        for face in faces
    ]


def _calm(values: list[float], zone: float) -> list[float]:
    """Values that stay while the true ones are within `zone` of them."""
    kept = sorted(values[: max(1, len(values) // 4)])[len(values[: max(1, len(values) // 4)]) // 2]
    calm = []
    for value in values:
        if abs(value - kept) > zone:
            kept = value - math.copysign(zone / 2, value - kept)
        calm.append(kept)
    return calm


def _smooth(moments: list[float], values: list[float]) -> list[float]:
    """A mean over the time around each, nearer ones counting more; it looks ahead, so the window starts early."""
    smooth = []
    for now in moments:
        weights = [max(0.0, 1 - abs(then - now) / _SMOOTH_SECONDS) for then in moments]
        total = sum(weights)
        smooth.append(sum(w * v for w, v in zip(weights, values, strict=True)) / total)
    return smooth


def _kept(values: list[float], free: int) -> list[int]:
    """Inside the picture, on even pixels."""
    return [min(free // 2 * 2, max(0, round(value / 2) * 2)) for value in values]


def _thinned(points: list[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Without points that a straight line between their neighbours gives anyway."""
    kept: list[tuple[int, int, int]] = []
    for point in points:
        if kept and kept[-1][0] == point[0]:
            continue
        if len(kept) > 1 and _between(kept[-2], kept[-1], point):
            kept[-1] = point
        else:
            kept.append(point)
    step = -(-len(kept) // _MOST_POINTS)
    return tuple(kept[::step])


def _between(first: tuple[int, int, int], middle: tuple[int, int, int], last: tuple[int, int, int]) -> bool:
    share = (middle[0] - first[0]) / (last[0] - first[0])
    return all(abs(first[i] + (last[i] - first[i]) * share - middle[i]) < 1 for i in (1, 2))


def chapters(
    canvas: Canvas, clips: Sequence[Clip], *, every_clip: bool, marks: Sequence[tuple[float, str]]
) -> tuple[Chapter, ...]:
    """Chapters of the finished video: one for every clip if wished, and the marks (seconds of main, title).
    Raises BadConfig for a mark outside main."""
    main = next(clip for clip in clips if clip.role is Role.MAIN)
    begins: dict[int, str] = {}
    if every_clip:
        begins = {canvas.milliseconds_at(clip.first_frame): _NAMES[clip.role] for clip in clips}
    offset, ends = canvas.milliseconds_at(main.first_frame), canvas.milliseconds_at(main.end_frame)
    for seconds, title in sorted(marks):
        at = offset + round(seconds * 1000)
        if not offset <= at < ends:
            raise BadConfig(
                f"chapter {title!r} at {seconds:g} s lies outside the video ({(ends - offset) / 1000:.1f} s)",
                f"章节 {title!r} 位于 {seconds:g} 秒，超出视频时长（{(ends - offset) / 1000:.1f} 秒）",
            )
        # ffmpeg's metadata format cannot end a line with a backslash
        begins[at] = " ".join(title.split()).rstrip("\\") or "–"
    if begins and 0 not in begins:  # players want the first chapter to begin with the video
        begins[0] = _NAMES[clips[0].role]
    starts = sorted(begins)
    if not starts:
        return ()
    total = canvas.milliseconds_at(clips[-1].end_frame)
    return tuple(
        Chapter(start_ms=at, end_ms=end, title=begins[at])
        for at, end in zip(starts, [*starts[1:], total], strict=True)
    )
