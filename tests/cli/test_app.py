"""The command line as a whole: help at once, exit codes, errors in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.cli.app import VERBS, run
from tests.making import make_video

HEAVY = {"av", "cv2", "numpy", "pydantic", "requests", "yaml", "pymupdf", "obstore", "PIL"}


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from mediaprep.cli.app import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert not HEAVY & set(done.stderr.split())
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.parametrize(
    "line", [["submit", "tts", "request.json"], ["say", "你好", "--speed", "9", "-o", "v.mp3"]]
)
def test_what_is_refused_never_loads_the_ledgers_library(tmp_path: Path, line: list[str]) -> None:
    (tmp_path / "request.json").write_text(
        '{"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 9.0}', "utf-8"
    )
    code = (
        f"import sys; from mediaprep.cli.app import run; print(run({line!r}), *sys.modules, file=sys.stdout)"
    )
    environ = {**os.environ, "MEDIAPREP_APPKEY": "k" * 16, "MEDIAPREP_ACCESSTOKEN": "t" * 16}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
        env=environ,
    )
    told = done.stdout.split()
    assert told[0] == "1", done.stderr
    assert not {"sqlalchemy", "alembic"} & set(told)
    assert not list(tmp_path.rglob("*.mp3")) and not (tmp_path / ".mediaprep").exists()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0
    assert "Usage: mediaprep" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    [["check"], ["frobnicate"], ["check", "--for", "notrain.RefVideoUr", "x.mp4"], ["run", "missing.yaml"]],
)
def test_wrong_usage_is_exit_code_2(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_check_tells_measured_value_and_limit_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = make_video(tmp_path / "small.mp4", seconds=1.2, width=300, height=400)
    assert run(["check", "--no-faces", str(small)]) == 1
    told = capsys.readouterr().out
    assert "notrain.RefVideoUrl.width" in told
    assert "300" in told
    assert "360" in told


def test_check_json_has_the_promised_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = make_video(tmp_path / "a.mp4", seconds=1.2)
    assert (
        run(["check", "--no-faces", "--format", "json", "--hash", str(video), str(tmp_path / "none.mp4")])
        == 1
    )
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "mediaprep.check/1"
    assert document["profile"] == "tencent-cn@2026-04"
    good, missing = document["files"]
    assert set(good) == {"path", "sha256", "kind", "field", "verdict", "facts", "findings"}
    assert (good["kind"], good["field"], good["verdict"]) == ("video", "notrain.RefVideoUrl", "pass")
    assert len(good["sha256"]) == 64
    facts = good["facts"]
    assert (facts["container"], facts["codec"], facts["width"], facts["height"]) == ("mp4", "h264", 640, 480)
    assert facts["seconds"] == pytest.approx(1.2, abs=0.05)
    assert set(facts["audio"]) >= {"codec", "sample_rate", "channels", "seconds"}
    assert missing["verdict"] == "unreadable"


def test_a_finding_in_json_has_every_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = make_video(tmp_path / "small.mp4", seconds=1.2, width=300, height=400)
    run(["check", "--no-faces", "--format", "json", str(small)])
    (finding,) = json.loads(capsys.readouterr().out)["files"][0]["findings"]
    assert set(finding) == {"rule", "verdict", "measured", "limit", "unit", "message", "fix"}
    assert (finding["rule"], finding["measured"]) == ("notrain.RefVideoUrl.width", 300)


def test_doctor_answers_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--format", "json"])
    abilities = json.loads(capsys.readouterr().out)
    assert all({"name", "works", "needed", "detail", "remedy"} == set(a) for a in abilities)
    assert next(a for a in abilities if a["name"] == "Python")["works"]


def test_messages_are_chinese_when_asked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "check", "--lang", "zh", str(tmp_path / "none.mp4")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "无法读取" in done.stdout
