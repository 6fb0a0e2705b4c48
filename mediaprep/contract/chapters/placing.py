"""Where things stand in the picture, and which frames of an avatar's footage are used."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from mediaprep.contract.chapters.fields import Choice, JsonObject, Range, Table, Url

SCALE: Final = Range(0, 20, open_low=True)
LOGO_SCALE: Final = Range(0, 15, open_low=True)
ANGLE: Final = Range(0, 360)


class LogoParam(Table):
    """LogoParam: top-left corner in pixels of the video, size as a factor of the picture's own."""

    file: Url | None = Field(None, alias="LogoFileUrl")
    x: int | None = Field(None, alias="PositionX")
    y: int | None = Field(None, alias="PositionY")
    scale: Annotated[float, LOGO_SCALE] | None = Field(None, alias="Scale")


class Anchor(Table):
    """AnchorParam of advanced; see contract.placement for what the numbers mean."""

    horizontal: float = Field(0, alias="HorizontalPosition")
    vertical: float = Field(0, alias="VerticalPosition")
    scale: Annotated[float, SCALE] = Field(1, alias="Scale")
    angle: Annotated[int, ANGLE] = Field(0, alias="Angle")
    extra: Annotated[str, JsonObject()] | None = Field(None, alias="AnchorExtraParam")


class Segment(Table):
    """SmallSampleParam of advanced; frame numbers of the avatar's footage."""

    make_type: Annotated[str, Choice(("Default", "Custom", "Circle", "CustomOnlyStart"))] = Field(
        "Default", alias="MakeType"
    )
    start_idx: int = Field(0, alias="StartIdx")
    end_idx: int | None = Field(None, alias="EndIdx")
