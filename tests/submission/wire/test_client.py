"""The gateway client: what travels, and what each outcome is called."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.contract import codes
from mediaprep.contract.codes import Retry
from mediaprep.contract.progress import Status
from mediaprep.contract.wire import signing
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig, Misdirected, Refused, Rejected, Unknown, Unreachable
from mediaprep.model.paid.gateways import EMULATOR_HEADER, GatewayKind
from mediaprep.submission.job.sending import may_have_been_accepted
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.http import Patience
from tests.emulator.wire import send
from tests.submission.fake_gateway import (
    Behaviour,
    FakeGateway,
    accepts,
    answers,
    drips,
    fake_gateway,
    hangs_up,
    raw,
    refuses,
    resets,
    says_nothing,
)

APPKEY, TOKEN = "canary-appkey-01", "canary-token-02/+="
QUICK = Patience(connect=1, read=0.3, total=1.0)
SPEECH = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}


@pytest.fixture
def fake() -> Iterator[FakeGateway]:
    with fake_gateway(accepts()) as gateway:
        yield gateway


def client(url: str, now: float = 1_700_000_000.0) -> Gateway:
    settings = Settings.load({"base_url": url, "appkey": APPKEY, "accesstoken": TOKEN}, {})
    return Gateway(settings, clock=lambda: now, patience={"submit": QUICK, "query": QUICK})


def test_what_travels_is_signed_enveloped_and_without_blanks(fake: FakeGateway) -> None:
    request = {**SPEECH, "EmotionIntensity": 0, "EmotionCategory": "", "SentenceMaxWords": 0}
    assert client(fake.url).submit("tts", request, request_id="ab12") == "t" * 32
    (seen,) = fake.seen
    assert seen.method == "POST"
    assert seen.path == "/v2/ivh/videomaker/broadcastservice/tts"
    assert seen.headers["content-type"] == "application/json;charset=utf-8"
    assert seen.json == {"Header": {"RequestID": "ab12"}, "Payload": SPEECH}
    assert list(seen.query) == ["appkey", "timestamp", "signature"]
    assert seen.query["timestamp"] == "1700000000"
    assert seen.query["signature"] == signing.sign(APPKEY, TOKEN, 1_700_000_000)
    assert not set("/+=") & set(seen.target.partition("signature=")[2])


def test_every_attempt_is_signed_anew(fake: FakeGateway) -> None:
    times = iter((1_700_000_000.9, 1_700_000_301.0))
    gateway = client(fake.url)
    gateway._clock = lambda: next(times)
    gateway.submit("tts", SPEECH)
    gateway.submit("tts", SPEECH)
    first, second = fake.seen
    assert (first.query["timestamp"], second.query["timestamp"]) == ("1700000000", "1700000301")
    assert first.query["signature"] != second.query["signature"]


def test_without_a_request_id_the_header_is_empty_and_still_there(fake: FakeGateway) -> None:
    client(fake.url).submit("tts", SPEECH)
    assert fake.seen[0].json["Header"] == {}


@pytest.mark.parametrize(
    "request_",
    [
        {**SPEECH, "Speed": 1.6},
        {**SPEECH, "Speed": "1.0"},
        {**SPEECH, "Volume": 1.5},
        {**SPEECH, "Volume": True},
        {"InputSsml": "你好", "Speed": 1.0},
        {**SPEECH, "Sped": 1.0},
        {**SPEECH, "Speed": float("nan")},
    ],
)
def test_what_the_docs_refuse_is_never_sent(fake: FakeGateway, request_: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="not sent") as caught:
        client(fake.url).submit("tts", request_)
    assert caught.value.findings
    assert all(finding.rule.startswith("tts.") for finding in caught.value.findings)
    assert fake.seen == []


def test_what_utf8_cannot_carry_is_refused(fake: FakeGateway) -> None:
    with pytest.raises(Refused, match="not sent"):
        client(fake.url).submit("tts", {**SPEECH, "InputSsml": "你好\ud800"})
    assert fake.seen == []


def test_an_unknown_parameter_is_refused_with_the_nearest_name(fake: FakeGateway) -> None:
    with pytest.raises(Refused, match=r"Timbrekey.*TimbreKey") as caught:
        client(fake.url).submit("tts", {**SPEECH, "Timbrekey": "x"})
    assert "是否想写 TimbreKey" in caught.value.zh


def test_a_query_is_nothing_to_submit(fake: FakeGateway) -> None:
    with pytest.raises(BadConfig, match="nothing to submit"):
        client(fake.url).submit("progress", {"TaskId": "x"})
    with pytest.raises(BadConfig, match="no endpoint"):
        client(fake.url).submit("videomake", {})
    assert fake.seen == []


@pytest.mark.parametrize(
    "behaviour",
    [
        resets,
        hangs_up,
        says_nothing(2.0),
        drips(raw(200, b"x" * 400), 0.05),
        answers(500, b"oops"),
        answers(502, json.dumps({"Header": {"Code": 0}, "Payload": {"TaskId": "t"}}).encode()),
        answers(404, b"<html>"),
        answers(302, b"", {"Location": "https://elsewhere.example.com/"}),
        answers(200, b"not json"),
        answers(200, b"[]"),
        answers(200, b'{"Header":{"Code":0,"Code":1},"Payload":{"TaskId":"t"}}'),
        answers(200, b'{"Payload":{"TaskId":"t"}}'),
        answers(200, b'{"Header":{"Code":"0"},"Payload":{"TaskId":"t"}}'),
        answers(200, b'{"Header":{"Code":true},"Payload":{"TaskId":"t"}}'),
        answers(200, b'{"Header":{"Code":0}}'),
        answers(200, b'{"Header":{"Code":0},"Payload":{"TaskId":" "}}'),
        answers(200, b'{"Header":{"Code":0},"Payload":{"TaskId":7}}'),
        answers(200, b'{"Header":{"Code":0},"Payload":', {"Content-Length": "500"}),
    ],
)
def test_whatever_leaves_doubt_is_unknown_and_sent_once(fake: FakeGateway, behaviour: Behaviour) -> None:
    fake.will(behaviour)
    with pytest.raises(Unknown, match="may have been accepted") as caught:
        client(fake.url).submit("tts", SPEECH)
    assert may_have_been_accepted(caught.value)
    assert "请勿直接重复提交" in caught.value.zh
    assert len(fake.seen) == 1


def test_nothing_sent_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "https://no-such-host.invalid"):
        with pytest.raises(Unreachable, match="nothing was sent") as caught:
            client(url).submit("tts", SPEECH)
        assert not may_have_been_accepted(caught.value)


def test_plain_http_on_a_tls_port_is_unreachable(fake: FakeGateway) -> None:
    with pytest.raises(Unreachable):
        client(fake.url.replace("http://", "https://")).submit("tts", SPEECH)


@pytest.mark.parametrize("code", sorted(code for code in codes.INTERFACE if code != 0))
def test_every_interface_code_is_rejected_with_meaning_and_remedy(fake: FakeGateway, code: int) -> None:
    fake.will(refuses(code, "InvalidParameter:请求参数错误: https://h/x?signature=canary03"))
    with pytest.raises(Rejected) as caught:
        client(fake.url).submit("tts", SPEECH)
    error, row = caught.value, codes.INTERFACE[code]
    assert error.code == code
    assert row.meaning.en in error.en
    assert row.remedy.zh in error.zh
    assert "canary03" not in error.en + error.zh + error.message
    doubtful = row.retry in (Retry.AMBIGUOUS, Retry.NEVER_RESUBMIT)
    assert may_have_been_accepted(error) is doubtful
    assert ("do not submit it again blindly" in error.en) is doubtful
    assert len(fake.seen) == 1


def test_an_unlisted_code_leaves_doubt(fake: FakeGateway) -> None:
    fake.will(refuses(424242))
    with pytest.raises(Rejected) as caught:
        client(fake.url).submit("tts", SPEECH)
    assert may_have_been_accepted(caught.value)


def test_a_wrong_clock_is_named_when_authorisation_fails(fake: FakeGateway) -> None:
    body = json.dumps({"Header": {"Code": codes.UNAUTHORISED, "Message": "x"}}).encode()
    fake.will(answers(200, body, {"Date": formatdate(1_700_000_000 - 600, usegmt=True)}))
    with pytest.raises(Rejected, match=r"clock is \+600 s off"):
        client(fake.url).submit("tts", SPEECH)


def test_a_progress_answer_is_read_by_status(fake: FakeGateway) -> None:
    fake.will(accepts({"Status": "MAKING", "Progress": 100, "ArrayCount": 0}))
    seen = client(fake.url).progress("t1", "notrain")
    assert seen.status is Status.MAKING
    assert fake.seen[0].path.endswith("/broadcastservice/getprogress")
    assert fake.seen[0].json["Payload"] == {"TaskId": "t1"}
    client(fake.url).progress("t1", "ppt")
    assert fake.seen[1].path == "/v2/ivh/mediaproduction/mediaproduction/getprogress"


def test_a_failed_query_does_not_speak_of_submitting(fake: FakeGateway) -> None:
    fake.will(answers(500))
    with pytest.raises(Unknown) as caught:
        client(fake.url).progress("t1")
    assert "accepted" not in caught.value.en


def test_missing_credentials_and_plain_http_are_refused_before_anything() -> None:
    with pytest.raises(BadConfig, match="MEDIAPREP_APPKEY"):
        Gateway(Settings.load({}, {}))
    settings = Settings(base_url="http://gw.tvs.qq.com", appkey=APPKEY)
    with pytest.raises(BadConfig, match="in the clear"):
        Gateway(settings)


def test_the_base_url_is_the_profiles_unless_it_is_set() -> None:
    named = {"appkey": APPKEY, "accesstoken": TOKEN}
    assert Gateway(Settings.load(named, {})).base_url == "https://gw.tvs.qq.com"
    intl = Settings.load({**named, "profile": "tencent-intl@2025-10"}, {})
    assert Gateway(intl).base_url == "https://gw-sg.tvs.qq.com"


EMULATOR = {EMULATOR_HEADER: "0.1.0"}
ACCEPTED = b'{"Header": {"Code": 0, "Message": ""}, "Payload": {"TaskId": "tttt"}}'


def test_who_answers_is_asked_once_by_a_call_that_costs_nothing() -> None:
    with Emulator() as running:
        assert client(running.gateway).kind() is GatewayKind.EMULATED
        assert send("GET", f"{running.control}/requests").json["posts"] == []
    with fake_gateway(accepts()) as fake:
        gateway = client(fake.url)
        assert gateway.kind() is gateway.kind() is GatewayKind.REAL
        assert fake.seen == []
    with pytest.raises(Unreachable):
        client(fake.url).kind()


def test_an_emulator_that_answers_in_the_service_s_place_has_no_task_for_us(fake: FakeGateway) -> None:
    gateway = client(fake.url)
    assert gateway.kind() is GatewayKind.REAL
    fake.will(answers(200, ACCEPTED, EMULATOR))
    with pytest.raises(Misdirected, match="emulator") as told:
        gateway.submit("tts", SPEECH)
    assert not may_have_been_accepted(told.value)
    assert gateway.kind() is GatewayKind.REAL  # asked anew


@pytest.mark.parametrize("status", [200, 404, 503])
def test_an_emulator_s_word_on_a_real_task_is_not_believed(fake: FakeGateway, status: int) -> None:
    gateway = client(fake.url)
    gateway.kind()
    fake.will(answers(status, b'{"Header": {"Code": 110006, "Message": ""}}', EMULATOR))
    with pytest.raises(Unknown, match="emulator"):
        gateway.progress("t" * 32)


def test_a_real_gateway_in_an_emulator_s_place_may_have_charged(fake: FakeGateway) -> None:
    gateway = client(fake.url)
    gateway._kind = GatewayKind.EMULATED
    fake.will(answers(200, ACCEPTED))
    with pytest.raises(Unknown, match="tttt") as told:
        gateway.submit("tts", SPEECH)
    assert may_have_been_accepted(told.value)


def test_a_proxy_before_an_emulator_is_no_other_gateway(fake: FakeGateway) -> None:
    gateway = client(fake.url)
    gateway._kind = GatewayKind.EMULATED
    fake.will(answers(502, b"bad gateway"))
    with pytest.raises(Unknown, match="HTTP 502"):
        gateway.progress("t" * 32)
    assert gateway._kind is GatewayKind.EMULATED
