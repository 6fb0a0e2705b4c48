"""Which voice a TimbreKey means here, how fast Speed is, and how loud Volume is.

The service's voices are not to be had; what matters is that one key always sounds the same, that two keys
rarely do, and that Speed and Volume act as documented.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise

from mediaprep.contract.rules.speech.speech_advice import VOICES_WITHOUT_VOLUME

# Words a minute that give 2.6, 3.9, 5.2, 6.5 and 7.8 Chinese characters a second in running text with its
# pauses (5.2 at Speed 1 is what the docs' own timestamps show). Measured; espeak's rate is not linear.
_RATES = ((0.5, 136), (0.75, 193), (1.0, 245), (1.25, 293), (1.5, 342))
_WOMEN: tuple[str, ...] = ("f1", "f2", "f3", "f4", "f5")
_MEN: tuple[str, ...] = ("m1", "m2", "m3", "m4", "m6", "m7", "m8")
_MANDARIN, _ENGLISH = "cmn", "en-us"

# The loudest variants touch full scale at espeak's own level, so Volume 0 leaves room for Volume 10.
_NORMAL_GAIN, _DECIBELS_A_STEP = 0.5, 0.6


@dataclass(frozen=True, kw_only=True)
class EspeakVoice:
    """A variant of espeak's Mandarin and English voices; pitch and range in espeak's 0–100."""

    variant: str
    pitch: int
    range: int

    def name(self, *, mandarin: bool) -> str:
        return f"{_MANDARIN if mandarin else _ENGLISH}+{self.variant}"


def voice_of(timbre: str, gender: str = "") -> EspeakVoice:
    """The voice of a TimbreKey; the same key gives the same voice on every machine. `gender` is "female",
    "male" or "": then the key's name may tell."""
    digest = hashlib.sha256(timbre.encode()).digest()
    told = gender or timbre.lower()
    if "female" in told:
        variants = _WOMEN
    elif "male" in told:
        variants = _MEN
    else:
        variants = _WOMEN + _MEN
    return EspeakVoice(
        variant=variants[digest[0] % len(variants)], pitch=42 + digest[1] % 17, range=45 + digest[2] % 16
    )


def rate_of(speed: float) -> int:
    """espeak's words a minute for a Speed of 0.5 to 1.5 (values outside are taken as the nearest end)."""
    speed = min(max(speed, _RATES[0][0]), _RATES[-1][0])
    for (low, slow), (high, fast) in pairwise(_RATES):
        if speed <= high:
            return round(slow + (fast - slow) * (speed - low) / (high - low))
    return _RATES[-1][1]


def gain_of(volume: int, timbre: str) -> float:
    """The factor on espeak's samples; the documented numbered voices do not hear Volume."""
    if VOICES_WITHOUT_VOLUME.fullmatch(timbre):
        volume = 0
    return float(_NORMAL_GAIN * 10 ** (_DECIBELS_A_STEP * min(max(volume, 0), 10) / 20))
