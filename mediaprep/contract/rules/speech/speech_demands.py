"""What the docs refuse of whatever is spoken: no text or sound, a voice that cannot do it, a bad address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from mediaprep.contract import endpoints
from mediaprep.contract.demand import (
    REFUSED,
    REFUSED_OR_UNKNOWN,
    SENT_BACK,
    SPOKEN,
    VIDEO,
    Case,
    Demand,
)  # fmt: skip
from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.minimal import GONE, URL
from mediaprep.contract.paths import first, walk
from mediaprep.contract.rules.speech.inheritance import speakers
from mediaprep.contract.script import texts
from mediaprep.model.assets import Voice
from mediaprep.model.findings import Finding, Text, Verdict

_BY_TEXT: Final = Text("text drive needs it", "文本驱动必填")
_BY_AUDIO: Final = Text("audio drive needs it", "音频驱动必填")
_HTTP: Final = re.compile(r"\s*https?://", re.IGNORECASE)
_URL: Final = re.compile(r"https?://[^\s]+", re.IGNORECASE)


def _driven(rule: Demand, view: View) -> Iterator[Violation]:
    for speaker in speakers(view):
        if speaker.by_text:
            yield from rule.missing(speaker, "InputSsml", _BY_TEXT)
        elif speaker.by_audio:
            yield from rule.missing(speaker, "InputAudioUrl", _BY_AUDIO)


DRIVEN: Final = tuple(
    Demand(
        endpoints=names, paths=f"{page}InputSsml {page}InputAudioUrl", kind="required", verdicts=REFUSED,
        what=Text("text drive needs InputSsml, audio drive InputAudioUrl",
                  "文本驱动须有 InputSsml，音频驱动须有 InputAudioUrl"),
        why=SENT_BACK, judge=_driven, valid=(Case(), Case(by=ORIGINAL)),
        invalid=(
            Case({"{path}": GONE}, of=f"{page}InputSsml"),
            Case({"{path}": GONE}, by=ORIGINAL, of=f"{page}InputAudioUrl"),
        ),
    )
    for names, page in ((VIDEO, ""), ("ppt", "PageConfigs[]."))
)  # fmt: skip


def _speech(rule: Demand, view: View) -> Iterator[Violation]:
    """The table asks for SpeechParam always; the docs' own audio examples leave it out."""
    if view.by_text:
        yield from rule.missing(view, "SpeechParam", _BY_TEXT)


SPEECH: Final = Demand(
    endpoints=VIDEO, paths="SpeechParam", kind="required", verdicts=REFUSED, judge=_speech,
    what=Text("text drive needs SpeechParam", "文本驱动须有 SpeechParam"), why=SENT_BACK,
    valid=(Case(),), invalid=(Case({"{path}": GONE}),),
)  # fmt: skip


def _voice(rule: Demand, view: View) -> Iterator[Violation]:
    if view.by_text and (view.given("SpeechParam") or view.spoiled("SpeechParam")):
        for name in ("Speed", "TimbreKey"):
            yield from rule.missing(view, f"SpeechParam.{name}", _BY_TEXT)


VOICE: Final = Demand(
    endpoints="notrain photo", paths="SpeechParam.Speed SpeechParam.TimbreKey", kind="required", verdicts=REFUSED,
    what=Text("without an avatar, text drive needs a voice and its pace", "没有形象时，文本驱动须指定音色与语速"),
    why=SENT_BACK, judge=_voice, valid=(Case(),), invalid=(Case({"{path}": GONE}),),
)  # fmt: skip


def _silent(rule: Demand, view: View) -> Iterator[Violation]:
    for script in texts.scripts(view):
        told = texts.silence(script.text)
        if told is not None:
            said = f"{script.place} has nothing to speak"
            message = Text(f"{script.place}: {told.en}", f"{script.place}：{told.zh}")
            yield rule.refuse(view, script.place, said, message, measured=0, limit="≥ 1 spoken character")


SILENT: Final = tuple(
    Demand(
        endpoints=names, paths=path, kind="silent", verdicts=REFUSED, judge=_silent,
        what=Text("something of the text is spoken", "文本中有可播报的内容"),
        why=Text("a voice has nothing to say: the request is refused, or fails", "无内容可播报：请求被拒绝或任务失败"),
        fix=texts.SOMETHING, valid=(Case({"{path}": "大家好，欢迎来到这里"}),),
        invalid=(Case({"{path}": "。。。。。。。"}), Case({"{path}": "☆☆☆  ☆☆☆"})),
    )
    for names, path in ((SPOKEN, "InputSsml"), ("ppt", "PageConfigs[].InputSsml"))
)  # fmt: skip


def _address(rule: Demand, view: View) -> Iterator[Violation]:
    """A blank or a line break ends a URL. Whatever is no URL at all is a local file of ours here."""
    for general in endpoints.get(view.endpoint).url_fields:
        for place, value in walk(view.payload, general):
            if not isinstance(value, str) or place in view.bad or not _HTTP.match(value) or _fetchable(value):
                continue
            blank = next((sign for sign in value if sign.isspace() or not sign.isprintable()), None)
            why = Text("it is no http(s) URL", "不是 http(s) 地址")
            if blank is not None:
                code, at = f"U+{ord(blank):04X}", value.index(blank) + 1
                why = Text(
                    f"a blank or invisible sign ({code}) at character {at}",
                    f"第 {at} 个字符是空白或不可见字符（{code}）",
                )
            said = f"{place} value invalid, not a url"
            told = Text(f"{place}: {why.en}: nobody can fetch it", f"{place}：{why.zh}，无法下载")
            yield rule.refuse(view, place, said, told, measured=value[:200], limit="http(s)://…")


def _fetchable(url: str) -> bool:
    if not _URL.fullmatch(url) or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _addresses() -> Iterator[Demand]:
    for row in endpoints.ENDPOINTS.values():
        if row.kind == "submit" and row.url_fields:
            yield Demand(
                endpoints=row.nickname, paths=" ".join(row.url_fields), kind="url", verdicts=REFUSED, judge=_address,
                what=Text("a whole http(s) URL", "完整的 http(s) 地址"),
                why=Text("nobody can fetch from a URL with a blank, or without a host",
                         "含空格或缺少主机名的地址无法下载"),
                fix=Text("give the whole URL, with blanks and other signs percent-encoded (%20)",
                         "请给出完整地址，空格等字符须编码（如 %20）"),
                valid=(Case({"{path}": f"{URL}%20b.mp4"}),),
                invalid=(Case({"{path}": f"{URL} b.mp4"}), Case({"{path}": "https:///b.mp4"})),
            )  # fmt: skip


LIST_THEM: Final = Text(
    "run `mediaprep assets avatars` and `voices` with the account's key once: the lists are remembered",
    "用账号密钥运行一次 `mediaprep assets avatars` 与 `voices`，列表会被记住",
)


def _of(view: View, name: str) -> Iterator[tuple[str, str, str, str]]:
    """(path and value of TimbreKey, path and value of another text parameter) of every voice that speaks text; a
    page's own value comes before what it inherits."""
    if view.endpoint == "tts":
        lookups = [[(view, "")]]
    elif view.endpoint == "ppt":
        shared = (view.inside("GlobalConfig"), "SpeechParam.")
        lookups = [
            [(page, "SpeechParam."), shared] for page in view.items("PageConfigs") if not page.by_audio
        ]
    else:
        lookups = [[(view, "SpeechParam.")]] if view.drive != ORIGINAL else []
    for places in lookups:
        found: list[str] = []
        for wanted in ("TimbreKey", name):
            given = [(own.at(p + wanted), own.text(p + wanted)) for own, p in places if own.text(p + wanted)]
            own, prefix = places[0]
            found += given[0] if given else (own.at(prefix + wanted), "")
        where, key, place, value = found
        yield where, key, place, value


def _languages(rule: Demand, view: View) -> Iterator[Finding]:
    told: set[tuple[str, str, str]] = set()
    for where, key, place, language in _of(view, "TimbreLanguage"):
        if not key or (where, place, key) in told:
            continue
        told.add((where, place, key))
        voice = view.known.get(where)
        if not isinstance(voice, Voice):
            if language:
                yield _unheard(rule, view, place, where, key)
        elif voice.languages and language not in voice.languages:
            message = Text(
                f"{place}: {key} speaks {', '.join(voice.languages)}: {language or 'none'} is chosen",
                f"{place}：{key} 支持 {'、'.join(voice.languages)}，当前为 {language or '未选择'}",
            )
            yield _cannot(rule, view, place, message, voice.languages)


def _emotions(rule: Demand, view: View) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for where, key, place, emotion in _of(view, "EmotionCategory"):
        if not key or not emotion or (where, place) in told:
            continue
        told.add((where, place))
        voice = view.known.get(where)
        if not isinstance(voice, Voice):
            yield _unheard(rule, view, place, where, key)
        elif not voice.emotions:
            message = Text(
                f"{place} has no effect: {key} has no emotions", f"{place} 不生效：{key} 不是多情感音色"
            )
            yield rule.tell(view, place, message, measured=emotion, limit="a voice of many emotions")
        elif emotion not in voice.emotions:
            message = Text(
                f"{place}: {emotion} is no emotion of {key}", f"{place}：{emotion} 不是 {key} 支持的情感"
            )
            yield _cannot(rule, view, place, message, voice.emotions)


def _unheard(rule: Demand, view: View, place: str, where: str, key: str) -> Finding:
    why = Text(
        f"what {key} ({where}) can do is not known here, so {place} cannot be judged",
        f"此处无法得知 {where} 的音色 {key} 支持什么，无法判断 {place}",
    )
    asked = "a language of the voice" if place.endswith("TimbreLanguage") else "an emotion of the voice"
    return rule.tell(view, place, why, limit=asked, verdict=Verdict.UNKNOWN)


def _cannot(rule: Demand, view: View, place: str, message: Text, allowed: tuple[str, ...]) -> Finding:
    measured, limit = first(view.payload, place) or "none", ", ".join(allowed)
    return rule.tell(view, place, message, measured=measured, limit=limit, verdict=Verdict.REFUSED)


_SPEAKER: Final = Voice(key="voice", emotions=("happy",), languages=("zh", "en"))
_PLACES: Final = (
    ("tts", ("",)),
    (VIDEO, ("SpeechParam.",)),
    ("ppt", ("GlobalConfig.SpeechParam.", "PageConfigs[].SpeechParam.")),
)


def _cases(prefixes: tuple[str, ...], name: str, value: str, can: str) -> tuple[Case, ...]:
    return tuple(
        Case(
            {"{beside}TimbreKey": "voice", "{path}": value}, of=prefix + name, beside=can,
            known={f"{prefix}TimbreKey".replace("[]", "[0]"): _SPEAKER},
        )
        for prefix in prefixes
    )  # fmt: skip


EMOTIONS: Final = tuple(
    Demand(
        endpoints=names, paths=" ".join(f"{prefix}EmotionCategory" for prefix in prefixes), kind="voice", files=True,
        verdicts=(Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN), lookup=LIST_THEM, judge=_emotions,
        what=Text("an emotion that the voice has", "音色支持的情感"),
        why=Text("a voice without emotions passes it over", "非多情感音色会忽略该参数"),
        valid=_cases(prefixes, "EmotionCategory", "happy", "a voice that has happy"),
        invalid=_cases(prefixes, "EmotionCategory", "sad", "a voice that has happy"),
    )
    for names, prefixes in _PLACES
)  # fmt: skip
LANGUAGES: Final = tuple(
    Demand(
        endpoints=names, paths=" ".join(f"{prefix}TimbreLanguage" for prefix in prefixes), kind="voice", files=True,
        verdicts=REFUSED_OR_UNKNOWN, lookup=LIST_THEM, judge=_languages, why=SENT_BACK,
        what=Text("a voice of several languages is told which", "多语种音色须指明语种"),
        valid=_cases(prefixes, "TimbreLanguage", "en", "a voice that speaks zh and en"),
        invalid=_cases(prefixes, "TimbreLanguage", "fr", "a voice that speaks zh and en"),
    )
    for names, prefixes in _PLACES
)  # fmt: skip

DEMANDS: Final = (*DRIVEN, SPEECH, VOICE, *SILENT, *_addresses(), *EMOTIONS, *LANGUAGES)
