"""What the control port tells: the account, what was bought and taken off it, every submit that came."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from tests.emulator.conftest import Start, tiny
from tests.emulator.neighbour import Neighbour
from tests.emulator.wire import account, call, finish, send, submit

TTS = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播 job-1", "Speed": 1.0}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好 job-2",
    "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}
NOTRAIN = {
    "DriverType": "Text",
    "InputSsml": "你好 job-3",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}
PPT = {
    "GlobalConfig": {"SpeechParam": {"Speed": 1, "TimbreKey": "tts_female_yunxiaoxiao"}},
    "PageConfigs": [
        {"InputSsml": text, "VirtualmanKey": "2c3f4c11d1e54b7693156b060990544d"}
        for text in ("一 job-4", "二")
    ],
}


def told(emulator: Any, path: str) -> dict[str, Any]:
    return send("GET", f"{emulator.control}/{path}").json


def test_the_text_of_a_job_its_request_id_and_its_pool_stand_on_the_account(start: Start) -> None:
    emulator = start(no_render=True)
    with Neighbour() as neighbour:
        jobs = (
            ("tts", TTS),
            ("ppt", {**PPT, "PPTFileUrl": f"{neighbour.url}/deck.pptx?sign=secret"}),
            ("notrain", {**NOTRAIN, "RefVideoUrl": f"{neighbour.url}/a.mp4"}),
        )
        for nickname, payload in jobs:
            answer = call(emulator, nickname, payload, {"RequestID": f"of-{nickname}"})
            assert answer.code == 0, answer.json
            asked = "ppt_progress" if nickname == "ppt" else "progress"
            finish(emulator, answer.payload["TaskId"], asked)
    rows = account(emulator)
    assert [row["text"] for row in rows] == ["你好虚拟主播 job-1", "一 job-4\n二", "你好 job-3"]
    assert [row["request_id"] for row in rows] == ["of-tts", "of-ppt", "of-notrain"]
    assert [row["quota"] for row in rows] == ["tts", "ppt", "video:notrain"]
    assert [len(row["inputs"]) for row in rows] == [0, 1, 1]
    assert rows[1]["inputs"][0]["status"] == 200
    assert rows[0]["polls"] >= 1
    assert "secret" not in json.dumps(rows)


def test_every_submit_is_counted_by_its_request_id(start: Start) -> None:
    emulator = start()
    for request_id, payload in (("a", TTS), ("b", {"Speed": 1}), ("a", BASIC), ("", BASIC)):
        call(emulator, "basic" if payload is BASIC else "tts", payload, {"RequestID": request_id})
    seen = told(emulator, "requests")
    assert seen["by_request_id"] == {"a": 2, "b": 1, "": 1}
    assert seen["most"] == 2
    assert [post["answer"] for post in seen["posts"]] == ["code 0", "code 100001", "code 0", "code 0"]
    tasks = [row["task_id"] for row in account(emulator)]
    assert [post["task_id"] for post in seen["posts"]] == [tasks[0], "", *tasks[1:]]
    assert [p["endpoint"] for p in told(emulator, "requests?repeated=1")["posts"]] == ["tts", "basic"]
    assert told(emulator, "requests?request_id=b")["by_request_id"] == {"b": 1}
    assert len(told(emulator, "requests?text=job-2")["posts"]) == 2
    assert told(emulator, "requests?endpoint=photo") == {"posts": [], "most": 0, "by_request_id": {}}


def test_a_submit_that_nobody_could_read_is_counted_too(start: Start) -> None:
    emulator = start()
    url = f"{emulator.gateway}/v2/ivh/videomaker/broadcastservice/tts?appkey=x"
    assert send("POST", url, b"\xff").code == 100005
    (post,) = told(emulator, "requests")["posts"]
    assert (post["endpoint"], post["request_id"], post["answer"]) == ("tts", "", "code 100005")


@pytest.mark.parametrize(
    ("nickname", "asked", "bought", "deducted"),
    [
        ("tts", None, {}, 0.0),
        ("basic", None, {}, 1.5),
        ("basic", "Exclusive", {"exclusive": 1}, 1.5),
        ("notrain", "Exclusive", {"exclusive": 1}, 0.0),
        ("notrain", "Shared", {"exclusive": 1}, 1.5),
        ("notrain", None, {"exclusive": 1}, 0.0),
        ("notrain", None, {"exclusive": 0}, 1.5),
    ],
)
def test_hours_are_deducted_by_what_was_asked_and_bought(
    start: Start, nickname: str, asked: str | None, bought: dict[str, Any], deducted: float
) -> None:
    emulator = start(no_render=True, hours=100.0, render=tiny, **bought)
    with Neighbour() as neighbour:
        payload: dict[str, Any] = {"tts": TTS, "basic": BASIC}.get(nickname, NOTRAIN)
        payload = payload if nickname != "notrain" else {**payload, "RefVideoUrl": f"{neighbour.url}/a.mp4"}
        payload = payload if asked is None else {**payload, "ConcurrencyType": asked}
        assert finish(emulator, submit(emulator, nickname, payload))["Status"] == "SUCCESS"
    book = told(emulator, "account")
    assert (book["tasks"][0]["charged"], book["tasks"][0]["deducted_seconds"]) == (True, deducted)
    assert (book["deducted_seconds"], book["hours_left"]) == (deducted, 100.0 - deducted)


def test_an_hour_package_runs_out(start: Start) -> None:
    emulator = start(hours=2.0)
    for left in (0.5, 0.0):  # 1.5 s each
        finish(emulator, submit(emulator, "basic", BASIC))
        assert told(emulator, "account")["hours_left"] == left
    refused = call(emulator, "basic", BASIC)
    assert (refused.code, refused.message) == (100013, "未找到有效的小时包或小时包余量不足")
    assert call(emulator, "tts", TTS).code == 0


def test_an_account_has_the_hours_of_what_it_bought(start: Start) -> None:
    assert told(start(), "account") == {"tasks": [], "deducted_seconds": 0.0, "hours_left": 360_000.0}
    assert told(start(hours=math.inf), "account")["hours_left"] is None
    for name, left in (("trial", 3600.0), ("bought", 360_000.0), ("none", 0.0)):
        assert told(start(account=name), "account")["hours_left"] == left


def test_bought_audio_channels_take_more_tasks_at_a_time(start: Start) -> None:
    emulator = start(speed="polls:9", audio=2)
    assert [call(emulator, "tts", TTS).code for _ in range(4)] == [0, 0, 0, 100008]


def broken(work: Work) -> RenderedProduct:
    raise Spoiled(801503, "no")


@pytest.mark.parametrize(("charges", "expected"), [(False, [False, False]), (True, [True, False])])
def test_failures_are_charged_on_order_and_never_those_the_docs_promise_free(
    start: Start, charges: bool, expected: list[bool]
) -> None:
    emulator = start(render=broken, no_render=True, charge_failures=charges)
    with Neighbour() as neighbour:
        first = submit(emulator, "basic", BASIC)
        second = submit(emulator, "ppt", {**PPT, "PPTFileUrl": f"{neighbour.url}/deck.pptx"})
        assert (
            finish(emulator, first)["Status"] == finish(emulator, second, "ppt_progress")["Status"] == "FAIL"
        )
    rows = account(emulator)
    assert [row["charged"] for row in rows] == expected
    assert [(row["stage"], row["deducted_seconds"]) for row in rows] == [("MAKING", 0.0)] * 2


def test_a_task_whose_input_never_came_is_not_charged_even_then(start: Start) -> None:
    emulator = start(no_render=True, charge_failures=True)
    with Neighbour() as neighbour:
        neighbour.status["/gone"] = 410
        task_id = submit(emulator, "notrain", {**NOTRAIN, "RefVideoUrl": f"{neighbour.url}/gone"})
        assert finish(emulator, task_id)["FailCode"] == 801008
    (row,) = account(emulator)
    assert (row["charged"], row["stage"], row["inputs"][0]["status"]) == (False, "INPUTS", 410)


def test_the_port_says_what_it_does(start: Start) -> None:
    emulator = start()
    answer = send("GET", f"{emulator.control}/help")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "POST   /control/faults" in answer.body.decode()
    assert send("GET", f"{emulator.control}/other").status == 404
    assert send("PUT", f"{emulator.control}/account", b"").status == 405
    assert send("HEAD", f"{emulator.control}/health").status == 200
    asked = {"Origin": "https://example.com"}
    assert send("POST", f"{emulator.control}/clock", b'{"advance": 9}', asked).status == 403
