"""The journal: every exchange, why a past request was refused, what was passed over in silence; no secret in it."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import time
from typing import Any

import pytest

from mediaprep.emulator.journal import exchanges
from mediaprep.emulator.journal.exchanges import Journal, Kept
from mediaprep.emulator.messages import Call, Reply
from mediaprep.emulator.server import Emulator
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.model.findings import Text
from tests.emulator.conftest import Start, tiny
from tests.emulator.neighbour import Neighbour, wait_for
from tests.emulator.wire import PATHS, S3, Answer, call, finish, order, post_raw, query, send, submit

TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好",
    "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}


def journal(emulator: Emulator, asked: str = "") -> list[dict[str, Any]]:
    return send("GET", f"{emulator.control}/journal{asked}").json["exchanges"]  # type: ignore[no-any-return]


def only(emulator: Emulator, asked: str = "") -> dict[str, Any]:
    (found,) = journal(emulator, asked)
    return found


def test_an_exchange_is_told_whole(start: Start) -> None:
    emulator = start()
    answer = call(emulator, "tts", TTS, {"RequestID": "mine"})
    found = only(emulator)
    assert (found["number"], found["direction"], found["kind"]) == (1, "in", "tts")
    assert (found["code"], found["message"], found["refused"], found["unknown"]) == (0, "", None, [])
    assert found["task_id"] == answer.payload["TaskId"]
    asked = found["request"]
    assert (asked["method"], asked["path"]) == ("POST", PATHS["tts"])
    assert asked["json"] == {"Header": {"RequestID": "mine"}, "Payload": TTS}
    assert asked["headers"]["content-type"] == "application/json;charset=utf-8"
    assert found["answer"]["status"] == 200
    assert found["answer"]["fate"] == "sent"
    assert found["answer"]["json"] == answer.json
    assert abs(found["at"] - time.time()) < 60
    assert send("GET", f"{emulator.control}/journal/1").json == found
    assert send("GET", f"{emulator.control}/journal/2").status == 404


def test_every_room_is_in_it_and_the_control_port_is_not(start: Start) -> None:
    emulator = start(no_render=True)
    with Neighbour() as neighbour:
        notrain = {
            "RefVideoUrl": f"{neighbour.url}/a.mp4?sign=hush", "DriverType": "Text", "InputSsml": "你好，大家好",
            "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
            "CallbackUrl": f"{neighbour.url}/called?token=hush",
            "VideoStorageS3Url": S3.of(emulator).presign("PUT", "/mediaprep/out.mp4"),
        }  # fmt: skip
        task = submit(emulator, "notrain", notrain)
        send("GET", finish(emulator, task)["MediaUrl"])
        call(emulator, "describetimbre", {"PageIndex": 1, "PageSize": 10})
        send("GET", f"{emulator.gateway}/pose/nobody.png")
        send("GET", f"{emulator.gateway}/nowhere")
        wait_for(lambda: journal(emulator, "?kind=callback"))
    of_the_task = {"notrain", "progress", "download", "input", "upload", "callback"}
    others = {"describetimbre", "picture", "other", "bucket"}
    assert {entry["kind"] for entry in journal(emulator)} == of_the_task | others
    assert {entry["kind"] for entry in journal(emulator, f"?task_id={task}")} == of_the_task
    called = only(emulator, "?kind=callback")
    assert called["request"]["json"]["Payload"]["TaskId"] == task
    assert called["answer"]["status"] == 200
    assert only(emulator, "?kind=download")["answer"]["bytes"] > 100
    assert only(emulator, "?kind=input")["answer"]["status"] == 200
    assert "hush" not in json.dumps(journal(emulator))


_WRONG = {
    "tts": [
        ({"Speed": 9}, ["Speed"]), ({"Speed": "fast"}, ["Speed"]), ({"InputSsml": None}, ["InputSsml"]),
        ({"Codec": "ogg", "Volume": 99}, ["Codec", "Volume"]),
        ({"SampleRate": 8000, "Speed": 0.1}, ["SampleRate", "Speed"]),
    ],
    "basic": [
        ({"SpeechParam": {"Speed": 9}}, ["SpeechParam.Speed"]),
        ({"VideoParam": {"Format": "Avi"}}, ["VideoParam.Format"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("nickname", "change", "places"), [(name, *row) for name, rows in _WRONG.items() for row in rows]
)
def test_a_refused_request_is_told_with_everything_that_is_wrong(
    emulator: Emulator, nickname: str, change: dict[str, Any], places: list[str]
) -> None:
    answer = call(emulator, nickname, {**(TTS if nickname == "tts" else BASIC), **change})
    found = journal(emulator, "?limit=1")[0]
    assert found["code"] == answer.code != 0
    assert found["message"] == answer.message
    refused = found["refused"]
    assert refused["on_order"] is False
    assert all(refused[part][lang] for part in ("meaning", "remedy") for lang in ("en", "zh"))
    assert sorted({item["parameter"] for item in refused["violations"]}) == sorted(places)
    assert all(item["en"] and item["zh"] for item in refused["violations"])


@pytest.mark.parametrize(
    ("more", "unknown"),
    [
        ({"Sped": 1}, [("Sped", "Speed")]),
        ({"inputSsml": "x"}, [("inputSsml", "InputSsml")]),
        ({"TimbreKeys": "x", "Volum": 1}, [("TimbreKeys", "TimbreKey"), ("Volum", "Volume")]),
        ({"Zzz": {}}, [("Zzz", None)]),
        ({}, []),
    ],
)
def test_what_is_passed_over_in_silence_is_named_with_what_was_meant(
    emulator: Emulator, more: dict[str, Any], unknown: list[tuple[str, str | None]]
) -> None:
    assert call(emulator, "tts", {**TTS, **more}).code in (0, 100008)
    found = journal(emulator, "?kind=tts&limit=1")[0]
    assert [(item["parameter"], item["nearest"]) for item in found["unknown"]] == unknown


def _signed(emulator: Emulator, **changes: str) -> str:
    parts = dict(part.split("=", 1) for part in query(emulator).split("&"))
    return "&".join(f"{name}={value}" for name, value in {**parts, **changes}.items())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"timestamp": "1000000000"}, "access token"),
        ({"appkey": "other"}, "appkey"),
        ({"signature": "a+b="}, "%2B"),
        ({"nonce": "1"}, "nonce"),
        ({"timestamp": "soon"}, "whole number"),
    ],
)
def test_a_signature_that_does_not_hold_is_explained(
    emulator: Emulator, changes: dict[str, str], why: str
) -> None:
    post_raw(
        emulator, "tts", json.dumps({"Header": {}, "Payload": TTS}).encode(), _signed(emulator, **changes)
    )
    found = journal(emulator, "?limit=1")[0]
    assert found["code"] == 100005
    assert why in found["refused"]["signature"]["en"]
    assert found["refused"]["signature"]["zh"]


def test_an_old_signature_is_told_its_age(emulator: Emulator) -> None:
    late = query(emulator, timestamp=int(time.time()) - 1000)
    post_raw(emulator, "tts", json.dumps({"Header": {}, "Payload": TTS}).encode(), late)
    why = journal(emulator, "?limit=1")[0]["refused"]["signature"]["en"]
    assert "s behind" in why and "300 s" in why


def test_faults_are_named_where_they_struck(start: Start) -> None:
    emulator = start()
    order(
        emulator,
        {"do": "code", "code": 100013, "name": "broke", "first": 1},
        {"do": "lost", "name": "gone", "on": "progress"},
    )
    call(emulator, "tts", TTS)
    found = only(emulator)
    assert (found["code"], found["faults"], found["refused"]["on_order"]) == (100013, ["broke"], True)
    with contextlib.suppress(http.client.HTTPException, OSError):
        call(emulator, "progress", {"TaskId": "x"})
    lost = only(emulator, "?kind=progress")
    assert (lost["answer"]["fate"], lost["answer"]["status"], lost["faults"]) == ("dropped", None, ["gone"])
    assert [entry["kind"] for entry in journal(emulator, "?refused=1")] == ["tts"]
    assert [entry["kind"] for entry in journal(emulator, "?code=100013&direction=in")] == ["tts"]


def test_no_secret_is_in_it(start: Start) -> None:
    emulator = start()
    s3 = S3.of(emulator)
    s3.request("PUT", "/mediaprep/a", b"x" * 100)
    url = s3.presign("GET", "/mediaprep/a")
    send("GET", url, headers={"Cookie": "session=tasty", "Authorization": "Bearer tasty"})
    body = {
        "Header": {"accesstoken": emulator.accesstoken},
        "Payload": {**TTS, "InputAudioUrl": url, "Password": "tasty"},
    }
    post_raw(emulator, "tts", json.dumps(body).encode())
    post_raw(emulator, "tts", f"{{ broken accesstoken={emulator.accesstoken} {url}".encode())
    for path in ("journal", "journal.har"):
        text = send("GET", f"{emulator.control}/{path}").body.decode()
        for secret in (
            emulator.appkey,
            emulator.accesstoken,
            s3.secret,
            s3.access_key,
            "tasty",
            url.partition("?")[2],
        ):
            assert secret not in text
        assert "timestamp=" in text


@pytest.mark.parametrize("asked", ["?limt=1", "?since=x", "?limit=-1", "?limit=", "?kind=tts&since=1.5"])
def test_what_cannot_be_asked_for_is_said(emulator: Emulator, asked: str) -> None:
    answer: Answer = send("GET", f"{emulator.control}/journal{asked}")
    assert answer.status == 400
    assert answer.json["error"]


def test_the_archive_is_what_browsers_read(start: Start) -> None:
    emulator = start()
    submit(emulator, "tts", TTS)
    order(emulator, {"do": "reset", "on": "progress"})
    with contextlib.suppress(http.client.HTTPException, OSError):
        call(emulator, "progress", {"TaskId": "x"})
    log = send("GET", f"{emulator.control}/journal.har").json["log"]
    assert log["version"] == "1.2"
    made, broken = log["entries"]
    for entry in (made, broken):
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert {
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        } <= set(entry["request"])
        assert {
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        } <= set(entry["response"])
    assert made["request"]["url"].startswith(f"{emulator.gateway}{PATHS['tts']}?")
    assert json.loads(made["request"]["postData"]["text"])["Payload"] == TTS
    assert json.loads(made["response"]["content"]["text"])["Header"]["Code"] == 0
    assert (made["response"]["status"], made["response"]["statusText"], made["_kind"]) == (200, "OK", "tts")
    assert (broken["response"]["status"], broken["response"]["_error"]) == (0, "reset")
    assert len(send("GET", f"{emulator.control}/journal.har?kind=tts").json["log"]["entries"]) == 1


def test_what_a_renderer_notes_stands_beside_its_task(start: Start) -> None:
    def noting(work: Work) -> RenderedProduct:
        return dataclasses.replace(tiny(work), notes=(Text("no face", "无人脸"),))

    emulator = start(render=noting)
    task = submit(emulator, "tts", TTS)
    finish(emulator, task)
    note = only(emulator, "?kind=note")
    assert (note["direction"], note["task_id"], note["note"]) == (
        "note",
        task,
        {"en": "no face", "zh": "无人脸"},
    )
    assert note in journal(emulator, f"?task_id={task}")
    assert journal(emulator, "?direction=note") == [note]
    entries = send("GET", f"{emulator.control}/journal.har").json["log"]["entries"]
    assert [entry["_kind"] for entry in entries][:1] == ["tts"]
    assert len(entries) == len(journal(emulator)) - 1  # a note is no exchange


def _noted(journal: Journal, path: str, size: int) -> None:
    asked = Call(method="POST", path=path, query="", headers={}, body=None, length=None)  # type: ignore[arg-type]
    journal.answered(asked, Kept(data=b"x" * size, size=size), journal.begin(), Reply(body=b"y" * size), ())


def test_it_holds_so_many_exchanges_and_bytes_and_no_more() -> None:
    many, large = Journal(time.time), Journal(time.time)
    for number in range(exchanges.MOST_EXCHANGES + 50):
        _noted(many, f"/{number}", 0)
    held, dropped = many.exchanges()
    assert (len(held), dropped, held[0].path, many.last) == (
        exchanges.MOST_EXCHANGES,
        50,
        "/50",
        exchanges.MOST_EXCHANGES + 50,
    )
    for number in range(2 * exchanges.MOST_BYTES // (2 * exchanges.BODY_BYTES)):
        _noted(large, f"/{number}", exchanges.BODY_BYTES)
    held, dropped = large.exchanges()
    assert 0 < sum(it.size for it in held) <= exchanges.MOST_BYTES
    assert dropped + len(held) == large.last
    many.clear()
    assert many.exchanges() == ([], many.last)


@pytest.mark.parametrize(
    "size", [1, exchanges.BODY_BYTES, exchanges.BODY_BYTES + 1, 3 * exchanges.BODY_BYTES]
)
def test_long_bodies_are_kept_in_part(start: Start, size: int) -> None:
    emulator = start()
    post_raw(emulator, "tts", b"{" + b"x" * (size - 1))
    asked = only(emulator)["request"]
    assert asked["bytes"] == size
    assert len(asked["text"]) == min(size, exchanges.BODY_BYTES)
    assert asked.get("cut", False) is (size > exchanges.BODY_BYTES)
