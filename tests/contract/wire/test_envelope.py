"""Bodies: Header and Payload on and off, and bodies nobody can judge."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaprep.contract.wire import envelope
from mediaprep.contract.wire.envelope import BadEnvelope

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=10,
)


def test_a_request_has_a_header_even_when_it_says_nothing() -> None:
    assert envelope.wrap({"TaskId": "a"}) == {"Header": {}, "Payload": {"TaskId": "a"}}
    assert envelope.wrap({}, "id")["Header"] == {"RequestID": "id"}


def test_answers_have_the_documented_shape() -> None:
    good = envelope.answer({"TaskId": "a"}, "r", "s")
    assert good["Header"] == {"Code": 0, "DialogID": "", "Message": "", "RequestID": "r", "SessionID": "s"}
    bad = envelope.error(110006, "InternalServerError:记录不存在", "r", "s")
    assert bad["Header"]["Code"] == 110006 and "Payload" not in bad


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN, max_size=4))
def test_what_is_dumped_is_parsed_back(body: dict[str, object]) -> None:
    assert envelope.parse(envelope.dump(body)) == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": [-Infinity]}', "-Infinity"),
        (b'{"a": 1e999}', "1e999"),
        (b'{"a": 1, "a": 1}', "a is given twice"),
        (b'{"x": {"Speed": 1, "Speed": 2}}', "Speed is given twice"),
        (b"[]", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b"", "not JSON"),
        (b'{"a": 1,}', "line 1 column"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "nested deeper"),
        (b'{"a": ' + b"9" * 5000 + b"}", "unusable number"),
    ],
)
def test_a_body_that_cannot_be_judged_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(BadEnvelope) as caught:
        envelope.parse(body)
    assert reason in caught.value.reason
    assert caught.value.say("zh") != caught.value.say("en")


@pytest.mark.parametrize("body", [{}, {"Header": []}, {"Header": "x"}, {"Header": None}])
def test_a_missing_or_odd_header_is_named(body: dict[str, object]) -> None:
    with pytest.raises(BadEnvelope, match="Header"):
        envelope.header_of(body)


def test_a_missing_payload_is_named() -> None:
    with pytest.raises(BadEnvelope, match="Payload is missing"):
        envelope.payload_of({"Header": {}})
    assert envelope.payload_of({"Header": {}, "Payload": {"a": 1}}) == {"a": 1}


def test_nan_is_never_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        envelope.dump({"Speed": float("nan")})


def test_chinese_travels_as_itself() -> None:
    assert "你好".encode() in envelope.dump({"InputSsml": "你好"})
    assert json.loads(envelope.dump({"InputSsml": "你好"})) == {"InputSsml": "你好"}


def test_sixty_four_levels_are_read_and_one_more_is_not() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' * (levels - 1) + b"1" + b"}" * (levels - 1)

    assert envelope.parse(nested(64))
    with pytest.raises(envelope.BadEnvelope, match="deeper than 64"):
        envelope.parse(nested(65))
