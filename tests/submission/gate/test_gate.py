"""The gate over HTTP: what flows, when, to whom."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mediaprep import processes
from mediaprep.config import Settings
from mediaprep.errors import BadConfig, LedgerError, ToolFailed
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptState, Input, Intent, JobState, NewJob
from mediaprep.submission.bucket import object_store
from mediaprep.submission.gate.gate import Gate, addresses, listen_of, opened
from mediaprep.submission.ledger import Ledger

S = JobState
CONTENT = bytes(range(256)) * 40
JOB = "a.b~voice-0123456789ab"


@dataclass
class Open:
    """A gate with one job that is being submitted."""

    ledger: Ledger
    gate: Gate
    file: Path

    def __post_init__(self) -> None:
        self.ledger.enqueue(NewJob(id=JOB, name="a", endpoint="notrain", base_url="b", digest="d"))
        claim = self.ledger.claim(processes.me(), 30)
        assert claim is not None
        row = self.ledger.move(claim, S.READY, name="prepared", release=False)
        given = Input(
            parameter="RefVideoUrl", path=self.file, state=tuple(object_store.seen(self.file.stat()))
        )
        intent = Intent(
            nonce="n0nce", token="t0ken", signed_at=0, fence_at=0, gated=True, callback=True, inputs=(given,)
        )
        self.ledger.begin_attempt(claim.on(row), intent)
        self.claim = claim.on(self.ledger.job(JOB))
        self.url = self.gate.address.of_input(
            JOB, 1, "n0nce", 0, Input(parameter="RefVideoUrl", path=self.file)
        )
        self.back = self.gate.address.of_callback(JOB, 1, "t0ken")

    def accept(self) -> None:
        self.ledger.accept(self.claim, 1, "task-1")

    def ask(
        self, url: str | None = None, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url or self.url)
        with contextlib.closing(
            http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        ) as line:
            line.request(method, parts.path, body, headers)
            answer = line.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Open]:
    file = tmp_path / "footage.mp4"
    file.write_bytes(CONTENT)
    ledger = Ledger(tmp_path / "l.db")
    with Gate(ledger, hold_seconds=0.5) as gate:
        yield Open(ledger, gate, file)
    ledger.close()


def test_an_accepted_attempts_input_flows_whole_and_in_ranges(here: Open) -> None:
    here.accept()
    status, headers, body = here.ask()
    assert (status, body) == (200, CONTENT)
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["content-type"] == "video/mp4"
    for asked, expected in (
        ("bytes=0-99", CONTENT[:100]),
        ("bytes=10200-", CONTENT[10200:]),
        ("bytes=-7", CONTENT[-7:]),
        ("bytes=10239-999999", CONTENT[-1:]),
    ):
        status, headers, body = here.ask(Range=asked)
        assert (status, body) == (206, expected)
        assert headers["content-range"].endswith(f"/{len(CONTENT)}")
    assert here.ask(Range="bytes=10240-")[0] == 416
    assert here.ask(Range="bytes=5-2")[0] == 416
    assert here.ask(Range="lines=1-2")[::2] == (200, CONTENT)
    status, headers, body = here.ask(method="HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(CONTENT)), b"")


def test_what_went_out_whole_is_noted(here: Open) -> None:
    here.accept()
    here.ask(Range="bytes=0-99")
    here.ask(method="HEAD")
    attempt = here.ledger.attempt(JOB, 1)
    assert attempt is not None
    assert attempt.fetched_at is not None
    assert attempt.flowed_at is None
    here.ask()
    ends = time.monotonic() + 5
    while (attempt := here.ledger.attempt(JOB, 1)) and attempt.flowed_at is None:
        assert time.monotonic() < ends


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=10200-"}])
def test_that_an_input_flows_is_durable_before_its_last_byte_has_gone_out(
    here: Open, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    """A task may fail as soon as it has its input; a worker that saw no flow would submit it again, and pay twice."""
    here.accept()
    plain, slow = here.ledger.flowed, threading.Event()

    def late(job: str, n: int) -> None:
        slow.wait(0.3)
        plain(job, n)

    monkeypatch.setattr(here.ledger, "flowed", late)
    status, _, body = here.ask(**asked)
    attempt = here.ledger.attempt(JOB, 1)
    assert (status, body[-1:]) == (206 if asked else 200, CONTENT[-1:])
    assert attempt is not None
    assert attempt.flowed_at is not None


def test_an_input_whose_flow_cannot_be_written_down_is_cut(
    here: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.accept()

    def full(job: str, n: int) -> None:
        raise LedgerError("database or disk is full", "磁盘已满")

    monkeypatch.setattr(here.ledger, "flowed", full)
    with pytest.raises(http.client.IncompleteRead):
        here.ask()


def test_the_first_byte_waits_for_the_answer_to_the_submit(here: Open) -> None:
    seen: list[tuple[int, float]] = []

    def ask() -> None:
        began = time.monotonic()
        status, _, _ = here.ask()
        seen.append((status, time.monotonic() - began))

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    assert seen == []
    here.accept()
    thread.join(10)
    (status, took) = seen[0]
    assert (status, took >= 0.2) == (200, True)


def test_a_submit_that_lasts_longer_than_the_hold_is_served_while_its_submitter_lives(here: Open) -> None:
    assert here.ask()[0] == 200
    attempt = here.ledger.attempt(JOB, 1)
    assert attempt is not None
    assert attempt.state is AttemptState.INTENT
    assert attempt.fetched_at is not None


def test_after_a_lost_answer_the_input_is_gone_for_good(here: Open) -> None:
    here.ledger.unknown(here.claim, 1, why=Text("cut", "中断"))
    assert here.ask()[0] == 410
    assert here.ask(method="HEAD")[0] == 410
    attempt = here.ledger.attempt(JOB, 1)
    assert attempt is not None
    assert attempt.state is AttemptState.FENCED


@pytest.mark.parametrize(
    "tail",
    [
        "/", "/in", "/in/", f"/in/{JOB}.1.wrong/0.mp4", f"/in/{JOB}.2.n0nce/0.mp4", f"/in/{JOB}.1.n0nce/1.mp4",
        f"/in/{JOB}.1.n0nce/../../etc/passwd", f"/in/{JOB}.1.n0nce/%2e%2e%2fl.db", f"/in/{JOB}.1.n0nce/0.mp4/x",
        f"/in/{JOB}.1.n0nce", "/in/x/0", f"/in/{JOB}.99999999999.n0nce/0.mp4", f"/cb/{JOB}.1.t0ken", "/" + "a" * 5000,
    ],
)  # fmt: skip
def test_nothing_else_is_there(here: Open, tail: str) -> None:
    here.accept()
    status, _, body = here.ask(here.gate.address.base_url + tail)
    assert (status, body) == (404, b"")


def test_a_file_that_was_changed_or_is_gone_is_not_served(here: Open) -> None:
    here.accept()
    here.file.write_bytes(CONTENT + b"!")
    assert here.ask()[0] == 410
    here.file.unlink()
    assert here.ask()[0] == 410
    (here.file.parent / "secret").write_bytes(CONTENT)
    here.file.symlink_to(here.file.parent / "secret")
    assert here.ask()[0] == 410


def test_a_callback_to_the_right_address_is_taken(here: Open) -> None:
    body = json.dumps({"Payload": {"TaskId": "task-9", "Status": "SUCCESS", "Progress": 100}}).encode()
    assert here.ask(here.back, "POST", body)[0] == 200
    attempt = here.ledger.attempt(JOB, 1)
    assert attempt is not None
    assert attempt.callback_task == "task-9"
    assert here.ledger.job(JOB).state is S.SUBMITTING


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"[]", b'{"Payload": {}}', b'{"TaskId": "../etc"}', b'{"TaskId": 5}', b"[" * 50_000,
        b"{" + b" " * 70_000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_callback_is_not_taken(here: Open, body: bytes) -> None:
    assert here.ask(here.back, "POST", body)[0] == 404
    attempt = here.ledger.attempt(JOB, 1)
    assert attempt is not None
    assert attempt.callback_at is None


def test_a_forged_callback_is_not_taken(here: Open) -> None:
    body = json.dumps({"TaskId": "task-9"}).encode()
    assert here.ask(here.back[:-1] + "x", "POST", body)[0] == 404
    assert here.ask(here.url, "POST", body)[0] == 404


def test_addresses_that_the_service_could_not_reach_are_refused() -> None:
    for good in ("https://media.example.com", "https://media.example.com/gate/", "http://127.0.0.1:9"):
        assert addresses(good).base_url == good.rstrip("/")
    for bad in (
        "http://media.example.com",
        "media.example.com",
        "ftp://x",
        "https://u:p@x",
        "https://x?a=1",
        "http://[",
        "",
    ):
        with pytest.raises(BadConfig, match="MEDIAPREP_GATE"):
            addresses(bad)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with (
        contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken,
        pytest.raises(ToolFailed, match="listen"),
    ):
        Gate(Ledger(tmp_path / "l.db"), listen=("127.0.0.1", taken.getsockname()[1]))


def test_a_supervisors_socket_outlives_the_gate(tmp_path: Path) -> None:
    kept = socket.create_server(("127.0.0.1", 0))
    port = kept.getsockname()[1]
    ledger = Ledger(tmp_path / "l.db")
    for _ in range(2):
        with Gate(ledger, descriptor=os.dup(kept.fileno())) as gate:
            assert gate.address.base_url == f"http://127.0.0.1:{port}"
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as line:
                line.request("GET", "/")
                assert line.getresponse().status == 404
    kept.close()


def test_many_at_once_are_served_and_leave_no_descriptors(here: Open) -> None:
    here.accept()
    fds = Path("/proc/self/fd")
    before = len(list(fds.iterdir())) if fds.is_dir() else 0
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(here.ask()[0])) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen == [200] * 30
    ends = time.monotonic() + 5
    while fds.is_dir() and len(list(fds.iterdir())) > before + 24:  # the ledger's pool may have grown
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_the_settings_say_which_gate(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.db")
    far, near = "https://gw.tvs.qq.com", "http://127.0.0.1:9"
    with opened(Settings(), far, ledger) as found:
        assert found is None
    with opened(Settings(), near, ledger) as found:
        assert found is not None
        assert found.base_url.startswith("http://127.0.0.1:")
    with opened(Settings(gate="https://m.example.com/"), far, ledger) as found:
        assert found is not None
        assert found.base_url == "https://m.example.com"
    with opened(Settings(gate="https://m.example.com", gate_listen="127.0.0.1:0"), far, ledger) as found:
        assert found is not None
        assert found.base_url == "https://m.example.com"
    with (
        pytest.raises(BadConfig, match="needs MEDIAPREP_GATE"),
        opened(Settings(gate_listen="1"), far, ledger),
    ):
        pass


def test_where_to_listen_is_read() -> None:
    assert listen_of("8443") == ("127.0.0.1", 8443)
    assert listen_of("0.0.0.0:8443") == ("0.0.0.0", 8443)
    assert listen_of("[::1]:8443") == ("::1", 8443)
    for bad in ("", "x", "a:b", "1:2:3", "70000", "h:"):
        with pytest.raises(BadConfig, match="GATE_LISTEN"):
            listen_of(bad)
