"""The avatars and voices of catalogue.yaml, as values."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from mediaprep.media.files import documents

A_YEAR = 365.0


@dataclass(frozen=True, kw_only=True)
class CatalogueAvatar:
    """One VirtualmanKey. Sizes are (width, height) in pixels: of the video, and of the pose picture; `days`
    are left until it expires."""

    key: str
    name: str
    type: str
    size: tuple[int, int]
    pose: tuple[int, int]
    origin_zoom: float
    keyed: bool
    voice: str
    actions: tuple[str, ...]
    frames: int | None
    expired: bool
    key_expired: bool
    anchor: str
    clothes: str
    posture: str
    days: float


@dataclass(frozen=True, kw_only=True)
class CatalogueVoice:
    """One TimbreKey; a voice of several languages needs TimbreLanguage, one without `subtitles` fails a task that
    burns them in."""

    key: str
    name: str
    gender: str
    emotions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("zh",)
    subtitles: bool = True
    kind: str = "Boutique"
    purchase: str = "Lease"
    days: float = A_YEAR


@dataclass(frozen=True, kw_only=True)
class CatalogueAnchor:
    """Who an avatar shows; `tag` is 1 basic, 2 standard, 3 advanced."""

    code: str
    name: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything the emulated account may use, by key."""

    avatars: Mapping[str, CatalogueAvatar]
    voices: Mapping[str, CatalogueVoice]
    anchors: Mapping[str, CatalogueAnchor]
    actions: Mapping[str, str]  # code → name


@functools.cache
def load() -> Catalogue:
    """The catalogue that comes with the package."""
    text = (
        resources.files("mediaprep.emulator.account").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    )
    data: Any = documents.parse(text, "catalogue.yaml")
    voices = {key: _voice(key, row) for key, row in data["voices"].items()}
    for family in data["families"]:
        for number in range(family["first"], family["last"] + 1):
            key = f"{family['prefix']}{number}"
            voices[key] = CatalogueVoice(key=key, name=f"{family['name']}{number}", gender=family["gender"])
    avatars = {key: _avatar(key, row) for key, row in data["avatars"].items()}
    anchors = {
        code: CatalogueAnchor(code=code, name=row["name"], tag=row["tag"])
        for code, row in data["anchors"].items()
    }
    return Catalogue(avatars=avatars, voices=voices, anchors=anchors, actions=data["actions"])


def _voice(key: str, row: Mapping[str, Any]) -> CatalogueVoice:
    return CatalogueVoice(
        key=key,
        name=row["name"],
        gender=row["gender"],
        emotions=tuple(row.get("emotions", ())),
        languages=tuple(row.get("languages", ("zh",))),
        subtitles=row.get("subtitles", True),
        kind=row.get("kind", "Boutique"),
        purchase=row.get("purchase", "Lease"),
        days=row.get("days", A_YEAR),
    )


def _avatar(key: str, row: Mapping[str, Any]) -> CatalogueAvatar:
    return CatalogueAvatar(
        key=key,
        name=row["name"],
        type=row["type"],
        size=_size(row["resolution"]),
        pose=_size(row["pose"]),
        origin_zoom=float(row["origin_zoom"]),
        keyed=row["keyed"],
        voice=row["voice"],
        actions=tuple(row["actions"]),
        frames=row.get("frames"),
        expired=row.get("expired", False),
        key_expired=row.get("key_expired", False),
        anchor=row["anchor"],
        clothes=row["clothes"],
        posture=row["posture"],
        days=row.get("days", A_YEAR),
    )


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)
