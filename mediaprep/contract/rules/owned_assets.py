"""Rules that only the account's asset lists decide: languages and emotions of voices, actions of avatars.

Without a list each is UNKNOWN, where the request says something that the list would decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.contract.judging import View, advised
from mediaprep.contract.script import ssml
from mediaprep.model.assets import Avatar, Voice
from mediaprep.model.findings import Finding, Text, Verdict

Known = Mapping[str, object]
Rule = Callable[[View, Known], Iterator[Finding]]

LIST_THEM: Final = Text(
    "run `mediaprep assets avatars` and `voices` with the account's key once: the lists are remembered",
    "用账号密钥运行一次 `mediaprep assets avatars` 与 `voices`，列表会被记住",
)


def unlisted(path: str) -> Text:
    """What is said of an avatar that no list shows."""
    return Text(
        f"what the avatar of {path} is (size, type, actions) is not known here",
        f"此处无法得知 {path} 的形象信息（分辨率、类型、动作）",
    )


@dataclass(frozen=True)
class _Speech:
    """One object that speaks: where its own parameters and those it inherits stand. `prefix` ends in a dot."""

    own: View
    prefix: str
    everywhere: View | None = None

    def of(self, name: str) -> tuple[str, str]:
        """(path, value) of a text parameter, its own before the inherited one; "" where neither is given."""
        for view in (self.own, self.everywhere):
            if view is not None and view.text(self.prefix + name):
                return view.at(self.prefix + name), view.text(self.prefix + name)
        return self.own.at(self.prefix + name), ""


def _speeches(view: View) -> Iterator[_Speech]:
    """Every object of a request that is spoken from text."""
    if view.endpoint == "tts":
        yield _Speech(view, "")
    elif view.endpoint == "ppt":
        everywhere = view.inside("GlobalConfig")
        for page in view.items("PageConfigs"):
            if not page.by_audio:
                yield _Speech(page, "SpeechParam.", everywhere)
    elif view.drive != "OriginalVoice":
        yield _Speech(view, "SpeechParam.")


def _languages(view: View, known: Known) -> Iterator[Finding]:
    """A voice of several languages must be told which; one must be one of its own."""
    told: set[tuple[str, str, str]] = set()
    for speech in _speeches(view):
        (where, key), (place, language) = speech.of("TimbreKey"), speech.of("TimbreLanguage")
        if not key or (where, place, key) in told:
            continue
        told.add((where, place, key))
        voice = known.get(where)
        if not isinstance(voice, Voice):
            if language:
                yield _unheard(view, place, where, key, "a language of the voice")
        elif voice.languages and language not in voice.languages:
            yield _refused(
                view,
                place,
                Text(
                    f"{place}: {key} speaks {', '.join(voice.languages)}: {language or 'none'} is chosen",
                    f"{place}：{key} 支持 {'、'.join(voice.languages)}，当前为 {language or '未选择'}",
                ),
                language,
                voice.languages,
            )


def _emotions(view: View, known: Known) -> Iterator[Finding]:
    """An emotion must be one of the voice's; a voice without any passes it over."""
    told: set[tuple[str, str]] = set()
    for speech in _speeches(view):
        (where, key), (place, emotion) = speech.of("TimbreKey"), speech.of("EmotionCategory")
        if not key or not emotion or (where, place) in told:
            continue
        told.add((where, place))
        voice = known.get(where)
        if not isinstance(voice, Voice):
            yield _unheard(view, place, where, key, "an emotion of the voice")
        elif not voice.emotions:
            told_so = Text(
                f"{place} has no effect: {key} has no emotions", f"{place} 不生效：{key} 不是多情感音色"
            )
            yield advised(
                view.endpoint, place, "voice", told_so, measured=emotion, limit="a voice of many emotions"
            )
        elif emotion not in voice.emotions:
            yield _refused(
                view,
                place,
                Text(
                    f"{place}: {emotion} is no emotion of {key}",
                    f"{place}：{emotion} 不是 {key} 支持的情感",
                ),
                emotion,
                voice.emotions,
            )


def _actions(view: View, known: Known) -> Iterator[Finding]:
    """Action tags of a script are the avatar's. Nobody says that others are refused: they are not made."""
    for holder in view.items("PageConfigs") if view.endpoint == "ppt" else [view]:
        if not holder.by_text:
            continue
        script = ssml.read(holder.text("InputSsml"))
        codes = dict.fromkeys(mark.attributes.get("type", "") for mark in script.actions)
        place, avatar = holder.at("InputSsml"), known.get(holder.at("VirtualmanKey"))
        if not any(codes) or not holder.given("VirtualmanKey"):
            continue
        if not isinstance(avatar, Avatar) or avatar.actions is None:
            yield advised(
                view.endpoint, place, "action", unlisted(holder.at("VirtualmanKey")), fix=LIST_THEM,
                limit="an action of the avatar", verdict=Verdict.UNKNOWN,
            )  # fmt: skip
            continue
        for code in codes:
            if code and code not in avatar.actions:
                has = ", ".join(avatar.actions)
                yield advised(
                    view.endpoint,
                    place,
                    "action",
                    Text(
                        f"{place}: {code} is no action of this avatar ({has or 'it has none'}): nothing will happen",
                        f"{place}：{code} 不是该形象的动作（{has or '该形象没有动作'}），不会生效",
                    ),
                    measured=code,
                    limit=has or "none",
                )


def _unheard(view: View, place: str, where: str, key: str, limit: str) -> Finding:
    why = Text(
        f"what {key} ({where}) can do is not known here, so {place} cannot be judged",
        f"此处无法得知 {where} 的音色 {key} 支持什么，无法判断 {place}",
    )
    return advised(view.endpoint, place, "voice", why, limit=limit, fix=LIST_THEM, verdict=Verdict.UNKNOWN)


def _refused(view: View, place: str, message: Text, found: str, allowed: tuple[str, ...]) -> Finding:
    return advised(
        view.endpoint, place, "voice", message, measured=found or "none", limit=", ".join(allowed),
        verdict=Verdict.REFUSED,
    )  # fmt: skip


def _rows() -> Iterator[tuple[str, Rule, tuple[str, ...]]]:
    for name in ("tts", "basic", "advanced", "notrain", "photo", "ppt"):
        prefix = {"tts": "", "ppt": "PageConfigs.SpeechParam."}.get(name, "SpeechParam.")
        key = {"tts": "TimbreKey", "ppt": "PageConfigs[].SpeechParam.TimbreKey"}.get(
            name, "SpeechParam.TimbreKey"
        )
        yield f"{name}.{prefix}TimbreLanguage.voice", _languages, (key,)
        yield f"{name}.{prefix}EmotionCategory.voice", _emotions, (key,)
    for name in ("basic", "advanced"):
        yield f"{name}.InputSsml.action", _actions, ("VirtualmanKey",)
    yield "ppt.PageConfigs.InputSsml.action", _actions, ("PageConfigs[].VirtualmanKey",)


ROWS: Final = tuple(_rows())
