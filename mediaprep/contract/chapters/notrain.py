"""Video from footage or from a photo, without training."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AliasChoices, Field

from mediaprep.contract.chapters.avatar import CONCURRENCY
from mediaprep.contract.chapters.fields import (
    Callback,
    Choice,
    Count,
    Seconds,
    Shorter,
    Ssml,
    StorageUrl,
    Switch,
    Table,
    Unset,
    Url,
)
from mediaprep.contract.chapters.speech import OptionalSpeed

DRIVES: Final = Choice(("Text", "OriginalVoice"))
PROMPT: Final = "画面中的人物正在对着镜头讲话，偶尔做些手势匹配说话的内容。镜头保持固定。"


class Interval(Table):
    """A stretch of the original footage whose mouth is left alone; seconds."""

    start: Seconds | None = Field(None, alias="StartTime")
    end: Seconds | None = Field(None, alias="EndTime")


class NotrainVideo(Table):
    """VideoParam of notrain. The face-ID switch is read under both of its names."""

    ref_photo: Url | None = Field(None, alias="RefPhotoUrl")
    ref_photos: Annotated[list[Url], Count(0, 10)] | None = Field(None, alias="RefPhotoUrls")
    face_id_off: Switch = Field(
        0,
        alias="DisabledDetect",
        validation_alias=AliasChoices("DisabledDetect", "DisableIdDetect"),
    )
    occlusion_off: Switch = Field(0, alias="DisableOcclusionDetect")
    fake_teeth: Switch = Field(0, alias="EnableFakeTeeth")
    music_mode: Switch = Field(0, alias="EnableMusicMode")
    make_type: Annotated[str, Choice(("Default", "Custom", "Circle", "CustomOnlyStart"))] = Field(
        "Default", alias="MakeType"
    )
    mouth_mode: Annotated[str, Choice(("Soft", "Exaggerated"))] = Field("Soft", alias="MouthMode")
    start: Seconds | None = Field(None, alias="StartTime")
    end: Seconds | None = Field(None, alias="EndTime")
    intervals: Annotated[list[Interval], Count(0, 5)] | None = Field(None, alias="DisableIntervals")
    face_match: Annotated[str, Choice(("Strict", "Loose"))] = Field("Loose", alias="FaceMatchMode")


class NotrainRequest(Table):
    """Payload of notrain (videomakenotrain)."""

    ref_video: Url = Field(alias="RefVideoUrl")
    driver_type: Annotated[str, DRIVES] = Field(alias="DriverType")
    identity_written: Url | None = Field(None, alias="IdentityWrittenUrl")
    identity_video: Url | None = Field(None, alias="IdentityVideoUrl")
    input_audio: Url | None = Field(None, alias="InputAudioUrl")
    input_ssml: Ssml | None = Field(None, alias="InputSsml")
    speech: OptionalSpeed | None = Field(None, alias="SpeechParam")
    concurrency: Annotated[str, CONCURRENCY] | None = Field(None, alias="ConcurrencyType")
    video_loop: Switch = Field(0, alias="VideoLoop")
    consistent: Switch = Field(0, alias="VideoParametersConsistent")
    callback: Callback | None = Field(None, alias="CallbackUrl")
    video_storage: StorageUrl | None = Field(None, alias="VideoStorageS3Url")
    video: NotrainVideo | None = Field(None, alias="VideoParam")


class PhotoVideo(Table):
    """VideoParam of photo. `resolution` 0 = 720P, 1 = 1080P; `prompt` says how the person moves."""

    resolution: Switch = Field(0, alias="Resolution")
    prompt: Annotated[str, Shorter(5000), Unset()] | None = Field(PROMPT, alias="Prompt")


class PhotoRequest(Table):
    """Payload of photo (phototovideonotrain)."""

    ref_photo: Url = Field(alias="RefPhotoUrl")
    driver_type: Annotated[str, DRIVES] = Field(alias="DriverType")
    input_audio: Url | None = Field(None, alias="InputAudioUrl")
    input_ssml: Ssml | None = Field(None, alias="InputSsml")
    speech: OptionalSpeed | None = Field(None, alias="SpeechParam")
    callback: Callback | None = Field(None, alias="CallbackUrl")
    video_storage: StorageUrl | None = Field(None, alias="VideoStorageS3Url")
    video: PhotoVideo | None = Field(None, alias="VideoParam")


class ProgressRequest(Table):
    """Payload of both progress calls."""

    task_id: str = Field(alias="TaskId")
