"""Who is told of an end: signed, tried again, after the work and never in its way; and nobody that a file names."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mediaprep.batch.completion_hooks import CompletionHooks
from mediaprep.batch.manifest import read
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text

KEY = "canary-webhook-key-1"


@contextmanager
def listener(*statuses: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A receiver that answers so, the last for ever; what came, in order."""
    came: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(statuses[min(len(came), len(statuses)) - 1])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/told?token=canary-query", came
    finally:
        server.shutdown()
        server.server_close()


def told(
    events: int = 1,
    *,
    command: str | None = None,
    webhook: str | None = None,
    environ: dict[str, str] | None = None,
) -> list[str]:
    """Tell so many jobs and the end of a run; the warnings."""
    warned: list[Text] = []
    hooks = CompletionHooks(
        command=command, webhook=webhook, warn=warned.append, environ=environ or {}, pauses=(0.01, 0.02)
    )
    for number in range(events):
        hooks.tell("job", job={"id": f"j{number}", "state": "done", "output": "/out/课.mp4"})
    hooks.tell("run", totals={"jobs": events})
    hooks.close(30)
    return [warning.en for warning in warned]


def test_every_end_is_posted_signed_and_in_order() -> None:
    with listener(200) as (url, came):
        assert told(3, webhook=url, environ={"MEDIAPREP_WEBHOOK_KEY": KEY}) == []
    assert [json.loads(body)["event"] for _, body in came] == ["job", "job", "job", "run"]
    for headers, body in came:
        expected = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        assert headers["x-mediaprep-signature"] == expected
    assert json.loads(came[0][1])["job"]["output"] == "/out/课.mp4"
    assert len({headers["x-mediaprep-delivery"] for headers, _ in came}) == 4


@pytest.mark.parametrize(
    ("statuses", "tries", "warned"),
    [
        ((500, 200), 2, False), ((503, 429, 200), 3, False), ((204,), 1, False), ((404,), 1, True), ((410,), 1, True),
        ((502,), 3, True), ((302,), 1, True),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_tried_again_and_what_is_refused_is_not(
    statuses: tuple[int, ...], tries: int, warned: bool
) -> None:
    with listener(*statuses) as (url, came):
        warnings = told(0, webhook=url, environ={"MEDIAPREP_WEBHOOK_KEY": KEY})
    assert len(came) == tries and bool(warnings) is warned
    assert len({headers["x-mediaprep-delivery"] for headers, _ in came}) == 1
    assert "canary" not in str(warnings)


def test_without_a_key_nothing_is_signed_and_that_is_said() -> None:
    with listener(200) as (url, came):
        assert told(0, webhook=url) == ["--webhook: not signed, because MEDIAPREP_WEBHOOK_KEY is not set"]
    assert "x-mediaprep-signature" not in came[0][0]


def test_a_command_hears_of_it_without_any_secret(tmp_path: Path) -> None:
    script = tmp_path / "hook.py"
    script.write_text(
        "import json, os, sys\n"
        f"with open({str(tmp_path / 'heard')!r}, 'a') as f:\n"
        "    f.write(json.dumps({'env': dict(os.environ), 'event': json.load(sys.stdin)}) + '\\n')\n"
    )
    environ = {
        "MEDIAPREP_WEBHOOK_KEY": KEY, "AWS_SECRET_ACCESS_KEY": "canary-aws", "TENCENTCLOUD_SECRET_KEY": "canary-t",
        "MEDIAPREP_ACCESSTOKEN": "canary-token", "MY_OWN": "kept",
    }  # fmt: skip
    assert told(1, command=f"{sys.executable} {script} 'an argument'", environ=environ) == []
    job, run = (json.loads(line) for line in (tmp_path / "heard").read_text().splitlines())
    said = {
        name: job["env"][name] for name in ("MEDIAPREP_EVENT", "MEDIAPREP_JOB", "MEDIAPREP_STATE", "MY_OWN")
    }
    assert list(said.values()) == ["job", "j0", "done", "kept"]
    assert job["env"]["MEDIAPREP_OUTPUT"] == "/out/课.mp4" and job["event"]["job"]["id"] == "j0"
    assert run["event"]["totals"] == {"jobs": 1}
    assert "canary" not in json.dumps(job["env"])


def test_a_command_that_fails_or_does_not_listen_is_told_and_stops_nothing(tmp_path: Path) -> None:
    assert told(1, command="true") == []
    warnings = told(1, command="sh -c 'echo it broke >&2; exit 3'")
    assert len(warnings) == 2 and all("exit 3: it broke" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("command", "webhook"),
    [
        ("no-such-program-at-all", None), ("", None), ("sh -c 'open", None), (None, "ftp://h/x"), (None, "not a url"),
        (None, "http://"), (None, "https://user:pass@h/x"), (None, "file:///etc/passwd"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_before_anything_begins(
    command: str | None, webhook: str | None
) -> None:
    with pytest.raises(BadConfig) as refused:
        CompletionHooks(command=command, webhook=webhook, warn=lambda words: None, environ={})
    assert refused.value.zh != refused.value.en


@pytest.mark.parametrize("key", ["on_done", "on-done", "webhook", "hooks", "on_done_command"])
def test_no_manifest_names_who_is_told(tmp_path: Path, key: str) -> None:
    path = tmp_path / "m.json"
    job = {"id": "a", "endpoint": "tts", "request": {"InputSsml": "你好"}, "output": "a.mp3"}
    for document in ({key: "touch x", "jobs": [job]}, {"jobs": [{**job, key: "touch x"}]}):
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(BadConfig):
            read(path)
