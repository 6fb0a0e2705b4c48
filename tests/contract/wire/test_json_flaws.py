"""Texts that are no JSON: each mistake is named where it stands, with what to write instead."""

import json
import re
from collections.abc import Iterator

import pytest

from mediaprep.contract.rules import requests
from mediaprep.contract.wire import envelope, json_flaws
from mediaprep.contract.wire.envelope import BadEnvelope

DOCUMENT = json.dumps(
    {
        "Header": {},
        "Payload": {
            "VirtualmanKey": "k3",
            "InputSsml": "你好：第一，第二",
            "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
            "VideoParam": {"ShowSubtitles": True, "LogoParams": [{"PositionX": 1}, {"PositionX": 20}]},
        },
    },
    ensure_ascii=False,
    indent=2,
)


def _outside(pattern: str) -> list[int]:
    """Where a sign of the document's structure stands: in no string."""
    blanked = re.sub(r'"[^"]*"', lambda m: '"' + "x" * (len(m[0]) - 2) + '"', DOCUMENT)
    return [found.start() for found in re.finditer(pattern, blanked)]


def _spoilt() -> Iterator[tuple[str, int, str]]:
    """(text, place of the mistake, what is said of it), one for every place where each mistake can be made."""
    for sign, wrong, said in (
        (",", "，", "comma"),
        (":", "：", "colon"),
        (":", "=", "equals"),
        (",", "；", "semicolon"),
    ):
        for at in _outside(sign):
            yield DOCUMENT[:at] + wrong + DOCUMENT[at + 1 :], at, said
    for string in re.finditer(r'"([^"]*)"', DOCUMENT):
        for left, right, said in (("“", "”", "curly"), ("'", "'", "single"), ("＂", "＂", "curly")):
            made = DOCUMENT[: string.start()] + left + string[1] + right + DOCUMENT[string.end() :]
            yield made, string.start(), said
        if string[1] not in ("你好：第一，第二",):
            yield DOCUMENT[: string.end() - 1] + "”" + DOCUMENT[string.end() :], string.end() - 1, "curly"
    for at in _outside(r"\n *[}\]]"):
        yield DOCUMENT[:at] + "," + DOCUMENT[at:], at, "comma before"
    for at in _outside(",\n"):
        yield DOCUMENT[:at] + DOCUMENT[at + 1 :], at, "missing"
        yield DOCUMENT[: at + 1] + " // why" + DOCUMENT[at + 1 :], at + 2, "comment"
        yield DOCUMENT[: at + 1] + "," + DOCUMENT[at + 1 :], at + 1, "too many"
    for number in ("NaN", "Infinity", "-Infinity", ".5", "+1", "01", "1_0", "１"):
        at = DOCUMENT.index("1.0")
        yield DOCUMENT.replace("1.0", number), at, "digit" if number == "１" else "number"
    for word in ("True", "yes", "undefined"):
        yield DOCUMENT.replace("true", word), DOCUMENT.index("true"), word
    for more in ("}", "}}", "}\n}", "]"):
        yield f"{DOCUMENT}\n{more}", len(DOCUMENT) + 1, "too many"
    for fewer in range(1, 5):
        yield (
            DOCUMENT[: _outside("[}\\]]")[-fewer]],
            len(DOCUMENT[: _outside("[}\\]]")[-fewer]].rstrip()),
            "missing at",
        )


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1} column {at - text.rfind(chr(10), 0, at)}:"


def test_every_mistake_is_named_at_its_own_line_and_column() -> None:
    made = list(_spoilt())
    assert len(made) > 100
    for text, at, said in made:
        with pytest.raises(BadEnvelope) as caught:
            envelope.parse(text.encode())
        assert _place(text, at) in caught.value.en, (caught.value.en, at, text[max(0, at - 20) : at + 20])
        assert said in caught.value.en, caught.value.en
        assert "第" in caught.value.zh and "列" in caught.value.zh and len(caught.value.zh) < 120


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing"),
        ("\ufeff{}", "without BOM"),
        ('{"a": "他说"你好"。"}', 'write \\"'),
        ('{"a": "C:\\Users\\a.mp4"}', "backslash"),
        ('{"a": "x\ny"}', "line break"),
        ('{"a": "x', "not closed"),
        ('{"a": [1, 2}', "write ]"),
        ('{"a": 1}{"b": 2}', "second document"),
        ('{"a":\u30001}', "blank"),
        ('｛"a": 1}', "bracket"),
        ("{a: 1}", 'write "a"'),
        ('{"a": }', "value is missing"),
    ],
)
def test_other_mistakes_are_named_too(text: str, said: str) -> None:
    with pytest.raises(BadEnvelope, match=r"line \d+ column \d+") as caught:
        envelope.parse(text.encode())
    assert said in caught.value.en


@pytest.mark.parametrize(("encoding", "said"), [("utf-16", "UTF-16"), ("gb18030", "line 1 column 8")])
def test_another_encoding_is_named(encoding: str, said: str) -> None:
    with pytest.raises(BadEnvelope, match="save it as UTF-8") as caught:
        envelope.parse('{"a": "中文"}'.encode(encoding))
    assert said in caught.value.en


EXTRA = '{"hair": {"boolValue": true}, "SkirtColor": {"colorValue": 16777215}}'


@pytest.mark.parametrize("path", ["advanced", "ppt"])
@pytest.mark.parametrize("more", ["}", "}}", " }\n"])
def test_the_brace_too_many_of_the_docs_own_example_is_named(path: str, more: str) -> None:
    anchor = {"VideoParam": {"AnchorParam": {"AnchorExtraParam": EXTRA + more}}}
    payload = anchor if path == "advanced" else {"GlobalConfig": anchor}
    said = [v for v in requests.violations(path, payload) if v.rule.endswith("AnchorExtraParam.json")]
    assert len(said) == 1
    assert (
        f"column {len(EXTRA) + 1 + more.startswith(' ')}:" in said[0].message.en
        and "delete" in said[0].message.en
    )
    assert "the docs' example" in said[0].message.en and "文档中" in said[0].message.zh


def test_other_mistakes_inside_are_not_blamed_on_the_docs() -> None:
    payload = {"VideoParam": {"AnchorParam": {"AnchorExtraParam": EXTRA[:-1]}}}
    said = next(v for v in requests.violations("advanced", payload) if v.rule.endswith(".json"))
    assert "missing at the end" in said.message.en and "docs" not in said.message.en


def test_a_flaw_counts_the_closing_brackets_too_many() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("{}}}]")
    assert json_flaws.of_syntax("{}}}]", caught.value).surplus == 3
