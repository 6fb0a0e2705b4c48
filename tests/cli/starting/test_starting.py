"""The first minute: what mediaprep says alone, help by topic, completion, and a verb that is spelt wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.cli.app import VERBS, run


def test_alone_it_says_how_to_begin_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    told = capsys.readouterr().out
    assert all(step in told for step in ("mediaprep init", "mediaprep check", "mediaprep run", "--emulator"))


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("chek", "check"), ("finsh", "finish"), ("varify", "verify"), ("emulater", "emulator")],
)
def test_a_verb_that_is_spelt_wrong_is_guessed(
    wrong: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([wrong]) == 2
    assert f"(Did you mean {meant!r}" in capsys.readouterr().err


def test_a_verb_of_a_group_is_guessed_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deck", "splt"]) == 2
    assert "'split'" in capsys.readouterr().err


@pytest.mark.parametrize("topic", [["check"], ["deck", "split"], ["help"]])
def test_help_of_a_topic_is_that_of_the_verb(topic: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", *topic]) == 0
    assert f"Usage: mediaprep {' '.join(topic)}" in capsys.readouterr().out


def test_help_alone_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help"]) == 0
    told = capsys.readouterr().out
    assert all(verb in told for verb in VERBS)


@pytest.mark.parametrize("topic", [["chek"], ["check", "more"]])
def test_a_topic_that_there_is_not_is_usage(topic: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help", *topic]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_completion_is_installed_where_shells_look_and_printed_on_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert run(["completion", "bash", "--print"]) == 0
    script = capsys.readouterr().out
    assert "complete" in script and "mediaprep" in script and not list(tmp_path.iterdir())
    installed = tmp_path / "bash-completion" / "completions" / "mediaprep"
    for _ in range(2):
        assert run(["completion", "bash"]) == 0
        assert installed.read_text("utf-8") == script and str(installed) in capsys.readouterr().out
    installed.write_text("somebody's own", "utf-8")
    assert run(["completion", "bash"]) == 2
    assert installed.read_text("utf-8") == "somebody's own"


def test_a_shell_that_is_not_known_is_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/dash")
    assert run(["completion"]) == 2


def test_a_shell_that_asks_is_told_what_fits() -> None:
    environ = {
        **os.environ,
        "_MEDIAPREP_COMPLETE": "bash_complete",
        "COMP_WORDS": "mediaprep ver",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep"], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["plain,verify"], "")
