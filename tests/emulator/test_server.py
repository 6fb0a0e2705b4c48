"""The emulator as a process: the ready line, a clean end, a fixed port."""

from __future__ import annotations

import http.client
import json
import re
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep import __version__
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.messages import Call, Reply
from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadConfig
from tests.emulator.conftest import Start
from tests.emulator.wire import account, call, send

CODE = (
    "import sys; from mediaprep.emulator.server import serve; "
    "from mediaprep.emulator.options import Options; "
)


def begin(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, object]]:
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
    process, line = begin()
    assert set(line) == {"gateway", "bucket", "control", "page", "appkey", "accesstoken", "env"}
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


def test_a_port_that_is_taken_and_a_folder_that_cannot_be_made_are_bad_settings(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadConfig, match="port"), Emulator(Options(port=taken.getsockname()[1])):
            pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadConfig, match="data folder"), Emulator(Options(data=tmp_path / "file" / "below")):
        pass
    (tmp_path / "account.jsonl").write_text("not json\n")
    with pytest.raises(BadConfig, match="line 1"), Emulator(Options(data=tmp_path)):
        pass


@pytest.mark.parametrize("name", ["credentials.json", "clock.json", "faults.json"])
@pytest.mark.parametrize("content", ["nonsense", '["a list"]', '{"rules": [{"do": "nothing"}]}'])
def test_files_that_hold_something_else_are_bad_settings(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    faults = tmp_path / name if name == "faults.json" else None
    with pytest.raises(BadConfig, match=name), Emulator(Options(data=tmp_path, faults_file=faults)):
        pass


class Faulty(Faults):
    """Refuses a basic call, loses the answer to a tts call, and counts what goes out."""

    answers = 0

    def before_accept(self, call: Call, endpoint: str) -> Reply | None:
        return Reply(status=503) if endpoint == "basic" else None

    def after_accept(self, call: Call, endpoint: str, task_id: str) -> Reply | None:
        return Reply(drop=True) if endpoint == "tts" else None

    def before_answer(self, call: Call, reply: Reply) -> Reply:
        self.answers += 1
        return reply


def test_the_seam_for_faults_can_replace_lose_and_see_answers(start: Start) -> None:
    faulty = Faulty()
    emulator = start(faults=faulty)
    tts = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
    assert call(emulator, "basic", {}).status == 503
    assert account(emulator) == []
    with pytest.raises((http.client.BadStatusLine, ConnectionError)):
        call(emulator, "tts", tts)
    assert len(account(emulator)) == 1  # accepted, and the client does not know
    assert faulty.answers == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("HEAD", "/"), ("GET", "/nowhere"), ("POST", "/v2/ivh/videomaker/broadcastservice/tts"),
        ("POST", "/v2/ivh/videomaker/broadcastservice/getprogress"), ("GET", "/control/health"),
        ("GET", "/control/nothing"), ("PUT", "/mediaprep/key"), ("GET", "/mediaprep/key?X-Amz-Signature=x"),
        ("GET", f"/{'a' * 32}.mp3"), ("GET", "/pose/nobody.png"), ("DELETE", "/control/faults/none"),
    ],
)  # fmt: skip
def test_every_answer_says_that_it_is_an_emulator_s(emulator: Emulator, method: str, path: str) -> None:
    answer = send(method, emulator.gateway + path, b"" if method in ("POST", "PUT") else None)
    assert answer.headers["x-mediaprep-emulator"] == __version__


def test_an_answer_that_a_fault_made_says_so_too(start: Start) -> None:
    assert call(start(faults=Faulty()), "basic", {}).headers["x-mediaprep-emulator"] == __version__
