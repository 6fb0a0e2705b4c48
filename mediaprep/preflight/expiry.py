"""Avatars and voices that expire: what has is refused, what will soon is advised, and so is a key no list knows."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mediaprep.contract import endpoints
from mediaprep.contract.asset_calls import ANY_KEY
from mediaprep.contract.judging import advised
from mediaprep.contract.paths import bare, walk
from mediaprep.contract.quotas import TRIAL
from mediaprep.model.assets import SERVICE_ZONE, Assets, Avatar, Voice
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule

SOON: Final = TRIAL
"""From so long before its end an asset is told of; a trial from its first day."""

_AVATARS: Final = ("VirtualmanKey", "PageConfigs[].VirtualmanKey")
_VOICES: Final = (
    "TimbreKey",
    "SpeechParam.TimbreKey",
    "GlobalConfig.SpeechParam.TimbreKey",
    "PageConfigs[].SpeechParam.TimbreKey",
)
_EXTEND: Final = Text("have it extended, or choose another", "申请延期，或换用其他")
_LOOK: Final = Text(
    "look at `mediaprep assets avatars --refresh` or `voices --refresh`",
    "请查看 `mediaprep assets avatars --refresh` 或 `voices --refresh`",
)


def named(endpoint: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, str, type[Avatar] | type[Voice]]]:
    """(concrete path, key, what it names) of every avatar and voice of a request."""
    known = {slot.path for slot in endpoints.get(endpoint).slots}
    for general, kind in (*((path, Avatar) for path in _AVATARS), *((path, Voice) for path in _VOICES)):
        if general in known:
            for place, key in walk(payload, general):
                if isinstance(key, str) and key:
                    yield place, key, kind


def judge(
    endpoint: str, payload: Mapping[str, Any], held: Assets, now: float, *, sure: bool = False
) -> tuple[Finding, ...]:
    """Findings on what the lists say of a request's avatars and voices; `now` is seconds since 1970. Lists that were
    never fetched say nothing, nor do those of an emulator that takes every key; a key that is not in them is refused
    where they are `sure`ly of today."""
    found: list[Finding] = []
    told: set[tuple[str, str]] = set()
    for place, key, kind in named(endpoint, payload):
        if (bare(place), key) in told:
            continue
        told.add((bare(place), key))
        listed = held.avatars if kind is Avatar else held.voices
        if listed is None or any(one.key == ANY_KEY for one in listed):
            continue
        asset: Avatar | Voice | None = next((one for one in listed if one.key == key), None)
        missing = _absent if sure else _unlisted
        finding = missing(endpoint, place, key) if asset is None else _ending(endpoint, place, asset, now)
        found += [finding] if finding else []
    return tuple(found)


def left(asset: Avatar | Voice, now: float) -> datetime.timedelta | None:
    """How long an asset can still be used; None where its list does not say."""
    return asset.expires - datetime.datetime.fromtimestamp(now, datetime.UTC) if asset.expires else None


def on_trial(asset: Avatar | Voice) -> bool:
    """Whether it was given for no longer than a trial lasts."""
    return bool(asset.begins and asset.expires and asset.expires - asset.begins <= TRIAL)


def standing(asset: Avatar | Voice, now: float) -> tuple[Verdict, Text]:
    """Verdict and words on the time an asset has left."""
    time = left(asset, now)
    if time is None or asset.expires is None:
        return Verdict.PASS, Text("", "")
    day = f"{asset.expires.astimezone(SERVICE_ZONE):%Y-%m-%d}"
    if time <= datetime.timedelta(0):
        return Verdict.REFUSED, Text(f"expired on {day}", f"已于 {day} 过期")
    trial = Text("trial, ", "试用，") if on_trial(asset) else Text("", "")
    days = max(time.days, 0)
    said = Text(f"{trial.en}expires on {day}, in {days} days", f"{trial.zh}{day} 到期，还剩 {days} 天")
    return (Verdict.ADVISED if time <= SOON else Verdict.PASS), said


def _ending(endpoint: str, place: str, asset: Avatar | Voice, now: float) -> Finding | None:
    verdict, said = standing(asset, now)
    if verdict is Verdict.PASS or asset.expires is None:
        return None
    return advised(
        endpoint,
        place,
        "expires",
        Text(f"{place}: {asset.key} {said.en}", f"{place}：{asset.key} {said.zh}"),
        measured=f"{asset.expires:%Y-%m-%d}",
        limit=f"> {SOON.days} days left",
        fix=_EXTEND,
        verdict=verdict,
    )


def _unlisted(endpoint: str, place: str, key: str) -> Finding:
    told = Text(
        f"{place}: {key} is in none of the account's lists: the gateway may not know it (100016)",
        f"{place}：{key} 不在账号的资产列表中，网关可能找不到（100016）",
    )
    return advised(endpoint, place, "listed", told, measured=key, limit="a key of the asset lists", fix=_LOOK)


def _absent(endpoint: str, place: str, key: str) -> Finding:
    told = Text(
        f"{place}: {key} is in none of the account's lists of today: the gateway refuses it (100016)",
        f"{place}：{key} 不在账号今日的资产列表中，网关会拒绝（100016）",
    )
    return advised(
        endpoint, place, "absent", told, measured=key, limit="a key of the asset lists", fix=_LOOK,
        verdict=Verdict.REFUSED,
    )  # fmt: skip


def _rows() -> Iterator[Rule]:
    for row in endpoints.ENDPOINTS.values():
        slots = {slot.path for slot in row.slots}
        for path in (*_AVATARS, *_VOICES):
            if path not in slots:
                continue
            yield Rule(
                id=f"{row.nickname}.{bare(path)}.expires", family=Family.REQUEST,
                verdicts=(Verdict.ADVISED, Verdict.REFUSED), limit=f"> {SOON.days} days left",
                what=Text("avatar and voice do not expire soon", "形象与音色在近期内不会过期"),
                why=Text(
                    "what has expired is refused (100015); a trial ends after 15 days",
                    "过期后会被拒绝（100015）；试用期为 15 天",
                ),
                source=f"{row.section} · {bare(path)}", fix=_EXTEND,
                examples=(Example("16 days left", Verdict.PASS), Example("15 days left", Verdict.ADVISED)),
            )  # fmt: skip
            yield Rule(
                id=f"{row.nickname}.{bare(path)}.listed", family=Family.REQUEST, verdicts=(Verdict.ADVISED,),
                limit="a key of the asset lists",
                what=Text("the account's lists have this key", "该 key 在账号的资产列表中"),
                why=Text("the gateway has keys of its own account only (100016)", "网关只认账号自己的 key（100016）"),
                source=f"{row.section} · {bare(path)}", fix=_LOOK,
                examples=(Example("a listed key", Verdict.PASS), Example("any other", Verdict.ADVISED)),
            )  # fmt: skip
            yield Rule(
                id=f"{row.nickname}.{bare(path)}.absent", family=Family.REQUEST, verdicts=(Verdict.REFUSED,),
                limit="a key of the asset lists",
                what=Text("the account's lists of today have this key", "该 key 在账号今日的资产列表中"),
                why=Text("the gateway has keys of its own account only (100016)", "网关只认账号自己的 key（100016）"),
                source=f"{row.section} · {bare(path)}", fix=_LOOK,
                examples=(Example("a listed key", Verdict.PASS), Example("any other", Verdict.REFUSED)),
            )  # fmt: skip


ROWS: Final[tuple[Rule, ...]] = tuple(_rows())
