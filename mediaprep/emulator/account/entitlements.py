"""What the account may use and how much at a time: avatars, voices, actions, bought channels and hours.

Each judge returns None or the refusal that the gateway answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mediaprep.contract import codes, endpoints, quotas
from mediaprep.contract.paths import walk
from mediaprep.contract.quotas import Grant, Refusal
from mediaprep.contract.rules import demands
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.account.purchases import Purchases
from mediaprep.model import assets
from mediaprep.model.findings import Verdict


def judge_keys(endpoint: str, payload: Mapping[str, Any], catalogue: Catalogue, now: float) -> Refusal | None:
    """At `now` (seconds): avatars, then voices, then what the contract demands of a request and its avatars."""
    for place, key in _avatar_keys(payload):
        refusal = _judge_avatar(place, key, catalogue, now)
        if refusal:
            return refusal
    for place, speech in _speeches(payload):
        refusal = _judge_voice(place, speech, catalogue)
        if refusal:
            return refusal
    known = {**avatars(payload, catalogue), **_voices(payload, catalogue)}
    for finding in demands.judge(endpoint, payload, known):
        if finding.verdict is Verdict.REFUSED:
            return _bad_value(finding.message.zh, f"{finding.measured}, 要求 {finding.limit}")
    return None


def judge_permission(
    payload: Mapping[str, Any], bought: Purchases, opened: float, now: float
) -> Refusal | None:
    """A trial that is over: its account's keys have expired, and what needs none is not permitted any more (the docs
    name the first code only)."""
    if bought.days is None or now <= opened + bought.days * 86_400:
        return None
    for place, key in _avatar_keys(payload):
        return _key_expired(place, key)
    return Refusal(code=codes.UNAUTHORISED, message="UnauthorizedOperation:未授权操作: 试用权限已到期")


def avatars(payload: Mapping[str, Any], catalogue: Catalogue) -> dict[str, assets.Avatar]:
    """What the contract wants to know of each avatar, by the wire path of its key."""
    known = ((place, catalogue.avatar(key)) for place, key in _avatar_keys(payload))
    return {
        place: assets.Avatar(type=a.type, width=a.size[0], height=a.size[1], actions=a.actions)
        for place, a in known
        if a is not None and not a.made_up
    }


def _voices(payload: Mapping[str, Any], catalogue: Catalogue) -> dict[str, assets.Voice]:
    """The same of each voice, by the wire path of its key."""
    return {
        f"{place}TimbreKey": assets.Voice(
            key=voice.key,
            emotions=voice.emotions,
            languages=voice.languages if len(voice.languages) > 1 else (),
        )
        for place, speech in _speeches(payload)
        if (voice := catalogue.voice(speech.get("TimbreKey"))) is not None and not voice.made_up
    }


def quota_key(endpoint: str, payload: Mapping[str, Any], catalogue: Catalogue) -> str:
    """What a task counts under while it is in flight: tts, ppt, or the type of its avatar."""
    avatar = catalogue.avatar(payload.get("VirtualmanKey"))
    return quotas.counted_under(endpoints.get(endpoint).quota, endpoint, avatar.type if avatar else "")


def charges_failure(endpoint: str, *, ordered: bool) -> bool:
    """Whether a task that fails while it is made is charged: on order, and never against the docs' promise."""
    return ordered and quotas.CHARGED_ON_FAILURE.get(endpoint) is not False


def grant(
    endpoint: str,
    payload: Mapping[str, Any],
    bought: Purchases,
    running: int,
    exclusive_running: int,
    *,
    hours: bool,
) -> Grant | Refusal:
    """The task's place, by what was bought and what is running under the same key; `hours` = the hour package
    has some left."""
    asked = payload.get("ConcurrencyType") or ""
    decided = quotas.decide(
        endpoint,
        asked if isinstance(asked, str) else "",
        quotas.BoughtCapacity(exclusive=bought.exclusive, audio=bought.audio, hours=hours),
        running=running,
        exclusive_running=exclusive_running,
        quota=endpoints.get(endpoint).quota,
    )
    if isinstance(decided, Grant) and decided.takes_hours and not hours:
        return Refusal(code=codes.NO_HOURS, message="未找到有效的小时包或小时包余量不足")
    return decided


def _avatar_keys(payload: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for path in ("VirtualmanKey", "PageConfigs[].VirtualmanKey"):
        yield from ((place, key) for place, key in walk(payload, path) if key)


def _judge_avatar(place: str, key: object, catalogue: Catalogue, now: float) -> Refusal | None:
    avatar = catalogue.avatar(key)
    if avatar is None:
        return Refusal(code=codes.NO_AVATAR, message=f"ResourceNotFound:未找到形象资产: {place} {key}")
    if avatar.over(now):
        return Refusal(code=100015, message=f"数智人形象已经过期: {place} {key}")
    if avatar.key_expired:
        return _key_expired(place, key)
    return None


def _key_expired(place: str, key: object) -> Refusal:
    return Refusal(code=110007, message=f"virtualmankey 已过期: {place} {key}")


def _speeches(payload: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object that names a voice: of tts the Payload itself."""
    if "TimbreKey" in payload:
        yield "", payload
    for path in ("SpeechParam", "GlobalConfig.SpeechParam", "PageConfigs[].SpeechParam"):
        for place, speech in walk(payload, path):
            if isinstance(speech, Mapping):
                yield f"{place}.", speech


def _judge_voice(place: str, speech: Mapping[str, Any], catalogue: Catalogue) -> Refusal | None:
    key = speech.get("TimbreKey")
    if not key:
        return None
    voice = catalogue.voice(key)
    if voice is None:
        return Refusal(
            code=codes.NO_AVATAR, message=f"ResourceNotFound:未找到音色资产: {place}TimbreKey {key}"
        )
    return None


def _bad_value(place: str, why: str) -> Refusal:
    return Refusal(code=codes.BAD_VALUE, message=f"InvalidParameterValue:参数取值错误: {place} {why}")
