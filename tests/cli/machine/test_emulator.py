"""mediaprep emulator: what its options set up, asked over the control port by the command inside."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.cli.app import run

ASK = """
import json, os, sys, urllib.request
base = os.environ["MEDIAPREP_BASE_URL"] + "/control/"
read = lambda name: json.loads(urllib.request.urlopen(base + name).read())
print(json.dumps({name: read(name) for name in ("faults", "clock", "account", "health")}))
"""


def inside(*options: str) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "emulator", "--fresh", *options, "--", sys.executable, "-c", ASK],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_without_options_nothing_goes_wrong_and_time_runs() -> None:
    told = inside()
    assert told["faults"] == {"rules": []}
    assert told["clock"]["standing"] is False
    assert told["health"]["settings"] == {
        "speed": "immediate",
        "no_render": False,
        "account": "standard",
        "any_key": False,
        "exclusive": 0,
        "audio": 0,
        "hours": 360_000.0,
        "charge_failures": False,
        "labels": "aigc",
    }
    assert told["account"] == {"tasks": [], "deducted_seconds": 0.0, "hours_left": 360_000.0}


def test_options_set_up_faults_clock_and_hours(tmp_path: Path) -> None:
    rules = tmp_path / "faults.json"
    rules.write_text(json.dumps({"seed": 1, "rules": [{"do": "lost", "p": 0.3}]}))
    told = inside(
        "--speed", "clock", "--no-render", "--faults", str(rules), "--hours", "90", "--exclusive", "3", "--audio", "2",
        "--charge-failures", "--any-key", "--account", "trial", "--labels", "none", "--data", str(tmp_path / "data"),
    )  # fmt: skip
    assert told["faults"] == {
        "rules": [{"do": "lost", "name": "lost-1", "p": 0.3, "matched": 0, "struck": 0}]
    }
    assert told["health"]["settings"] == {
        "speed": "clock",
        "no_render": True,
        "account": "trial",
        "any_key": True,
        "exclusive": 3,
        "audio": 2,
        "hours": 90.0,
        "charge_failures": True,
        "labels": "none",
    }
    assert told["clock"]["standing"] is True
    assert told["account"]["hours_left"] == 90.0


def test_rules_that_make_no_sense_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "faults.json"
    rules.write_text('{"rules": [{"do": "latency"}]}')
    assert run(["emulator", "--faults", str(rules)]) == 2
    told = capsys.readouterr().err
    assert "latency needs seconds" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "command", [["emulator"], ["emulator", "--", "true"], ["emulator", "--speed", "clock"]]
)
def test_without_a_voice_it_says_what_to_install_before_anything_begins(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None)
    assert run(command) == 3
    told = capsys.readouterr().err
    assert "pip install 'mediaprep[emulator]'" in told
    assert len(told.splitlines()) <= 2


def test_without_a_voice_it_still_serves_what_is_not_rendered() -> None:
    command = ["emulator", "--no-render", "--", sys.executable, "-c", ""]
    code = "import importlib.util as u, sys; u.find_spec = lambda name, package=None: None; "
    code += f"from mediaprep.cli.app import run; sys.exit(run({command}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
