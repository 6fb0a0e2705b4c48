"""`POST {control}/reset`: one emulator serves test after test, and none sees what another left."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.emulator.work import RenderedProduct, Work
from tests.emulator.conftest import Start, tiny
from tests.emulator.neighbour import Neighbour
from tests.emulator.wire import S3, Answer, account, call, finish, order, send, submit

TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
PARTS = ("tasks", "bucket", "faults", "clock")


def reset(emulator: Emulator, *keep: str) -> Answer:
    return send("POST", f"{emulator.control}/reset", json.dumps({"keep": keep}).encode() if keep else b"")


def filled(emulator: Emulator) -> str:
    """Something in every part; the URL of a result."""
    url = str(finish(emulator, submit(emulator, "tts", TTS))["MediaUrl"])
    assert S3.of(emulator).request("PUT", "/mediaprep/a", b"x").status == 200
    assert order(emulator, {"do": "latency", "seconds": 0, "name": "mine"}).status == 200
    assert send("POST", f"{emulator.control}/clock", b'{"advance": 3600}').status == 200
    return url


def left(emulator: Emulator, url: str) -> set[str]:
    """The parts that hold something still."""
    told = {
        name: send("GET", f"{emulator.control}/{name}").json
        for name in ("account", "requests", "faults", "clock")
    }
    found = {
        "tasks": bool(
            told["account"]["tasks"] or told["requests"]["posts"] or send("GET", url).status == 200
        ),
        "bucket": S3.of(emulator).request("GET", "/mediaprep/a").status == 200,
        "faults": bool(told["faults"]["rules"]),
        "clock": told["clock"]["ahead"] > 1,
    }
    return {name for name, there in found.items() if there}


@pytest.mark.parametrize("keep", [(), *((part,) for part in PARTS), PARTS])
def test_all_parts_are_emptied_but_those_to_be_kept(
    start: Start, tmp_path: Path, keep: tuple[str, ...]
) -> None:
    emulator = start(data=tmp_path)
    url = filled(emulator)
    assert left(emulator, url) == set(PARTS)
    answer = reset(emulator, *keep)
    assert answer.json["status"] == "ok"
    assert answer.json["tasks"] == ("tasks" in keep)
    assert left(emulator, url) == set(keep)
    if "clock" not in keep and "tasks" not in keep:
        finish(emulator, submit(emulator, "tts", TTS))


def test_what_was_reset_stays_forgotten_after_a_restart(start: Start, tmp_path: Path) -> None:
    with Emulator(Options(data=tmp_path), render=tiny) as emulator:
        url = filled(emulator)
        assert reset(emulator).status == 200
    again = start(data=tmp_path)
    assert left(again, url.replace(emulator.gateway, again.gateway)) == set()
    assert (tmp_path / "account.jsonl").read_bytes() == b""


@pytest.mark.parametrize("speed", ["immediate", "real", "clock", "polls:3"])
def test_a_task_that_is_being_made_is_thrown_away(
    start: Start, speed: str, caplog: pytest.LogCaptureFixture
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def held(work: Work) -> RenderedProduct:
        began.set()
        assert go_on.wait(20)
        return tiny(work)

    emulator = start(render=held, speed=speed, workers=1)
    with Neighbour() as neighbour:
        basic = {
            "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294", "InputSsml": "你好", "SpeechParam": {"Speed": 1.0},
            "VideoParam": {"Format": "Mp4"}, "CallbackUrl": f"{neighbour.url}/called",
        }  # fmt: skip
        tasks = [submit(emulator, "basic", basic), submit(emulator, "tts", TTS)]
        if speed != "real":  # there it waits in the queue
            assert began.wait(20)
        assert reset(emulator).status == 200
        go_on.set()
        assert [call(emulator, "progress", {"TaskId": task}).code for task in tasks] == [110006, 110006]
        assert account(emulator) == []
        if speed == "immediate":
            finish(emulator, submit(emulator, "tts", TTS))
        assert not neighbour.seen
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_the_place_of_a_forgotten_task_is_free(start: Start) -> None:
    emulator = start(speed="clock")
    submit(emulator, "tts", TTS)
    assert call(emulator, "tts", TTS).code == 100008
    reset(emulator)
    submit(emulator, "tts", TTS)


def test_a_wait_that_was_ordered_ends(start: Start) -> None:
    emulator = start()
    order(emulator, {"do": "latency", "seconds": 60, "on": "tts"})
    waiting = threading.Thread(target=call, args=(emulator, "tts", TTS))
    waiting.start()
    while not send("GET", f"{emulator.control}/faults").json["rules"][0]["struck"]:
        pass
    reset(emulator)
    waiting.join(10)
    assert not waiting.is_alive()


def test_rules_of_the_file_are_there_again(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('{"rules": [{"do": "latency", "seconds": 0, "name": "of-the-file"}]}')
    emulator = start(faults_file=file)
    order(emulator, {"do": "latency", "seconds": 0, "name": "ordered"})
    reset(emulator)
    rules: list[dict[str, Any]] = send("GET", f"{emulator.control}/faults").json["rules"]
    assert [rule["name"] for rule in rules] == ["of-the-file"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"keep": "tasks"}', b'{"keep": ["all"]}', b'{"drop": []}', b"null"]
)
def test_a_bad_document_changes_nothing(start: Start, body: bytes) -> None:
    emulator = start()
    url = filled(emulator)
    answer = send("POST", f"{emulator.control}/reset", body)
    assert (answer.status, left(emulator, url)) == (400, set(PARTS))
    assert answer.json["error"]
    assert send("GET", f"{emulator.control}/reset").status == 405
