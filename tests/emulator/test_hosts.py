"""To whom the emulator answers, and what no client can keep it from."""

from __future__ import annotations

import contextlib
import time
from email.utils import parsedate_to_datetime

import pytest

from mediaprep.emulator.address import names
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from tests.emulator.conftest import Start
from tests.emulator.wire import send
from tests.serving.raw import answer, connected, said, status

ROOMS = (
    "/control/health",
    "/control/account",
    "/control/ui",
    "/",
    "/v2/ivh/x",
    "/mediaprep/x",
    "/pose/x.png",
    f"/{'a' * 32}.mp3",
)


def port(emulator: Emulator) -> int:
    return int(emulator.gateway.rpartition(":")[2])


def asked(emulator: Emulator, host: str, path: str = "/control/health", method: str = "GET") -> bytes:
    return said(
        port(emulator), f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{}", "evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", "127.0.0.1.evil.example:{}",
        "", "localhost.evil.example:{}", "evil.example:{}@127.0.0.1:{}", "127.0.0.2:{}", "[::1]:{}", "0.0.0.0:{}",
        "2130706433:{}", "localhost.:{}", "127.0.0.1:{},evil.example",
    ],
)  # fmt: skip
def test_a_name_that_is_not_its_own_is_misdirected_in_every_room(emulator: Emulator, host: str) -> None:
    for path in ROOMS:
        found = asked(emulator, host.format(port(emulator), port(emulator)), path)
        assert status(found) == 421, found
    assert b"127.0.0.1:" in found.partition(b"\r\n\r\n")[2]


def test_its_own_names_are_answered(emulator: Emulator) -> None:
    for host in ("127.0.0.1:{}", "localhost:{}", "LocalHost:{}"):
        assert status(asked(emulator, host.format(port(emulator)))) == 200
    absolute = f"GET http://evil.example/control/health HTTP/1.1\r\nHost: localhost:{port(emulator)}\r\n\r\n"
    with connected(port(emulator), absolute.encode()) as line:
        assert status(line.recv(100)) == 421  # the address in the request line is the one that counts
    assert names("::1", 80) == {"[::1]:80", "localhost:80", "[::1]", "localhost"}


def test_a_refused_name_changes_nothing(emulator: Emulator) -> None:
    body = b'{"rules": [{"do": "reset", "on": "*"}]}'
    head = f"POST /control/faults HTTP/1.1\r\nHost: evil.example\r\nContent-Length: {len(body)}\r\n"
    assert status(said(port(emulator), head.encode() + b"Connection: close\r\n\r\n" + body)) == 421
    assert send("GET", f"{emulator.control}/faults").json["rules"] == []


def test_every_answer_has_one_date_and_it_is_the_emulators(start: Start) -> None:
    emulator = start(speed="clock")
    ahead = 40 * 86400
    assert send("POST", f"{emulator.control}/clock", b'{"advance": %d}' % ahead).status == 200
    for path in ROOMS:
        head = asked(emulator, f"localhost:{port(emulator)}", path).partition(b"\r\n\r\n")[0].lower()
        dates = [line.partition(b": ")[2] for line in head.split(b"\r\n") if line.startswith(b"date:")]
        assert len(dates) == 1, head
        shown = parsedate_to_datetime(dates[0].decode().title().replace("Gmt", "GMT")).timestamp()
        assert abs(shown - time.time() - ahead) < 600


def test_it_ends_within_seconds_whatever_is_open() -> None:
    with contextlib.ExitStack() as stack:
        with Emulator(Options(no_render=True)) as emulator:
            host = f"Host: localhost:{port(emulator)}\r\n"
            for sent in ("", "GET /con", f"PUT /mediaprep/x HTTP/1.1\r\n{host}Content-Length: 99\r\n\r\nabc",
                         f"POST /control/faults HTTP/1.1\r\n{host}Content-Length: 99\r\n\r\n{{",
                         f"GET /control/health HTTP/1.1\r\n{host}\r\n"):  # fmt: skip
                stack.enter_context(connected(port(emulator), sent.encode()))
            rules = b'{"rules": [{"do": "latency", "seconds": 60, "on": "bucket"}]}'
            assert send("POST", f"{emulator.control}/faults", rules).status == 200
            waits = stack.enter_context(
                connected(port(emulator), f"GET /mediaprep/x HTTP/1.1\r\n{host}\r\n".encode())
            )
            time.sleep(0.3)
            began = time.monotonic()
        assert time.monotonic() - began < 5
        answer(waits)


def test_an_endless_body_is_cut_off(emulator: Emulator) -> None:
    head = f"POST /control/faults HTTP/1.1\r\nHost: localhost:{port(emulator)}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connected(port(emulator), head.encode()) as line:
        with pytest.raises(ConnectionError):
            for _ in range(64):
                line.sendall(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
        assert status(answer(line)) in {0, 400}
    assert send("GET", f"{emulator.control}/health").status == 200
