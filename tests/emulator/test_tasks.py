"""A task's life as a client sees it: states, queue, results, callback, charge, restart."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.emulator.options import Options, Speed
from mediaprep.emulator.render.entry import RENDERERS
from mediaprep.emulator.server import Emulator
from mediaprep.emulator.tasks import PACE
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.errors import BadConfig
from tests.emulator.conftest import MEDIA, Start, tiny
from tests.emulator.wire import S3, account, call, finish, progress, send, submit

TTS = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播", "Speed": 1.0}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好",
    "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}


class Listener:
    """A server that keeps what is POSTed to it."""

    def __init__(self, status: int = 200) -> None:
        bodies: list[tuple[str, str, bytes]] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append((self.path, self.headers["Content-Type"], body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.bodies = bodies
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook/token?x=1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def wait_for(condition: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_an_audio_task_ends_with_media_length_and_timestamps(start: Start) -> None:
    emulator = start()
    task_id = submit(emulator, "tts", TTS)
    ended = finish(emulator, task_id)
    assert ended["Status"] == "SUCCESS"
    assert (ended["Progress"], ended["FailCode"], ended["FailMessage"]) == (100, 0, "")
    assert (ended["Duration"], ended["ArrayCount"], ended["SubtitlesUrl"]) == (1500, 0, "")
    assert ended["MediaUrl"] == f"{emulator.gateway}/{task_id}.mp3"
    assert ended["TextTimestampResult"][0]["Words"][0]["EndTimestamp"] == 2000000
    answer = send("GET", ended["MediaUrl"])
    assert (answer.status, answer.body) == (200, MEDIA)
    assert answer.headers["content-length"] == str(len(MEDIA))
    part = send("GET", ended["MediaUrl"], headers={"Range": "bytes=256-300"})
    assert (part.status, part.body) == (206, MEDIA[256:301])
    assert send("HEAD", ended["MediaUrl"]).headers["content-length"] == str(len(MEDIA))
    assert send("GET", ended["MediaUrl"], headers={"Range": "bytes=99999-"}).status == 416


def test_a_video_result_has_the_documented_shape_and_subtitles_for_text(start: Start) -> None:
    emulator = start()
    task_id = submit(emulator, "basic", BASIC)
    ended = finish(emulator, task_id)
    assert ended["MediaUrl"] == f"{emulator.gateway}/broadcast/Basic/video/{task_id}.mp4"
    assert ended["SubtitlesUrl"] == f"{emulator.gateway}/broadcast/Basic/subtitle/{task_id}.srt"
    assert "TextTimestampResult" not in ended
    assert "你好" in send("GET", ended["SubtitlesUrl"]).body.decode()


def test_polls_show_waiting_then_making_then_the_end(start: Start) -> None:
    emulator = start(speed="polls:4")
    task_id = submit(emulator, "tts", TTS)
    seen = [progress(emulator, task_id) for _ in range(5)]
    assert [s["Status"] for s in seen] == ["COMMIT", "COMMIT", "MAKING", "MAKING", "SUCCESS"]
    assert [s["ArrayCount"] for s in seen] == [1, 0, 0, 0, 0]
    assert [s["MediaUrl"] != "" for s in seen] == [False] * 4 + [True]
    assert progress(emulator, task_id)["Status"] == "SUCCESS"


def test_array_count_is_the_number_of_tasks_queued_before(start: Start) -> None:
    emulator = start(speed="polls:2")
    tasks = [submit(emulator, "basic", BASIC) for _ in range(3)]
    assert [progress(emulator, task)["ArrayCount"] for task in tasks] == [0, 1, 2]
    finish(emulator, tasks[0])
    assert progress(emulator, tasks[2])["ArrayCount"] == 0  # its second poll: MAKING


def test_while_it_renders_a_task_is_making_and_those_behind_it_wait(start: Start) -> None:
    gate = threading.Event()

    def slow(work: Work) -> RenderedProduct:
        gate.wait(20)
        return tiny(work)

    emulator = start(render=slow, workers=1)
    first, second = submit(emulator, "basic", BASIC), submit(emulator, "basic", BASIC)
    wait_for(lambda: progress(emulator, first)["Status"] == "MAKING")
    waiting = progress(emulator, second)
    assert (waiting["Status"], waiting["ArrayCount"], waiting["MediaUrl"]) == ("COMMIT", 0, "")
    gate.set()
    assert finish(emulator, second)["Status"] == "SUCCESS"


def test_real_speed_takes_its_time(start: Start) -> None:
    moments: list[float] = []

    def stamped(work: Work) -> RenderedProduct:
        moments.append(time.monotonic())
        return tiny(work)

    emulator = start(render=stamped, speed="real")
    began = time.monotonic()
    task_id = submit(emulator, "tts", TTS)
    assert progress(emulator, task_id)["Status"] == "COMMIT"
    finish(emulator, task_id)
    assert moments[0] - began > 2.5
    assert time.monotonic() - moments[0] >= 0.3


@pytest.mark.parametrize(
    "text", ["fast", "polls", "polls:", "polls:-1", "polls:x", "real:3", "immediate:", ""]
)
def test_an_unknown_speed_is_a_bad_setting(text: str) -> None:
    with pytest.raises(BadConfig):
        Emulator(Options(speed=text))
    assert Speed.parse("polls:3") == Speed("polls", 3)


def test_a_callback_comes_once_and_is_wrapped_in_payload(start: Start, listener: Listener) -> None:
    emulator = start()
    task_id = submit(emulator, "basic", {**BASIC, "CallbackUrl": listener.url})
    ended = finish(emulator, task_id)
    wait_for(lambda: listener.bodies)
    finish(emulator, task_id)
    time.sleep(0.2)
    assert len(listener.bodies) == 1
    path, kind, body = listener.bodies[0]
    assert (path, kind) == ("/hook/token?x=1", "application/json;charset=utf-8")
    assert json.loads(body) == {
        "Payload": {
            "Progress": 100,
            "MediaUrl": ended["MediaUrl"],
            "SubtitlesUrl": ended["SubtitlesUrl"],
            "Status": "SUCCESS",
            "FailMessage": "",
            "TaskId": task_id,
        }
    }
    wait_for(lambda: account(emulator)[0].get("callback") == "HTTP 200")


def test_a_failed_task_calls_back_too_and_a_failed_callback_is_not_repeated(start: Start) -> None:
    def spoil(work: Work) -> RenderedProduct:
        raise Spoiled(801506, "视频制作：拼接出错")

    emulator, refusing = start(render=spoil), Listener(status=500)
    task_id = submit(emulator, "basic", {**BASIC, "CallbackUrl": refusing.url})
    ended = finish(emulator, task_id)
    assert (ended["Status"], ended["Progress"], ended["FailCode"]) == ("FAIL", -1, 801506)
    wait_for(lambda: refusing.bodies)
    time.sleep(0.2)
    refusing.close()
    assert len(refusing.bodies) == 1
    body = json.loads(refusing.bodies[0][2])["Payload"]
    assert (body["Status"], body["Progress"], body["FailMessage"]) == ("FAIL", -1, "视频制作：拼接出错")


def test_a_callback_to_a_host_outside_is_not_sent(start: Start) -> None:
    emulator = start()
    finish(emulator, submit(emulator, "basic", {**BASIC, "CallbackUrl": "http://example.com/hook"}))
    wait_for(lambda: "callback" in account(emulator)[0])
    assert "neither loopback nor allowed" in account(emulator)[0]["callback"]


def test_a_renderer_that_crashes_fails_its_task_and_no_other(start: Start) -> None:
    def crash(work: Work) -> RenderedProduct:
        if work.request["InputSsml"] == "坏":
            raise RuntimeError("boom")
        return tiny(work)

    emulator = start(render=crash)
    ended = finish(emulator, submit(emulator, "tts", {**TTS, "InputSsml": "坏"}))
    assert (ended["Status"], ended["FailCode"]) == ("FAIL", 801004)
    assert "boom" not in ended["FailMessage"]
    assert finish(emulator, submit(emulator, "tts", TTS))["Status"] == "SUCCESS"


def test_results_are_put_where_the_request_says(start: Start) -> None:
    emulator = start()
    s3 = S3.of(emulator)
    where = {
        "VideoStorageS3Url": s3.presign("PUT", "/mediaprep/job.1.mp4"),
        "SubtitleStorageS3Url": s3.presign("PUT", "/mediaprep/job.1.srt"),
    }
    ended = finish(emulator, submit(emulator, "basic", {**BASIC, **where}))
    assert ended["Status"] == "SUCCESS"
    assert s3.request("GET", "/mediaprep/job.1.mp4").body == MEDIA
    assert "你好" in s3.request("GET", "/mediaprep/job.1.srt").body.decode()


def test_a_result_that_cannot_be_put_fails_the_task(start: Start) -> None:
    emulator = start()
    s3 = S3.of(emulator)
    expired = s3.presign("PUT", "/mediaprep/x.mp3", seconds=1, at=time.time() - 60)
    for url in (expired, "http://127.0.0.1:9/x.mp3", "https://example.com/x.mp3"):
        task_id = submit(emulator, "tts", {**TTS, "AudioStorageS3Url": url})
        ended = finish(emulator, task_id)
        assert (ended["Status"], ended["FailCode"], ended["MediaUrl"]) == ("FAIL", 801015, "")
        assert "AudioStorageS3Url" in ended["FailMessage"]
        assert "X-Amz" not in ended["FailMessage"]
        assert send("GET", f"{emulator.gateway}/{task_id}.mp3").status == 404


def test_no_train_has_subtitles_only_when_switched_on(start: Start) -> None:
    seen: list[bool] = []

    def noting(work: Work) -> RenderedProduct:
        seen.append(work.subtitles)
        return tiny(work)

    audio = {**BASIC, "DriverType": "OriginalVoice", "InputAudioUrl": ""}
    from mediaprep.emulator.task import Task
    from mediaprep.emulator.task_maker import Workshop

    def wants(endpoint: str, payload: dict[str, Any], **options: Any) -> bool:
        shop = Workshop(None, None, None, Options(**options), noting)  # type: ignore[arg-type]
        task = Task(
            task_id="0", endpoint=endpoint, payload=payload, quota="", pool="", folder=Path(), accepted_at=0.0
        )
        return shop._wants_subtitles(task)

    assert wants("basic", BASIC)
    assert wants("advanced", BASIC)
    assert not wants("basic", audio)
    assert not wants("tts", TTS)
    assert not wants("photo", {"DriverType": "Text"})
    assert not wants("notrain", {"DriverType": "Text"})
    assert wants("notrain", {"DriverType": "Text"}, notrain_subtitles=True)
    assert not wants("notrain", {"DriverType": "OriginalVoice"}, notrain_subtitles=True)


def test_the_account_lists_tasks_charges_success_only_and_hides_queries(start: Start) -> None:
    def half(work: Work) -> RenderedProduct:
        if work.endpoint == "tts":
            raise Spoiled(801404, "no")
        return tiny(work)

    emulator = start(render=half)
    s3 = S3.of(emulator)
    storage = s3.presign("PUT", "/mediaprep/out.mp4")
    failed = submit(emulator, "tts", TTS)
    good = submit(emulator, "basic", {**BASIC, "VideoStorageS3Url": storage})
    finish(emulator, failed)
    finish(emulator, good)
    call(emulator, "tts", {"Speed": 1})  # refused: not on the account
    rows = account(emulator)
    assert [r["task_id"] for r in rows] == [failed, good]
    assert [r["endpoint"] for r in rows] == ["tts", "basic"]
    assert [r["state"] for r in rows] == ["FAIL", "SUCCESS"]
    assert [r["charged"] for r in rows] == [False, True]
    assert rows[1]["seconds"] == 1.5
    assert rows[1]["accepted_at"] <= rows[1]["finished_at"] <= time.time()
    assert rows[1]["request"]["VideoStorageS3Url"] == storage.partition("?")[0]
    assert rows[1]["request"]["InputSsml"] == "你好"
    assert "X-Amz" not in json.dumps(rows)


def test_the_account_is_uncharged_until_the_result_is_shown(start: Start) -> None:
    emulator = start(speed="polls:1")
    task_id = submit(emulator, "tts", TTS)
    time.sleep(0.2)
    row = account(emulator)[0]
    assert (row["state"], row["charged"], row["finished_at"]) == ("COMMIT", False, None)
    finish(emulator, task_id)
    assert account(emulator)[0]["charged"] is True


def test_health_says_ok(start: Start) -> None:
    answer = send("GET", f"{start().control}/health")
    assert (answer.status, answer.json["status"]) == (200, "ok")


def test_account_and_results_survive_a_restart_and_unfinished_work_is_taken_up(tmp_path: Path) -> None:
    stuck = threading.Event()

    def sticking(work: Work) -> RenderedProduct:
        if work.request["InputSsml"] == "慢":
            stuck.wait(30)
            raise Spoiled(801007, "too late")
        return tiny(work)

    first = Emulator(Options(data=tmp_path), render=sticking)
    with first:
        done = submit(first, "basic", BASIC)
        finish(first, done)
        open_task = submit(first, "basic", {**BASIC, "InputSsml": "慢"})
        wait_for(lambda: progress(first, open_task)["Status"] == "MAKING")
        first._tasks.stop(0.0)
    with (tmp_path / "account.jsonl").open("ab") as stream:
        stream.write(b'{"event": "accep')  # the last line of a killed process
    with Emulator(Options(data=tmp_path), render=tiny) as second:
        assert progress(second, done)["Status"] == "SUCCESS"
        assert send("GET", progress(second, done)["MediaUrl"]).body == MEDIA
        assert finish(second, open_task)["Status"] == "SUCCESS"
        assert [r["task_id"] for r in account(second)] == [done, open_task]
        assert [r["charged"] for r in account(second)] == [True, True]
    stuck.set()


def test_a_result_is_gone_after_seven_days(start: Start) -> None:
    ahead = [0.0]
    emulator = start(now=lambda: time.time() + ahead[0])
    ended = finish(emulator, submit(emulator, "tts", TTS))
    ahead[0] = 7 * 24 * 3600 - 10
    assert send("GET", ended["MediaUrl"]).status == 200
    ahead[0] = 7 * 24 * 3600 + 10
    assert send("GET", ended["MediaUrl"]).status == 404


def test_every_endpoint_that_makes_something_has_its_pace() -> None:
    submits = {row.nickname for row in ENDPOINTS.values() if row.kind == "submit"}
    assert not (lost := submits - set(PACE)), f"no row of PACE in mediaprep/emulator/tasks.py: {lost}"


def test_every_endpoint_that_makes_something_has_its_renderer() -> None:
    submits = {row.nickname for row in ENDPOINTS.values() if row.kind == "submit"}
    lost = submits - set(RENDERERS)
    assert not lost, f"no row of RENDERERS in mediaprep/emulator/render/entry.py: {lost}"
