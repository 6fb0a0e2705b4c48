"""Background, reframing, fades and chapters as arithmetic: where the window stands, what a chapter spans. Pure."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import replace

from mediaprep.errors import BadConfig
from mediaprep.model.facts import FaceBox
from mediaprep.model.finishing.plans import Canvas, Clip, Role
from mediaprep.model.finishing.scenery import Chapter, Reframe

Box = tuple[float, float, float, float]
Seen = tuple[float, Box | None]
"""Seconds of main, and the face there as shares of its picture: left, top, width, height."""

_CALM = 0.12  # of the window's side: the face may move so much before the window follows
_SMOOTH_SECONDS = 1.2
_HEADROOM = 0.42  # where the face's middle stands in the window's height
_MOST_POINTS = 400  # of one shot
_ONE_SHOT = 2  # edges
_LEAST_SIDE, _MOST_SIDE = 64, 4096  # pixels
_SHAPE = 0.02  # of a side: what even numbers change


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
    """The largest window of that shape inside the canvas: even width and height, pixels kept as they are. Raises
    BadConfig where hardly anything is left."""
    across, down = shape
    width = min(canvas.width, canvas.height * across // down) // 2 * 2
    height = min(canvas.height, canvas.width * down // across) // 2 * 2
    if min(width, height) < _LEAST_SIDE:
        raise BadConfig(
            f"reframe {across}:{down} leaves {width}×{height} pixels of {canvas.width}×{canvas.height}: give a shape "
            "nearer to the video's own",
            f"画幅 {across}:{down} 只剩 {width}×{height} 像素（原 {canvas.width}×{canvas.height}）："
            "请给出更接近原画幅的比例",
        )
    return width, height


def size_of(words: str) -> tuple[int, int]:
    """1080x1920 → (1080, 1920), even numbers that the encoder takes. Raises BadConfig."""
    found = re.fullmatch(r"(\d{2,4})\s*[xX×*]\s*(\d{2,4})", words.strip())
    width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(_LEAST_SIDE <= side <= _MOST_SIDE and side % 2 == 0 for side in (width, height)):
        raise BadConfig(
            f"size {words!r}: give even numbers from {_LEAST_SIDE} to {_MOST_SIDE}, such as 1080x1920",
            f"尺寸 {words!r} 无效：请给出 {_LEAST_SIDE} 到 {_MOST_SIDE} 之间的偶数，如 1080x1920",
        )
    return width, height


def sized(canvas: Canvas, size: tuple[int, int]) -> Canvas:
    """The canvas with that size. Raises BadConfig where it has another shape."""
    width, height = size
    if abs(width * canvas.height - height * canvas.width) > _SHAPE * height * canvas.width:
        raise BadConfig(
            f"size {width}x{height} has another shape than {canvas.width}×{canvas.height}: give --reframe too",
            f"尺寸 {width}x{height} 与画面 {canvas.width}×{canvas.height} 的画幅不同：请同时给出 --reframe",
        )
    return replace(canvas, width=width, height=height)


def shown_in(
    faces: Sequence[FaceBox], *, source: tuple[int, int], canvas: Canvas, windowed: bool
) -> list[FaceBox]:
    """The faces of one picture of `source` pixels on the canvas: fitted into it, or seen through a window of its shape
    that follows the largest of them (`windowed`)."""
    width, height = canvas.width, canvas.height
    fit = min if windowed else max
    scale = 1 / fit(source[0] / width, source[1] / height)
    left, top = (
        (0.0, 0.0) if windowed else ((width - source[0] * scale) / 2, (height - source[1] * scale) / 2)
    )
    if windowed:
        faces = in_window(faces, source=source, window=(round(width / scale), round(height / scale)))
    return [
        replace(
            face, x=round(left + face.x * scale), y=round(top + face.y * scale),
            width=round(face.width * scale), height=round(face.height * scale),
        )
        for face in faces
    ]  # fmt: skip


def follow(
    faces: Sequence[Seen],
    *,
    source: tuple[int, int],
    window: tuple[int, int],
    fps: float,
    frames: int,
    cuts: Sequence[float] = (),
) -> Reframe:
    """How the window moves over a picture of `source` pixels so that the face stays inside: still while the
    face is calm, else smoothly after it, and at once at `cuts` (seconds). Without a face it stands in the middle."""
    free = source[0] - window[0], source[1] - window[1]
    edges = sorted({0, frames, *(frame for cut in cuts if 0 < (frame := round(cut * fps)) < frames)})
    points: list[tuple[int, int, int]] = []
    for first, end in itertools.pairwise(edges):
        inside = [
            (seconds, box)
            for seconds, box in faces
            if box is not None and (first <= round(seconds * fps) < end or len(edges) == _ONE_SHOT)
        ]
        points += _shot(inside, source=source, window=window, free=free, fps=fps, first=first, end=end)
    return Reframe(path=_thinned(points), window=window)


def _shot(
    places: Sequence[tuple[float, Box]],
    *,
    source: tuple[int, int],
    window: tuple[int, int],
    free: tuple[int, int],
    fps: float,
    first: int,
    end: int,
) -> list[tuple[int, int, int]]:
    """Where the window stands at frames of one shot, its first and its last among them."""
    if not places:
        return [(frame, free[0] // 4 * 2, free[1] // 4 * 2) for frame in {first: 0, end - 1: 0}]
    moments = [seconds for seconds, _ in places]
    across = [(box[0] + box[2] / 2) * source[0] - window[0] / 2 for _, box in places]
    down = [(box[1] + box[3] / 2) * source[1] - window[1] * _HEADROOM for _, box in places]
    x = _kept(_smooth(moments, _calm(across, window[0] * _CALM)), free[0])
    y = _kept(_smooth(moments, _calm(down, window[1] * _CALM)), free[1])
    points = [
        (min(end - 1, max(first, round(seconds * fps))), left, top)
        for seconds, left, top in zip(moments, x, y, strict=True)
    ]
    step = -(-len(points) // _MOST_POINTS)
    return [(first, *points[0][1:]), *points[::step], (end - 1, *points[-1][1:])]


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
    return tuple(kept) if len({point[1:] for point in kept}) > 1 else tuple(kept[:1])


def _between(first: tuple[int, int, int], middle: tuple[int, int, int], last: tuple[int, int, int]) -> bool:
    share = (middle[0] - first[0]) / (last[0] - first[0])
    return all(abs(first[i] + (last[i] - first[i]) * share - middle[i]) < 1 for i in (1, 2))


def chapters(
    canvas: Canvas,
    clips: Sequence[Clip],
    *,
    every_clip: bool,
    marks: Sequence[tuple[float, str]],
    titles: tuple[str, str, str] = ("Opening", "Main", "Ending"),
) -> tuple[Chapter, ...]:
    """Chapters of the finished video: one for every clip if wished, and the marks (seconds of main, title).
    Raises BadConfig for a mark outside main."""
    main = next(clip for clip in clips if clip.role is Role.MAIN)
    names = dict(zip((Role.HEAD, Role.MAIN, Role.TAIL), titles, strict=True))
    begins: dict[int, str] = {}
    if every_clip:
        begins = {canvas.milliseconds_at(clip.first_frame): names[clip.role] for clip in clips}
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
        begins[0] = names[clips[0].role]
    starts = sorted(begins)
    if not starts:
        return ()
    total = canvas.milliseconds_at(clips[-1].end_frame)
    return tuple(
        Chapter(start_ms=at, end_ms=end, title=begins[at])
        for at, end in zip(starts, [*starts[1:], total], strict=True)
    )
