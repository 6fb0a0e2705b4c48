"""Catalogues as files: the package's own, and those of users, which `mediaprep assets export` writes.

    avatars:
      {VirtualmanKey}: {type: real_man_3d, resolution: 1920x1080, …}
    voices:
      {TimbreKey}: {gender: female, …}

All that a row leaves out has a plain value (see AvatarRow, VoiceRow); a section that a file leaves out is the
package's own.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mediaprep.contract import asset_calls
from mediaprep.emulator.account.catalogue import (
    A_YEAR,
    Catalogue,
    CatalogueAnchor,
    CatalogueAvatar,
    CatalogueVoice,
    keyed,
)
from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.model import assets
from mediaprep.model.findings import Text

_MOST_BYTES: Final = 8 << 20
_TOO_LARGE: Final = Text("a catalogue has at most 8 MiB", "形象目录最大 8 MiB")
_HEAD: Final = """\
# Avatars, voices and actions of an account, for `mediaprep emulator --catalogue FILE`. No secrets are in it.
# 账号下的形象、音色与动作，供 `mediaprep emulator --catalogue 文件` 使用；不含任何密钥。
"""


def _sides(value: object) -> object:
    found = asset_calls.size_of(value) if isinstance(value, str) else None
    if found is None or not all(found):
        raise ValueError("write WIDTHxHEIGHT in pixels, such as 1920x1080")
    return found


def _moment(value: object) -> object:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = str(value)  # YAML reads a bare date as one
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    found = assets.date_of(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a date such as 2026-12-31 23:59:59")
    return found


_Size = Annotated[tuple[int, int], BeforeValidator(_sides)]
_Moment = Annotated[datetime.datetime, BeforeValidator(_moment)]
_Days = Annotated[float, Field(allow_inf_nan=False, ge=-36_500, le=36_500)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AvatarRow(_Row):
    """One avatar. `actions`: codes, or code → name; left out, a 3D avatar takes any and others none."""

    type: str = Field(min_length=1)
    resolution: _Size
    pose: _Size | None = None
    origin_zoom: float | None = Field(None, gt=0, allow_inf_nan=False)
    keyed: bool | None = None
    voice: str = ""
    actions: list[str] | dict[str, str] | None = None
    frames: int | None = Field(None, ge=0)
    name: str = ""
    anchor: str = ""
    clothes: str = ""
    posture: str = ""
    days: _Days = A_YEAR
    expires: _Moment | None = None
    expired: bool = False
    key_expired: bool = False


class VoiceRow(_Row):
    """One voice."""

    name: str = ""
    gender: Literal["male", "female"] = "female"
    emotions: list[str] = []
    languages: list[str] = ["zh"]
    subtitles: bool = True
    kind: str = "Boutique"
    purchase: Literal["Lease", "Custom"] = "Lease"
    days: _Days = A_YEAR
    expires: _Moment | None = None


class AnchorRow(_Row):
    """Who avatars show."""

    name: str
    tag: Literal["1", "2", "3"] = "2"


class VoiceFamily(_Row):
    """Voices that are numbered: {prefix}{first} … {prefix}{last}."""

    prefix: str
    first: int = Field(ge=0)
    last: int = Field(le=10_000)
    name: str
    gender: Literal["male", "female"]


class CatalogueDocument(_Row):
    """A whole file."""

    avatars: dict[str, AvatarRow] | None = None
    anchors: dict[str, AnchorRow] = {}
    actions: dict[str, str] = {}
    voices: dict[str, VoiceRow] | None = None
    families: list[VoiceFamily] = []


@functools.cache
def load() -> Catalogue:
    """The catalogue that comes with the package."""
    name = "catalogue.yaml"
    text = resources.files("mediaprep.emulator.account").joinpath(name).read_text(encoding="utf-8")
    return _catalogue(_read(documents.parse(text, name), name))


def read(path: Path) -> Catalogue:
    """The catalogue in a user's file. Raises BadConfig, naming the place that is wrong."""
    held = _read(documents.load(path, _MOST_BYTES, _TOO_LARGE), str(path))
    if held.avatars is None and held.voices is None and not held.families:
        raise BadConfig(
            f"{path}: neither avatars nor voices in it; `mediaprep assets export` writes such a file",
            f"{path}：既无 avatars 也无 voices；可用 `mediaprep assets export` 导出",
        )
    found, ours = _catalogue(held), load()
    if held.avatars is None:
        found = dataclasses.replace(found, avatars=ours.avatars, anchors=ours.anchors, actions=ours.actions)
    return found if found.voices else dataclasses.replace(found, voices=ours.voices)


def _read(document: object, name: str) -> CatalogueDocument:
    try:
        return CatalogueDocument.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        raise BadConfig(
            f"{name} is no catalogue: {place or 'the document'}: {told} (`mediaprep assets export` shows the form)",
            f"{name} 不是形象目录：{place or '文档'}：{told}（格式见 `mediaprep assets export` 的输出）",
        ) from error


def _catalogue(held: CatalogueDocument) -> Catalogue:
    voices = {key: _voice(key, row) for key, row in (held.voices or {}).items()}
    for family in held.families:
        for number in range(family.first, family.last + 1):
            key = f"{family.prefix}{number}"
            voices[key] = CatalogueVoice(key=key, name=f"{family.name}{number}", gender=family.gender)
    first = next(iter(voices), "")
    avatars = {key: _avatar(key, row, first) for key, row in (held.avatars or {}).items()}
    anchors = {
        code: CatalogueAnchor(code=code, name=row.name, tag=row.tag) for code, row in held.anchors.items()
    }
    for avatar in avatars.values():  # an anchor that is not listed is called as its avatar is
        anchors.setdefault(avatar.anchor, CatalogueAnchor(code=avatar.anchor, name=avatar.name, tag="2"))
    actions = dict(held.actions)
    for row in (held.avatars or {}).values():
        actions |= row.actions if isinstance(row.actions, dict) else {}
    return Catalogue(avatars=avatars, voices=voices, anchors=anchors, actions=actions)


def _voice(key: str, row: VoiceRow) -> CatalogueVoice:
    given: dict[str, Any] = dict(row)
    words = {"emotions": tuple(row.emotions), "languages": tuple(row.languages or ["zh"])}
    return CatalogueVoice(key=key, **{**given, **words, "name": row.name or key})


def _avatar(key: str, row: AvatarRow, voice: str) -> CatalogueAvatar:
    large = "3d" in row.type.lower()
    given: dict[str, Any] = dict(row)
    size = given.pop("resolution")
    return CatalogueAvatar(
        **{
            **given,
            "key": key,
            "size": size,
            "name": row.name or key,
            "pose": row.pose or size,
            "origin_zoom": row.origin_zoom or 1.0,
            "keyed": keyed(row.type) if row.keyed is None else row.keyed,
            "voice": row.voice or voice,
            "actions": tuple(row.actions) if row.actions is not None else None if large else (),
            "anchor": row.anchor or key,
        }
    )


def written(held: assets.Assets) -> str:
    """The file of an account's lists, as `read` takes it. What the lists do not say is left out."""
    actions: dict[str, str] = {}
    for found in held.actions.values():
        actions |= {action.code: action.name or action.code for action in found}
    document = {
        "avatars": {avatar.key: _avatar_row(avatar, held) for avatar in held.avatars or ()},
        "actions": actions,
        "voices": {voice.key: _voice_row(voice) for voice in held.voices or ()},
    }
    return _HEAD + documents.dumps(document)


def _avatar_row(avatar: assets.Avatar, held: assets.Assets) -> dict[str, Any]:
    pose = held.poses.get(avatar.key)
    codes = avatar.actions
    if codes is None and avatar.key in held.actions:
        codes = tuple(action.code for action in held.actions[avatar.key])
    row = {
        "type": avatar.type,
        "resolution": f"{avatar.width}x{avatar.height}",
        "pose": f"{pose[0]}x{pose[1]}" if pose else "",
        "origin_zoom": avatar.origin_zoom,
        "name": avatar.name,
        "anchor": avatar.anchor,
        "clothes": avatar.clothes,
        "posture": avatar.posture,
        "expires": asset_calls.printed(avatar.expires),
    }
    return _filled(row) | ({} if codes is None else {"actions": list(codes)})


def _voice_row(voice: assets.Voice) -> dict[str, Any]:
    row = {
        "name": voice.name,
        "gender": voice.gender,
        "emotions": list(voice.emotions),
        "languages": list(voice.languages),
        "kind": voice.kind,
        "purchase": voice.purchase,
        "expires": asset_calls.printed(voice.expires),
    }
    return _filled(row)


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in ("", None, [])}
