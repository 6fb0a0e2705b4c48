"""How many tasks run at a time, what they are charged to, and how long results are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from mediaprep.contract import codes

IN_FLIGHT: Final[Mapping[str, int]] = {"tts": 1, "ppt": 1, "video": 5}
"""Tasks at a time of an account by quota key: `video` counts for each avatar type by itself, main and sub
accounts together. A task counts from its acceptance to its end."""

EXCLUSIVE_ADDS: Final = 1
"""Each bought exclusive channel adds so many video tasks."""

AUDIO_ADDS: Final = 1
"""Each bought audio channel adds so many tts tasks (the docs say that it can be bought, not how many it adds:
assumed as for videos)."""

RETENTION: Final = timedelta(days=7)
"""Results stay at the service so long, unless a storage URL was given (ppt has none)."""

TRIAL: Final = timedelta(days=15)
"""A claimed permission is valid so long."""

CHARGED_ON_FAILURE: Final[Mapping[str, bool | None]] = {"ppt": False}
"""Whether a failed task costs; None (every endpoint that is not listed) = the docs do not say."""

Pool = Literal["exclusive", "shared", "hours", "free"]


def expires_at(finished: datetime) -> datetime:
    """When a result that was not stored elsewhere is deleted."""
    return finished + RETENTION


def in_flight_limit(quota: str, exclusive: int = 0, audio: int = 0) -> int:
    """Tasks at a time for one quota key; bought exclusive channels count for `video`, audio channels for `tts`."""
    bought = {"video": exclusive * EXCLUSIVE_ADDS, "tts": audio * AUDIO_ADDS}
    return IN_FLIGHT[quota] + bought.get(quota, 0)


def counted_under(quota: str, endpoint: str, avatar_type: str) -> str:
    """The key one counts by. Whether no-train videos are a type of their own is not said: taken so."""
    return f"{quota}:{avatar_type or endpoint}" if quota == "video" else quota


@dataclass(frozen=True, kw_only=True)
class BoughtCapacity:
    """What was bought: exclusive channels, audio channels, and whether an hour package has hours left."""

    exclusive: int = 0
    audio: int = 0
    hours: bool = True


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A task's place: the pool it runs in, and whether it takes hours off the package."""

    pool: Pool
    takes_hours: bool


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The submit fails: an interface code and the service's message."""

    code: int
    message: str


def decide(
    endpoint: str,
    asked: str,
    account: BoughtCapacity,
    *,
    running: int = 0,
    exclusive_running: int = 0,
    quota: str = "video",
) -> Grant | Refusal:
    """What ConcurrencyType (`asked`, "" = not given) comes to. `running` counts all tasks under the same key,
    `exclusive_running` those of them on bought channels.

    basic, advanced: not given = a bought channel while one is free, else the shared pool; Exclusive fails
    without a free bought channel. notrain: Exclusive takes no hours and fails without a bought channel;
    Shared takes hours and fails without them; not given = Exclusive if a channel was bought, else
    Shared. The other
    endpoints have no choice.
    """
    limit = in_flight_limit(quota, account.exclusive, account.audio)
    if running >= limit:
        return over_quota(quota, limit)
    if endpoint == "notrain":
        return _without_training(asked, account)
    if endpoint not in ("basic", "advanced"):
        return Grant(pool="shared", takes_hours=quota != "tts")
    free = account.exclusive - exclusive_running
    if asked == "Exclusive":
        return Grant(pool="exclusive", takes_hours=True) if free > 0 else over_quota(quota, account.exclusive)
    if asked == "" and free > 0:
        return Grant(pool="exclusive", takes_hours=True)
    return Grant(pool="shared", takes_hours=True)


def _without_training(asked: str, account: BoughtCapacity) -> Grant | Refusal:
    if asked == "Exclusive" or (not asked and account.exclusive):
        if account.exclusive:
            return Grant(pool="exclusive", takes_hours=False)
        return over_quota("video", 0)
    if account.hours:
        return Grant(pool="shared", takes_hours=True)
    return Refusal(code=codes.NO_HOURS, message="未找到有效的小时包或小时包余量不足")


def over_quota(quota: str, limit: int) -> Refusal:
    """The documented refusal. Of ppt the docs show none: assumed to be worded as for videos."""
    kind = "音频" if quota == "tts" else "视频"
    message = f"超过配额限制：提交{kind}制作数量超过限制：{limit}"
    return Refusal(code=codes.OVER_QUOTA, message=message)
