"""mediaprep emulator --record, --replay, --drift: what the command line says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaprep.cli.app import run

_TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 9}
_PATH = "/v2/ivh/videomaker/broadcastservice/tts"


def recorded(folder: Path, code: int) -> Path:
    """A gateway that answered a Speed of 9 with this code."""
    header = {"Code": code, "DialogID": "", "Message": "x: y", "RequestID": "r", "SessionID": "s"}
    call = {
        "number": 1,
        "path": _PATH,
        "request": {"Header": {}, "Payload": _TTS},
        "status": 200,
        "answer": {"Header": header},
    }
    file = folder / "calls.jsonl"
    head = {"kind": "mediaprep recording 1", "gateway": "https://gw.example"}
    file.write_text(f"{json.dumps(head)}\n{json.dumps(call)}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("code", "exits", "told"), [(100001, 0, "alike 1"), (100002, 1, "100002 there, 100001 here")]
)
def test_drift_says_where_answers_differ_and_ends_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: int, exits: int, told: str
) -> None:
    file = recorded(tmp_path, code)
    assert run(["emulator", "--drift", str(file)]) == exits
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--record", "https://gw.example", "--", "true"], "--record takes no command"),
        (["--record", "http://gw.example"], "in the clear"),
        (["--drift", "{}/none.jsonl"], "does not exist"),
        (["--replay", "{}/bad.jsonl"], "no recording"),
        (["--drift", "{}/bad.jsonl"], "no recording"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n")
    assert run(["emulator", "--no-render", *(option.format(tmp_path) for option in options)]) == 2
    assert told in capsys.readouterr().err
