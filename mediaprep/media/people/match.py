"""Whether the person of reference photos appears in a video. Asked here, measured by `compare` in a
guarded child."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediaprep.media import sniff
from mediaprep.media.isolation import guard
from mediaprep.model.facts import Kind, PersonMatch, Unmeasured

_SECONDS = 240.0


def match(photos: Sequence[Path], footage: Path) -> PersonMatch | Unmeasured:
    """Compare the largest face of each photo with the faces of the video: sampled pictures first, and every
    keyframe before it says that nobody is the one. Unmeasured with the reason when a file cannot be read.
    Raises BadAsset when one does not exist."""
    named = []
    for photo in photos:
        sign = sniff.identify(photo)
        if sign.kind is not Kind.PHOTO:
            return Unmeasured(measure="person", en=f"{photo.name} is no picture", zh=f"{photo.name} 不是图片")
        named.append(photo.absolute())
    sign = sniff.identify(footage)
    if sign.kind is not Kind.VIDEO or sign.demuxer is None:
        return Unmeasured(measure="person", en=f"{footage.name} is no video", zh=f"{footage.name} 不是视频")
    found = guard.ask(
        "pictures", "match", tuple(named), footage.absolute(), sign.name, sign.demuxer, _SECONDS,
        wall_seconds=_SECONDS + 60,
    )  # fmt: skip
    if isinstance(found, PersonMatch):
        return found
    if not isinstance(found, guard.Stopped):
        found = guard.Stopped(en="gave no readable answer", zh="没有可用的结果")
    return Unmeasured(measure="person", en=found.en, zh=found.zh)
