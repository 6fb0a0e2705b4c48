"""The five calls that list what an account owns: where they are, what they take, what they answer.

The chapters on the endpoints only refer to them; paths, parameters and names come from the asset-management pages
of the international site. Answers are read with open arms: unknown fields are passed over, missing ones are empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mediaprep.contract.chapters.fields import Choice, Range, Table
from mediaprep.contract.endpoints import Endpoint
from mediaprep.model import assets
from mediaprep.model.assets import Action, Avatar, Voice, date_of

MOST_A_PAGE: Final = 100
TYPES: Final = ("real_man_2d", "real_man_3d")
"""The type codes that getimagebyanchor is asked for; the list of all codes is not public."""
SMALL_SAMPLE: Final = "small_sample"
"""The type that avatars of describesmallsampleimage are given here: their list prints none."""

ANY_KEY: Final = "*"
"""The key of a row that an emulator lists when it takes every key; no service has it."""

_ROOM: Final = "/v2/ivh/crmserver/customerassetservice/"
_SIZE: Final = re.compile(r"\s*(\d{2,5})\s*[xX×*]\s*(\d{2,5})\s*")
_SIDES: Final = Range(1, 100_000_000)


# ── what they take ─────────────────────────────────────────────────────────────────────────────────


class _Paged(Table):
    page_index: Annotated[int, _SIDES] = Field(alias="PageIndex")
    page_size: Annotated[int, Range(1, MOST_A_PAGE)] = Field(alias="PageSize")


class AnchorsRequest(_Paged):
    """Payload of getanchor."""

    type_code: str = Field(alias="VirtualmanTypeCode")
    anchors: list[str] | None = Field(None, alias="AnchorCodes")


class ImagesRequest(_Paged):
    """Payload of getimagebyanchor."""

    type_code: str = Field(alias="VirtualmanTypeCode")
    anchors: list[str] | None = Field(None, alias="AnchorCode")


class SamplesRequest(_Paged):
    """Payload of describesmallsampleimage."""

    anchors: list[str] | None = Field(None, alias="AnchorCodes")


class TimbresRequest(_Paged):
    """Payload of describetimbre."""

    key: str | None = Field(None, alias="TimbreKey")
    name: str | None = Field(None, alias="TimbreName")
    purchase: Annotated[str, Choice(("Lease", "Custom"))] | None = Field(None, alias="PurchaseType")
    keys: list[str] | None = Field(None, alias="TimbreKeyList")


class ActionsRequest(Table):
    """Payload of getaction."""

    key: str = Field(alias="VirtualmanKey")


# ── what they answer ───────────────────────────────────────────────────────────────────────────────


def _text(value: object) -> object:
    return "" if value is None else str(value)


def _listed(value: object) -> object:
    return [str(item) for item in value] if isinstance(value, list) else []


def _number(value: object) -> object:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


_Text = Annotated[str, BeforeValidator(_text)]
_Texts = Annotated[list[str], BeforeValidator(_listed)]
_Number = Annotated[float | None, BeforeValidator(_number)]


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class AnchorItem(_Item):
    """One anchor: a person or figure, with several avatars."""

    code: _Text = Field("", alias="AnchorCode")
    name: _Text = Field("", alias="AnchorName")
    type: _Text = Field("", alias="VirtualmanType")
    type_code: _Text = Field("", alias="VirtualmanTypeCode")
    tag: _Text = Field("", alias="Tag")
    header_image: _Text = Field("", alias="HeaderImage")


class AvatarItem(_Item):
    """One avatar of either list; what the other list has beyond it stays empty."""

    key: _Text = Field("", alias="VirtualmanKey")
    anchor_name: _Text = Field("", alias="AnchorName")
    anchor_code: _Text = Field("", alias="AnchorCode")
    type_code: _Text = Field("", alias="VirtualmanTypeCode")
    clothes: _Text = Field("", alias="ClothesName")
    posture: _Text = Field("", alias="PoseName")
    resolution: _Text = Field("", alias="Resolution")
    pose_image: _Text = Field("", alias="PoseImage")
    drives: _Texts = Field([], alias="SupportDriverTypes")
    expires: _Text = Field("", alias="ExpireDate")
    begins: _Text = Field("", alias="EffectiveDate")
    origin_zoom: _Number = Field(None, validation_alias=AliasChoices("OriginZoomStr", "OriginZoom"))

    def value(self, type_code: str) -> Avatar | None:
        """The avatar; None without a key or a readable resolution."""
        size = size_of(self.resolution)
        if not self.key or size is None:
            return None
        zoom = self.origin_zoom if self.origin_zoom and self.origin_zoom > 0 else None
        return Avatar(
            key=self.key,
            name=self.anchor_name,
            type=self.type_code or type_code,
            width=size[0],
            height=size[1],
            actions=None if "3d" in (self.type_code or type_code).lower() else (),
            clothes=self.clothes,
            posture=self.posture,
            anchor=self.anchor_code,
            pose_url=self.pose_image,
            origin_zoom=zoom,
            drives=tuple(self.drives),
            expires=date_of(self.expires),
            begins=date_of(self.begins),
        )


_GENDERS: Final = {"1": "male", "2": "female"}


class VoiceItem(_Item):
    """One voice."""

    key: _Text = Field("", alias="TimbreKey")
    name: _Text = Field("", alias="TimbreName")
    sample: _Text = Field("", alias="TimbreSample")
    description: _Text = Field("", alias="TimbreDesc")
    types: _Texts = Field([], alias="SupportVirtualmanTypeCodes")
    drives: _Texts = Field([], alias="SupportDriverTypes")
    expires: _Text = Field("", alias="ExpireDate")
    begins: _Text = Field("", alias="EffectiveDate")
    emotions: _Texts = Field([], alias="EmotionalCategories")
    gender: _Text = Field("", alias="TimbreGender")
    purchase: _Text = Field("", alias="PurchaseType")
    kind: _Text = Field("", alias="TimbreType")
    languages: _Texts = Field([], alias="TimbreLanguages")

    def value(self) -> Voice | None:
        """The voice; None without a key."""
        if not self.key:
            return None
        return Voice(
            key=self.key,
            name=self.name,
            gender=_GENDERS.get(self.gender, ""),
            kind=self.kind,
            purchase=self.purchase,
            description=self.description,
            sample=self.sample,
            emotions=tuple(self.emotions),
            languages=tuple(self.languages),
            types=tuple(self.types),
            drives=tuple(self.drives),
            expires=date_of(self.expires),
            begins=date_of(self.begins),
        )


class ActionItem(_Item):
    """One action."""

    code: _Text = Field("", alias="ActionCode")
    name: _Text = Field("", alias="ActionName")
    sample: _Text = Field("", alias="ActionSample")

    def value(self) -> Action | None:
        """The action; None without a code."""
        return Action(code=self.code, name=self.name, sample=self.sample) if self.code else None


# ── the rows ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class AssetCall(Endpoint):
    """One row. `lists` are the names under which the answer's list stands (getanchor's is not recorded
    anywhere: the one list in its answer is taken); `item` reads one element."""

    kind: Literal["submit", "query"] = "query"
    table: type[Table]
    item: type[AnchorItem | AvatarItem | VoiceItem | ActionItem]
    lists: tuple[str, ...]

    @property
    def request(self) -> type[Table]:
        """The table of its parameters."""
        return self.table

    @property
    def paged(self) -> bool:
        """Whether it answers page by page."""
        return issubclass(self.table, _Paged)

    def read(self, payload: Mapping[str, Any]) -> Iterator[AnchorItem | AvatarItem | VoiceItem | ActionItem]:
        """The elements of one answer; what cannot be read as one is passed over."""
        for entry in self.entries(payload) or ():
            try:
                yield self.item.model_validate(entry)
            except ValidationError:
                continue

    def entries(self, payload: Mapping[str, Any]) -> list[Any] | None:
        """The list of an answer, as it came; None where the answer holds none, which says nothing of the account."""
        named = [payload[name] for name in self.lists if isinstance(payload.get(name), list)]
        held = named or [value for value in payload.values() if isinstance(value, list)]
        return held[0] if held else [] if payload.get("Total") == 0 else None


GETANCHOR: Final = AssetCall(
    nickname="getanchor",
    path=_ROOM + "getanchor",
    section="个人资产管理 API 查询主播",
    table=AnchorsRequest,
    item=AnchorItem,
    lists=("Virtualmans", "Anchors"),
)
GETIMAGEBYANCHOR: Final = AssetCall(
    nickname="getimagebyanchor",
    path=_ROOM + "getimagebyanchor",
    section="个人资产管理 API 查询主播下的所有形象",
    table=ImagesRequest,
    item=AvatarItem,
    lists=("Virtualmans",),
)
DESCRIBESMALLSAMPLEIMAGE: Final = AssetCall(
    nickname="describesmallsampleimage",
    path=_ROOM + "describesmallsampleimage",
    section="个人资产管理 API 分页查询小样本形象列表",
    table=SamplesRequest,
    item=AvatarItem,
    lists=("Virtualmans",),
)
DESCRIBETIMBRE: Final = AssetCall(
    nickname="describetimbre",
    path=_ROOM + "describetimbre",
    section="个人资产管理 API 分页查询音色列表",
    table=TimbresRequest,
    item=VoiceItem,
    lists=("TimbreAssets",),
)
GETACTION: Final = AssetCall(
    nickname="getaction",
    path=_ROOM + "getaction",
    section="个人资产管理 API 查询形象支持的动作列表",
    table=ActionsRequest,
    item=ActionItem,
    lists=("Actions",),
)

CALLS: Final = (GETANCHOR, GETIMAGEBYANCHOR, DESCRIBESMALLSAMPLEIMAGE, DESCRIBETIMBRE, GETACTION)
BY_PATH: Final[Mapping[str, AssetCall]] = {row.path: row for row in CALLS}


def size_of(text: str) -> tuple[int, int] | None:
    """`1920x1080` → (width, height)."""
    found = _SIZE.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def printed(moment: Any) -> str:
    """A moment as the lists print it."""
    return moment.astimezone(assets.SERVICE_ZONE).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
