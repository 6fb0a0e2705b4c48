"""Audio from text."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mediaprep.contract.chapters.fields import Choice, Range, Ssml, StorageUrl, Table, Unset
from mediaprep.contract.chapters.speech import Intensity, Speed, Volume


class TtsRequest(Table):
    """Payload of tts. One of TimbreKey and VirtualmanKey is needed."""

    timbre_key: str | None = Field(None, alias="TimbreKey")
    virtualman_key: str | None = Field(None, alias="VirtualmanKey")
    input_ssml: Ssml = Field(alias="InputSsml")
    speed: Speed = Field(alias="Speed")
    audio_storage: StorageUrl | None = Field(None, alias="AudioStorageS3Url")
    sample_rate: Annotated[int, Choice((24000, 16000))] = Field(24000, alias="SampleRate")
    codec: Annotated[str, Choice(("mp3", "wav"))] = Field("mp3", alias="Codec")
    sentence_max_words: Annotated[int, Range(0, 999), Unset()] | None = Field(30, alias="SentenceMaxWords")
    sentence_display_punctuation: str = Field("1", alias="SentenceDisplayPunctuation")
    sentence_split_punctuation: str = Field("。;?!……!?", alias="SentenceSplitPunctuation")
    volume: Volume = Field(0, alias="Volume")
    emotion_category: str | None = Field(None, alias="EmotionCategory")
    emotion_intensity: Intensity | None = Field(None, alias="EmotionIntensity")
    timbre_language: str | None = Field(None, alias="TimbreLanguage")
