"""The label of generated content in a file: whether it is there, and whether its readers will understand it.
Third-party copies of GB 45438-2025 say so; the standard itself was not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.model.facts import ABSENT, Facts, LabelFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.labels import FIELDS, MEANINGS, MOST_READ, PRODUCER, REQUIRED
from mediaprep.model.rulebook import Example, Family, Rule

_SOURCE: Final = "GB 45438-2025, by third-party copies"
_ADVISED, _REFUSED = Verdict.ADVISED, Verdict.REFUSED
_ASK: Final = Text(
    "ask who made the file for one that is labelled rightly: a label is not altered here",
    "请向文件的制作方索取标识正确的文件：本工具不改动已有标识",
)
_WRITE: Final = Text(
    "`mediaprep label write … --producer NAME -o OUT`",
    "`mediaprep label write … --producer 名称 -o 输出文件`",
)
_AGAIN: Final = Text("take the file as it was signed", "请使用签名时的文件")
_LIMITS: Final = {
    "json": "a JSON object",
    "fields": " + ".join(REQUIRED),
    "strings": "strings",
    "kind": " / ".join(MEANINGS),
    "characters": "no control characters",
    "size": f"≤ {MOST_READ} B",
    "missing": "AIGC",
    "signature": "HMAC-SHA256",
    "receipt": "the receipt's",
}
_CHECK_ONLY: Final = frozenset({"missing", "signature", "receipt"})


def judge(facts: Facts, verdict: Verdict = _ADVISED) -> tuple[Finding, ...]:
    """What is wrong with the label that a file carries; nothing where it has none: footage need not."""
    label = getattr(facts, "label", None)
    if not isinstance(label, LabelFacts):
        return ()
    return tuple(
        _finding(flaw.rule, verdict, label.text[:60], Text(flaw.en, flaw.zh), _ASK) for flaw in label.flaws
    )


def demanded(facts: Facts) -> tuple[Finding, ...]:
    """The same of a file that has to have one: then whatever is wrong with it is refused."""
    label = getattr(facts, "label", None)
    if label is ABSENT or not isinstance(label, LabelFacts):
        verdict = _REFUSED if label is ABSENT else Verdict.UNKNOWN
        said = Text("no label (AIGC) in the file", "文件中没有标识（AIGC）")
        return (_finding("missing", verdict, None, said, _WRITE),)
    return judge(facts, _REFUSED)


def unsigned(signed: str) -> Finding:
    """A label whose signature is not that of the user's key over it and the streams; `signed`: what stands there."""
    none = Text("the label is not signed", "标识没有签名")
    other = Text(
        "the label's signature (ReservedCode1) does not fit this key, label and content: one of them was changed",
        "标识的签名（ReservedCode1）与密钥、标识或内容不符：其中之一已被改动",
    )
    return _finding("signature", _REFUSED, signed[:60], other if signed else none, _AGAIN)


def unlike_receipt(measured: str, expected: str) -> Finding:
    """A label that is not the one the file's receipt tells of."""
    said = Text(
        f"the label is {measured}, the receipt has {expected}", f"标识为 {measured}，回执中为 {expected}"
    )
    return _finding("receipt", _REFUSED, measured, said, _AGAIN)


def _finding(name: str, verdict: Verdict, measured: object, message: Text, fix: Text) -> Finding:
    return Finding(
        rule=f"label.{name}",
        verdict=verdict,
        measured=measured,
        limit=_LIMITS[name],
        message=message,
        fix=fix,
    )


_WORDS: Final = {
    "missing": (
        Text("generated content carries its label: the key AIGC", "生成内容带有隐式标识（键 AIGC）"),
        Text("it must since 2025-09-01, and platforms read it on upload", "自 2025-09-01 起必须具备，平台在上传时读取"),
    ),
    "json": (
        Text("the label is a JSON object in UTF-8, no name twice", "标识是 UTF-8 的 JSON 对象，名称不重复"),
        Text("platforms cannot read another one", "否则平台无法读取"),
    ),
    "fields": (
        Text(f"the label names {', '.join(REQUIRED)}", f"标识写明 {'、'.join(REQUIRED)}"),
        Text("it says whether, by whom and as what it was made", "用于说明是否生成、由谁生成及编号"),
    ),
    "strings": (
        Text(f"{', '.join(FIELDS)} are strings", f"{'、'.join(FIELDS)} 均为字符串"),
        Text("readers expect strings", "读取方按字符串解析"),
    ),
    "kind": (
        Text("Label is 1 (generated), 2 (possibly) or 3 (suspected)", "Label 为 1（生成）、2（可能）或 3（疑似）"),
        Text("other values have no meaning", "其他取值没有含义"),
    ),
    "characters": (
        Text("no control characters in the label's values", "标识的值中没有控制字符"),
        Text("they may command a terminal or a page", "可能操纵终端或页面"),
    ),
    "size": (
        Text(f"the label has at most {MOST_READ:,} bytes", f"标识不超过 {MOST_READ:,} 字节"),
        Text("nothing that large is a label; it is kept, not looked into", "过大的内容不是标识；只保留，不解析"),
    ),
    "signature": (
        Text("ReservedCode1 is the user's key over label and streams", "ReservedCode1 为用户密钥对标识与码流的签名"),
        Text("a forged label, and one on other content, shows", "可发现伪造或移植的标识"),
    ),
    "receipt": (
        Text("the label is the one the receipt tells of", "标识与回执一致"),
        Text(f"nobody may remove or alter {', '.join(PRODUCER)}", f"不得去除或改动 {'、'.join(PRODUCER)}"),
    ),
}  # fmt: skip


def _rules() -> Iterator[Rule]:
    for name, (what, why) in _WORDS.items():
        fix = _WRITE if name == "missing" else _AGAIN if name in _CHECK_ONLY else _ASK
        yield Rule(
            id=f"label.{name}", family=Family.LABEL,
            verdicts=(_REFUSED,) if name in _CHECK_ONLY else (_ADVISED, _REFUSED),
            limit=_LIMITS[name], what=what, why=why, source=_SOURCE, fix=fix,
            examples=_EXAMPLES.get(name, ()),
        )  # fmt: skip


_EXAMPLES: Final = {
    "kind": (Example("1", Verdict.PASS), Example("4", _ADVISED)),
    "json": (Example('{"Label":"1",…}', Verdict.PASS), Example("Label=1", _ADVISED)),
}
ROWS: Final = tuple(_rules())
