"""What the account may use and how much at a time: avatars, voices, actions, hour packages, quotas.

Each judge returns None or the refusal that the gateway answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mediaprep.contract import codes
from mediaprep.contract.paths import walk
from mediaprep.emulator.catalogue import Avatar, Catalogue, Voice
from mediaprep.emulator.options import Options

_PER_TYPE = 5
_PPT_SIZES = ((1920, 1080), (1080, 1920))


@dataclass(frozen=True)
class Refusal:
    """An answer with a code other than 0."""

    code: int
    message: str


@dataclass(frozen=True)
class Place:
    """A place in the queue that a task takes until it ends: at most `limit` under one `quota`."""

    quota: str
    limit: int

    @property
    def full(self) -> Refusal:
        """What is answered when there is none left; tts and video say what was submitted."""
        kind = "音频" if self.quota == "tts" else "视频"
        return Refusal(codes.OVER_QUOTA, f"超过配额限制：提交{kind}制作数量超过限制：{self.limit}")


def judge_keys(endpoint: str, payload: Mapping[str, Any], catalogue: Catalogue) -> Refusal | None:
    """Avatars, then voices, then actions."""
    for place, key in (*walk(payload, "VirtualmanKey"), *walk(payload, "PageConfigs[].VirtualmanKey")):
        refusal = _judge_avatar(place, key, catalogue) if key else None
        if refusal:
            return refusal
    for place, speech in _speeches(payload):
        refusal = _judge_voice(place, speech, catalogue)
        if refusal:
            return refusal
    if endpoint == "ppt":
        return _judge_pages(payload, catalogue)
    return _judge_actions(payload, catalogue)


def place_for(
    endpoint: str, payload: Mapping[str, Any], catalogue: Catalogue, options: Options
) -> Place | Refusal:
    """The quota a task counts under, or why nothing that was bought covers it. Exclusive channels come first
    where both exist; tts needs no hours, no-train on bought channels neither."""
    if endpoint in {"tts", "ppt"}:
        if endpoint == "ppt" and not options.hours:
            return _no_hours()
        return Place(endpoint, 1)
    wish = payload.get("ConcurrencyType") or ""
    exclusive = options.exclusive != 0 and endpoint != "photo"
    if wish == "Exclusive" and not exclusive:
        return Refusal(codes.OVER_QUOTA, "超过配额限制：提交视频制作数量超过限制：0")
    runs_exclusive = exclusive and wish != "Shared"
    if not options.hours and not (endpoint == "notrain" and runs_exclusive):
        return _no_hours()
    avatar = catalogue.avatars.get(str(payload.get("VirtualmanKey", "")))
    limit = _PER_TYPE + (options.exclusive or 0 if endpoint != "photo" else 0)
    return Place(f"video:{avatar.type if avatar else endpoint}", limit)


def _no_hours() -> Refusal:
    return Refusal(codes.NO_HOURS, "未找到有效的小时包或小时包余量不足")


def _judge_avatar(place: str, key: object, catalogue: Catalogue) -> Refusal | None:
    avatar = catalogue.avatars.get(str(key))
    if avatar is None:
        return Refusal(codes.NO_AVATAR, f"ResourceNotFound:未找到形象资产: {place} {key}")
    if avatar.expired:
        return Refusal(100015, f"数智人形象已经过期: {place} {key}")
    if avatar.key_expired:
        return Refusal(110007, f"virtualmankey 已过期: {place} {key}")
    return None


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
    voice: Voice | None = catalogue.voices.get(str(key))
    if voice is None:
        return Refusal(codes.NO_AVATAR, f"ResourceNotFound:未找到音色资产: {place}TimbreKey {key}")
    language = speech.get("TimbreLanguage") or ""
    if len(voice.languages) > 1 and language not in voice.languages:
        known = ",".join(voice.languages)
        return _bad_value(f"{place}TimbreLanguage", f"must be one of {known} for {key}")
    emotion = speech.get("EmotionCategory") or ""
    if emotion and voice.emotions and emotion not in voice.emotions:
        return _bad_value(f"{place}EmotionCategory", f"must be one of {','.join(voice.emotions)} for {key}")
    return None


def _judge_actions(payload: Mapping[str, Any], catalogue: Catalogue) -> Refusal | None:
    avatar = catalogue.avatars.get(str(payload.get("VirtualmanKey", "")))
    for place, code in walk(payload, "VideoParam.ActionParams[].Code"):
        if avatar is not None and code and code not in avatar.actions:
            return _bad_value(place, f"{code} is not an action of this avatar")
    return None


def _judge_pages(payload: Mapping[str, Any], catalogue: Catalogue) -> Refusal | None:
    """All avatars of a deck are of one type and one of the two 1080P sizes."""
    before: Avatar | None = None
    for place, key in walk(payload, "PageConfigs[].VirtualmanKey"):
        avatar = catalogue.avatars.get(str(key))
        if avatar is None:
            continue
        if avatar.size not in _PPT_SIZES:
            return _bad_value(place, "resolution must be 1920x1080 or 1080x1920")
        if before is not None and (avatar.type, avatar.size) != (before.type, before.size):
            return _bad_value(place, "all pages need avatars of one type and resolution")
        before = avatar
    return None


def _bad_value(place: str, why: str) -> Refusal:
    return Refusal(codes.BAD_VALUE, f"InvalidParameterValue:参数取值错误: {place} {why}")
