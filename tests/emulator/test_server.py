"""The emulator as a process: the ready line, a clean end, a fixed port."""

from __future__ import annotations

import json
import re
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from tests.emulator.wire import send

CODE = "import sys; from mediaprep.emulator.server import serve; from mediaprep.emulator.options import Options; "


def start(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, object]]:
    process = subprocess.Popen(
        [sys.executable, "-c", f"{CODE}sys.exit(serve(Options({', '.join(arguments)})))"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 20)
    assert ready, "no ready line"
    return process, json.loads(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_cleanly(number: signal.Signals) -> None:
    process, line = start()
    assert set(line) == {"gateway", "bucket", "control", "appkey", "accesstoken", "env"}
    env = line["env"]
    assert isinstance(env, dict)
    assert env["MEDIAPREP_BASE_URL"] == env["AWS_ENDPOINT_URL"] == line["gateway"]
    assert env["MEDIAPREP_APPKEY"] == line["appkey"]
    assert env["MEDIAPREP_ACCESSTOKEN"] == line["accesstoken"]
    assert env["MEDIAPREP_BUCKET"] == "s3://mediaprep"
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ALLOW_HTTP"} <= set(env)
    assert all(isinstance(value, str) for value in env.values())
    assert send("GET", f"{line['control']}/health").json["status"] == "ok"
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_secrets_differ_from_start_to_start() -> None:
    with Emulator() as one, Emulator() as two:
        assert one.appkey != two.appkey
        assert one.accesstoken != two.accesstoken
        assert one.env["AWS_SECRET_ACCESS_KEY"] != two.env["AWS_SECRET_ACCESS_KEY"]
        assert re.fullmatch("[0-9a-f]{32}", one.appkey)


def test_a_fixed_port_is_taken() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Emulator(Options(port=port)) as emulator:
        assert emulator.gateway == f"http://127.0.0.1:{port}"


def test_a_temporary_folder_is_removed_and_a_given_one_is_kept(tmp_path: Path) -> None:
    with Emulator() as emulator:
        temporary = emulator._temporary
        assert temporary is not None and temporary.is_dir()
    assert not temporary.exists()
    with Emulator(Options(data=tmp_path / "new")):
        pass
    assert (tmp_path / "new" / "account.jsonl").exists()
