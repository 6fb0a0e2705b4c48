"""What the docs say of a parameter, as requests: valid, boundary and invalid values, each with the code it must get.

Made from the catalogue of rules alone; nothing here knows how the emulator judges.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

Kind = Literal["valid", "boundary", "invalid"]
GONE: Final = object()
NICKNAMES: Final = {
    "tts": "tts",
    "videomakewithppt": "ppt",
    "videomake": "basic",
    "videomakeadvanced": "advanced",
    "videomakenotrain": "notrain",
    "phototovideonotrain": "photo",
    "getprogress": "progress",
    "ppt_getprogress": "ppt_progress",
}
MISSING_OR_FORM: Final = frozenset({100001, 100003})
VALUE: Final = frozenset({100002})
EITHER: Final = MISSING_OR_FORM | VALUE
UNKNOWN_TASK: Final = frozenset({110006})
ACCEPTED: Final = frozenset({0})

SCRIPT: Final = "大家好，欢迎来到这里"
_JSON: Final = {"SpeechParam": "object", "VideoParam": "object", "string(JSON)": "string"}
_RIGHT: Final[Mapping[str, Any]] = {
    "string": "1",
    "int": 1,
    "float": 1.0,
    "bool": True,
    "object": {},
    "array": [],
}
_WRONG: Final[Mapping[str, tuple[Any, ...]]] = {
    "string": (5, 1.5, True, [], {}),
    "int": ("1", 1.5, True, [], {}),
    "float": ("1", True, [], {}),
    "bool": (0, 1, "true", []),
    "array": ({}, "x", 5),
    "object": ([], "x", 5),
}
_COLOURS: Final = ("#ffffff", "#12aBcD", "#FFF", "#GGGGGG", "FFFFFF", "white", "#FFFFFF0")
_EXTRA: Final = '{"coat": {"colorValue": 16448250}, "hat": {"boolValue": true}}'
_STEP: Final = re.compile(r"([^.\[\]]+)(\[\])?")
# What a value needs beside it to be a request at all, by the docs' own rules over more than one parameter.
_WITH: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("VideoParam.MakeType", "Custom"): {"VideoParam.StartTime": 0.0, "VideoParam.EndTime": 5.0},
    ("VideoParam.StartTime", ""): {"VideoParam.MakeType": "Custom", "VideoParam.EndTime": 9.0},
    ("VideoParam.EndTime", ""): {"VideoParam.MakeType": "Custom", "VideoParam.StartTime": 0.0},
    ("VideoParam.SmallSampleParam.MakeType", "Custom"): {"VideoParam.SmallSampleParam.EndIdx": 100},
    ("GlobalConfig.VideoParam.SmallSampleParam.MakeType", "Custom"): {
        "GlobalConfig.VideoParam.SmallSampleParam.EndIdx": 100
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request. `codes` are those that Header.Code may have; `fails`: the codes that the accepted task must FAIL
    with, empty: how it ends is not looked at."""

    parameter: str
    endpoint: str
    path: str
    kind: Kind
    what: str
    payload: Mapping[str, Any] = field(repr=False)
    codes: frozenset[int]
    fails: frozenset[int] = frozenset()

    @property
    def accepted(self) -> bool:
        return self.codes == ACCEPTED


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What requests are made with: an avatar and a voice of the account, a URL where nothing is, and one where
    something is ("": there is none)."""

    avatar: str
    voice: str
    nowhere: str
    there: str = ""
    task_id: str = "0" * 32
    ppt_task_id: str = "0" * 32

    def base(self, endpoint: str, *, sound: bool = False) -> dict[str, Any]:
        """The smallest request that is valid by the docs."""
        avatar, speed = {"VirtualmanKey": self.avatar}, {"SpeechParam": {"Speed": 1.0}}
        drive: dict[str, Any] = {"DriverType": "Text", "InputSsml": SCRIPT}
        voice = {"SpeechParam": {"Speed": 1.0, "TimbreKey": self.voice}}
        if sound:
            drive, voice = {"DriverType": "OriginalVoice", "InputAudioUrl": self.nowhere}, {}
        made = {
            "tts": {"TimbreKey": self.voice, "InputSsml": SCRIPT, "Speed": 1.0},
            "ppt": {"PPTFileUrl": self.nowhere, "GlobalConfig": {}, "PageConfigs": [{**avatar, **drive}]},
            "basic": {**avatar, **drive, **speed},
            "advanced": {**avatar, **drive, **speed},
            "notrain": {"RefVideoUrl": self.nowhere, **drive, **voice},
            "photo": {"RefPhotoUrl": self.nowhere, **drive, **voice},
            "progress": {"TaskId": self.task_id},
            "ppt_progress": {"TaskId": self.ppt_task_id},
        }
        return copy.deepcopy(made[endpoint])


def all_cases(rules: Mapping[str, Any], ground: Ground) -> Iterator[Case]:
    """Every case of every parameter, in the docs' order."""
    for endpoint in rules["endpoints"]:
        for rule in endpoint["params"]:
            yield from _Parameter(NICKNAMES[endpoint["id"]], rule, ground).cases()


class _Parameter:
    """One row of a parameter table."""

    def __init__(self, endpoint: str, rule: Mapping[str, Any], ground: Ground) -> None:
        self.endpoint, self.rule, self.ground = endpoint, rule, ground
        self.path: str = rule["path"]
        self.leaf = self.path.rpartition(".")[2]
        kind = rule["type"]
        self.type = "array" if kind.startswith("array") else _JSON.get(kind, kind)

    def cases(self) -> Iterator[Case]:
        yield from self._plain()
        yield from self._required()
        for part in (self._range, self._enum, self._length, self._form, self._count, self._markup, self._url):
            yield from part()

    # ── how a case is made ─────────────────────────────────────────────────────────────────────────

    def _sound(self, value: Any) -> bool:
        circling = value == "Circle" and "SmallSampleParam" in self.path  # only sound drives it
        return circling or self.leaf == "InputAudioUrl" or "ActionParams" in self.path

    def _case(
        self, kind: Kind, what: str, value: Any, codes: frozenset[int], *, sound: bool | None = None,
        fails: frozenset[int] = frozenset(), **beside: Any,
    ) -> Case:  # fmt: skip
        payload = self.ground.base(self.endpoint, sound=self._sound(value) if sound is None else sound)
        wanted = {**_WITH.get((self.path, ""), {}), **_WITH.get((self.path, str(value)), {}), **beside}
        for path, held in wanted.items():
            put(payload, path, held)
        if self.leaf == "DriverType" and value in ("OriginalVoice", "ModulatedVoice"):
            put(payload, self.path.replace("DriverType", "InputAudioUrl"), self.ground.nowhere)
        if "LogoParams[]" in self.path:
            put(payload, self.path.rpartition(".")[0] + ".LogoFileUrl", self.ground.nowhere)
        if "ActionParams[]" in self.path:
            prefix = self.path.rpartition(".")[0]
            put(payload, f"{prefix}.Code", "wave")
            put(payload, f"{prefix}.StartTime", 0)
        if "DisableIntervals[]" in self.path:
            prefix = self.path.rpartition(".")[0]
            put(payload, f"{prefix}.StartTime", 1.0)
            put(payload, f"{prefix}.EndTime", 2.0)
        put(payload, self.path, value)
        return Case(
            parameter=self.rule["id"], endpoint=self.endpoint, path=self.path, kind=kind, what=what, payload=payload,
            codes=codes, fails=fails,
        )  # fmt: skip

    def _good(self) -> Any:
        """A plain right value."""
        rule = self.rule
        if "enum" in rule:
            return rule["enum"][0]
        if "range" in rule:
            return rule["range"]["max"] if isinstance(rule["range"]["max"], (int, float)) else 1
        if self.leaf == "TaskId":
            return self.ground.task_id if self.endpoint == "progress" else self.ground.ppt_task_id
        named = {"VirtualmanKey": self.ground.avatar, "TimbreKey": self.ground.voice, "InputSsml": SCRIPT,
                 "BackgroundColor": "#12aBcD", "AnchorExtraParam": _EXTRA, "Code": "wave", "TimbreLanguage": "zh",
                 "EmotionCategory": ""}  # fmt: skip
        if self.leaf in named:
            return named[self.leaf]
        if rule.get("url"):
            return self.ground.nowhere
        if self.path == "PageConfigs":
            return self.ground.base("ppt")["PageConfigs"]
        if self.path == "SpeechParam":
            return {"Speed": 1.0, "TimbreKey": self.ground.voice}
        return _RIGHT[self.type] if self.leaf != "EndTime" else 5.0

    def _plain(self) -> Iterator[Case]:
        yield self._case("valid", "a right value", self._good(), ACCEPTED)
        for value in _WRONG[self.type]:
            yield self._case("invalid", f"type: {value!r}", value, MISSING_OR_FORM)

    def _required(self) -> Iterator[Case]:
        needed = self.rule["required"]
        if needed == "always":
            yield self._case("invalid", "left out", GONE, MISSING_OR_FORM, sound=False)
        elif needed == "never":
            yield self._case("valid", "left out", GONE, ACCEPTED)
        elif "Text" in needed["when"]:
            yield self._case("invalid", "left out", GONE, MISSING_OR_FORM, sound=False)
            if self.endpoint != "ppt":
                yield self._case("valid", "left out with sound", GONE, ACCEPTED, sound=True)
        elif "OriginalVoice" in needed["when"]:
            yield self._case("invalid", "left out", GONE, MISSING_OR_FORM, sound=True)
            yield self._case("valid", "left out with text", GONE, ACCEPTED, sound=False)
        elif self.endpoint == "tts" and "==" in needed["when"]:
            other = "VirtualmanKey" if self.leaf == "TimbreKey" else "TimbreKey"
            key = self.ground.avatar if other == "VirtualmanKey" else self.ground.voice
            yield self._case("valid", f"left out beside {other}", GONE, ACCEPTED, **{other: key})
            yield self._case("invalid", "both left out", GONE, MISSING_OR_FORM, **{other: GONE})

    def _unset(self) -> bool:
        return bool(self.rule.get("zero_means_unset") or self.rule.get("zero_means_default"))

    def _range(self) -> Iterator[Case]:
        bounds = self.rule.get("range")
        if not bounds:
            return
        step = 1 if self.type == "int" else 0.001
        low, high = bounds["min"], bounds["max"]
        first = low if bounds.get("min_inclusive", True) else low + step
        yield self._case("boundary", f"{first}", first, ACCEPTED)
        below = round(first - step, 6)
        if not (below == 0 and self._unset()):
            yield self._case("invalid", f"{below}", below, MISSING_OR_FORM)
        if isinstance(high, (int, float)):
            yield self._case("boundary", f"{high}", high, ACCEPTED)
            yield self._case("invalid", f"{high + step}", high + step, MISSING_OR_FORM)
        if self._unset():
            yield self._case("boundary", "0 = unset", 0 if self.type == "int" else 0.0, ACCEPTED)

    def _enum(self) -> Iterator[Case]:
        for value in self.rule.get("enum", ()):
            yield self._case("valid", f"{value}", value, ACCEPTED)
        if "enum" in self.rule:
            for wrong in ("NoSuchValue", self.rule["enum"][0].lower()) if self.type == "string" else (99, -1):
                if wrong not in self.rule["enum"]:
                    yield self._case("invalid", f"{wrong}", wrong, VALUE)
        if self.rule.get("empty_means_default"):
            yield self._case("boundary", "empty = default", "", ACCEPTED)

    def _length(self) -> Iterator[Case]:
        most = self.rule.get("max_chars") or self.rule.get("max_chars_exclusive", 0) - 1
        least = self.rule.get("min_chars", 0)
        if most > 0:
            yield self._case("boundary", f"{most} characters", self._text(most), ACCEPTED)
            yield self._case("invalid", f"{most + 1} characters", self._text(most + 1), EITHER)
        if least:
            yield self._case("boundary", f"{least} characters", self._text(least), ACCEPTED)
            yield self._case("invalid", f"{least - 1} characters", self._text(least - 1), EITHER)
        for when, fewer in self.rule.get("max_chars_when", {}).items():
            path, value = re.fullmatch(r"([\w.]+) == '(\w+)'", when).groups()  # type: ignore[union-attr]
            said = f"{fewer} characters with {value}"
            yield self._case("boundary", said, self._text(fewer), ACCEPTED, **{path: value})
            yield self._case("invalid", f"more than {said}", self._text(fewer + 1), EITHER, **{path: value})

    def _text(self, length: int) -> str:
        if not self.rule.get("url"):
            return "字" * length
        return (self.ground.nowhere + "/" + "a" * length)[:length]

    def _form(self) -> Iterator[Case]:
        if "regex" in self.rule:
            for value in _COLOURS:
                right = bool(re.fullmatch(self.rule["regex"], value))
                yield self._case("valid" if right else "invalid", value, value, ACCEPTED if right else EITHER)
        if str(self.rule.get("format", "")).startswith("JSON"):
            yield self._case("valid", "JSON", _EXTRA, ACCEPTED)
            for wrong in ("x", "[]", '{"a": 1}', '{"a": {"colorValue": "1"}}', '{"a": {"boolValue": true}}}'):
                yield self._case("invalid", wrong, wrong, EITHER)

    def _count(self) -> Iterator[Case]:
        most, least = self.rule.get("max_items"), self.rule.get("min_items")
        if isinstance(most, int):
            made: list[Any] = [self.ground.nowhere] * (most + 1)
            if self.leaf == "DisableIntervals":
                made = [{"StartTime": n * 2.0, "EndTime": n * 2.0 + 1} for n in range(most + 1)]
            yield self._case("boundary", f"{most} of them", made[:most], ACCEPTED)
            yield self._case("invalid", f"{most + 1} of them", made, EITHER)
        if least:
            yield self._case("invalid", "none of them", [], MISSING_OR_FORM)

    def _markup(self) -> Iterator[Case]:
        if not self.rule.get("ssml"):
            return
        yield self._case("valid", "a pause", SCRIPT + '<break time="500ms"/>。', ACCEPTED)
        yield self._case("invalid", "a tag that is not closed", SCRIPT + "<break>", EITHER)
        if self.rule.get("xml_escape"):
            yield self._case("valid", "escaped", SCRIPT + "A&amp;B", ACCEPTED)
            yield self._case("invalid", "not escaped", SCRIPT + "A&B", EITHER)
        if self.rule.get("no_newline"):
            yield self._case("invalid", "a line break", f"{SCRIPT}\n{SCRIPT}", EITHER)

    def _url(self) -> Iterator[Case]:
        if not self.rule.get("media") or self.leaf == "LogoFileUrl":
            return
        nowhere = self.ground.nowhere
        value = [nowhere] if self.type == "array" else nowhere
        beside = _Parameter(
            self.endpoint, self.rule, replace(self.ground, nowhere=self.ground.there or nowhere)
        )
        yield beside._case(
            "invalid", "a file that is not there", value, ACCEPTED, fails=frozenset({801008, 801010})
        )


def put(payload: dict[str, Any], path: str, value: Any) -> None:
    """Sets (GONE: removes) a parameter in place; objects and first elements around it are made."""
    holder: Any = payload
    *steps, (last, listed) = _STEP.findall(path)
    for name, index in steps:
        holder = holder.setdefault(name, [{}] if index else {})
        holder = holder[0] if index else holder
    if value is GONE:
        holder.pop(last, None)
    else:
        holder[last] = [value] if listed else value
