"""Two videos compared by guarded children: what their pictures and their sound say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.errors import BadAsset
from mediaprep.media.compare import picture_differences, sound_differences
from mediaprep.media.compose import softtrack
from mediaprep.media.containers import packets
from mediaprep.media.isolation import guard
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.results.video_differences import VideoDifference

_PATIENCE: Final = 120.0  # seconds, and
_PER_SECOND: Final = 8.0  # for each of video: large pictures on a busy machine
_FASTEST: Final = 60.0  # pictures a second worth comparing
_ASPECT: Final = 0.01
_LATE: Final = 0.03  # seconds of sound; coding anew moves it by less
_LOUDER: Final = 0.5  # dB
_LIKE: Final = 0.93
_MEMORY: Final = 4 << 30


def pictures(old: Path, new: Path, before: VideoFacts, now: VideoFacts) -> list[VideoDifference]:
    """Regions that differ, and stretches of another brightness. Raises BadAsset."""
    if abs(before.width / before.height - now.width / now.height) > _ASPECT * now.width / now.height:
        return [_unknown("pictures of another shape are not compared", "画面比例不同，未比较画面")]
    scale = min(
        1.0, *(picture_differences.LARGEST_SIDE / max(one.width, one.height) for one in (before, now))
    )
    if (before.width, before.height) != (
        now.width,
        now.height,
    ):  # scaling costs detail, which is not what was changed
        scale *= 0.5 * min(1.0, max(before.width, before.height) / max(now.width, now.height))
    shown = (max(2, round(now.width * scale)), max(2, round(now.height * scale)))
    fps = min(now.fps or 25.0, _FASTEST)
    regions, tones = _asked(
        "apart", old, new, _stored(shown, before), _stored(shown, now), fps, seconds=_longer(before, now)
    )  # fmt: skip
    found = [
        VideoDifference(
            kind="picture", what=_region(_grown(box, scale), levels, whole=box[2] * box[3] > shown[0] * shown[1] * 0.9),
            start=start, end=end, box=_grown(box, scale), measured=levels, stills=stills,
        )
        for start, end, box, levels, stills in regions
    ]  # fmt: skip
    for start, end, levels in tones:
        how = ("brighter", "更亮") if levels > 0 else ("darker", "更暗")
        what = Text(
            f"the whole picture is {how[0]} by {abs(levels):.0f} of 255",
            f"整个画面{how[1]}，差 {abs(levels):.0f}/255",
        )
        found.append(VideoDifference(kind="tone", what=what, start=start, end=end, measured=levels))
    return found


def sound(old: Path, new: Path, before: VideoFacts, now: VideoFacts) -> list[VideoDifference]:
    """Stretches whose sound is late, louder, or another. Raises BadAsset."""
    seconds = min(before.seconds or 0.0, now.seconds or 0.0)
    if not (before.audio_tracks or now.audio_tracks) or seconds <= 0:
        return []
    pieces = _asked(
        "heard_apart", old, new, before.picture_starts or 0.0, now.picture_starts or 0.0, seconds,
        seconds=_longer(before, now),
    )  # fmt: skip
    found: list[VideoDifference] = []
    for piece in pieces:
        for one in _heard(piece):
            last = next((before for before in reversed(found) if before.kind == one.kind), None)
            if last is not None and _goes_on(last, one):
                found[found.index(last)] = replace(last, end=one.end)
            else:
                found.append(one)
    return found


_ONE_SIDED: Final = {
    "gone": Text("the sound is gone", "声音消失"),
    "added": Text("there is sound where there was none", "原本无声处有声音"),
}


def _heard(piece: sound_differences.Piece) -> list[VideoDifference]:
    start, end, state, late, louder, likeness = piece
    if state in _ONE_SIDED:
        return [VideoDifference(kind="sound", what=_ONE_SIDED[state], start=start, end=end)]
    if likeness is not None and (late is None or likeness < _LIKE):
        what = Text("the sound is another", "声音内容不同")
        return [VideoDifference(kind="sound", what=what, start=start, end=end, measured=likeness)]
    found = []
    if late is not None and abs(late) >= _LATE:
        way, ms = ("later", "晚") if late > 0 else ("earlier", "早"), abs(late) * 1000
        what = Text(f"the sound comes {ms:.0f} ms {way[0]}", f"声音{way[1]}了 {ms:.0f} 毫秒")
        found.append(VideoDifference(kind="timing", what=what, start=start, end=end, measured=late * 1000))
    if louder is not None and abs(louder) >= _LOUDER:
        way = ("louder", "大") if louder > 0 else ("quieter", "小")
        what = Text(f"the sound is {abs(louder):.1f} dB {way[0]}", f"音量{way[1]}了 {abs(louder):.1f} dB")
        found.append(VideoDifference(kind="level", what=what, start=start, end=end, measured=louder))
    return found


_ALIKE: Final = {"timing": 20.0, "level": 0.5}  # ms, dB: what still is the same difference


def _goes_on(last: VideoDifference, one: VideoDifference) -> bool:
    touching = last.end is not None and one.start is not None and one.start - last.end < 0.01
    if one.kind == "sound":
        return touching and last.what == one.what
    near = abs((last.measured or 0.0) - (one.measured or 0.0)) <= _ALIKE[one.kind]
    return touching and near


def _region(box: tuple[int, int, int, int], levels: float, *, whole: bool) -> Text:
    if whole:
        return Text("the picture as a whole is another", "整个画面不同")
    x, y, width, height = box
    return Text(
        f"the picture differs at {x},{y} ({width}×{height}), by {levels:.0f} of 255",
        f"画面在 {x},{y}（{width}×{height}）处不同，差 {levels:.0f}/255",
    )


def _grown(box: tuple[int, int, int, int], scale: float) -> tuple[int, int, int, int]:
    x, y, width, height = (round(side / scale) for side in box)
    return x, y, width, height


def _stored(shown: tuple[int, int], facts: VideoFacts) -> tuple[int, int]:
    """The size to scale to before a picture is turned."""
    return (shown[1], shown[0]) if facts.rotation in (90, 270) else shown


def _longer(before: VideoFacts, now: VideoFacts) -> float:
    return max(before.seconds or 0.0, now.seconds or 0.0)


def told(path: Path) -> tuple[list[tuple[int, str]], list[tuple[int, int, str]]]:
    """A file's chapters (start in ms, title) and caption track (start and end in ms, text). Raises
    BadAsset."""
    chapters, cues = _asked("told", path, seconds=0.0)
    return chapters, cues


def read(path: Path) -> tuple[list[tuple[int, str]], list[tuple[int, int, str]]]:
    """`told`, where untrusted files may be read."""
    cues = [(cue.start_ms, cue.end_ms, cue.text) for cue in softtrack.read(path)]
    return list(packets.chapters(path)), cues


def _asked(task: str, *arguments: object, seconds: float) -> Any:
    found = guard.ask(
        "packets", task, *arguments, wall_seconds=_PATIENCE + _PER_SECOND * seconds, memory_bytes=_MEMORY
    )
    if isinstance(found, guard.Stopped):
        raise BadAsset(found.en, found.zh)
    return found


def _unknown(en: str, zh: str) -> VideoDifference:
    return VideoDifference(kind="unknown", what=Text(en, zh))
