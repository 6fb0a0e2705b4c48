"""A script as it is heard: what a Chinese voice says for digits, dates, amounts, units and the tags that change
words. The one home of readings: estimates, "is anything spoken at all" and the emulator's voice ask here. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.contract.script.ssml import Mark, ParsedScript

REST_SECONDS: Final[Mapping[str, float]] = {
    "x-weak": 0.1, "weak": 0.25, "medium": 0.4, "strong": 0.7, "x-strong": 1.0,
}  # fmt: skip
"""Of a break that names a strength; the docs give no times: ours, around a sentence's own pause."""

_LONGEST_REST: Final = 9.0
_LETTERS: Final = 2.9  # Latin letters in the time of one Chinese character
_LONGEST_SPELLED: Final = 5
_WORD: Final = re.compile("[A-Za-z\u00c0-\u024f]+")
_DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = ("", "十", "百", "千")
_GROUPS: Final = ("", "万", "亿", "万亿")
_WIDE: Final = str.maketrans("０１２３４５６７８９．，：％＋－／", "0123456789.,:%+-/")
_UNHEARD_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")  # blanks that Unicode counts as letters
_SPOKEN_SIGNS: Final = frozenset("%‰&@#％＆＠＃+=×÷±√∞≈≠≤≥¥￥$€£℃℉°")
_ODD_MOUTHFUL: Final = 9  # from so many digits on, a number that counts nothing is read digit by digit
_COUNTED: Final = tuple("元块圆美欧日英港亿万千百个人名台件辆条次吨米公里平方斤克户份张家套部只股桶字年天岁")
_NUMBERED: Final = re.compile(
    r"(?:号码|编号|单号|电话|手机|热线|拨打|致电|账号|卡号|尾号|学号|工号|证号|验证码|密码|邮编|房间|QQ|微信|航班|车次)"
    r"[是为号：:\s]{0,3}$"
)
_UNITS: Final[Mapping[str, str]] = {
    "km/h": "公里每小时", "m/s": "米每秒", "km²": "平方公里", "m²": "平方米", "m³": "立方米", "㎡": "平方米",
    "km": "公里", "kg": "千克", "mg": "毫克", "cm": "厘米", "mm": "毫米", "nm": "纳米", "ml": "毫升", "mL": "毫升",
    "kW": "千瓦", "kWh": "千瓦时", "MHz": "兆赫", "GHz": "吉赫", "kHz": "千赫", "Hz": "赫兹", "mAh": "毫安时",
    "min": "分钟", "ms": "毫秒", "℃": "摄氏度", "°C": "摄氏度", "℉": "华氏度", "°": "度", "m": "米", "g": "克",
    "L": "升", "V": "伏", "W": "瓦", "A": "安", "h": "小时", "s": "秒",
}  # fmt: skip
_MONEY: Final[Mapping[str, str]] = {
    "¥": "元", "￥": "元", "$": "美元", "€": "欧元", "£": "英镑", "CNY": "元", "RMB": "元", "USD": "美元",
    "EUR": "欧元", "HKD": "港元", "JPY": "日元", "GBP": "英镑",
}  # fmt: skip
_SIGNS: Final[Mapping[str, str]] = {
    "+": "加", "=": "等于", "×": "乘以", "÷": "除以", "±": "正负", "≈": "约等于", "≥": "大于等于", "≤": "小于等于",
    ">": "大于", "<": "小于", "~": "到", "～": "到", "–": "到", "—": "到", "-": "到", "−": "到",
}  # fmt: skip
_MARKS: Final[Mapping[str, str]] = {
    "，": "逗号", ",": "逗号", "。": "句号", ".": "点", "、": "顿号", "？": "问号", "?": "问号", "！": "感叹号",
    "!": "感叹号", "：": "冒号", ":": "冒号", "；": "分号", ";": "分号", "-": "横杠", "—": "破折号", "…": "省略号",
    "《": "左书名号", "》": "右书名号", "（": "左括号", "）": "右括号", "(": "左括号", ")": "右括号", "/": "斜杠",
    "@": "艾特", "#": "井号", "%": "百分号", "+": "加号", "_": "下划线", "&": "和号", "*": "星号",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SpokenSpan:
    """Characters [start, end) of a text, for which `said` is spoken."""

    start: int
    end: int
    said: str


def is_spoken(character: str) -> bool:
    """Whether a voice says this character by itself: letters, numbers and a few signs; no marks, emoji or blanks."""
    heard_of = unicodedata.category(character)[0] in "LN" or character in _SPOKEN_SIGNS
    return heard_of and character not in _UNHEARD_LETTERS


def says_nothing(script: ParsedScript) -> bool:
    """Whether nothing of a script is spoken: blanks, marks, breaks, emoji, zero-width signs only."""
    return not any(map(is_spoken, heard(script)))


def heard(script: ParsedScript) -> str:
    """What is spoken of a script, in characters and words; marks stay where they are."""
    return "".join(piece if isinstance(piece, str) else piece[1] for piece in _pieces(script))


def syllables(text: str) -> float:
    """How many Chinese characters take the time of a text that is `heard`: letters of a word share one, those of
    an abbreviation (GDP) are spelled."""
    letters = 0.0
    for word in _WORD.findall(text):
        letters += (
            len(word) if word.isupper() and len(word) <= _LONGEST_SPELLED else max(1.0, len(word) / _LETTERS)
        )
    return letters + sum(map(is_spoken, _WORD.sub("", text)))


def rests(script: ParsedScript) -> float:
    """Seconds of all its breaks."""
    return sum(rest_of(mark) for mark in script.marks if mark.tag == "break")


def rest_of(mark: Mark) -> float:
    """Seconds of one break."""
    if mark.milliseconds is not None:
        return min(mark.milliseconds / 1000, _LONGEST_REST)
    return REST_SECONDS.get(mark.attributes.get("strength", "medium"), REST_SECONDS["medium"])


def _pieces(script: ParsedScript) -> Iterator[str | tuple[str, str]]:
    """Plain stretches as they are said, and (text, what is said) of those that a tag covers."""
    at = 0
    for mark in sorted(script.marks, key=lambda mark: (mark.start, mark.offset)):
        if mark.start < at or mark.end == mark.start:
            continue
        said = said_of(mark, script.plain[mark.start : mark.end])
        if said is not None:
            yield said_plainly(script.plain[at : mark.start])
            yield script.plain[mark.start : mark.end], said
            at = mark.end
    yield said_plainly(script.plain[at:])


def said_of(mark: Mark, text: str) -> str | None:
    """What is spoken for the text inside a tag; None for tags that change no word."""
    if mark.tag == "sub":
        return said_plainly(mark.attributes.get("alias") or text)
    if mark.tag == "phoneme":
        return text if not mark.attributes.get("ph") else "音" * len(mark.attributes["ph"].split())
    if mark.tag == "say-as":
        return _KINDS.get(mark.attributes.get("interpret-as", ""), said_plainly)(text)
    return None


def said_plainly(text: str) -> str:
    """Text without tags, as it is said."""
    made, at = [], 0
    for piece in readings(text):
        made += [text[at : piece.start], piece.said]
        at = piece.end
    return "".join([*made, text[at:]])


def readings(text: str) -> Iterator[SpokenSpan]:
    """The stretches of a text that are said otherwise than written, in order, none over another."""
    plain, at = text.translate(_WIDE), 0
    while found := _FORMS.search(plain, at):
        assert found.lastgroup is not None
        said = _READERS[found.lastgroup](found, plain)
        if said and said != found[0]:
            yield SpokenSpan(start=found.start(), end=found.end(), said=said)
        at = max(found.end(), at + 1)


# --- numbers -----------------------------------------------------------------------------------------------------


def one_by_one(text: str) -> str:
    """Each digit for itself, whatever else stands between them left as it is: 304 → 三零四."""
    return "".join(_DIGITS[int(sign)] if sign in "0123456789" else sign for sign in text)


def cardinal(digits: str) -> str:
    """A whole number as it is counted: 10005 → 一万零五; digit by digit beyond 16 digits."""
    stripped = digits.lstrip("0")
    if not stripped:
        return "零"
    if len(stripped) > 4 * len(_GROUPS):
        return one_by_one(digits)
    groups = [stripped[max(0, end - 4) : end] for end in range(len(stripped), 0, -4)][::-1]
    said = ""
    for place, group in zip(range(len(groups) - 1, -1, -1), groups, strict=True):
        value = int(group)
        if value:
            gap = said and (value < 1000 or said.endswith("零"))
            said = said.rstrip("零") + ("零" if gap else "") + _thousand(value) + _GROUPS[place]
        elif said and not said.endswith("零"):
            said += "零"
    said = said.rstrip("零")
    return said[1:] if said.startswith("一十") else said


def _thousand(value: int) -> str:
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0
    return said


def number(text: str) -> str:
    """A number with sign, thousands separators and decimals: -1,234.50 → 负一千二百三十四点五零."""
    bare = text.strip().replace(",", "")
    sign = "负" if bare[:1] in ("-", "−") else ""
    whole, _, decimals = bare.lstrip("+-−").partition(".")
    if not whole.isdecimal() or (decimals and not decimals.isdecimal()):
        return one_by_one(text)
    return sign + cardinal(whole) + ("点" + one_by_one(decimals) if decimals else "")


_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
_BEFORE: Final = r"(?<![\d.])"
_UNIT: Final = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_FORMS: Final = re.compile(
    "|".join(
        f"(?P<{name}>{form})"
        for name, form in {
            "phone": rf"{_BEFORE}(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{{4}}){{2}}(?![\d.]|\s?[{''.join(_COUNTED)}])"
            rf"|{_BEFORE}0\d{{2,3}}-\d{{7,8}}(?!\d)|{_BEFORE}[48]00-?\d{{3}}-?\d{{4}}(?!\d)",
            "date": rf"{_BEFORE}\d{{4}}([-/.])\d{{1,2}}([-/.])\d{{1,2}}(?![\d.])",
            "year": rf"{_BEFORE}[12]\d{{3}}(?=年)",
            "clock": rf"{_BEFORE}(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d:：])",
            "ratio": rf"{_BEFORE}\d{{1,9}}[:：]\d{{1,9}}(?![\d:：.])",
            "share": rf"{_BEFORE}(?:(?<![\w%])[-−])?{_NUMBER}\s?[%‰]",
            "part": r"(?<![\d./])\d{1,4}/\d{1,4}(?![\d./])",
            "money": rf"(?:[¥￥$€£]|(?:CNY|RMB|USD|EUR|HKD|JPY|GBP)\s?)\s?{_NUMBER}[万亿]?",
            "version": rf"{_BEFORE}\d+(?:\.\d+){{2,}}",
            "number": rf"{_BEFORE}(?:(?<![\w%℃°.])[-−])?{_NUMBER}(?:\s?(?:{_UNIT})(?![A-Za-z]))?",
            "sign": r"(?<=[\d%‰℃])\s?[+=×÷±≈≥≤><~～–—−-]\s?(?=[\d¥￥$])|[±≈≥≤](?=\d)",
        }.items()
    ),
    re.ASCII,
)


def _date(found: re.Match[str], _: str = "") -> str:
    year, month, day = re.split(r"[-/.]", found[0])
    return f"{one_by_one(year)}年{cardinal(month)}月{cardinal(day)}日"


def _clock(found: re.Match[str], _: str = "") -> str:
    hour, minute, *seconds = re.split("[:：]", found[0])
    said = cardinal(hour) + "点"
    if int(minute) or seconds:
        said += ("零" if minute[0] == "0" else "") + cardinal(minute) + "分"
    return said + (("零" if seconds[0][0] == "0" else "") + cardinal(seconds[0]) + "秒" if seconds else "")


def _share(found: re.Match[str], _: str) -> str:
    said = number(found[0][:-1])
    of = "百分之" if found[0][-1] == "%" else "千分之"
    return "负" + of + said[1:] if said.startswith("负") else of + said


def _part(found: re.Match[str], _: str) -> str:
    over, under = found[0].split("/")
    return f"{cardinal(under)}分之{cardinal(over)}"


def _money(found: re.Match[str], _: str = "") -> str:
    shape = re.fullmatch(r"(\D+?)\s*([\d.,]+)([万亿]?)", found[0])
    assert shape is not None
    return number(shape[2]) + shape[3] + _MONEY[shape[1].strip()]


def _number(found: re.Match[str], text: str) -> str:
    shape = re.fullmatch(rf"([-−]?{_NUMBER})\s?(.*)", found[0])
    assert shape is not None
    digits, unit = shape[1], _UNITS.get(shape[2], "")
    after = text[found.end() : found.end() + 1]
    if (
        digits.isdecimal()
        and not unit
        and _is_name(digits, text[max(0, found.start() - 8) : found.start()], after)
    ):
        return one_by_one(digits)
    return number(digits) + unit


def _is_name(digits: str, before: str, after: str) -> bool:
    """Whether digits name a thing (a room, an account, an order) and count nothing."""
    if len(digits) > 1 and digits[0] == "0":
        return True
    if len(digits) >= _ODD_MOUTHFUL and after not in _COUNTED:
        return True
    return bool(_NUMBERED.search(before)) or (len(digits) > 2 and after in ("室", "房"))


_READERS: Final[Mapping[str, Callable[[re.Match[str], str], str]]] = {
    "phone": lambda found, text: one_by_one(re.sub(r"[\s-]", "", found[0])).replace("+", "加"),
    "date": _date,
    "year": lambda found, text: one_by_one(found[0]),
    "clock": _clock,
    "ratio": lambda found, text: "比".join(cardinal(part) for part in re.split("[:：]", found[0])),
    "share": _share,
    "part": _part,
    "money": _money,
    "version": lambda found, text: "点".join(cardinal(part) for part in found[0].split(".")),
    "number": _number,
    "sign": lambda found, text: _SIGNS[found[0].strip()],
}


# --- what say-as asks for ------------------------------------------------------------------------------------------


def _cardinal_as(text: str) -> str:
    return number(text) if re.fullmatch(r"[-+−]?[\d,]*\d(?:\.\d+)?", text.strip()) else said_plainly(text)


def _spelled(text: str) -> str:
    """Digits, letters and signs, each for itself."""
    return " ".join(_MARKS.get(sign, one_by_one(sign)) for sign in text if not sign.isspace())


def _telephone(text: str) -> str:
    return one_by_one(re.sub(r"[^\d+]", "", text)).replace("+", "加") or text


def _named(text: str) -> str:
    """An address: house numbers of three digits and more are read digit by digit, a hyphen between numbers as 杠."""
    text = re.sub(r"(?<=\d)\s?[-−–]\s?(?=\d)", "杠", text)
    return said_plainly(re.sub(r"\d{3,}", lambda found: one_by_one(found[0]), text))


def _date_as(text: str) -> str:
    parts = [part for part in re.split(r"[-/.年月日号\s]+", text.strip()) if part]
    if len(parts) == 1 and re.fullmatch(r"\d{8}", parts[0]):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if not 1 < len(parts) < 4 or not all(part.isdecimal() for part in parts):
        return said_plainly(text)
    years = len(parts[0]) == 4
    units = ("年", "月", "日") if years else ("月", "日")
    said = [
        one_by_one(part) if unit == "年" else cardinal(part) for part, unit in zip(parts, units, strict=False)
    ]
    return "".join(word + unit for word, unit in zip(said, units, strict=False))


def _time_as(text: str) -> str:
    found = re.fullmatch(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?", text.strip())
    return _clock(found) if found else said_plainly(text)


def _marks_as(text: str) -> str:
    return "".join(
        _MARKS.get(sign, sign if is_spoken(sign) else "符号") for sign in text if not sign.isspace()
    )


def _currency(text: str) -> str:
    behind = re.fullmatch(rf"\s*({_NUMBER})\s*([A-Z]{{3}}|[¥￥$€£])\s*", text)
    if behind and behind[2] in _MONEY:
        return number(behind[1]) + _MONEY[behind[2]]
    return said_plainly(text)


_KINDS: Final[Mapping[str, Callable[[str], str]]] = {
    "cardinal": _cardinal_as, "digits": _spelled, "telephone": _telephone, "address": _named, "id": _spelled,
    "date": _date_as, "time": _time_as, "punctuation": _marks_as, "characters": _spelled, "measure": said_plainly,
    "currency": _currency,
}  # fmt: skip
