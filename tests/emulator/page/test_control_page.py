"""What belongs to the page, by raw HTTP: who gets it, what it says, and that changes are told at once."""

from __future__ import annotations

import re
import socket
import time
from importlib import resources
from typing import Any

import pytest

from mediaprep.emulator import page as room
from mediaprep.emulator.options import Options
from mediaprep.emulator.page.page_words import WORDS
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start
from tests.emulator.wire import finish, order, send, submit
from tests.serving.raw import status

TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
FILES = ("ui", "ui/page.js", "ui/page.css", "ui/words.json")


def port(emulator: Emulator) -> int:
    return int(emulator.gateway.rpartition(":")[2])


@pytest.mark.parametrize("path", FILES)
def test_nothing_from_elsewhere_is_loaded_and_nobody_frames_it(emulator: Emulator, path: str) -> None:
    answer = send("GET", f"{emulator.control}/{path}")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    if not path.endswith("json"):
        assert re.findall(r"https?://[^\s\"'`]+", answer.body.decode()) == []
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", answer.body.decode()
        )


def test_every_port_s_root_leads_to_it_and_the_ready_line_names_it(emulator: Emulator) -> None:
    answer = send("GET", f"{emulator.gateway}/")
    assert (answer.status, answer.headers["location"]) == (302, "/control/ui")
    assert emulator.page == f"{emulator.control}/ui"
    assert send("GET", emulator.page).body.startswith(b"<!doctype html>")
    assert send("POST", f"{emulator.gateway}/", b"{}").status != 302
    assert send("GET", f"{emulator.control}/ui/other.js").status == 404
    assert send("POST", f"{emulator.control}/ui", b"").status == 405


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    files = {
        name: resources.files(room).joinpath(name).read_text("utf-8") for name in ("page.html", "page.js")
    }
    used = set(re.findall(r'data-word="(\w+)"', files["page.html"]))
    used |= set(re.findall(r'\bword\("(\w+)"\)', files["page.js"]))
    assert used <= set(WORDS)
    quoted = " ".join(files.values())
    assert [name for name in WORDS if not re.search(rf"\b{name}\b", quoted)] == []
    assert all(text.en.strip() and text.zh.strip() for text in WORDS.values())
    assert re.findall(r">[^<>{}\s#][^<>{}]*<", files["page.html"].partition("</head>")[2]) == []


@pytest.mark.parametrize(
    ("origin", "good"),
    [
        ("http://127.0.0.1:{}", True), ("https://127.0.0.1:{}", True), ("http://evil.example", False), ("null", False),
        ("http://127.0.0.1", False), ("http://127.0.0.1:1", False), ("http://localhost:{}", False),
        ("http://127.0.0.1:{}.evil.example", False), ("http://evil.example@127.0.0.1:1", False),
    ],
)  # fmt: skip
def test_a_page_of_another_site_orders_nothing(emulator: Emulator, origin: str, good: bool) -> None:
    headers = {"Origin": origin.format(port(emulator))}
    rules = b'{"rules": [{"do": "latency", "seconds": 0, "name": "theirs"}]}'
    assert send("POST", f"{emulator.control}/faults", rules, headers).status == (200 if good else 403)
    found = send("GET", f"{emulator.control}/faults").json["rules"]
    assert bool(found) is good
    if found:
        assert send("DELETE", f"{emulator.control}/faults").status == 200


def test_the_token_is_taken_as_a_cookie_of_this_port(start: Start) -> None:
    emulator = start(public_url="http://127.0.0.1:1")
    token, own = emulator.page.partition("token=")[2], f"http://127.0.0.1:{port_of(emulator)}/control"
    given = send("GET", f"{own}/ui?token={token}")
    assert (given.status, given.headers["location"]) == (303, "/control/ui")
    cookie = given.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/control" in cookie
    pair = cookie.partition(";")[0]
    for path in (*FILES, "health", "account"):
        assert send("GET", f"{own}/{path}").status == 401
        assert send("GET", f"{own}/{path}", headers={"Cookie": pair}).status == 200
        assert send("GET", f"{own}/{path}", headers={"Cookie": f"a=b; {pair}"}).status == 200
    for wrong in (
        f"mediaprep_control_1={token}",
        pair[:-1],
        pair + "0",
        f"{pair.partition('=')[0]}=",
        "=",
        'a="',
    ):
        assert send("GET", f"{own}/health", headers={"Cookie": wrong}).status == 401
    assert send("GET", f"{own}/ui?token={token}x").status == 401
    assert send("GET", f"{own}/ui/events").status == 401


def port_of(emulator: Emulator) -> int:
    return emulator._access.port


def listening(emulator: Emulator, name: str = "events") -> socket.socket:
    head = f"GET /control/ui/{name} HTTP/1.1\r\nHost: localhost:{port(emulator)}\r\n\r\n"
    line = socket.create_connection(("127.0.0.1", port(emulator)), 10)
    line.sendall(head.encode())
    return line


def heard(line: socket.socket, times: int) -> bytes:
    """What comes until so many changes were told."""
    found = b""
    while found.count(b"data: changed") < times:
        piece = line.recv(4096)
        assert piece, found
        found += piece
    return found


@pytest.mark.parametrize("what", ["call", "fault", "clock", "reset", "end"])
def test_what_changes_is_told(start: Start, what: str) -> None:
    emulator = start()
    before = submit(emulator, "tts", TTS)
    finish(emulator, before)
    with listening(emulator) as line:
        heard(line, 1)
        began = time.monotonic()
        told: dict[str, Any] = {
            "call": lambda: send("GET", f"{emulator.gateway}/nowhere"),
            "fault": lambda: order(emulator, {"do": "lost"}),
            "clock": lambda: send("POST", f"{emulator.control}/clock", b'{"advance": 1}'),
            "reset": lambda: send("POST", f"{emulator.control}/reset"),
            "end": lambda: submit(emulator, "tts", TTS),
        }
        told[what]()
        heard(line, 1)
        assert time.monotonic() - began < 5


def test_a_standing_clock_and_looks_at_it_are_no_change(start: Start) -> None:
    emulator = start(speed="clock")
    with listening(emulator) as line:
        heard(line, 1)
        for path in ("clock", "account", "faults", "health", "journal"):
            assert send("GET", f"{emulator.control}/{path}").status == 200
        line.settimeout(1.5)
        with pytest.raises(TimeoutError):
            line.recv(4096)


def test_readers_are_counted_and_forgotten(start: Start) -> None:
    emulator = start()
    lines = [listening(emulator) for _ in range(32)]
    for line in lines:
        heard(line, 1)
    with listening(emulator) as refused:
        assert status(refused.recv(4096)) == 503
    for line in lines:
        line.close()
    deadline = time.monotonic() + 15
    while True:
        with listening(emulator) as line:
            if status(line.recv(4096)) == 200:
                break
        assert time.monotonic() < deadline
        send("GET", f"{emulator.gateway}/nowhere")  # by what is told next, those who left are noticed
        time.sleep(0.3)


def test_an_open_page_does_not_hold_the_emulator_up() -> None:
    with Emulator(Options(no_render=True)) as emulator:
        line = listening(emulator)
        heard(line, 1)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    line.close()


@pytest.mark.parametrize("asked", ["?last=x", "?last=-1", "?last=1.5"])
def test_the_account_s_latest_rows_are_taken(start: Start, asked: str) -> None:
    emulator = start()
    tasks = [submit(emulator, "tts", TTS) for _ in range(1)]
    finish(emulator, tasks[0])
    tasks.append(submit(emulator, "tts", TTS))
    finish(emulator, tasks[1])
    for last, expected in ((0, []), (1, tasks[1:]), (2, tasks), (99, tasks)):
        rows = send("GET", f"{emulator.control}/account?last={last}").json["tasks"]
        assert [row["task_id"] for row in rows] == expected
    assert send("GET", f"{emulator.control}/account{asked}").status == 400
    assert rows[0]["media_url"].startswith(emulator.gateway)
    assert rows[0]["gone"] is False
