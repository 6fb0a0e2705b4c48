"""Video from a presentation. Zeros and "" stand for "not given", as the docs' own request sends them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mediaprep.contract.chapters.fields import Choice, Count, Form, JsonObject, Script, Table, Unset, Url
from mediaprep.contract.chapters.placing import ANGLE, SCALE, LogoParam
from mediaprep.contract.chapters.speech import PptVoice


class PptAnchor(Table):
    """Where the avatar stands on the slide."""

    horizontal: Annotated[float, Unset()] | None = Field(0, alias="HorizontalPosition")
    vertical: Annotated[float, Unset()] | None = Field(0, alias="VerticalPosition")
    scale: Annotated[float, SCALE, Unset()] | None = Field(1, alias="Scale")
    angle: Annotated[int, ANGLE, Unset()] | None = Field(0, alias="Angle")
    extra: Annotated[str, JsonObject(), Unset()] | None = Field(None, alias="AnchorExtraParam")


class PptSegment(Table):
    """Which part of a small-sample avatar's footage is used; frame numbers."""

    make_type: Annotated[str, Choice(("Default", "Custom", "Circle")), Unset()] | None = Field(
        "Default", alias="MakeType"
    )
    start_idx: Annotated[int, Unset()] | None = Field(0, alias="StartIdx")
    end_idx: Annotated[int, Unset()] | None = Field(None, alias="EndIdx")


class PptVideo(Table):
    """VideoParam of the whole deck or of one page."""

    anchor: PptAnchor | None = Field(None, alias="AnchorParam")
    segment: PptSegment | None = Field(None, alias="SmallSampleParam")
    smart_action: bool = Field(False, alias="SmartActionEnabled")


class GlobalConfig(Table):
    """What holds for every page that does not say otherwise."""

    adaptation_type: Annotated[int, Choice((0, 1))] = Field(0, alias="AdaptationType")
    background_color: Annotated[str, Form(r"#[0-9A-Fa-f]{6}", "#RRGGBB"), Unset()] | None = Field(
        "#FFFFFF", alias="BackgroundColor"
    )
    show_subtitles: bool = Field(False, alias="ShowSubtitles")
    logos: list[LogoParam] | None = Field(None, alias="LogoParams")
    speech: PptVoice | None = Field(None, alias="SpeechParam")
    video: PptVideo | None = Field(None, alias="VideoParam")


class PageConfig(Table):
    """One page. `virtualman_key` empty = slide and voice, no avatar."""

    virtualman_key: Annotated[str, Unset()] | None = Field(None, alias="VirtualmanKey")
    input_audio: Annotated[Url, Unset()] | None = Field(None, alias="InputAudioUrl")
    driver_type: Annotated[str, Choice(("Text", "OriginalVoice")), Unset()] | None = Field(
        "Text", alias="DriverType"
    )
    input_ssml: Annotated[str, Script(), Unset()] | None = Field(None, alias="InputSsml")
    speech: PptVoice | None = Field(None, alias="SpeechParam")
    video: PptVideo | None = Field(None, alias="VideoParam")


class PptRequest(Table):
    """Payload of ppt (videomakewithppt)."""

    ppt_file: Url = Field(alias="PPTFileUrl")
    global_config: GlobalConfig | None = Field(None, alias="GlobalConfig")
    pages: Annotated[list[PageConfig], Count(1)] = Field(alias="PageConfigs")
