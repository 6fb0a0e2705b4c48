"""`assets`: avatars, voices and actions of the account, remembered for a day; and what they say of a request."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings, checked_base_url
from mediaprep.contract import asset_calls as contract
from mediaprep.contract import profiles
from mediaprep.contract.paths import walk
from mediaprep.errors import BadAsset, GatewayError, InputError
from mediaprep.media import pictures
from mediaprep.media.files import atomic
from mediaprep.media.files.facts_cache import default_path
from mediaprep.model.assets import Action, Assets, Avatar, Voice
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.preflight import expiry
from mediaprep.submission.wire import asset_lists as lists
from mediaprep.submission.wire.address_policy import pointed_to
from mediaprep.submission.wire.asset_cache import AssetCache
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.http import Wire
from mediaprep.submission.wire.url_probe import look

FRESH_SECONDS: Final = 24 * 3600.0

_Named = tuple[str, str, type[Avatar] | type[Voice]]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the lists say of a request: avatars and voices by wire path, for the rules that ask for them;
    findings on what expires or is not listed. `problem` = why nothing newer could be fetched."""

    facts: Mapping[str, Avatar | Voice] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    problem: Text | None = None


class AccountLists:
    """The lists of the account that `settings` name. `clock` gives seconds since 1970; `folder` is where they
    are remembered (the user's cache folder). Not `online` nothing is fetched: what is remembered advises, and
    refuses nothing that the account may have by now."""

    def __init__(
        self,
        settings: Settings,
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
        online: bool = True,
    ) -> None:
        self._online = online
        self._settings, self._clock = settings, clock
        base = checked_base_url(settings.base_url or profiles.get(settings.profile).base_url)
        self._shelf = AssetCache(folder or default_path().parent, base, settings.appkey or "")
        self._held = self._shelf.read() if settings.appkey else Assets()
        self._gateway: Gateway | None = None
        self._types_failed = False

    @property
    def held(self) -> Assets:
        """The lists as far as they are known, however old."""
        return self._held

    def avatars(self, *, refresh: bool = False, types: Sequence[str] = ()) -> Assets:
        """The lists with avatars not older than a day (`refresh`: fetched now); `types` are asked for besides
        the usual type codes. Raises BadConfig without credentials, and the gateway's errors."""
        held = self._held
        codes = tuple(dict.fromkeys((*contract.TYPES, *types)))
        if refresh or held.avatars is None or self._old(held.avatars_at) or not set(types) <= set(held.types):
            found = lists.avatars(self._asked(), codes)
            self._keep(avatars=found, avatars_at=self._clock(), types=codes)
        return self._held

    def voices(self, *, refresh: bool = False) -> Assets:
        """The lists with voices not older than a day. Raises as `avatars` does."""
        if refresh or self._held.voices is None or self._old(self._held.voices_at):
            self._keep(voices=lists.voices(self._asked()), voices_at=self._clock())
        return self._held

    def actions(self, key: str, *, refresh: bool = False) -> tuple[Action, ...]:
        """The actions of one avatar. Raises as `avatars` does."""
        held = self._held
        if refresh or self._old(held.actions_at.get(key, 0.0)):
            found = lists.actions(self._asked(), key)
            self._keep(
                actions={**held.actions, key: found}, actions_at={**held.actions_at, key: self._clock()}
            )
        return self._held.actions[key]

    def everything(self, *, types: Sequence[str] = ()) -> Assets:
        """All lists, fetched now: avatars (of `types` too) with their actions and the sizes of their poses, as far as
        those can be seen, and voices. Raises as `avatars` does."""
        self.avatars(refresh=True, types=types)
        self.voices(refresh=True)
        for avatar in self._held.avatars or ():
            if avatar.actions is None:
                self.actions(avatar.key, refresh=True)
            with contextlib.suppress(BadAsset):
                self.pose(avatar)
        return self._held

    def pose(self, avatar: Avatar) -> tuple[int, int]:
        """Pixels of an avatar's pose picture, which placement in pixels needs. Raises BadAsset."""
        if avatar.key not in self._held.poses:
            self._keep(poses={**self._held.poses, avatar.key: self._pose_of(avatar)})
        return self._held.poses[avatar.key]

    def posed(self, key: str) -> Avatar | None:
        """One avatar with the size of its pose; None where the lists or the picture cannot be had."""
        if not self._online:
            known = next((one for one in self._held.avatars or () if one.key == key), None)
            return replace(known, pose=self._held.poses[key]) if known and key in self._held.poses else None
        with contextlib.suppress(GatewayError, InputError):
            found = next((one for one in self.avatars().avatars or () if one.key == key), None)
            return None if found is None else replace(found, pose=self.pose(found))
        return None

    def type_of(self, key: object) -> str:
        """The type of an avatar, by which the account's places are counted; "" where it cannot be known: what failed
        once is not asked again."""
        if not key or self._types_failed or not self._settings.appkey:
            return ""
        try:
            found = self.avatars().avatars or ()
        except (GatewayError, InputError):
            self._types_failed = True
            return ""
        return next((one.type or "" for one in found if one.key == key), "")

    def known(self, endpoint: str, payload: Mapping[str, Any]) -> Known:
        """What the lists say of the avatars and voices that a request names; never raises for the gateway. Before
        a remembered list refuses a key, or misses it, it is fetched anew."""
        named = list(expiry.named(endpoint, payload))
        if not named or not self._settings.appkey:
            return Known()
        if not self._online:
            findings = expiry.judge(endpoint, payload, self._held, self._clock())
            return Known(facts=_facts(named, self._held), findings=findings)
        before = self._held
        problem = self._fetch(named, payload)
        findings = expiry.judge(endpoint, payload, self._held, self._clock(), sure=problem is None)
        doubted = any(finding.verdict is Verdict.REFUSED for finding in findings)
        if doubted and self._held is before and problem is None:
            problem = self._fetch(named, payload, refresh=True)
            findings = expiry.judge(endpoint, payload, self._held, self._clock(), sure=problem is None)
        return Known(facts=_facts(named, self._held), findings=findings, problem=problem)

    def _fetch(
        self, named: Sequence[_Named], payload: Mapping[str, Any], *, refresh: bool = False
    ) -> Text | None:
        """The lists that decide about a request, where they are too old; why they cannot be had."""
        kinds = {kind for _, _, kind in named}
        try:
            if Avatar in kinds:
                self.avatars(refresh=refresh)
            if Voice in kinds:
                self.voices(refresh=refresh)
            for key in _gesturing(payload, self._held):
                self.actions(key, refresh=refresh)
        except (GatewayError, InputError) as error:
            return Text(error.en, error.zh)
        return None

    def _old(self, fetched_at: float) -> bool:
        return not 0 <= self._clock() - fetched_at < FRESH_SECONDS

    def _asked(self) -> Gateway:
        if self._gateway is None:
            self._gateway = Gateway(self._settings, clock=self._clock)
        return self._gateway

    def _keep(self, **changes: Any) -> None:
        self._held = replace(self._held, **changes)
        self._shelf.write(self._held)

    def _pose_of(self, avatar: Avatar) -> tuple[int, int]:
        seen = look("PoseImage", avatar.pose_url, wire=Wire(allowed=pointed_to(self._settings)))
        why = seen.problem or Text(f"HTTP {seen.status}", f"HTTP {seen.status}")
        if seen.begins and seen.status in (200, 206):
            with atomic.workroom() as folder:
                path = folder / "pose"
                path.write_bytes(seen.begins)
                try:
                    header = pictures.read_header(path)
                except BadAsset as error:
                    why = Text(error.en, error.zh)
                else:
                    return header.width, header.height
        raise BadAsset(
            f"the pose picture of {avatar.key} cannot be read: {why.en}",
            f"无法读取 {avatar.key} 的姿态图片：{why.zh}",
        )


def _facts(named: Sequence[_Named], held: Assets) -> dict[str, Avatar | Voice]:
    """The assets of a request by wire path, with actions and pose sizes where they are known."""
    avatars = {avatar.key: avatar for avatar in held.avatars or ()}
    voices = {voice.key: voice for voice in held.voices or ()}
    found: dict[str, Avatar | Voice] = {}
    for place, key, kind in named:
        if kind is Voice and key in voices:
            found[place] = voices[key]
        elif kind is Avatar and key in avatars:
            found[place] = _whole(avatars[key], held)
    return found


def _whole(avatar: Avatar, held: Assets) -> Avatar:
    codes = avatar.actions
    if codes is None and avatar.key in held.actions:
        codes = tuple(action.code for action in held.actions[avatar.key])
    return replace(avatar, actions=codes, pose=held.poses.get(avatar.key))


def _gesturing(payload: Mapping[str, Any], held: Assets) -> Iterator[str]:
    """The avatars of a request whose actions are asked for, by tags or by ActionParams, and not known yet."""
    silent = {avatar.key for avatar in held.avatars or () if avatar.actions is not None}
    pages = payload.get("PageConfigs")
    for holder in (payload, *(pages if isinstance(pages, list) else ())):
        key = holder.get("VirtualmanKey") if isinstance(holder, Mapping) else None
        if not isinstance(key, str) or not key or key in silent:
            continue
        tagged = any(
            isinstance(text, str) and "<insert-action" in text for _, text in walk(holder, "InputSsml")
        )
        if tagged or any(True for _ in walk(holder, "VideoParam.ActionParams[].Code")):
            yield key
