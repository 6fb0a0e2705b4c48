"""SpeechParam, in the four forms in which the endpoints ask for it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from mediaprep.contract.chapters.fields import Range, Table, Unset

SPEED: Final = Range(0.5, 1.5)
VOLUME: Final = Range(0, 10)
INTENSITY: Final = Range(50, 200)

Speed = Annotated[float, SPEED]
Volume = Annotated[int, VOLUME]
# Outside 50–200, yet the docs' own examples send 0 for "no emotion".
Intensity = Annotated[int, INTENSITY, Unset()]


class VoiceParam(Table):
    """What every SpeechParam has. `timbre_key` None = the avatar's own voice."""

    timbre_key: str | None = Field(None, alias="TimbreKey")
    volume: Volume | None = Field(0, alias="Volume")
    emotion_category: str | None = Field(None, alias="EmotionCategory")
    emotion_intensity: Intensity | None = Field(None, alias="EmotionIntensity")
    timbre_language: str | None = Field(None, alias="TimbreLanguage")


class RequiredSpeed(VoiceParam):
    """SpeechParam of basic and advanced: whoever sends it sends Speed."""

    speed: Speed = Field(alias="Speed")


class OptionalSpeed(VoiceParam):
    """SpeechParam of notrain and photo: text drive asks for Speed and TimbreKey, audio drive for nothing."""

    speed: Speed | None = Field(None, alias="Speed")


class PptVoice(Table):
    """SpeechParam of ppt: zeros and "" stand for "not given", so the page takes the global value."""

    speed: Annotated[float, SPEED, Unset()] | None = Field(None, alias="Speed")
    timbre_key: Annotated[str, Unset()] | None = Field(None, alias="TimbreKey")
    volume: Annotated[int, VOLUME, Unset()] | None = Field(0, alias="Volume")
    emotion_category: Annotated[str, Unset()] | None = Field(None, alias="EmotionCategory")
    emotion_intensity: Intensity | None = Field(None, alias="EmotionIntensity")
    timbre_language: Annotated[str, Unset()] | None = Field(None, alias="TimbreLanguage")
