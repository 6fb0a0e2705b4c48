"""Time that stands still until it is moved, and what follows it."""

from __future__ import annotations

import email.utils
import json
import time
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.clock import EmulatedClock
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start
from tests.emulator.neighbour import Neighbour, wait_for
from tests.emulator.wire import S3, account, finish, post_raw, progress, query, send, submit

TTS = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播", "Speed": 1.0}
BASIC = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好",
    "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}
PHOTO = {
    "DriverType": "Text",
    "InputSsml": "你好，欢迎",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}
WEEK = 7 * 24 * 3600


def clock(emulator: Emulator, **move: float) -> dict[str, Any]:
    url = f"{emulator.control}/clock"
    answer = send("POST", url, json.dumps(move).encode()) if move else send("GET", url)
    assert answer.status == 200, answer.json
    return answer.json


def test_a_standing_clock_moves_when_it_is_told_and_only_forward(start: Start) -> None:
    emulator = start(speed="clock")
    began = clock(emulator)
    assert began["standing"] is True
    assert abs(began["now"] - time.time()) < 30
    assert clock(emulator)["now"] == began["now"]
    assert clock(emulator, advance=90.5)["now"] == began["now"] + 90.5
    assert clock(emulator, now=began["now"] + 1000)["now"] == began["now"] + 1000
    for bad in ({"now": began["now"]}, {"advance": -1}, {}, {"advance": 1, "now": 2}, {"advance": "inf"}):
        answer = send("POST", f"{emulator.control}/clock", json.dumps(bad).encode())
        assert (answer.status, list(answer.json)) == (400, ["error"]), bad
    assert clock(emulator)["now"] == began["now"] + 1000


def test_tasks_keep_the_pace_of_the_clock(start: Start) -> None:
    emulator = start(speed="clock")
    began = clock(emulator)["now"]
    sound, video = submit(emulator, "tts", TTS), submit(emulator, "basic", BASIC)
    assert (progress(emulator, sound)["Status"], progress(emulator, video)["Status"]) == ("COMMIT", "COMMIT")
    clock(emulator, advance=3.1)  # three seconds of queue
    assert progress(emulator, sound)["Status"] == "MAKING"
    clock(emulator, advance=0.3)  # 1.5 s of sound at a pace of 0.2
    assert progress(emulator, sound)["Status"] == "SUCCESS"
    assert (progress(emulator, video)["Status"], account(emulator)[1]["charged"]) == ("MAKING", False)
    clock(emulator, advance=3600)
    assert [row["state"] for row in account(emulator)] == ["SUCCESS", "SUCCESS"]
    assert [row["finished_at"] - began for row in account(emulator)] == pytest.approx([3.3, 4.5])


def test_one_move_ends_tasks_in_the_order_they_are_due(start: Start) -> None:
    emulator = start(speed="clock")
    with Neighbour() as neighbour:
        for n in range(4):
            submit(emulator, "basic", {**BASIC, "CallbackUrl": f"{neighbour.url}/{n}"})
            clock(emulator, advance=0.5)
        assert neighbour.seen == []
        clock(emulator, advance=600)
        wait_for(lambda: len(neighbour.seen) == 4)
    ends = [row["finished_at"] for row in account(emulator)]
    assert ends == sorted(ends)
    assert ends[3] - ends[0] == pytest.approx(1.5)


def test_results_are_gone_seven_days_after_the_end_by_this_clock(start: Start) -> None:
    emulator = start(speed="clock")
    task_id = submit(emulator, "tts", TTS)
    clock(emulator, advance=3.3 + WEEK - 60)
    url = f"{emulator.gateway}/{task_id}.mp3"
    assert send("GET", url).status == 200
    clock(emulator, advance=120)
    assert send("GET", url).status == 404


def test_signatures_are_fresh_by_this_clock_and_the_date_header_tells_it(start: Start) -> None:
    emulator = start(speed="clock")
    now = int(clock(emulator, advance=10_000)["now"])
    body = json.dumps({"Header": {}, "Payload": TTS}).encode()
    assert post_raw(emulator, "tts", body, query(emulator)).code == 100005
    answer = post_raw(emulator, "tts", body, query(emulator, timestamp=now))
    assert answer.code == 0
    assert email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp() == now
    assert post_raw(emulator, "tts", body, query(emulator, timestamp=now - 301)).code == 100005


def test_the_bucket_stays_on_the_machines_time(start: Start) -> None:
    emulator = start(speed="clock")
    clock(emulator, advance=30 * 24 * 3600)
    s3 = S3.of(emulator)
    assert s3.request("PUT", "/mediaprep/a", b"x").status == 200
    assert send("GET", s3.presign("GET", "/mediaprep/a")).body == b"x"


def test_a_running_clock_can_be_moved_too(start: Start) -> None:
    emulator = start()
    ended = finish(emulator, submit(emulator, "tts", TTS))
    assert clock(emulator, advance=WEEK + 5)["ahead"] == pytest.approx(WEEK + 5, abs=0.5)
    assert send("GET", ended["MediaUrl"]).status == 404


def test_a_move_shortens_a_real_wait(start: Start) -> None:
    emulator = start(speed="real", no_render=True)
    with Neighbour() as neighbour:
        request = {**PHOTO, "RefPhotoUrl": f"{neighbour.url}/face.jpg"}
        task_id = submit(emulator, "photo", request)  # 3 s of queue, 20 s a second of result
        began = time.monotonic()
        while account(emulator)[0]["finished_at"] is None:
            assert time.monotonic() < began + 15
            clock(emulator, advance=5)
            time.sleep(0.05)
    (row,) = account(emulator)
    assert row["task_id"] == task_id
    assert row["finished_at"] - row["accepted_at"] >= 3 + 1.5 * 20


def test_what_was_moved_survives_a_restart(tmp_path: Path) -> None:
    path, machine = tmp_path / "clock.json", [1000.0]
    standing = EmulatedClock(lambda: machine[0], path, standing=True)
    standing.move(advance=50)
    machine[0] = 1200.0
    assert EmulatedClock(lambda: machine[0], path, standing=True).now() == 1050.0
    running = EmulatedClock(lambda: machine[0], path, standing=False)
    assert running.now() == 1250.0
    running.move(to=1300.0)
    assert EmulatedClock(lambda: machine[0], path, standing=False).now() == 1300.0
