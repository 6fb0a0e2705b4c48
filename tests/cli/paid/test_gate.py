"""`mediaprep gate` as a process of its own: it serves what others submit, on a socket that outlives it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep import processes
from mediaprep.model.paid.records import Input, Intent, JobState, NewJob
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.ledger import Ledger


def started(folder: Path, *arguments: str, fds: tuple[int, ...] = ()) -> tuple[subprocess.Popen[str], str]:
    environ = {**os.environ, "MEDIAPREP_LEDGER": str(folder / "ledger.db"), "MEDIAPREP_LANG": "en"}
    child = subprocess.Popen(
        [sys.executable, "-m", "mediaprep", "gate", *arguments], env=environ, stdout=subprocess.PIPE, text=True,
        pass_fds=fds,
    )  # fmt: skip
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


def answer(url: str) -> tuple[int, bytes]:
    host, _, path = url.removeprefix("http://").partition("/")
    with contextlib.closing(http.client.HTTPConnection(host, timeout=20)) as line:
        line.request("GET", f"/{path}")
        got = line.getresponse()
        return got.status, got.read()


@pytest.mark.skipif(os.name != "posix", reason="hands a socket down")
def test_a_gate_of_its_own_serves_a_ledger_and_may_be_killed(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"bytes of a video")
    kept = socket.create_server(("127.0.0.1", 0))
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.enqueue(NewJob(id="a-1", name="a", endpoint="notrain", base_url="b", digest="d"))
        claim = ledger.claim(processes.me(), 60)
        assert claim is not None
        claim = claim.on(ledger.move(claim, JobState.READY, name="prepared", release=False))
        given = (Input(parameter="RefVideoUrl", path=file),)
        ledger.begin_attempt(
            claim, Intent(nonce="n", token="t", signed_at=0, fence_at=0, gated=True, inputs=given)
        )
        ledger.accept(claim.on(ledger.job("a-1")), 1, "task-1")
        for end in (signal.SIGKILL, signal.SIGTERM):
            child, address = started(tmp_path, "--fd", str(kept.fileno()), fds=(kept.fileno(),))
            url = Addresses(base_url=address).of_input(
                "a-1", 1, "n", 0, Input(parameter="RefVideoUrl", path=file)
            )
            assert answer(url) == (200, b"bytes of a video")
            child.send_signal(end)
            assert child.wait(timeout=20) == (-9 if end is signal.SIGKILL else 0)
    kept.close()


def test_a_wrong_place_to_listen_is_told_in_one_line(tmp_path: Path) -> None:
    environ = {**os.environ, "MEDIAPREP_LEDGER": str(tmp_path / "l.db"), "MEDIAPREP_LANG": "zh"}
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "gate", "--listen", "nowhere"], env=environ, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "MEDIAPREP_GATE_LISTEN" in done.stderr
    assert "Traceback" not in done.stderr
