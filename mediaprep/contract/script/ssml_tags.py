"""What each tag of a script demands: attributes, what it holds, where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A rule a tag does not keep. `refused` false = advice."""

    en: str
    zh: str
    refused: bool = True


@dataclass(frozen=True, kw_only=True)
class Tag:
    """`required` and `optional` attributes; `empty` = holds nothing; `inside` = tags it may hold."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    empty: bool = False
    inside: tuple[str, ...] = ()


STRENGTHS: Final = ("x-weak", "weak", "medium", "strong", "x-strong")
SAY_AS: Final = (
    "cardinal",
    "digits",
    "telephone",
    "address",
    "id",
    "date",
    "time",
    "punctuation",
    "characters",
    "measure",
    "currency",
)
TAGS: Final[Mapping[str, Tag]] = {
    "speak": Tag(inside=("phoneme", "break", "word", "sub", "say-as", "insert-action")),
    "phoneme": Tag(required=("alphabet", "ph")),
    "break": Tag(optional=("time", "strength"), empty=True),
    "word": Tag(inside=("insert-action",)),
    "sub": Tag(required=("alias",), inside=("insert-action",)),
    "say-as": Tag(required=("interpret-as",)),
    "insert-action": Tag(required=("type",), empty=True),
}
_SYLLABLE: Final = re.compile(r"[a-zü:]+[1-5]")


def check_start(
    tag: str, attributes: Mapping[str, str], within: str | None, *, first: bool
) -> list[Complaint]:
    """A start tag: is it known, may it stand here, are its attributes right. `first` = nothing before it."""
    known = TAGS.get(tag)
    if known is None:
        allowed = ", ".join(TAGS)
        return [
            Complaint(
                en=f"<{tag}> is no tag of the docs ({allowed})", zh=f"<{tag}> 不是文档中的标签（{allowed}）"
            )
        ]
    made: list[Complaint] = []
    if tag == "speak" and not first:
        made.append(Complaint(en="<speak> may only stand around everything", zh="<speak> 只能包住全文"))
    if within is not None and within in TAGS and tag != "speak" and tag not in TAGS[within].inside:
        made.append(Complaint(en=f"<{tag}> may not stand in <{within}>", zh=f"<{within}> 里不能放 <{tag}>"))
    for name in known.required:
        if not attributes.get(name):
            made.append(Complaint(en=f"<{tag}> needs {name}", zh=f"<{tag}> 缺少属性 {name}"))
    for name in attributes:
        if name not in known.required + known.optional:
            # What <speak> may carry is not known; elsewhere the docs are complete.
            made.append(
                Complaint(en=f"<{tag}> has no {name}", zh=f"<{tag}> 没有属性 {name}", refused=tag != "speak")
            )
    return made


def check_content(tag: str, attributes: Mapping[str, str], text: str, before: str) -> list[Complaint]:
    """A whole element. `text` is the plain text inside, `before` the character before an empty one."""
    if TAGS[tag].empty and text:
        return [Complaint(en=f"<{tag}> holds nothing: write <{tag}…/>", zh=f"<{tag}> 不能包含文字")]
    if not TAGS[tag].empty and not text.strip():
        return [Complaint(en=f"<{tag}> is empty", zh=f"<{tag}> 里没有文字")]
    match tag:
        case "break":
            return _break(attributes, before)
        case "phoneme":
            return _phoneme(attributes, text)
        case "word":
            return _word(text)
        case _:
            return [*_enum(tag, "interpret-as", attributes, SAY_AS), *_said_as(attributes, text)]


def _enum(tag: str, name: str, attributes: Mapping[str, str], allowed: tuple[str, ...]) -> list[Complaint]:
    value = attributes.get(name)
    if not value or value in allowed:
        return []
    words = ", ".join(allowed)
    return [
        Complaint(
            en=f"{tag} {name}={value!r}: one of {words}", zh=f"{tag} 的 {name}={value!r} 须为 {words} 之一"
        )
    ]


def _break(attributes: Mapping[str, str], before: str) -> list[Complaint]:
    made = _enum("break", "strength", attributes, STRENGTHS)
    time = attributes.get("time")
    if time is not None and not _time_holds(time):
        made.append(
            Complaint(
                en=f"break time={time!r}: 1s to 9s or 50ms to 9000ms, whole numbers with a unit",
                zh=f"break 的 time={time!r} 须为 1s–9s 或 50ms–9000ms 的整数并带单位",
            )
        )
    if not before.strip() or unicodedata.category(before).startswith("P"):
        made.append(
            Complaint(
                en="a break belongs after a word, not at the start or after punctuation",
                zh="break 应放在文字之后，不要放在开头或标点之后",
                refused=False,
            )
        )
    return made


def _time_holds(time: str) -> bool:
    found = re.fullmatch(r"(\d{1,6})(ms|s)", time)
    if not found:
        return False
    low, high = (50, 9000) if found[2] == "ms" else (1, 9)
    return low <= int(found[1]) <= high


def _phoneme(attributes: Mapping[str, str], text: str) -> list[Complaint]:
    made = _enum("phoneme", "alphabet", attributes, ("py",))
    syllables = attributes.get("ph", "").split()
    wrong = [syllable for syllable in syllables if not _SYLLABLE.fullmatch(syllable)]
    if wrong:
        made.append(
            Complaint(
                en=f"phoneme ph={wrong[0]!r}: pinyin with a tone 1–5, such as fu4",
                zh=f"phoneme 的 ph={wrong[0]!r} 须为带声调 1–5 的拼音，如 fu4",
            )
        )
    elif syllables and len(syllables) != len(text):
        made.append(
            Complaint(
                en=f"phoneme: {len(syllables)} syllables for {len(text)} characters",
                zh=f"phoneme：{len(syllables)} 个音节对应 {len(text)} 个字",
            )
        )
    elif len(text) > 1:
        made.append(
            Complaint(
                en=f"phoneme holds {len(text)} characters; the docs support one",
                zh=f"phoneme 内有 {len(text)} 个字；文档只支持 1 个字",
                refused=False,
            )
        )
    return made


_SAID_AS: Final = {
    "cardinal": re.compile(r"-?\d[\d,]*(?:\.\d+)?"),
    "digits": re.compile(r"\d+"),
    "telephone": re.compile(r"\+?[\d ()-]*\d[\d ()-]*"),
}  # the values whose form the examples show


def _said_as(attributes: Mapping[str, str], text: str) -> list[Complaint]:
    kind = attributes.get("interpret-as", "")
    form = _SAID_AS.get(kind)
    if form is None or form.fullmatch(text.strip()):
        return []
    return [
        Complaint(
            en=f"say-as {kind}: {text.strip()[:20]!r} is no such number",
            zh=f"say-as {kind}：{text.strip()[:20]!r} 不是这样的数字",
            refused=False,
        )
    ]


def _word(text: str) -> list[Complaint]:
    latin = bool(re.search(r"[A-Za-z]", text))
    chinese = bool(re.search(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]", text))
    if latin and chinese:
        return [
            Complaint(
                en="word: only Chinese or only English, not both", zh="word 内只能全中文或全英文，不能混用"
            )
        ]
    return []
