"""Strangers' scripts make a video: on this machine, and from another one, as a container or a CI service would."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.options import Options
from mediaprep.emulator.server import Emulator
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import VideoFacts
from tests.another_machine import joined

HERE = Path(__file__).parent
SCRIPTS = [
    pytest.param([sys.executable, "make_video.py"], id="python"),
    pytest.param(["node", "make_video.mjs"], id="node", marks=pytest.mark.needs("node")),
    pytest.param(["sh", "make_video.sh"], id="curl", marks=pytest.mark.needs("curl", "openssl")),
]


@dataclass(frozen=True)
class Elsewhere:
    """Where scripts run: `inside` begins their command lines; the emulator is reached at `ready`'s addresses."""

    ready: Mapping[str, Any]
    inside: Sequence[str] = ()

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        plain = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_PROXY": "*", "no_proxy": "*"}
        said = {
            "GATEWAY": self.ready["gateway"],
            "APPKEY": self.ready["appkey"],
            "ACCESSTOKEN": self.ready["accesstoken"],
        }
        return subprocess.run(
            [*self.inside, *command], env={**plain, **said}, cwd=HERE, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def here() -> Iterator[Elsewhere]:
    with Emulator(Options(no_render=True)) as emulator:
        yield Elsewhere(json.loads(emulator.ready_line()))


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    """A second network namespace, joined to this one by a veth pair; the emulator as `docker run -p` would start it."""
    mine, theirs = f"10.231.{os.getpid() % 250}.1", f"10.231.{os.getpid() % 250}.2"
    with ExitStack() as undone:
        inside = undone.enter_context(joined(mine, theirs))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        served = subprocess.Popen(
            [sys.executable, "-m", "mediaprep", "emulator", "--host", "0.0.0.0", "--port", str(port), "--public-url",
             f"http://{mine}:{port}"], stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        undone.callback(served.wait, 20)
        undone.callback(served.terminate)
        assert served.stdout is not None
        yield Elsewhere(json.loads(served.stdout.readline()), inside)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_makes_a_video_on_this_machine(here: Elsewhere, script: list[str], tmp_path: Path) -> None:
    done = here.run([*script, str(tmp_path / "made.mp4")])
    assert done.returncode == 0, done.stderr
    assert isinstance(probe(tmp_path / "made.mp4"), VideoFacts)


@pytest.mark.needs("netns")
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_makes_a_video_from_another_machine(
    there: Elsewhere, script: list[str], tmp_path: Path
) -> None:
    done = there.run([*script, str(tmp_path / "made.mp4")])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(there.ready["gateway"])
    facts = probe(tmp_path / "made.mp4")
    assert isinstance(facts, VideoFacts)
    assert (facts.width, facts.height) == (1920, 1080)
    assert (facts.seconds or 0) > 0.8


@pytest.mark.needs("netns", "curl")
def test_from_another_machine_the_control_port_wants_its_token(there: Elsewhere) -> None:
    def status(url: str, *more: str) -> str:
        return there.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *more, url]).stdout

    control, token = there.ready["control"], there.ready["control_token"]
    for room in ("health", "journal", "ui", "ui/events", "openapi.json"):
        assert status(f"{control}/{room}", "--max-time", "5") == "401"
    assert status(f"{control}/health", "-H", f"Authorization: Bearer {token}") == "200"
    assert status(there.ready["page"]) == "303"
    assert status(f"{control}/health", "-H", "Host: evil.example") == "421"
    assert status(f"{control}/reset", "-X", "POST") == "401"
