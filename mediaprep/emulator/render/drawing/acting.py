"""What the presenter does from frame to frame: mouth, lids, hands. What is left to chance is drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from mediaprep.contract.script import ssml
from mediaprep.emulator.account.catalogue import CatalogueAvatar
from mediaprep.emulator.render.drawing import splice
from mediaprep.emulator.render.drawing.figure import LIDS, MOUTHS, Pose
from mediaprep.emulator.render.drawing.gestures import (
    REST,
    SMART,
    Gesture,
    Hands,
    hands_at,
    move_of,
    performed,
)
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.sentences import Layout, sentences_of
from mediaprep.emulator.render.voice.speech import SpokenSound

_BLINK: Final = (1, LIDS, LIDS, 1)  # lids on the frames of a blink
_FIRST_BLINK, _BLINKS = (1.0, 2.5), (2.2, 4.8)  # seconds
_DRIFT: Final = 0.08  # how far the hands of recorded footage rise from its first to its last frame
_UNCOUNTED: Final = 750  # frames of footage whose length nobody knows
_DRIVEN_BY_SOUND: Final = "OriginalVoice"
_MANNERS: Final = {"Circle": splice.Manner.CIRCLE}


def poses(
    voice: drive.DrivingSound,
    frames: int,
    fps: Fraction,
    *,
    gestures: Sequence[Gesture] = (),
    footage: Sequence[Hands] = (),
    seed: int = 0,
) -> list[Pose]:
    """One pose a frame; `footage` = where the hands are when no gesture moves them, else at rest."""
    openings = drive.openness(voice, fps, frames)
    widths = drive.mouth_widths(voice, fps, frames)
    lids = _blinks(frames, fps, seed)
    done = performed(gestures, float(frames / fps))
    return [
        Pose(
            opening=(wide := round(float(openings[number]) * MOUTHS)),
            width=int(widths[number]) if wide else 0,
            lids=lids[number],
            hands=hands_at(done, float(number / fps), footage[number] if footage else REST),
        )
        for number in range(frames)
    ]


def _blinks(frames: int, fps: Fraction, seed: int) -> list[int]:
    chance, lids = np.random.default_rng(seed), [0] * frames
    at = chance.uniform(*_FIRST_BLINK)
    while at * fps < frames:
        first = round(at * fps)
        for number, lid in enumerate(_BLINK):
            if first + number < frames:
                lids[first + number] = lid
        at += chance.uniform(*_BLINKS)
    return lids


@dataclass(frozen=True)
class Acting:
    """What an avatar can do, `actions` = the names of all actions by their codes, and the seed of its choices."""

    avatar: CatalogueAvatar
    actions: Mapping[str, str]
    seed: int

    def gestures(
        self, request: Mapping[str, Any], video: Mapping[str, Any], speech: SpokenSound | None
    ) -> list[Gesture]:
        """Of a request or one page of it, and its VideoParam: tags of the script where it is spoken, else smart ones
        where they are switched on; ActionParams where a sound file drives. Codes that the avatar does not have do
        nothing."""
        if speech is None:
            listed = video.get("ActionParams") or () if request.get("DriverType") == _DRIVEN_BY_SOUND else ()
            rows = [(str(row.get("Code") or ""), int(row.get("StartTime") or 0) / 1000) for row in listed]
        else:
            script = ssml.read(str(request.get("InputSsml") or ""))
            rows = [(mark.attributes.get("type", ""), _moment(speech, mark.start)) for mark in script.actions]
            if not rows and video.get("SmartActionEnabled"):
                return list(self._smart(speech))
        able = self.avatar.actions
        return [self._gesture(code, start) for code, start in rows if able is None or code in able]

    def _gesture(self, code: str, start: float) -> Gesture:
        return Gesture(start=start, move=move_of(code, self.actions.get(code, "")))

    def _smart(self, speech: SpokenSound) -> Iterator[Gesture]:
        """One with every sentence."""
        chance, codes = np.random.default_rng(self.seed + 1), self.avatar.actions or (SMART,)
        for sentence in sentences_of(speech, Layout()):
            yield self._gesture(codes[int(chance.integers(len(codes)))], sentence[0].start)

    def footage(self, sample: Mapping[str, Any], frames: int) -> list[Hands]:
        """Where the hands are on each frame of a small-sample avatar, whose footage is shown as SmallSampleParam says;
        none for others."""
        available = self.avatar.frames
        if available is None:
            return []
        available = available or _UNCOUNTED
        numbers = sample_frames(available, sample, frames, self.seed)
        return [_raised(number / max(1, available - 1)) for number in numbers]


def _moment(speech: SpokenSound, place: int) -> float:
    """When the first character at or behind a place of the script begins."""
    sample = next((stamp.start for stamp in speech.stamps if stamp.at >= place), speech.samples)
    return sample / speech.sample_rate


def _raised(share: float) -> Hands:
    y = round((REST[0][1] - _DRIFT * share) * 400) / 400
    return (REST[0][0], y), (REST[1][0], y)


def sample_frames(available: int, sample: Mapping[str, Any], frames: int, seed: int) -> list[int]:
    """Which frame of the footage each frame of the result shows. Default begins anywhere; Custom swings from StartIdx
    to EndIdx, CustomOnlyStart between StartIdx and the end; Circle ends where it began."""
    kind = sample.get("MakeType") or "Default"
    if kind == "Default":
        first, last = int(np.random.default_rng(seed + 2).integers(available)), available - 1
    else:
        first = min(int(sample.get("StartIdx") or 0), available - 1)
        last = int(sample.get("EndIdx") or 0) if kind == "Custom" else 0
        last = min(last or available - 1, available - 1)
    manner = _MANNERS.get(str(kind), splice.Manner.PENDULUM)
    return [first + number for number in splice.order(manner, max(1, last - first + 1), frames)]
