"""Whatever a gateway answers: a value or one of our errors, and the TaskId of a task that was paid for."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mediaprep.config import Settings
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.contract.progress import Progress
from mediaprep.contract.wire import received
from mediaprep.errors import GatewayError, Unknown
from mediaprep.model.paid.records import JobState
from mediaprep.submission.download.download import Limits
from mediaprep.submission.download.download import fetch as download
from mediaprep.submission.gate import callbacks
from mediaprep.submission.job.sending import may_have_been_accepted
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.http import Patience
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.progress import progress
from mediaprep.verbs.submit import submit
from tests.submission.emulated import TTS
from tests.submission.fake_gateway import Behaviour, FakeGateway, Request, accepts, answers, fake_gateway

NOW = 1_700_000_000.0
QUICK = Patience(connect=2, read=0.5, total=2.0)
SUBMITS = [name for name, row in ENDPOINTS.items() if row.kind == "submit"]
QUERIES = [name for name, row in ENDPOINTS.items() if row.kind == "query"]
TASK = "81883d47c6154edf8e276531f09227b6"
GOOD = json.dumps({"Header": {"Code": 0, "Message": ""}, "Payload": {"TaskId": TASK}}).encode()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeGateway]:
    with fake_gateway(accepts()) as gateway:
        yield gateway


def keys(url: str, **more: str) -> Settings:
    return Settings.load(
        {"base_url": url, "appkey": "canary-appkey", "accesstoken": "canary-token", **more}, {}
    )


def client(fake: FakeGateway) -> Gateway:
    patience = {"submit": QUICK, "query": QUICK}
    return Gateway(keys(fake.url), clock=lambda: NOW, patience=patience)


def says(head: bytes, body: bytes) -> Behaviour:
    """An answer of these very bytes; the connection ends behind it."""

    def behave(connection: socket.socket, _: Request) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)

    return behave


def about(**more: object) -> bytes:
    return json.dumps({"Header": {"Code": 0}, "Payload": {"TaskId": TASK, **more}}).encode()


HEADS = {
    "a year of 20 digits": b"Date: Mon, 01 Jan 99999999999999999999 00:00:00 GMT\r\n",
    "a year that a clock cannot say": b"Date: Mon, 01 Jan 9999 23:59:59 -2359\r\n",
    "the year 0": b"Date: Mon, 01 Jan 0000 00:00:00 GMT\r\n",
    "no date at all": b"Date: \xff\xfe\x00nonsense\r\n",
    "a zone of 30 digits": b"Date: Mon, 01 Jan 2024 00:00:00 +" + b"9" * 30 + b"\r\n",
    "a Retry-After of 5,000 digits": b"Retry-After: " + b"9" * 5000 + b"\r\n",
    "a Retry-After in other digits": "Retry-After: ٣٣٣\r\n".encode(),
    "a length of 5,000 digits": b"Content-Length: " + b"9" * 5000 + b"\r\n",
    "a length of 30 digits": b"Content-Length: " + b"9" * 30 + b"\r\n",
    "a length in words": b"Content-Length: many\r\n",
    "a negative length": b"Content-Length: -5\r\n",
    "two lengths": b"Content-Length: 5, 7\r\n",
    "cookies of another age": b"Set-Cookie: a=b; expires=Mon, 01-Jan-99999999999 00:00:00 GMT; max-age="
    + b"9" * 5000 + b"\r\n",
    "a location that is none": b"Location: http://[\r\n",
    "a header folded over": b"Date: Mon,\r\n 01 Jan\r\n\t2024\r\n",
}  # fmt: skip
BODIES = {
    "a number of 5,000 digits": GOOD[:-1] + b',"X":' + b"9" * 5000 + b"}",
    "a float beyond all": GOOD[:-1] + b',"X":1e999}',
    "NaN": GOOD[:-1] + b',"X":NaN}',
    "half a surrogate pair": GOOD[:-1] + b',"X":"\\ud800","\\udfff":1}',
    "a message that is no UTF-8": GOOD.replace(b'"Message": ""', b'"Message": "\xc4\xe3\xba\xc3"'),
    "a key twice": GOOD[:-1] + b',"X":1,"X":2}',
    "10,000 brackets": GOOD[:-1] + b',"X":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "a cut end": GOOD[:-2],
    "something behind it": GOOD + b"\n<!-- proxied -->",
    "its end missing in a text": GOOD[:-1] + b',"X":"',
}


@pytest.mark.parametrize("endpoint", SUBMITS[:1])
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_good_answer_keeps_its_task_under_any_header(fake: FakeGateway, endpoint: str, head: bytes) -> None:
    fake.will(says(head, GOOD))
    gateway = client(fake)
    assert gateway.task_of(gateway.signed(endpoint, {})) == TASK
    assert abs(gateway.offset_seconds) <= 24 * 3600


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_answer_that_is_damaged_elsewhere_keeps_its_task(fake: FakeGateway, body: bytes) -> None:
    fake.will(says(b"", body))
    gateway = client(fake)
    assert gateway.task_of(gateway.signed("tts", {})) == TASK


@pytest.mark.parametrize(
    "body",
    [
        GOOD[:-1] + b',"X":{"TaskId":"another"',  # which?
        GOOD.replace(b": 0", b": 0x")[:-1],
        b'{"Header":{"Code":100001},"Payload":{"TaskId":"' + TASK.encode(),
        b'{"Header":{"Code":0},"Payload":{"TaskId":"' + TASK[:9].encode(),  # cut inside the id
        b'{"Header":{"Code":0},"Payload":{"Note":"\\"TaskId\\":\\"x\\"',
    ],
)
def test_a_task_that_may_be_another_is_not_guessed(fake: FakeGateway, body: bytes) -> None:
    fake.will(says(b"", body))
    gateway = client(fake)
    with pytest.raises(Unknown) as caught:
        gateway.task_of(gateway.signed("tts", {}))
    assert may_have_been_accepted(caught.value)


_NUMBERS = some.sampled_from(
    [
        "9" * 400,
        "9" * 5000,
        "-" + "9" * 30,
        "1e400",
        "-1e999",
        "NaN",
        "Infinity",
        "1.5",
        "true",
        "null",
        '"9"',
    ]
)
_TEXTS = some.text(some.characters(), max_size=20).map(json.dumps) | some.sampled_from(
    ['"\\ud800"', '"\\u0000"', '"\\u202e"', '"\x1b[2J"', '"' + "x" * 3000 + '"']
)
_VALUES = (
    _NUMBERS | _TEXTS | some.sampled_from(["[]", "{}", "[[]]", '[{"Words":[{"StartTimestamp":1e300}]}]'])
)
_FIELDS = (
    "TaskId", "Status", "Progress", "MediaUrl", "SubtitlesUrl", "ArrayCount", "FailCode", "FailMessage",
    "TextTimestampResult", "Duration", "Code", "X",
)  # fmt: skip
_PAYLOADS = some.dictionaries(some.sampled_from(_FIELDS), _VALUES, max_size=6).map(
    lambda found: "{" + ",".join(f'"{name}":{value}' for name, value in found.items()) + "}"
)
_ANSWERS = some.builds(
    lambda code, payload, cut: f'{{"Header":{{"Code":{code},"Message":{payload}}},"Payload":{payload}}}'[
        :cut
    ],
    some.sampled_from(["0"] * 6 + ["100008", "9" * 400, "null", '"0"']),
    _PAYLOADS,
    some.none() | some.integers(0, 200),
)
_HEADERS = some.dictionaries(
    some.sampled_from(
        ["Date", "Retry-After", "Content-Length", "Content-Type", "ETag", "Set-Cookie", "Location"]
    ),
    some.text(some.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
    | some.sampled_from(
        [value.partition(b": ")[2].decode("latin-1").strip("\r\n") for value in HEADS.values()]
    ),
    max_size=4,
)


@given(status=some.sampled_from([200] * 5 + [204, 302, 429, 500]), headers=_HEADERS, body=_ANSWERS)
@pytest.mark.parametrize("endpoint", [*SUBMITS, *QUERIES])
def test_any_answer_to_any_call_is_a_value_or_one_of_our_errors(
    fake: FakeGateway, endpoint: str, status: int, headers: dict[str, str], body: str
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")
    raw = f"HTTP/1.1 {status} X\r\n".encode() + lines + b"\r\n" + body.encode("utf-8", "surrogatepass")
    fake.will(lambda connection, _: connection.sendall(raw))
    gateway = client(fake)
    told: list[Any] = []
    try:
        if endpoint in SUBMITS:
            told.append(gateway.task_of(gateway.signed(endpoint, {})))
            assert received.is_kept_task_id(told[0]) or len(told[0]) > 64
        else:
            found: Progress = gateway.progress(TASK, endpoint)
            assert abs(found.duration_ms) < 2**63 and found.status
            told.append(found.model_dump())
    except GatewayError as error:
        told += [error.en, error.zh]
        assert error.retry_after is None or 0 <= error.retry_after <= 3600
    # Any file and any database can keep it, and any JSON reader reads it.
    json.dumps(told, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert "\x00" not in repr(told) and abs(gateway.offset_seconds) <= 24 * 3600


ODD_IDS = {
    "../../etc/passwd": "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd",
    "a b": "a%20b",
    "\x1b]0;x\x07": "%1B%5D0%3Bx%07",
    "half \ud800": "half%20%ED%A0%80",
    "任务1": "%E4%BB%BB%E5%8A%A11",
    "100%41": "100%2541",
    "\u202egpj": "%E2%80%AEgpj",
}


@pytest.mark.parametrize(("sent", "kept"), ODD_IDS.items(), ids=list(map(ascii, ODD_IDS)))
def test_an_odd_task_id_is_kept_escaped_and_asked_for_as_it_came(
    fake: FakeGateway, sent: str, kept: str
) -> None:
    assert received.task_id(sent) == kept
    assert received.is_kept_task_id(kept)
    fake.will(answers(200, b'{"Header":{"Code":0},"Payload":{"Status":"MAKING"}}'))
    before = len(fake.seen)
    client(fake).progress(kept)
    assert fake.seen[before].json["Payload"] == {"TaskId": sent}


@pytest.mark.parametrize("value", ["", " ", "\n", 7, None, True, ["x"], "x" * 400])
def test_what_is_no_task_id_is_none(value: object) -> None:
    assert received.task_id(value) == ""


@pytest.mark.parametrize("said", ["%", "%zz", "%FF", "a/b", "%41", "x" * 65, "..", "%2f"])
def test_what_was_never_kept_is_no_task_id_of_a_person(said: str) -> None:
    assert not received.is_kept_task_id(said)
    assert isinstance(received.sent_task_id(said), str)


def test_a_task_of_another_form_is_durable_told_and_fetched_by_its_job(
    fake: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # no lists of another account at this port
    payload = {"TaskId": "b/../\x1b[31m\ud800", "Duration": 7}
    failed = b'{"Header":{"Code":0},"Payload":{"Status":"FAIL","FailCode":' + b"9" * 400 + b"}}"
    said = {
        "tts": answers(200, json.dumps({"Header": {"Code": 0}, "Payload": payload}).encode()),
        "getprogress": answers(200, failed),
    }

    def behave(connection: socket.socket, request: Request) -> None:
        said.get(request.path.rpartition("/")[2], answers(503))(connection, request)  # no lists

    fake.will(behave)
    here = keys(fake.url, ledger=str(tmp_path / "ledger.db"))
    done = submit("tts", TTS, settings=here)
    assert done.task_id == "b%2F%2E%2E%2F%1B%5B31m%ED%A0%80"
    with Ledger.open(here) as ledger:
        (job,) = ledger.jobs()
    assert (job.state, job.task_id) == (JobState.RUNNING, done.task_id)
    assert progress(job.id, settings=here).status == "FAIL"
    assert fake.seen[-1].json["Payload"]["TaskId"] == payload["TaskId"]
    with pytest.raises(GatewayError, match="failed"):
        fetch(job.id, tmp_path, settings=here)


@pytest.mark.parametrize(
    "head",
    [*HEADS.values(), *(f"{name}: {odd}\r\n".encode() for odd in ("W/\"x\"", '"a\x0bb"', "9" * 5000, "bytes 0-1/2", "é")
        for name in ("ETag", "Last-Modified", "Content-Range", "Content-Type", "Accept-Ranges"))],
    ids=ascii,
)  # fmt: skip
def test_a_result_under_any_header_is_kept_or_refused(fake: FakeGateway, head: bytes, tmp_path: Path) -> None:
    fake.will(says(head, b"sound"))
    limits = Limits(attempts=2, total_seconds=5, read_seconds=1)
    try:
        download(
            fake.url, tmp_path / "x", verify=lambda _: None, allowed=None, limits=limits, sleep=lambda _: None
        )
    except GatewayError:
        assert not (tmp_path / "x").exists()
    else:
        assert (tmp_path / "x").read_bytes() == b"sound"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"[" * 10_000, b'{"TaskId":7}', b'{"Payload":{"TaskId":" "}}', b'{"TaskId":"a","TaskId":"b"}',
        b'{"TaskId":"a/b"}',
        b'{"Payload":{"FailMessage":"\\ud800","Progress":' + b"9" * 5000 + b"}}",
    ],
)  # fmt: skip
def test_a_callback_that_names_no_task_is_none(body: bytes) -> None:
    assert not callbacks.receive(Told(), "job", 1, "token", body)  # type: ignore[arg-type]


def test_a_callback_is_heard_whatever_else_is_in_it() -> None:
    told = Told()
    for task, wrapped in (("t1", True), ("t2", False)):
        held = {"TaskId": task, "FailMessage": "\ud800\0", "Progress": 10**400}
        body = json.dumps({"Payload": held} if wrapped else held)
        assert callbacks.receive(told, "job", 1, "token", body.encode())  # type: ignore[arg-type]
    assert told.tasks == ["t1", "t2"]


class Told:
    """The ledger, as far as a callback needs it."""

    def __init__(self) -> None:
        self.tasks: list[str] = []

    def callback_came(self, job: str, n: int, token: str, task_id: str) -> bool:
        self.tasks.append(task_id)
        return True
