"""Which voice a TimbreKey means here, how fast Speed is, how loud Volume is, what an emotion does.

The service's voices are not to be had; what matters is that one key always sounds the same, that two keys
rarely do, and that Speed and Volume act as documented.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mediaprep.contract.rules.speech.speech_advice import VOICES_WITHOUT_VOLUME

# Words a minute that give 2.6, 3.9, 5.2, 6.5 and 7.8 Chinese characters a second in running text with its
# pauses (5.2 at Speed 1 is what the docs' own timestamps show). Measured; espeak's rate is not linear.
_RATES = ((0.5, 136), (0.75, 193), (1.0, 245), (1.25, 293), (1.5, 342))
_WOMEN: tuple[str, ...] = ("f1", "f2", "f3", "f4", "f5")
_MEN: tuple[str, ...] = ("m1", "m2", "m3", "m4", "m6", "m7", "m8")
_MANDARIN, _ENGLISH = "cmn", "en-us"

# The loudest variants touch full scale at espeak's own level, so Volume 0 leaves room for Volume 10.
_NORMAL_GAIN, _DECIBELS_A_STEP = 0.5, 0.6


# What an emotion of intensity 100 adds: pitch and range in espeak's 0–100, the factor on the rate, decibels.
_EMOTIONS: Final[Mapping[str, tuple[int, int, float, float]]] = {
    "happy": (8, 22, 1.06, 1.0), "exciting": (14, 30, 1.12, 2.0), "amaze": (16, 34, 1.04, 1.5),
    "angry": (4, 26, 1.1, 2.5), "disgusted": (-5, 10, 0.94, 0.5), "sad": (-9, -22, 0.86, -2.5),
    "fear": (10, -12, 1.1, -1.5), "peaceful": (-3, -14, 0.93, -1.0), "news": (0, -8, 1.08, 0.5),
    "radio": (-4, 6, 0.98, 0.5), "poetry": (-2, 16, 0.82, 0.0), "story": (3, 18, 0.92, 0.0),
    "call": (3, 8, 1.02, 0.0), "jieshuo": (1, 12, 1.05, 0.5), "aojiao": (9, 20, 0.97, 0.0),
    "sajiao": (12, 26, 0.9, -0.5), "neutral": (0, 0, 1.0, 0.0),
}  # fmt: skip
_NUMBERED: Final = (
    "happy", "news", "call", "fear", "poetry", "story", "neutral", "sad", "radio", "angry",
)  # fmt: skip
"""The service's older emotions are numbers."""
_OTHER: Final = (5, 14, 1.03, 0.5)  # of an emotion that is not in the service's list
_LANGUAGES: Final[Mapping[str, str]] = {
    "en": "en-us", "ja": "ja", "ko": "ko", "fr": "fr", "de": "de", "es": "es", "it": "it",
    "pt": "pt", "ru": "ru", "vi": "vi", "th": "th", "id": "id", "ms": "ms", "ar": "ar", "tr": "tr", "hi": "hi",
    "yue": "yue",
}  # fmt: skip
"""TimbreLanguage → espeak's voice; Chinese and what is not here are read as without it."""


@dataclass(frozen=True, kw_only=True)
class SpeakingStyle:
    """How a script is to be spoken, in the parameters' own units. `gender` is "female", "male" or "" (then the name of
    the timbre may tell); `emotion` "" = none; `language` "" or zh = Chinese; `seed` decides what is left to chance."""

    timbre: str = ""
    gender: str = ""
    speed: float = 1.0
    volume: int = 0
    emotion: str = ""
    intensity: int = 100
    language: str = ""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class EspeakVoice:
    """A variant of espeak's Mandarin and English voices; pitch and range in espeak's 0–100."""

    variant: str
    pitch: int
    range: int

    language: str = _ENGLISH  # of what is not Mandarin
    mandarin: bool = True  # whether Chinese characters are Mandarin

    def name(self, *, mandarin: bool) -> str:
        return f"{_MANDARIN if mandarin and self.mandarin else self.language}+{self.variant}"


def voice_of(style: SpeakingStyle) -> EspeakVoice:
    """The voice of a TimbreKey in its emotion; the same key gives the same voice on every machine."""
    digest = hashlib.sha256(style.timbre.encode()).digest()
    told = style.gender or style.timbre.lower()
    if "female" in told:
        variants = _WOMEN
    elif "male" in told:
        variants = _MEN
    else:
        variants = _WOMEN + _MEN
    language = _LANGUAGES.get(style.language.lower(), "")
    pitch, spread, _, _ = _moved(style)
    return EspeakVoice(
        variant=variants[digest[0] % len(variants)],
        pitch=round(min(max(42 + digest[1] % 17 + pitch, 0), 99)),
        range=round(min(max(45 + digest[2] % 16 + spread, 0), 99)),
        language=language or _ENGLISH,
        mandarin=not language or language.startswith("en"),
    )


def _moved(style: SpeakingStyle) -> tuple[float, float, float, float]:
    """Pitch, range, rate and decibels that the emotion adds, by its intensity (50–200, 100 = as it is)."""
    if not style.emotion:
        return 0.0, 0.0, 1.0, 0.0
    name = style.emotion.lower().removeprefix("tc_")
    if name.isdecimal() and int(name) < len(_NUMBERED):
        name = _NUMBERED[int(name)]
    pitch, spread, rate, decibels = _EMOTIONS.get(name, _OTHER)
    share = min(max(style.intensity, 50), 200) / 100
    return pitch * share, spread * share, 1 + (rate - 1) * share, decibels * share


def rate_of(style: SpeakingStyle) -> int:
    """espeak's words a minute for a Speed of 0.5 to 1.5 (values outside are taken as the nearest end)."""
    speed = min(max(style.speed * _moved(style)[2], _RATES[0][0]), _RATES[-1][0])
    for (low, slow), (high, fast) in pairwise(_RATES):
        if speed <= high:
            return round(slow + (fast - slow) * (speed - low) / (high - low))
    return _RATES[-1][1]


def gain_of(style: SpeakingStyle) -> float:
    """The factor on espeak's samples; the documented numbered voices do not hear Volume."""
    volume = 0 if VOICES_WITHOUT_VOLUME.fullmatch(style.timbre) else style.volume
    decibels = _DECIBELS_A_STEP * min(max(volume, 0), 10) + _moved(style)[3]
    return float(_NORMAL_GAIN * 10 ** (decibels / 20))
