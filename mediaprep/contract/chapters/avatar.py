"""Video of a trained avatar: the basic endpoint and the advanced one."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from mediaprep.contract.chapters.fields import (
    Callback,
    Choice,
    Range,
    Ssml,
    StorageUrl,
    Table,
    Unset,
    Url,
)
from mediaprep.contract.chapters.placing import Anchor, LogoParam, Segment
from mediaprep.contract.chapters.speech import RequiredSpeed

# The value of an older basic endpoint; the FAQ still names it.
FORMAT: Final = Choice(("TransparentWebm", "TransparentMov", "Mp4"), hints=(("GreenScreenMp4", "Mp4"),))
DRIVES: Final = Choice(("Text", "OriginalVoice", "ModulatedVoice"))
CONCURRENCY: Final = Choice(("Exclusive", "Shared"))

Drive = Annotated[str, DRIVES, Unset()]


class BasicVideo(Table):
    """VideoParam of basic: only the format. Without one the result is a transparent WebM."""

    format: Annotated[str, FORMAT] = Field("TransparentWebm", alias="Format")


class BasicRequest(Table):
    """Payload of basic (videomake)."""

    virtualman_key: str = Field(alias="VirtualmanKey")
    input_ssml: Ssml | None = Field(None, alias="InputSsml")
    speech: RequiredSpeed | None = Field(None, alias="SpeechParam")
    video: BasicVideo | None = Field(None, alias="VideoParam")
    callback: Callback | None = Field(None, alias="CallbackUrl")
    driver_type: Drive | None = Field("Text", alias="DriverType")
    input_audio: Url | None = Field(None, alias="InputAudioUrl")
    video_storage: StorageUrl | None = Field(None, alias="VideoStorageS3Url")
    subtitle_storage: StorageUrl | None = Field(None, alias="SubtitleStorageS3Url")
    concurrency: Annotated[str, CONCURRENCY] | None = Field(None, alias="ConcurrencyType")


class SubtitlesParam(Table):
    """How burnt subtitles are broken into pages. `max_words` 0 = by 80 % of the width."""

    max_words: Annotated[int, Range(0, 999)] = Field(0, alias="MaxWords")
    display_punctuation: str = Field("1", alias="DisplayPunctuation")
    split_punctuation: str = Field("；？！………！？", alias="SplitPunctuation")


class ActionParam(Table):
    """One gesture under audio drive; `start_ms` from the start of the audio."""

    code: str | None = Field(None, alias="Code")
    start_ms: int | None = Field(None, alias="StartTime")


class AdvancedVideo(Table):
    """VideoParam of advanced."""

    format: Annotated[str, FORMAT] = Field("Mp4", alias="Format")
    background: Url | None = Field(None, alias="BackgroundFileUrl")
    head: Url | None = Field(None, alias="VideoHeadFileUrl")
    tail: Url | None = Field(None, alias="VideoTailFileUrl")
    show_subtitles: bool = Field(False, alias="ShowSubtitles")
    subtitles: SubtitlesParam | None = Field(None, alias="SubtitlesParam")
    logos: list[LogoParam] | None = Field(None, alias="LogoParams")
    smart_action: bool = Field(False, alias="SmartActionEnabled")
    actions: list[ActionParam] | None = Field(None, alias="ActionParams")
    anchor: Anchor | None = Field(None, alias="AnchorParam")
    segment: Segment | None = Field(None, alias="SmallSampleParam")


class AdvancedRequest(Table):
    """Payload of advanced (videomakeadvanced)."""

    virtualman_key: str = Field(alias="VirtualmanKey")
    input_ssml: Ssml | None = Field(None, alias="InputSsml")
    speech: RequiredSpeed | None = Field(None, alias="SpeechParam")
    video: AdvancedVideo | None = Field(None, alias="VideoParam")
    callback: Callback | None = Field(None, alias="CallbackUrl")
    driver_type: Drive | None = Field("Text", alias="DriverType")
    input_audio: Url | None = Field(None, alias="InputAudioUrl")
    video_storage: StorageUrl | None = Field(None, alias="VideoStorageS3Url")
    subtitle_storage: StorageUrl | None = Field(None, alias="SubtitleStorageS3Url")
    concurrency: Annotated[str, CONCURRENCY] | None = Field(None, alias="ConcurrencyType")
