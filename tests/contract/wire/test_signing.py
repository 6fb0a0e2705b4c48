"""Signatures: the docs' own sample and a second public one, and what half of all signatures trip over."""

from urllib.parse import parse_qs, parse_qsl

import pytest

from mediaprep.contract.wire import signing

GOLDEN = [
    (
        "e38267c0e86411ebb02aed82acb0ed99",
        "f68f2d10ae9e4604b76fb05cf46bccec",
        1646636485,
        "BfWuaC9kmaicCggXc693uK+sZQ8qe88O4HVQNTdwZuo=",
        "BfWuaC9kmaicCggXc693uK%2BsZQ8qe88O4HVQNTdwZuo%3D",
    ),
    (
        "example_appkey",
        "example_accesstoken",
        1717639699,
        "aCNWYzZdplxWVo+JsqzZc9+J9XrwWWITfX3eQpsLVno=",
        "aCNWYzZdplxWVo%2BJsqzZc9%2BJ9XrwWWITfX3eQpsLVno%3D",
    ),
]


@pytest.mark.parametrize(("appkey", "token", "time", "signature", "encoded"), GOLDEN)
def test_the_golden_vectors_hold(appkey: str, token: str, time: int, signature: str, encoded: str) -> None:
    assert signing.sign(appkey, token, time) == signature
    assert signing.query(appkey, token, time) == f"appkey={appkey}&timestamp={time}&signature={encoded}"
    assert signing.holds(appkey, token, time, signature)


def test_slash_plus_and_equals_never_travel_bare() -> None:
    seen = set()
    for time in range(1_700_000_000, 1_700_000_200):
        plain, sent = signing.sign("key", "token", time), signing.query("key", "token", time)
        value = sent.rpartition("signature=")[2]
        assert not set(value) & set("/+=")
        assert parse_qs(sent)["signature"] == [plain]
        seen |= set(plain)
    assert set("/+=") <= seen  # else this showed nothing


def test_an_appkey_with_reserved_characters_survives_the_query() -> None:
    sent = dict(parse_qsl(signing.query("a&b=c d", "token", 1)))
    assert sent["appkey"] == "a&b=c d"
    assert signing.holds("a&b=c d", "token", 1, sent["signature"])


@pytest.mark.parametrize("wrong", ["", "x", "é", "BfWuaC9kmaicCggXc693uK sZQ8qe88O4HVQNTdwZuo="])
def test_a_wrong_signature_does_not_hold(wrong: str) -> None:
    appkey, token, time, *_ = GOLDEN[0]
    assert not signing.holds(appkey, token, time, wrong)
    assert not signing.holds(appkey, token, time + 1, GOLDEN[0][3])


def test_a_timestamp_may_be_five_minutes_off_either_way_and_no_more() -> None:
    assert signing.fresh(1000, 1300.0) and signing.fresh(1300, 1000.0)
    assert not signing.fresh(1000, 1300.5) and not signing.fresh(1301, 1000.0)
