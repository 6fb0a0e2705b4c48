"""lips: whether the mouth of a video follows its voice."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from mediaprep.errors import BadAsset
from mediaprep.media.isolation import guard
from mediaprep.media.people import lip_timing
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


def lips(video: AnyPath, *, audio: AnyPath | None = None) -> LipJudgement:
    """Judge the largest face of `video` against its own sound, or against `audio`, which begins with the first
    picture. Raises BadAsset for what is no video, or has no sound."""
    video = Path(video)
    facts = probe(video, faces=False)
    if not isinstance(facts, VideoFacts):
        raise BadAsset(f"{video}: is no video that can be judged", f"{video}：不是可判断的视频")
    starts = facts.picture_starts or 0.0
    sound = _sound(video, facts, starts) if audio is None else _driving(Path(audio))
    patience = min(_LONGEST, _PATIENCE + _PER_SECOND * (facts.seconds or 0.0))
    rows, _ = _asked(video, "pictures", "mouths", video, patience, seconds=patience + 30)
    mouth = [
        MouthSample(seconds=row[0] - starts, openness=row[1], share=row[4])
        for row in rows
        if row[0] >= starts - 1e-6
    ]
    seen = [row for row, sample in zip(rows[len(rows) - len(mouth) :], mouth, strict=True) if sample.seen]
    levels = sound.max(axis=1, initial=0).astype(float).tolist()
    return judging.judge(video, mouth, levels, _timing(seen, sound, starts))


def _timing(seen: list[tuple[float, ...]], sound: bands.Bands, starts: float) -> tuple[float, float] | None:
    """Of the longest time that the mouth is seen; what is not seen in between is drawn straight."""
    if len(seen) < 2:
        return None
    seconds = [row[0] - starts for row in seen]
    hops = min(len(sound), round(seconds[-1] / bands.HOP_SECONDS))
    rows = np.array([lip_timing.resampled(seconds, [row[at] for row in seen], hops) for at in (1, 2, 3)])
    found = lip_timing.timing(rows, sound[:hops])
    return None if found is None else (found.offset, found.strength)


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
