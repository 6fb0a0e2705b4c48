"""VideoHeadFileUrl and VideoTailFileUrl: a user's clip before or behind the presenter, with its own sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mediaprep.emulator.render.drawing import footage
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.work import Spoiled, Work
from mediaprep.errors import ToolFailed
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import ABSENT, VideoFacts

_NO_CLIP = 801504


@dataclass(frozen=True, kw_only=True)
class SplicedClip:
    """A clip in the result's size and rate; `sound` None = it has none."""

    copy: footage.WorkingCopy
    sound: Path | None

    @property
    def frames(self) -> int:
        return self.copy.frames

    def pictures(self) -> Iterator[bytes]:
        """All of its frames, raw; then the working copy goes."""
        for _, planes in self.copy.pictures(range(self.copy.frames)):
            yield planes.tobytes()
        self.copy.remove()


def clip_of(
    work: Work, binary: Binary, place: str, size: tuple[int, int], fps: Fraction
) -> SplicedClip | None:
    """The clip at a wire path; None where none was given. Raises Spoiled(801504) when it cannot be used."""
    source, facts = work.files.get(place), work.facts.get(place)
    if source is None or not isinstance(facts, VideoFacts):
        return None
    name = place.rpartition(".")[2]
    try:
        copy = footage.prepare(
            binary, source, work.folder / name, size=size, fps=fps, start=0.0,
            frames=max(1, round((facts.seconds or 0.0) * fps)), bt709=True,
        )  # fmt: skip
        silent = facts.audio in (None, ABSENT)
        sound = None if silent else drive.decoded(binary, source, work.folder / f"{name}.wav").path
    except ToolFailed as error:
        raise Spoiled(_NO_CLIP, f"{place}: {error.zh} ({error.en})") from error
    return SplicedClip(copy=copy, sound=sound)
