"""What an account owns, as its asset lists say: avatars, voices, actions, and when each list was fetched."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SERVICE_ZONE: Final = datetime.timezone(datetime.timedelta(hours=8))
"""The lists print dates without a zone; the service's own is taken."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One gesture of a 3D avatar; `code` is what SSML and ActionParams say."""

    code: str
    name: str = ""
    sample: str = ""


@dataclass(frozen=True, kw_only=True)
class Avatar:
    """One VirtualmanKey. `width` × `height` in pixels of the video it makes; `actions` are codes (None: not
    asked for); `pose` the pixels of its pose picture (None: not looked at); `origin_zoom` None where the list
    has none (large avatars)."""

    type: str
    width: int
    height: int
    actions: tuple[str, ...] | None = ()
    key: str = ""
    name: str = ""
    clothes: str = ""
    posture: str = ""
    anchor: str = ""
    pose: tuple[int, int] | None = None
    pose_url: str = ""
    origin_zoom: float | None = None
    drives: tuple[str, ...] = ()
    expires: datetime.datetime | None = None
    begins: datetime.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One TimbreKey. `emotions` is empty for voices without, `languages` for voices of one language."""

    key: str
    name: str = ""
    gender: str = ""  # male | female
    kind: str = ""  # Boutique | SampleBasic | SampleFast
    purchase: str = ""  # Lease | Custom
    description: str = ""
    sample: str = ""
    emotions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    drives: tuple[str, ...] = ()
    expires: datetime.datetime | None = None
    begins: datetime.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Assets:
    """The lists of one account; None = never fetched. Times are seconds since 1970; `actions` and
    `poses` (pixels of pose pictures) are by VirtualmanKey, as far as somebody asked."""

    avatars: tuple[Avatar, ...] | None = None
    avatars_at: float = 0.0
    types: tuple[str, ...] = ()  # the type codes that were asked for
    voices: tuple[Voice, ...] | None = None
    voices_at: float = 0.0
    actions: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)
    actions_at: Mapping[str, float] = field(default_factory=dict)
    poses: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def date_of(text: str) -> datetime.datetime | None:
    """`2026-12-31 23:59:59` (also date alone, or ISO 8601) → a moment; None for nothing, or no real date."""
    try:
        found = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=SERVICE_ZONE)
    return found if found.year > _NEVER else None


_NEVER: Final = 2000  # zero dates of Go and of databases
