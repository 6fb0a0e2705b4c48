"""lips: whether the mouth of a video follows its voice."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from mediaprep.errors import BadAsset
from mediaprep.media.isolation import guard
from mediaprep.media.people import lip_timing, voice_shape
from mediaprep.media.people.mouths import MouthRow
from mediaprep.media.probing.probe import probe
from mediaprep.media.prove import bands
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.results.lip_judgements import LipJudgement
from mediaprep.preflight import lips as judging
from mediaprep.preflight.lips import MouthSample

_PATIENCE: Final = 120.0  # seconds, and
_PER_SECOND: Final = 2.0  # for each of video: half of what a slow core takes
_LONGEST: Final = 1800.0  # seconds of work


def lips(video: AnyPath, *, audio: AnyPath | None = None, footage: AnyPath | None = None) -> LipJudgement:
    """Judge the largest face of `video` against its own sound, or against `audio`, which begins with the first
    picture. `footage` of the same speaker, with sound, tells how clearly these lips follow a voice. Raises BadAsset for
    what is no video, or has no sound."""
    video = Path(video)
    facts = _facts(video)
    starts = facts.picture_starts or 0.0
    sound = _sound(video, facts, starts) if audio is None else _driving(Path(audio))
    enough = judging.OTHER_SECONDS
    if footage is not None:
        known = _facts(Path(footage))
        _, timed = _followed(Path(footage), known, Path(footage), known.picture_starts or 0.0)
        enough = judging.enough_seconds(timed) if timed else enough
    heard, heard_from = (video, starts) if audio is None else (Path(audio), 0.0)
    rows, timed = _followed(video, facts, heard, heard_from)
    mouth = [
        MouthSample(seconds=row[0] - starts, openness=row[1], share=row[4])
        for row in rows
        if row[0] >= starts - 1e-6
    ]
    levels = sound.max(axis=1, initial=0).astype(float).tolist()
    return judging.judge(video, mouth, levels, timed, enough)


def _facts(video: Path) -> VideoFacts:
    facts = probe(video, faces=False)
    if not isinstance(facts, VideoFacts):
        raise BadAsset(f"{video}: is no video that can be judged", f"{video}：不是可判断的视频")
    return facts


def _followed(
    video: Path, facts: VideoFacts, heard: Path, heard_from: float
) -> tuple[list[MouthRow], tuple[float, float, float] | None]:
    """The mouth of every picture, and how the voice that is heard agrees with it, as `judging.judge` takes it."""
    starts = facts.picture_starts or 0.0
    patience = min(_LONGEST, _PATIENCE + _PER_SECOND * (facts.seconds or 0.0))
    rows, _ = _asked(video, "pictures", "mouths", video, patience, seconds=patience + 30)
    found = _asked(heard, "packets", "voice_shape", heard, heard_from, seconds=patience)
    timed = lip_timing.timing(seen_lips(rows, starts), voice_shape.from_bytes(found))
    return rows, None if timed is None else (timed.offset, timed.strength, timed.seconds)


def seen_lips(rows: list[MouthRow], starts: float) -> list[lip_timing.SeenLips]:
    """Where lips are large enough and seen well, on the clock of the pictures."""
    return [
        (row[0] - starts, row[4], row[8])
        for row in rows
        if row[4] is not None and row[8] is not None and row[4] >= judging.SMALL and row[0] >= starts - 1e-6
    ]


def _sound(video: Path, facts: VideoFacts, starts: float) -> bands.Bands:
    if not facts.audio_tracks:
        raise BadAsset(
            f"{video.name}: has no sound to judge its lips by; give it with --audio",
            f"{video.name}：没有声音，无法判断口型；请用 --audio 给出",
        )
    return _bands(video, starts)


def _driving(audio: Path) -> bands.Bands:
    facts = probe(audio, faces=False)
    if not isinstance(facts, AudioFacts):
        raise BadAsset(f"{audio}: is no sound that can be read", f"{audio}：不是可读取的音频")
    return _bands(audio, 0.0)


def _bands(path: Path, starts: float) -> bands.Bands:
    found = _asked(path, "packets", "bands", path, starts, None, seconds=_PATIENCE)
    return bands.from_bytes(found)


def _asked(path: Path, room: str, task: str, *arguments: object, seconds: float) -> Any:
    found = guard.ask(room, task, *arguments, wall_seconds=seconds)
    if isinstance(found, guard.Stopped):
        raise BadAsset(f"{path.name}: {found.en}", f"{path.name}：{found.zh}")
    return found
