"""Banned words: found whatever their width, case, breaks and tags, with the place in the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.errors import BadConfig
from mediaprep.model.findings import Verdict
from mediaprep.preflight.scripts import banned_words

WORDS = banned_words.parse("# ours\n违禁\n违禁品  # longer\nVPN\nbad word\n", "list.txt")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("没有问题", []),
        ("卖违禁品", [("违禁品", "1:2")]),
        ("违禁，违禁品", [("违禁", "1:1"), ("违禁", "1:4")]),
        ("用ＶＰＮ和vpn", [("VPN", "1:2"), ("VPN", "1:6")]),
        ("VPNs and MVPN", []),
        ("第一行\n有违\n禁词", [("违禁", "2:2")]),
        ("a BAD  word", []),
        ("a BAD\u3000word", [("bad word", "1:3")]),
        ('违<phoneme alphabet="py" ph="jin4">禁</phoneme>', [("违禁", "1:1")]),
        ('一<sub alias="违禁">某</sub>', [("违禁", "1:2")]),
        ("&#36829;禁", [("违禁", "1:1")]),
    ],
)
def test_words_are_found_with_line_and_column(text: str, found: list[tuple[str, str]]) -> None:
    findings = banned_words.judge("notrain", "InputSsml", text, WORDS)
    assert [f.where for f in findings] == [where for _, where in found]
    assert all(word[:2] in f.message.zh for f, (word, _) in zip(findings, found, strict=True))
    assert {f.verdict for f in findings} <= {Verdict.REFUSED}
    assert {f.rule for f in findings} <= {"notrain.InputSsml.banned"}


def test_plain_text_is_searched_as_it_stands() -> None:
    assert len(banned_words.judge("tts", "InputSsml", "1<2 违禁", WORDS, markup=False)) == 1
    assert not banned_words.judge("tts", "InputSsml", "&#36829;禁", WORDS, markup=False)


def test_a_list_without_a_word_is_refused() -> None:
    with pytest.raises(BadConfig, match="holds no word"):
        banned_words.parse("# nothing\n\n")


@given(st.text(alphabet="违禁品ab好\n", max_size=30), st.text(alphabet="好\n", max_size=5))
def test_hits_are_in_order_apart_and_spell_a_listed_word(text: str, more: str) -> None:
    hits = banned_words.find(text + more, WORDS)
    ends = [hit.start + len(hit.found) for hit in hits]
    assert all(end <= later.start for end, later in zip(ends, hits[1:], strict=False))
    assert all(hit.found.replace("\n", "") == hit.word for hit in hits)
    assert ("违禁" in text.replace("\n", "")) <= bool(hits)
