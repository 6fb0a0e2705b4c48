"""Faults ordered over the control port, as a client meets them."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from typing import Any

import pytest

from mediaprep.contract import codes
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import MEDIA, Start
from tests.emulator.neighbour import Neighbour, wait_for
from tests.emulator.wire import S3, Answer, account, call, finish, order, progress, send, submit

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


def posts(emulator: Emulator) -> list[dict[str, Any]]:
    return send("GET", f"{emulator.control}/requests").json["posts"]  # type: ignore[no-any-return]


def result(emulator: Emulator) -> str:
    """The URL of a finished audio task."""
    return str(finish(emulator, submit(emulator, "tts", TTS))["MediaUrl"])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"do": "status"}, "HTTP 503"),
        ({"do": "status", "status": 502}, "HTTP 502"),
        ({"do": "reset"}, "reset"),
        ({"do": "lost", "when": "before"}, "dropped"),
        ({"do": "garbage"}, "unreadable"),
        ({"do": "code", "code": -101001}, "code -101001"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_submit_goes_wrong_before_or_after_it_is_accepted(
    start: Start, rule: dict[str, Any], told: str, when: str
) -> None:
    emulator = start()
    assert order(emulator, {**rule, "when": when, "first": 1}).status == 200
    try:
        answer: Answer | None = call(emulator, "tts", TTS)
    except (ConnectionError, http.client.HTTPException) as error:
        answer = None
        assert isinstance(error, ConnectionResetError) or told == "dropped"
    if answer is not None and told.startswith("HTTP"):
        assert answer.status == int(told[5:])
    if answer is not None and told.startswith("code"):
        assert answer.code == int(told[5:])
    (post,) = posts(emulator)
    rows = account(emulator)
    assert post["answer"] == told
    assert [row["task_id"] for row in rows] == ([post["task_id"]] if when == "after" else [])
    assert (post["task_id"] != "") == (when == "after")
    assert posts(emulator)[0]["text"] == TTS["InputSsml"]


def test_an_answer_is_lost_after_acceptance_by_default_and_may_keep_the_client_waiting(start: Start) -> None:
    emulator = start()
    order(emulator, {"do": "lost", "seconds": 0.3})
    began = time.monotonic()
    with pytest.raises(http.client.RemoteDisconnected):
        call(emulator, "tts", TTS)
    assert time.monotonic() - began >= 0.3
    assert len(account(emulator)) == 1


def test_a_delay_delays_and_lets_the_call_through(start: Start) -> None:
    emulator = start()
    order(
        emulator,
        {"do": "latency", "seconds": 0.2, "on": "submit"},
        {"do": "latency", "seconds": 0.1, "on": "tts"},
    )
    began = time.monotonic()
    submit(emulator, "tts", TTS)
    assert time.monotonic() - began >= 0.3
    assert [rule["struck"] for rule in send("GET", f"{emulator.control}/faults").json["rules"]] == [1, 1]


@pytest.mark.parametrize("code", [code for code in codes.INTERFACE if code])
def test_every_code_of_the_gateway_is_answered_on_order(emulator: Emulator, code: int) -> None:
    order(emulator, {"name": "the", "do": "code", "code": code, "on": "gateway"})
    answer = call(emulator, "tts", TTS, {"RequestID": "mine"})
    assert (answer.status, answer.code, answer.json["Header"]["RequestID"]) == (200, code, "mine")
    assert call(emulator, "progress", {"TaskId": "0" * 32}).code == code
    send("DELETE", f"{emulator.control}/faults")


def test_a_retry_after_header_comes_with_a_status(start: Start) -> None:
    emulator = start()
    order(emulator, {"do": "status", "status": 429, "retry_after": "7"})
    answer = call(emulator, "tts", TTS)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize("code", [code for code in codes.TASK if code])
def test_every_fail_code_on_order_and_only_for_the_task_that_was_meant(start: Start, code: int) -> None:
    emulator = start()
    order(emulator, {"do": "fail", "code": code, "text": "job-2"})
    spared = finish(emulator, submit(emulator, "tts", TTS))
    ended = finish(emulator, submit(emulator, "basic", BASIC))
    assert (spared["Status"], ended["Status"], ended["FailCode"]) == ("SUCCESS", "FAIL", code)
    assert ended["FailMessage"] == codes.TASK[code].meaning.zh
    assert account(emulator)[1]["charged"] is False


def test_a_task_is_unknown_for_a_while_after_its_submit(start: Start) -> None:
    emulator = start(speed="clock")
    order(emulator, {"do": "code", "code": 110006, "on": "poll", "within": 2})
    task_id = submit(emulator, "tts", TTS)
    assert call(emulator, "progress", {"TaskId": task_id}).code == 110006
    send("POST", f"{emulator.control}/clock", b'{"advance": 2.5}')
    assert progress(emulator, task_id)["Status"] == "COMMIT"


def test_the_same_request_again_is_110005_on_order(start: Start) -> None:
    emulator = start()
    order(emulator, {"do": "code", "code": 110005, "repeated": 60}, {"do": "lost", "first": 1})
    with pytest.raises(http.client.RemoteDisconnected):
        call(emulator, "basic", BASIC, {"RequestID": "one"})
    assert call(emulator, "basic", BASIC, {"RequestID": "two"}).code == 110005
    assert call(emulator, "basic", {**BASIC, "InputSsml": "别的"}).code == 0
    assert len(account(emulator)) == 2


def test_places_are_taken_by_another_sub_account(start: Start) -> None:
    emulator = start(speed="polls:9")
    order(emulator, {"name": "rent", "do": "slots", "places": 1, "key": "tts"})
    assert call(emulator, "tts", TTS).code == 100008
    assert call(emulator, "basic", BASIC).code == 0
    send("DELETE", f"{emulator.control}/faults/rent")
    assert call(emulator, "tts", TTS).code == 0
    order(emulator, {"do": "slots", "places": 4, "on": "basic"})
    assert call(emulator, "basic", BASIC).code == 100008


def test_inputs_are_fetched_before_the_submit_is_answered(start: Start) -> None:
    emulator = start(no_render=True)
    order(emulator, {"do": "fetch-inside", "text": "job-3"})
    with Neighbour() as neighbour:
        request = {**NOTRAIN, "RefVideoUrl": f"{neighbour.url}/in/a"}
        task_id = submit(emulator, "notrain", request)
        assert neighbour.seen == [("GET", "/in/a")]
        assert finish(emulator, task_id)["Status"] == "SUCCESS"
        neighbour.status["/in/b"] = 410
        spoiled = submit(emulator, "notrain", {**request, "RefVideoUrl": f"{neighbour.url}/in/b?secret=1"})
        assert neighbour.seen == [("GET", "/in/a"), ("GET", "/in/b?secret=1")]
        ended = finish(emulator, spoiled)
    assert (ended["Status"], ended["FailCode"]) == ("FAIL", 801008)
    good, bad = account(emulator)
    assert [(i["place"], i["status"], i["problem"]) for i in good["inputs"]] == [("RefVideoUrl", 200, "")]
    assert [(i["url"], i["status"]) for i in bad["inputs"]] == [(f"{neighbour.url}/in/b", 410)]
    assert (bad["stage"], bad["charged"]) == ("INPUTS", False)


def test_inputs_are_fetched_late_and_twice(start: Start) -> None:
    emulator = start(no_render=True)
    order(emulator, {"do": "fetch-late", "seconds": 1}, {"do": "fetch-twice"})
    with Neighbour() as neighbour:
        began = time.monotonic()
        task_id = submit(emulator, "notrain", {**NOTRAIN, "RefVideoUrl": f"{neighbour.url}/in/a"})
        wait_for(lambda: neighbour.seen)
        assert time.monotonic() - began >= 1
        assert finish(emulator, task_id)["Status"] == "SUCCESS"
        assert neighbour.seen == [("GET", "/in/a")] * 2
    assert [found["status"] for found in account(emulator)[0]["inputs"]] == [200, 200]


def test_results_go_nowhere_or_are_refused(start: Start) -> None:
    emulator = start()
    s3 = S3.of(emulator)
    for name, do, status in (("a", "put-lost", "SUCCESS"), ("b", "put-refused", "FAIL")):
        send("DELETE", f"{emulator.control}/faults")
        order(emulator, {"do": do})
        request = {**TTS, "AudioStorageS3Url": s3.presign("PUT", f"/mediaprep/{name}.mp3")}
        ended = finish(emulator, submit(emulator, "tts", request))
        assert (ended["Status"], ended["FailCode"]) == (status, 801015 if status == "FAIL" else 0)
        assert s3.request("GET", f"/mediaprep/{name}.mp3").status == 404


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], ["true"]),
        ([{"do": "callback-lost"}], []),
        ([{"do": "callback-twice"}], ["true", "true"]),
        ([{"do": "callback-forged"}], ["TaskId", "true"]),
        ([{"do": "callback-forged", "field": "MediaUrl"}, {"do": "callback-lost"}], ["MediaUrl"]),
    ],
)
def test_callbacks_are_lost_doubled_and_forged(
    start: Start, rules: list[dict[str, Any]], expected: list[str]
) -> None:
    emulator = start()
    order(emulator, *rules)
    lost = any(rule["do"] == "callback-lost" for rule in rules)
    with Neighbour() as neighbour:
        task_id = submit(emulator, "basic", {**BASIC, "CallbackUrl": f"{neighbour.url}/hook"})
        media = finish(emulator, task_id)["MediaUrl"]
        wait_for(lambda: len(account(emulator)[0]["callbacks"]) == len(expected) + lost)
        found = [
            "TaskId" if b["TaskId"] != task_id else "MediaUrl" if b["MediaUrl"] != media else "true"
            for b in neighbour.bodies
        ]
    assert found == expected
    assert account(emulator)[0]["callback"] == ("lost" if lost else "HTTP 200")


def test_a_callback_comes_before_the_submit_is_answered(start: Start) -> None:
    emulator = start(speed="polls:3")
    order(emulator, {"do": "callback-early", "when": "before"})
    with Neighbour() as neighbour:
        task_id = submit(emulator, "basic", {**BASIC, "CallbackUrl": f"{neighbour.url}/hook"})
        assert [(b["TaskId"], b["Status"]) for b in neighbour.bodies] == [(task_id, "SUCCESS")]
        assert progress(emulator, task_id)["Status"] == "COMMIT"
        assert send("GET", neighbour.bodies[0]["MediaUrl"]).status == 404
        finish(emulator, task_id)
        wait_for(lambda: len(neighbour.bodies) == 2)
    wait_for(lambda: [c["kind"] for c in account(emulator)[0]["callbacks"]] == ["early", "true"])


def test_a_download_is_cut_short(start: Start) -> None:
    emulator = start()
    url = result(emulator)
    order(emulator, {"do": "cut", "first": 1})
    with pytest.raises(http.client.IncompleteRead) as cut:
        send("GET", url)
    assert cut.value.partial == MEDIA[:1024]
    rest = send("GET", url, headers={"Range": "bytes=1024-"})
    assert (rest.status, cut.value.partial + rest.body) == (206, MEDIA)


def test_a_download_has_wrong_bytes_in_its_middle(start: Start) -> None:
    emulator = start()
    url = result(emulator)
    order(emulator, {"do": "corrupt", "bytes": 10})
    answer = send("GET", url)
    assert answer.headers["content-length"] == str(len(MEDIA))
    assert [n for n in range(len(MEDIA)) if answer.body[n] != MEDIA[n]] == list(range(1019, 1029))
    part = send("GET", url, headers={"Range": "bytes=100-199"}).body
    assert [n for n in range(100) if part[n] != MEDIA[100 + n]] == list(range(45, 55))


def test_a_download_is_slow(start: Start) -> None:
    emulator = start()
    url = result(emulator)
    order(emulator, {"do": "slow", "rate": 4096})
    began = time.monotonic()
    assert send("GET", url).body == MEDIA
    assert time.monotonic() - began >= 0.45


def test_a_download_is_compressed_unframed_or_ignores_range(start: Start) -> None:
    emulator = start()
    url = result(emulator)
    order(emulator, {"do": "gzip", "first": 1})
    zipped = send("GET", url)
    assert (zipped.headers["content-encoding"], gzip.decompress(zipped.body)) == ("gzip", MEDIA)
    for do, framing in (("no-length", None), ("chunked", "chunked")):
        order(emulator, {"do": do, "first": 1})
        bare = send("GET", url)
        assert "content-length" not in bare.headers
        assert (bare.headers.get("transfer-encoding"), bare.body) == (framing, MEDIA)
    order(emulator, {"do": "no-range", "first": 1})
    whole = send("GET", url, headers={"Range": "bytes=10-20"})
    assert (whole.status, whole.body) == (200, MEDIA)
    assert send("GET", url, headers={"Range": "bytes=10-20"}).body == MEDIA[10:21]


def test_a_media_url_goes_stale_and_the_next_progress_has_a_fresh_one(start: Start) -> None:
    emulator = start()
    url = result(emulator)
    task_id = account(emulator)[0]["task_id"]
    order(emulator, {"do": "stale", "first": 1})
    assert [send("GET", url).status for _ in range(2)] == [403, 403]
    fresh = progress(emulator, task_id)["MediaUrl"]
    assert fresh != url
    assert send("GET", fresh).body == MEDIA


def test_the_bucket_goes_wrong_too(start: Start) -> None:
    emulator = start()
    s3 = S3.of(emulator)
    order(emulator, {"do": "status", "on": "bucket", "text": "lost.bin", "first": 1})
    assert s3.request("PUT", "/mediaprep/lost.bin", b"x").status == 503
    assert s3.request("PUT", "/mediaprep/other.bin", b"x").status == 200
    assert s3.request("GET", "/mediaprep/lost.bin").status == 404
    order(emulator, {"do": "reset", "when": "after", "on": "bucket", "first": 1})
    with pytest.raises(ConnectionResetError):
        s3.request("PUT", "/mediaprep/kept.bin", b"y")
    assert s3.request("GET", "/mediaprep/kept.bin").body == b"y"


def test_the_same_seed_loses_the_same_answers(start: Start) -> None:
    def run() -> list[int]:
        emulator = start(no_render=True)
        order(emulator, {"do": "status", "p": 0.4, "text": "job-[0-9]+", "each": True}, seed=11)
        return [call(emulator, "tts", {**TTS, "InputSsml": f"job-{n}", "Speed": 9}).status for n in range(30)]

    one = run()
    assert one == run()
    assert {200, 503} == set(one)


def test_rules_add_up_are_replaced_by_name_and_removed(start: Start) -> None:
    emulator = start()
    order(emulator, {"name": "a", "do": "status"})
    order(emulator, {"do": "reset", "on": "poll"}, {"do": "reset", "on": "download"})
    replaced = order(emulator, {"name": "a", "do": "code", "code": 801004}).json["rules"]
    assert [rule["name"] for rule in replaced] == ["reset-1", "reset-2", "a"]
    assert call(emulator, "tts", TTS).code == 801004
    shown = send("GET", f"{emulator.control}/faults").json["rules"][2]
    assert shown == {"do": "code", "name": "a", "code": 801004, "matched": 1, "struck": 1}
    assert send("DELETE", f"{emulator.control}/faults/reset-1").status == 200
    assert send("DELETE", f"{emulator.control}/faults/nobody").status == 404
    assert send("DELETE", f"{emulator.control}/faults").json == {"rules": []}
    assert call(emulator, "tts", TTS).code == 0


def test_a_bad_document_is_refused_whole_and_says_why(start: Start) -> None:
    emulator = start()
    answer = order(emulator, {"do": "reset"}, {"do": "latency"})
    assert (answer.status, answer.json) == (400, {"error": "rules.1: Value error, latency needs seconds"})
    assert send("POST", f"{emulator.control}/faults", b"not json").status == 400
    assert send("GET", f"{emulator.control}/faults").json == {"rules": []}


def test_an_emulator_with_faults_of_its_own_takes_none_on_order(start: Start) -> None:
    assert order(start(faults=Faults()), {"do": "reset"}).status == 409


def test_rules_come_from_a_file_at_the_start(start: Start, tmp_path: Any) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps({"rules": [{"do": "code", "code": 100008}]}))
    assert call(start(faults_file=path), "tts", TTS).code == 100008
