"""What the emulated account may use: avatars, voices, actions, as values. Files of it are read by catalogue_file."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from mediaprep.contract.asset_calls import ANY_KEY, SMALL_SAMPLE

A_YEAR = 365.0


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """Something the account has until `expires`, or, where that is None, for `days` from whenever it is asked."""

    days: float = A_YEAR
    expires: datetime.datetime | None = None

    def ends(self, now: float) -> datetime.datetime:
        """When it expires, asked at `now` (seconds since 1970)."""
        moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
        return self.expires or moment + datetime.timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True)
class CatalogueAvatar(Lasting):
    """One VirtualmanKey. Sizes are (width, height) in pixels: of the video, and of the pose picture. `actions` None:
    not known, so any is taken; `frames` likewise, 0: they cannot be counted. `key_expired`: the account that owns the
    key is. `made_up`: of a key that nobody listed."""

    key: str
    name: str
    type: str
    size: tuple[int, int]
    pose: tuple[int, int]
    origin_zoom: float
    keyed: bool
    voice: str
    actions: tuple[str, ...] | None
    frames: int | None = None
    expired: bool = False
    key_expired: bool = False
    anchor: str
    clothes: str = ""
    posture: str = ""
    made_up: bool = False

    def over(self, now: float) -> bool:
        """Whether it can no longer be used."""
        return self.expired or self.ends(now).timestamp() < now


@dataclass(frozen=True, kw_only=True)
class CatalogueVoice(Lasting):
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
    made_up: bool = False


@dataclass(frozen=True, kw_only=True)
class CatalogueAnchor:
    """Who an avatar shows; `tag` is 1 basic, 2 standard, 3 advanced."""

    code: str
    name: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything the emulated account may use, by key. A row of the key ANY_KEY is what every key that is not listed
    is taken for."""

    avatars: Mapping[str, CatalogueAvatar]
    voices: Mapping[str, CatalogueVoice]
    anchors: Mapping[str, CatalogueAnchor]
    actions: Mapping[str, str]  # code → name

    def avatar(self, key: object) -> CatalogueAvatar | None:
        """The avatar of a VirtualmanKey as it came in a request; None: there is none."""
        name = str(key or "")
        found, other = self.avatars.get(name), self.avatars.get(ANY_KEY)
        if found is None and other is not None and name:
            return replace(other, key=name, name=name, made_up=True)
        return found

    def voice(self, key: object) -> CatalogueVoice | None:
        """The same of a TimbreKey."""
        name = str(key or "")
        found, other = self.voices.get(name), self.voices.get(ANY_KEY)
        if found is None and other is not None and name:
            gender = "male" if "male" in name.lower().replace("female", "") else other.gender
            return replace(other, key=name, name=name, gender=gender, made_up=True)
        return found

    def opened(self) -> Catalogue:
        """The same, and every other key is taken: as an avatar that stands in a landscape picture and may do anything,
        and as a voice."""
        avatar = CatalogueAvatar(
            key=ANY_KEY, name=ANY_KEY, type="real_man_2d", size=(1920, 1080), pose=(1080, 1920), origin_zoom=0.55,
            keyed=True, voice=next(iter(self.voices), ""), actions=None, anchor=ANY_KEY,
        )  # fmt: skip
        anchor = CatalogueAnchor(code=ANY_KEY, name=ANY_KEY, tag="2")
        return replace(
            self,
            avatars={ANY_KEY: avatar, **self.avatars},
            voices={**self.voices, ANY_KEY: self.voices.get(ANY_KEY) or _ANY_VOICE},
            anchors={ANY_KEY: anchor, **self.anchors},
        )


_ANY_VOICE: Final = CatalogueVoice(key=ANY_KEY, name=ANY_KEY, gender="female")


def keyed(type_code: str) -> bool:
    """Whether avatars of a type stand free where their row does not say: small samples keep their footage's room."""
    return type_code != SMALL_SAMPLE
