"""Settings at the head of a page's notes, such as `[voice=female_1] [skip]`: read, and written so that reading
gives the same.

An unknown name in brackets is text, unless it looks like a setting (`[voise=x]`): then it is told. `[]` ends the
settings, so that a text may begin with a bracket.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mediaprep.contract.rules.wording import NEAREST
from mediaprep.errors import BadConfig
from mediaprep.model.decks.lessons import SILENCE
from mediaprep.model.decks.storyboard import Page
from mediaprep.model.findings import Finding, Text, Verdict

RULE: Final = "ppt.notes.settings"

_HEAD: Final = re.compile(
    r"\s*[\[【]\s*(?:([^\]\[【】=＝\s]{1,20})\s*(?:[=＝]\s*([^\]\[【】\r\n]{0,300}?)\s*)?)?[\]】]"
)
_CHINESE: Final[Mapping[str, str]] = {
    "形象": "avatar", "音色": "voice", "语速": "speed", "音量": "volume", "情感": "emotion", "情感强度": "intensity",
    "语种": "language", "音频": "audio", "静音": "silent", "跳过": "skip",
}  # fmt: skip
_TEXTS: Final = ("avatar", "voice", "emotion", "language")
_NUMBERS: Final[Mapping[str, type]] = {"speed": float, "volume": int, "intensity": int, "silent": float}
_KNOWN: Final = (*_TEXTS, *_NUMBERS, "audio", "skip")
_YES, _NO = ("", "yes", "true", "1", "是"), ("no", "false", "0", "否")


@dataclass(frozen=True, kw_only=True)
class Head:
    """The settings of notes by name, the text behind them, and what is wrong with them."""

    settings: Mapping[str, Any]
    text: str
    findings: tuple[Finding, ...] = ()


def read(notes: str) -> Head:
    """Settings and text of a page's notes."""
    settings: dict[str, Any] = {}
    findings: list[Finding] = []
    at = 0
    while found := _HEAD.match(notes, at):
        if found[1] is None:
            at = found.end()
            break
        name, value = _CHINESE.get(found[1], found[1].lower()), found[2]
        if name not in _KNOWN:
            if value is not None:
                findings.append(_unknown(found[1], found[0].strip()))
            break
        kept = _value(name, value)
        if kept is None:
            findings.append(_wrong(name, found[0].strip()))
        else:
            settings[name] = kept
        at = found.end()
    return Head(settings=settings, text=notes[at:].strip(), findings=tuple(findings))


def settled(page: Page, head: Head) -> Page:
    """The page with the settings of its notes."""
    given = head.settings
    delivery = {name: given[name] for name in (*_TEXTS, "speed", "volume", "intensity") if name in given}
    made = replace(
        page, delivery=replace(page.delivery, **delivery), findings=(*page.findings, *head.findings)
    )
    if "audio" in given:
        made = replace(made, audio=Path(given["audio"]))
    if "silent" in given:
        made = replace(made, silent=given["silent"])
    return replace(made, skip=given.get("skip", page.skip))


def written(page: Page, text: str) -> str:
    """The notes of a page whose text is `text`: settings of its own first, where it has any."""
    delivery, tokens = page.delivery, []
    for name in (*_TEXTS, "speed", "volume", "intensity"):
        value = getattr(delivery, name)
        if value is not None:
            tokens.append(f"[{name}={value:g}]" if isinstance(value, float) else f"[{name}={_plain(value)}]")
    if page.audio is not None:
        tokens.append(f"[audio={_plain(page.audio)}]")
    if page.silent is not None:
        tokens.append(f"[silent={page.silent:g}]")
    if page.skip or page.hidden:  # a hidden page is left out unless it says otherwise
        tokens.append("[skip]" if page.skip else "[skip=no]")
    if text and (_HEAD.match(text)):
        tokens.append("[]")
    return "\n".join(part for part in (" ".join(tokens), text) if part)


def _value(name: str, value: str | None) -> Any:
    """A setting's value; None when it cannot be one."""
    if name == "skip":
        return {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}.get((value or "").lower())
    if name == "silent" and not value:
        return SILENCE
    if name in _NUMBERS:
        try:
            number = _NUMBERS[name](value or "")
        except ValueError:
            return None
        return number if -1e6 < number < 1e6 else None
    return value if value or name == "avatar" else None


def _plain(value: object) -> str:
    text = str(value)
    if re.search(r"[\]\[【】\r\n]", text) or text != text.strip():
        raise BadConfig(
            f"{text!r} cannot stand in notes: a setting has no brackets, line ends or outer spaces",
            f"{text!r} 无法写入备注：设置中不能有方括号、换行或首尾空格",
        )
    return text


SETTING: Final = Text(
    "write it as [name=value], or without brackets to have it spoken",
    "写作 [名称=取值]；若要读出请去掉方括号",
)


def _unknown(name: str, token: str) -> Finding:
    near = difflib.get_close_matches(name.lower(), (*_KNOWN, *_CHINESE), n=1)
    return Finding(
        rule=RULE,
        verdict=Verdict.ADVISED,
        measured=token,
        limit=", ".join(_KNOWN),
        message=Text(f"{token} is no setting and will be spoken", f"{token} 不是设置，会被读出"),
        fix=NEAREST.naming(near[0]) if near else SETTING,
    )


def _wrong(name: str, token: str) -> Finding:
    kind = Text("a number", "数字") if name in _NUMBERS else Text("a value", "取值")
    return Finding(
        rule=RULE,
        verdict=Verdict.REFUSED,
        measured=token,
        limit=kind.en,
        message=Text(f"{token}: {name} needs {kind.en}", f"{token}：{name} 需要{kind.zh}"),
        fix=SETTING,
    )
