"""The emulator is killed with SIGKILL and started again on its data: nothing it owes is lost or doubled."""

from __future__ import annotations

import collections
import http.client
import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.emulator.neighbour import Neighbour, wait_for
from tests.emulator.wire import S3, account, call, finish, progress, send, submit

CODE = (
    "import sys; from pathlib import Path; from mediaprep.emulator.server import serve; "
    "from mediaprep.emulator.options import Options; "
    "sys.exit(serve(Options(data=Path(sys.argv[1]), port=int(sys.argv[2]), speed=sys.argv[3], "
    "no_render=True, exclusive=50, hours=1000.0)))"
)
TTS = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播", "Speed": 1.0}
BASIC: dict[str, Any] = {
    "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
    "InputSsml": "你好",
    "SpeechParam": {"Speed": 1.0},
    "VideoParam": {"Format": "Mp4"},
}


class Process:
    """One emulator on one folder and, after the first start, one port."""

    def __init__(self, folder: Path, speed: str = "immediate") -> None:
        self._folder, self._speed, self._port = folder, speed, 0
        self.line: dict[str, Any] = {}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", CODE, str(self._folder), str(self._port), self._speed],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], 30)
        assert ready, "no ready line"
        self.line = json.loads(self._process.stdout.readline())
        self._port = int(self.line["gateway"].rpartition(":")[2])

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def emulator(self) -> Any:
        return SimpleNamespace(**self.line)


def test_it_goes_on_where_it_was_killed_under_the_same_address_and_credentials(tmp_path: Path) -> None:
    process = Process(tmp_path, speed="polls:2")
    try:
        emulator, s3 = process.emulator, S3.of(process.emulator)
        done = submit(emulator, "tts", TTS)
        url = finish(emulator, done)["MediaUrl"]
        body = send("GET", url).body
        assert s3.request("PUT", "/mediaprep/kept", b"kept").status == 200
        open_task = submit(emulator, "basic", BASIC)
        before = process.line
        process.kill()
        process.start()
        assert process.line == before
        assert progress(emulator, done)["MediaUrl"] == url
        assert send("GET", url).body == body
        assert s3.request("GET", "/mediaprep/kept").body == b"kept"
        assert finish(emulator, open_task)["Status"] == "SUCCESS"
        assert [row["charged"] for row in account(emulator)] == [True, True]
        assert (tmp_path / "credentials.json").stat().st_mode & 0o077 == 0
    finally:
        process.kill()


def test_what_was_taken_off_the_hours_is_remembered(tmp_path: Path) -> None:
    process = Process(tmp_path)
    try:
        finish(process.emulator, submit(process.emulator, "basic", BASIC))
        process.kill()
        process.start()
        assert send("GET", f"{process.emulator.control}/account").json["hours_left"] == 999.0
    finally:
        process.kill()


def test_kills_in_the_middle_of_submits_lose_and_double_no_accepted_task(tmp_path: Path) -> None:
    process, chance = Process(tmp_path), random.Random(5)
    told: dict[str, str] = {}
    stop = threading.Event()

    def client(number: int, hook: str) -> None:
        for turn in range(10_000):
            if stop.is_set():
                return
            name = f"job-{number}-{turn}"
            try:
                payload = {**BASIC, "InputSsml": name, "CallbackUrl": f"{hook}/{name}"}
                answer = call(process.emulator, "basic", payload, {"RequestID": name})
                if answer.code == 0:
                    told[name] = answer.payload["TaskId"]
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)

    try:
        with Neighbour() as neighbour:
            threads = [threading.Thread(target=client, args=(n, neighbour.url)) for n in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(4):
                time.sleep(chance.uniform(0.2, 0.6))
                process.kill()
                process.start()
            stop.set()
            for thread in threads:
                thread.join()
            wait_for(lambda: all(row["finished_at"] for row in account(process.emulator)), 60)
        rows = {row["text"]: row for row in account(process.emulator)}
        posts = send("GET", f"{process.emulator.control}/requests").json
    finally:
        process.kill()
    assert len(told) > 20
    assert {name: rows[name]["task_id"] for name in told} == told  # what a client was told, the account has
    assert {row["state"] for row in rows.values()} == {"SUCCESS"}
    assert posts["most"] == 1
    assert set(rows) <= set(posts["by_request_id"])
    lines = [json.loads(line) for line in (tmp_path / "account.jsonl").read_text().splitlines()]
    ends = collections.Counter(line["task_id"] for line in lines if line["event"] == "finished")
    assert ends == dict.fromkeys((row["task_id"] for row in rows.values()), 1)
    calls = collections.Counter(path for _, path in neighbour.seen)
    assert max(calls.values()) == 1  # killed before it was sent, a callback is lost; never doubled
