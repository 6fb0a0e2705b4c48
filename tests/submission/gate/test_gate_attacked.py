"""The gate stands on the open internet: whatever bytes come, it keeps its memory, its places and its secrets."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep import processes
from mediaprep.model.paid.records import Input, Intent, JobState, NewJob
from mediaprep.serving.client_bounds import ServerLimits
from mediaprep.submission.bucket import object_store
from mediaprep.submission.gate.callbacks import MOST_BYTES
from mediaprep.submission.gate.gate import Gate
from mediaprep.submission.ledger import Ledger
from tests.serving.raw import answer, connected, dripped, said, status, took

CONTENT = bytes(range(256)) * 40
BIG = 48 << 20
TIGHT = ServerLimits(
    connections=40, per_address=30, header_seconds=0.8, body_bytes=MOST_BYTES, body_seconds=0.8, body_rate=1 << 20,
    idle_seconds=1, stalled_seconds=0.8, grace_seconds=0.5,
)  # fmt: skip
IN, BIG_IN, BACK = b"/in/a.1.n0nce/0.mp4", b"/in/a.1.n0nce/1.mp4", b"/cb/a.1.t0ken"
GOOD = json.dumps({"Payload": {"TaskId": "task-9", "Status": "SUCCESS"}}).encode()
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="loopback has one address here, or no /proc")


def filled(ledger: Ledger, folder: Path, *, accept: bool = True) -> None:
    """One job with a small and a large input, and a callback that is awaited."""
    (folder / "small.mp4").write_bytes(CONTENT)
    with (folder / "big.mp4").open("wb") as stream:
        stream.truncate(BIG)
    ledger.enqueue(NewJob(id="a", name="a", endpoint="notrain", base_url="b", digest="d"))
    claim = ledger.claim(processes.me(), 60)
    assert claim is not None
    claim = claim.on(ledger.move(claim, JobState.READY, name="prepared", release=False))
    inputs = tuple(
        Input(parameter="RefVideoUrl", path=path, state=tuple(object_store.seen(path.stat())))
        for path in (folder / "small.mp4", folder / "big.mp4")
    )
    intent = Intent(
        nonce="n0nce", token="t0ken", signed_at=0, fence_at=0, gated=True, callback=True, inputs=inputs
    )
    ledger.begin_attempt(claim, intent)
    if accept:
        ledger.accept(claim.on(ledger.job("a")), 1, "task-1")


@contextlib.contextmanager
def gate(folder: Path, *, accept: bool = True, **more: object) -> Iterator[int]:
    """Its port."""
    with Ledger(folder / "l.db") as ledger:
        filled(ledger, folder, accept=accept)
        with Gate(ledger, **{"limits": TIGHT, **more}) as running:  # type: ignore[arg-type]
            yield int(running.address.base_url.rpartition(":")[2])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with gate(tmp_path_factory.mktemp("gate")) as found:
        yield found


def get(path: bytes = IN, *headers: bytes, method: bytes = b"GET", close: bool = True) -> bytes:
    lines = [
        method + b" " + path + b" HTTP/1.1",
        b"Host: gate",
        *headers,
        *([b"Connection: close"] if close else []),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(path: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    return get(path, *headers, method=b"POST") + body


def served(port: int, source: str = "127.0.0.1") -> bool:
    return said(port, get(), source=source).endswith(CONTENT)


LENGTHS = {
    b"00000000020000000000": (404, 404), b"20000000000": (404, 404), b"99999999999999999999": (404, 404),
    b"65537": (404, 404), b"0": (404, 404), b"-5": (400, 400), b"+5": (400, 400), b"5_0": (400, 400),
    b"0x10": (400, 400), b"1e3": (400, 400), b"5.0": (400, 400), b"": (400, 400), b"5 5": (400, 400),
    b"5, 6": (400, 400), b"5\r\nContent-Length: 6": (400, 400), b"9" * 21: (400, 400), b"9" * 5000: (400, 400),
    b"\xb2": (400, 400), b"5\x00": (400, 400),
}  # fmt: skip


@pytest.mark.parametrize("length", LENGTHS, ids=lambda value: repr(value[:30]))
def test_a_length_is_a_length_and_a_wrong_one_takes_nothing(port: int, length: bytes) -> None:
    for path, expected in zip((BACK, b"/cb/a.1.other"), LENGTHS[length], strict=True):
        found = said(port, post(path, b"Content-Length: " + length))
        assert status(found) == expected, found
    assert served(port)


def test_a_length_with_leading_zeros_is_read_like_any_other(port: int) -> None:
    length = b"Content-Length: %020d" % len(GOOD)
    assert status(said(port, post(BACK, length, body=GOOD))) == 200
    assert status(said(port, post(b"/cb/a.1.t0keN", length, body=GOOD))) == 404


FRAMINGS = [
    (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    (b"Transfer-Encoding: chunked", b"Content-Length: 0"),
    (b"Transfer-Encoding: chunked, chunked",), (b"Transfer-Encoding: gzip, chunked",),
    (b"Transfer-Encoding: xchunked",), (b"Transfer-Encoding: identity",), (b"Transfer-Encoding : chunked",),
    (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), (b" folded: x",), (b"no colon",), (b"a\x00b: c",),
    (b"a: b\rc",), (b"Host: other",),
]  # fmt: skip


@pytest.mark.parametrize("headers", FRAMINGS, ids=repr)
def test_what_two_servers_could_read_differently_is_refused(port: int, headers: tuple[bytes, ...]) -> None:
    smuggled = b"0\r\n\r\n" + get()
    found = said(port, post(BACK, *headers, body=smuggled))
    assert status(found) in {400, 404, 501}, found
    assert CONTENT not in found
    assert found.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"FFFFFFFFFFFFFFFF\r\n",
        b"F" * 21 + b"\r\n",
        b"1\r\nx\r\n" * 30_000,
        b"5;" + b"x" * 200_000,
        b"-1\r\n",
        b"zz\r\n",
    ],
    ids=lambda value: repr(value[:12]),
)
def test_chunks_are_no_way_to_fill_memory(port: int, body: bytes) -> None:
    for path in (BACK, b"/cb/a.1.other"):
        assert status(said(port, post(path, b"Transfer-Encoding: chunked", body=body))) in {400, 404}
    assert served(port)


@pytest.mark.parametrize(
    "flood",
    [b"x" * (1 << 20), b"a: " + b"b" * (1 << 20), b"a: b\r\n" * 100_000, b"\r\n" * 100_000, b"\x16\x03\x01" * 99],
    ids=["line", "header", "headers", "nothing", "tls"],
)  # fmt: skip
def test_a_header_without_end_is_cut_off(port: int, flood: bytes) -> None:
    for begun in (b"", b"GET /in/x HTTP/1.1\r\n"):
        with connected(port) as line:
            with contextlib.suppress(ConnectionError):
                line.sendall(begun + flood)
            assert status(answer(line)) in {0, 400, 404}
    assert served(port)


def test_who_sends_a_header_or_a_body_by_drops_is_dropped(port: int) -> None:
    for begun, drop in (
        (b"", b"x"),
        (b"GET /in/x HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n"),
        (get(b"/", close=False)[:-2], b"\r"),
        (post(BACK, b"Content-Length: 60000"), b"{"),
    ):
        seconds, _ = dripped(port, begun, drop)
        assert 0.5 < seconds < 6
    assert served(port)


def test_a_second_request_by_drops_is_dropped_too(port: int) -> None:
    seconds, found = dripped(port, get(close=False), b"G")
    assert (0.5 < seconds < 6, found.endswith(CONTENT)) == (True, True)
    with connected(port, get(close=False)) as line:
        began = time.monotonic()
        assert answer(line).endswith(CONTENT)  # then idle, and closed
        assert 0.5 < time.monotonic() - began < 6


def test_idle_connections_of_one_address_keep_nobody_out(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(200):
            stack.enter_context(connected(port, b"GET /in" if number % 2 else b""))
        assert served(port, "127.0.0.2")
        assert served(port)


def test_idle_connections_of_many_addresses_keep_nobody_out(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(120):
            stack.enter_context(connected(port, source=f"127.0.0.{number % 60 + 3}"))
        assert served(port, "127.0.0.2")


def test_requests_under_way_of_one_address_are_limited_and_others_are_served(tmp_path: Path) -> None:
    few = replace(TIGHT, per_address=4, stalled_seconds=4.0)
    with gate(tmp_path, limits=few) as port, contextlib.ExitStack() as stack:
        unread = [stack.enter_context(connected(port, get(BIG_IN))) for _ in range(few.per_address)]
        assert all(line.recv(16) for line in unread)
        assert status(said(port, get())) == 503
        assert served(port, "127.0.0.2")
        ends = time.monotonic() + 20
        while not served(port):  # who does not read is dropped, and its place is free
            assert time.monotonic() < ends
            time.sleep(0.3)
        assert len(answer(unread[0])) < BIG


def test_requests_on_one_connection_are_answered_in_order(port: int) -> None:
    found = said(port, get(close=False) + get(b"/in/a.1.n0nce/9", b"Range: x", close=False) * 3)
    assert found.count(b"HTTP/1.1") == 2  # the first 404 closes
    found = said(port, get(IN, b"Range: bytes=0-0", close=False) * 40 + get())
    assert found.count(b"HTTP/1.1 206") == 40
    assert found.endswith(CONTENT)


TARGETS = {
    b"http://gate" + IN: 200, b"HTTPS://other.example:1" + IN: 200, b"ftp://gate" + IN: 400, b"gate:443": 400,
    b"*": 400, IN + b"\x00": 400, IN + b"\r": 400, b"/in/\xe4": 400, b"/in/a\tb": 400, b"/in/a b": 400,
    b"/in/%00": 404, b"/in/a.1.n0nce/0.mp4%00": 404, b"/in/a.1.n0nce/..%2f0.mp4": 404,
    b"/in/a.1.n0nce/../a.1.n0nce/0.mp4": 404, b"//in/a.1.n0nce/0.mp4": 404, b"/in/a.1.n0nce/0.mp4?x=1": 200,
    b"/in/%61.1.n0nce/0.mp4": 200, b"/in/" + b"a" * 12_000: 404, b"/cb/a.1.t0ken": 404, b"/%69n/a.1.n0nce/0.mp4": 200,
    b"/in/a.1.n0nce/%2e%2e%2f%2e%2e%2fetc%2fpasswd": 404, b"/in/a.1.n0nce/..\\..\\x": 404, b"/in/a.-1.n0nce/0": 404,
}  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda value: repr(value[:40]))
def test_only_the_two_addresses_are_there(port: int, target: bytes) -> None:
    found = said(port, get(target))
    assert status(found) == TARGETS[target], found[:300]


RANGES = {
    b"bytes=0-,0-,0-,0-": 200, b"bytes=" + b"0-0," * 2000 + b"0-0": 200, b"bytes=" + b"9" * 18 + b"-": 416,
    b"bytes=" + b"9" * 5000 + b"-": 200, b"bytes=-" + b"9" * 5000: 200, b"bytes=-0": 416, b"bytes=--5": 200,
    b"bytes=0-" + b"9" * 18: 200, b"bytes=5-4": 416, b"bytes=-5": 206,
}  # fmt: skip


@pytest.mark.parametrize("asked", RANGES, ids=lambda value: repr(value[:24]))
def test_a_range_gives_what_is_there_and_never_more(port: int, asked: bytes) -> None:
    found = said(port, get(IN, b"Range: " + asked))
    assert (status(found), len(found) < len(CONTENT) + 1000) == (RANGES[asked], True)
    headed = said(port, get(IN, b"Range: " + asked, method=b"HEAD"))
    assert (status(headed), headed.endswith(b"\r\n\r\n")) == (RANGES[asked], True)


def test_other_methods_and_protocols_find_nothing(port: int) -> None:
    for method in (b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PATCH", b"BREW"):
        assert status(said(port, get(method=method))) == 501
    assert status(said(port, get(b"gate:1", method=b"CONNECT"))) == 400
    assert b"101" not in said(port, get(IN, b"Connection: Upgrade", b"Upgrade: websocket"))[:16]
    assert status(said(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) in {0, 400}


def test_the_secret_is_looked_at_before_the_body(port: int) -> None:
    for expects in ((), (b"Expect: 100-continue",)):
        found = said(port, post(b"/cb/a.1.other", b"Content-Length: 100", *expects))
        assert status(found) == 404
    with connected(port, post(BACK, b"Content-Length: %d" % len(GOOD), b"Expect: 100-continue")) as line:
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(GOOD)
        assert status(answer(line)) == 200


def test_an_answer_reaches_a_client_that_still_sends_or_has_stopped_sending(port: int) -> None:
    with connected(port, post(b"/cb/a.1.other", b"Content-Length: 600000", body=b"x" * 300_000)) as line:
        time.sleep(0.1)
        line.sendall(b"x" * 300_000)
        assert status(answer(line)) == 404
    with connected(port, get()) as line:
        line.shutdown(socket.SHUT_WR)
        assert answer(line).endswith(CONTENT)
    with connected(port, post(BACK, b"Content-Length: 100", body=GOOD[:10])) as line:
        line.shutdown(socket.SHUT_WR)
        assert status(answer(line)) == 400


def test_a_stop_takes_seconds_whatever_is_open(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack, Ledger(tmp_path / "l.db") as ledger:
        filled(ledger, tmp_path)
        running = Gate(ledger, limits=TIGHT)
        running.__enter__()
        port = int(running.address.base_url.rpartition(":")[2])
        for sent in (
            b"",
            b"GET /in/",
            post(BACK, b"Content-Length: 999", body=b"{"),
            get(close=False),
            get(BIG_IN),
        ):
            for _ in range(3):
                stack.enter_context(connected(port, sent))
        time.sleep(0.2)
        assert took(running.stop) < 5
        with pytest.raises(OSError):
            stack.enter_context(connected(port))


def test_a_stop_decides_nothing_about_who_waits_for_the_answer_to_the_submit(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        with gate(tmp_path, accept=False, hold_seconds=60.0) as port:
            line = stack.enter_context(connected(port, get()))
            time.sleep(0.2)
        assert status(answer(line)) == 503
    with Ledger(tmp_path / "l.db") as ledger:
        attempt = ledger.attempt("a", 1)
        assert attempt is not None
        assert (attempt.state.name, attempt.fetched_at) == ("INTENT", None)


def test_twenty_gigabytes_announced_take_no_memory(tmp_path: Path) -> None:
    """In a process of its own, whose address space is measured: what is only reserved counts too."""
    with Ledger(tmp_path / "l.db") as ledger:
        filled(ledger, tmp_path)
    environ = {**os.environ, "MEDIAPREP_LEDGER": str(tmp_path / "l.db")}
    command = [sys.executable, "-m", "mediaprep", "gate"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            port = int(child.stdout.readline().strip().rpartition(":")[2])
            assert served(port)
            before = memory(child.pid)
            for path in (BACK, b"/cb/a.1.other"):
                for _ in range(20):
                    sent = post(path, b"Content-Length: 00000000020000000000", body=b"x" * 200_000)
                    with contextlib.suppress(ConnectionError):
                        assert status(said(port, sent)) == 404
            assert served(port)
            resident, reserved = (after - was for after, was in zip(memory(child.pid), before, strict=True))
            assert resident < 48, f"{resident} MB"
            assert reserved < 1500, f"{reserved} MB"  # a thread's arena is 64 MB of addresses, mostly unused
        finally:
            child.terminate()
        assert child.wait(timeout=20) == 0


def memory(pid: int) -> tuple[int, int]:
    """The most that was resident and reserved so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    peaks = {
        name: int(rest.split()[0]) >> 10
        for name, _, rest in (line.partition(":") for line in lines)
        if "kB" in rest
    }
    return peaks["VmHWM"], peaks["VmPeak"]
