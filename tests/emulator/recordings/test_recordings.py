"""The gateway recorded, played again, and compared: another emulator stands for the real one."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mediaprep.emulator.drift.comparing import ABSENT, differences
from mediaprep.emulator.drift.drift_report import drift
from mediaprep.emulator.options import Options
from mediaprep.emulator.recordings import recording
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig
from tests.emulator.conftest import Start, tiny
from tests.emulator.wire import LISTS, PATHS, S3, Answer, call, order, send, signature, submit

TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
NOTRAIN = {
    "DriverType": "Text",
    "InputSsml": "你好，大家好",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}


class Client:
    """Calls at `url` with the keys of `real`: as one who has an account."""

    def __init__(self, url: str, real: Emulator) -> None:
        self.url, self.real = url, real

    def call(self, nickname: str, payload: Mapping[str, Any], request_id: str = "") -> Answer:
        at = int(time.time())
        signed = quote(signature(self.real.accesstoken, self.real.appkey, at), safe="")
        query = f"appkey={self.real.appkey}&timestamp={at}&signature={signed}"
        header = {"RequestID": request_id} if request_id else {}
        body = json.dumps({"Header": header, "Payload": payload}, ensure_ascii=False).encode()
        return send(
            "POST",
            f"{self.url}{(PATHS | LISTS)[nickname]}?{query}",
            body,
            {"Content-Type": "application/json"},
        )

    def ended(self, task: str) -> Answer:
        while (found := self.call("progress", {"TaskId": task})).payload["Status"] not in ("SUCCESS", "FAIL"):
            time.sleep(0.05)
        return found


@pytest.fixture
def real() -> Iterator[Emulator]:
    with Emulator(Options(repeat_seconds=0), render=tiny) as running:
        yield running


@pytest.fixture
def recorded(real: Emulator, start: Start, tmp_path: Path) -> tuple[Client, Path]:
    """A client of a recorder in front of the real one, and the file."""
    file = tmp_path / "calls.jsonl"
    return Client(start(record=real.gateway, recording=file).gateway, real), file


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()][1:]


def test_what_is_recorded_is_the_gateway_s_own_answer(recorded: tuple[Client, Path]) -> None:
    client, file = recorded
    answer = client.call("tts", TTS, "mine")
    assert (answer.status, answer.code, answer.json["Header"]["RequestID"]) == (200, 0, "mine")
    assert "x-mediaprep-emulator" not in answer.headers  # what the service accepted is a real task
    assert client.ended(answer.payload["TaskId"]).payload["Status"] == "SUCCESS"
    first, *polls = lines(file)
    assert (first["number"], first["path"], first["status"]) == (1, PATHS["tts"], 200)
    assert first["request"] == {"Header": {"RequestID": "mine"}, "Payload": TTS}
    assert first["answer"] == answer.json
    assert polls[-1]["answer"]["Payload"]["Status"] == "SUCCESS"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_secret_is_recorded(recorded: tuple[Client, Path]) -> None:
    client, file = recorded
    s3 = S3.of(client.real)
    url = s3.presign("GET", "/mediaprep/a.mp4")
    client.call(
        "notrain", {**NOTRAIN, "RefVideoUrl": url, "VideoStorageS3Url": s3.presign("PUT", "/mediaprep/b.mp4")}
    )
    client.call("tts", {**TTS, "InputSsml": f"{client.real.appkey} {client.real.accesstoken}", "Token": "x"})
    client.call("tts", {**TTS, "AccessToken": client.real.accesstoken, "Password": "tasty"})
    text = file.read_text("utf-8")
    for secret in (client.real.appkey, s3.secret, s3.access_key, "X-Amz-Signature", "tasty", "signature="):
        assert secret not in text
    assert text.count(client.real.accesstoken) <= 1  # what a script says aloud is a text like any other


def test_where_nothing_answers_it_says_so_and_records_nothing(
    start: Start, tmp_path: Path, real: Emulator
) -> None:
    file = tmp_path / "calls.jsonl"
    client = Client(start(record="http://127.0.0.1:9", recording=file).gateway, real)
    answer = client.call("tts", TTS)
    assert answer.status == 502
    assert answer.json["error"] and answer.json["zh"]
    assert lines(file) == []
    assert send("GET", f"{client.url}/elsewhere").status == 404


def test_a_recording_goes_on_and_is_never_of_two_gateways(
    recorded: tuple[Client, Path], tmp_path: Path
) -> None:
    client, file = recorded
    client.call("tts", TTS)
    with Emulator(Options(record=client.real.gateway, recording=file)) as again:
        Client(again.gateway, client.real).call("tts", {**TTS, "Speed": 9})
        ready = json.loads(again.ready_line())
        assert (ready["appkey"], ready["accesstoken"], list(ready["env"])) == ("", "", ["MEDIAPREP_BASE_URL"])
    assert [line["number"] for line in lines(file)] == [1, 2]
    with (
        pytest.raises(BadConfig, match="--recording"),
        Emulator(Options(record="https://a.example", recording=file)),
    ):
        pass


@pytest.mark.parametrize(
    "url", ["http://gw.example", "ftp://a", "gw.tvs.qq.com", "https://a/b?c", "https://u:p@a"]
)
def test_keys_are_handed_on_in_the_clear_to_nobody(url: str) -> None:
    with pytest.raises(BadConfig, match="--record"):
        Emulator(Options(record=url))
    with pytest.raises(BadConfig, match="--replay"):
        Emulator(Options(record="https://a.example", replay=Path("x")))


@pytest.mark.parametrize(
    "content", ["", "x", "[]", "{}", '{"kind": "mediaprep recording 1"}', '{"kind": "other", "gateway": ""}']
)
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(BadConfig, match=r"a\.jsonl"), Emulator(Options(replay=tmp_path / "a.jsonl")):
        pass


def test_a_replay_answers_as_then_in_the_same_order(recorded: tuple[Client, Path], start: Start) -> None:
    client, file = recorded
    then = client.call("tts", TTS)
    task = then.payload["TaskId"]
    done = client.ended(task)
    order(client.real, {"do": "code", "code": 100013, "first": 1})
    assert client.call("tts", {**TTS, "Volume": 1}).code == 100013
    emulator = start(replay=file)
    now = call(emulator, "tts", TTS, {"RequestID": "other"})
    assert (now.code, now.payload, now.json["Header"]["RequestID"]) == (0, then.payload, "other")
    assert now.headers["x-mediaprep-replayed"] == "1"
    assert now.headers["x-mediaprep-emulator"]
    polls = [call(emulator, "progress", {"TaskId": task}) for _ in range(len(lines(file)))]
    assert polls[-1].payload == done.payload
    assert call(emulator, "tts", {**TTS, "Volume": 1}).code == 100013
    strange = call(emulator, "tts", {**TTS, "Volume": 2})
    assert (strange.code, strange.headers["x-mediaprep-replayed"]) == (0, "no")
    unsigned = send(
        "POST",
        f"{emulator.gateway}{PATHS['tts']}?appkey=x",
        json.dumps({"Header": {}, "Payload": TTS}).encode(),
    )
    assert unsigned.code == 100005


def test_our_own_answers_do_not_drift(recorded: tuple[Client, Path]) -> None:
    client, file = recorded
    client.ended(client.call("tts", TTS).payload["TaskId"])
    client.call("tts", {**TTS, "Speed": 9})
    client.call("describetimbre", {"PageIndex": 1, "PageSize": 5})
    client.call("progress", {"TaskId": "f" * 32})
    report = drift(file)
    assert report.different == ()
    assert len(report.calls) == len(lines(file))
    assert report.alike + len(report.unknown) == len(report.calls)
    assert report.alike >= 5  # submit, its last poll, and three more


_BENT: list[tuple[str, Any, str]] = [
    ("Header.Code", 100002, "Header.Code"),
    ("Header.TraceId", "x", "Header.TraceId"),
    ("Header.Message", 7, "Header.Message"),
    ("Payload.Duration", "1500", "Payload.Duration"),
    ("Payload.Status", "FAIL", "Payload.Status"),
    ("Payload.FailCode", 801003, "Payload.FailCode"),
    ("Payload.TextTimestampResult", None, "Payload.TextTimestampResult"),
]


@pytest.mark.parametrize(("place", "value", "told"), _BENT)
def test_where_the_real_gateway_answers_otherwise_is_told(
    recorded: tuple[Client, Path], place: str, value: Any, told: str
) -> None:
    client, file = recorded
    client.ended(client.call("tts", TTS).payload["TaskId"])
    head, *rest, last = file.read_text("utf-8").splitlines()
    bent = json.loads(last)
    part, name = place.split(".")
    bent["answer"][part][name] = value
    file.write_text("\n".join([head, *rest, json.dumps(bent)]))
    report = drift(file)
    (found,) = report.different
    assert told in {it.place for it in found.differences}
    assert found.number == bent["number"]
    assert any(f"#{found.number} progress {told}: " in line for line in report.lines("en"))
    assert "不同 1" in list(report.lines("zh"))[-1]


def test_files_are_not_fetched_and_nobody_is_called_back(recorded: tuple[Client, Path]) -> None:
    client, file = recorded
    s3 = S3.of(client.real)
    assert s3.request("PUT", "/mediaprep/a.mp4", b"x").status == 200
    urls = {"RefVideoUrl": "http://video.example/a.mp4?sign=x", "CallbackUrl": "http://back.example/"}
    assert client.call("notrain", {**NOTRAIN, **urls}).code == 0
    report = drift(file)
    assert (report.alike, report.unknown) == (1, ())


def test_what_cannot_be_compared_says_why(recorded: tuple[Client, Path]) -> None:
    client, file = recorded
    submit(client.real, "tts", TTS)
    (task,) = [row["task_id"] for row in send("GET", f"{client.real.control}/account").json["tasks"]]
    client.call("progress", {"TaskId": task})
    send("POST", f"{client.url}{PATHS['tts']}?appkey=x", b"no json")
    report = drift(file)
    assert len(report.unknown) == 2
    assert all(it.unknown and it.unknown.en and it.unknown.zh for it in report.unknown)


@pytest.mark.parametrize(
    ("recorded", "ours", "places"),
    [
        ({"a": 1}, {"a": 1.5}, []), ({"a": "x"}, {"a": "y"}, []), ({"a": 1}, {"a": "1"}, ["a"]), ({"a": 1}, {}, ["a"]),
        ({}, {"a": 1}, ["a"]), ({"a": []}, {"a": [1]}, []), ({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, ["a[].b", "a[].c"]),
        ({"Code": 1}, {"Code": 2}, ["Code"]), ({"a": True}, {"a": 1}, ["a"]), ({"a": None}, {"a": None}, []),
        ({"a": {"Status": "FAIL"}}, {"a": {"Status": "SUCCESS"}}, ["a.Status"]), ([], {}, [""]),
    ],
)  # fmt: skip
def test_decisions_and_shapes_are_compared(recorded: Any, ours: Any, places: list[str]) -> None:
    found = list(differences(recorded, ours))
    assert [it.place for it in found] == places
    assert all(ABSENT in (it.recorded, it.ours) or it.recorded != it.ours for it in found)
    assert list(differences(recorded, recorded)) == []


def test_a_recording_is_read_whole(recorded: tuple[Client, Path]) -> None:
    client, file = recorded
    client.call("tts", {**TTS, "Speed": 9})
    whose, calls = recording.read(file)
    assert whose == client.real.gateway
    assert [it.answer["Header"]["Code"] for it in calls] == [100001]
