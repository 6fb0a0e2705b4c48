"""`mediaprep trust`, and what a foreign folder's settings file does to a command until then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.making import make_video


def mediaprep(home: Path, here: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("mediaprep")), *words]
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **more}
    return subprocess.run(
        command, cwd=here, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder with footage, a program, and a file that names the program."""
    here = tmp_path / "footage"
    here.mkdir()
    program = here / "ffmpeg"
    program.write_text(f"#!/bin/sh\ntouch {here}/executed\n")
    program.chmod(0o755)
    (here / "mediaprep.toml").write_text(f'[mediaprep]\nffmpeg = "{program}"\nprice = "1.20 CNY"\n')
    make_video(here / "v.mp4", seconds=1.2)
    return here


def test_a_program_of_a_foreign_file_is_run_only_once_it_is_allowed(foreign: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    fix = ("fix", "v.mp4", "-o", "made.mp4", "--no-faces")
    for language, words in (("en", "is not used: it is not allowed yet"), ("zh", "尚未授权")):
        done = mediaprep(home, foreign, "--lang", language, *fix)
        assert done.returncode == 2 and words in done.stderr and "mediaprep trust " in done.stderr
        assert len(done.stderr.splitlines()) <= 2
    assert mediaprep(home, foreign, "rules", "notrain.RefVideoUrl.seconds").returncode == 0
    assert not (foreign / "executed").exists() and not (foreign / "made.mp4").exists()

    shown = mediaprep(home, foreign, "trust")
    assert shown.returncode == 0 and f"ffmpeg = {foreign}/ffmpeg" in shown.stdout
    assert mediaprep(home, foreign, *fix).returncode == 3  # it is run now, and is no ffmpeg
    assert (foreign / "executed").exists()
    assert "as allowed" in mediaprep(home, foreign, "trust", "--list").stdout

    (foreign / "executed").unlink()
    with (foreign / "mediaprep.toml").open("a") as file:
        file.write("# changed\n")
    assert "changed since" in mediaprep(home, foreign, *fix).stderr
    assert "changed since" in mediaprep(home, foreign, "trust", "--list").stdout
    assert mediaprep(home, foreign, "trust", "--revoke").returncode == 0
    assert mediaprep(home, foreign, "trust", "--revoke").returncode == 1
    assert mediaprep(home, foreign, "trust", "--list").stdout == ""
    assert not (foreign / "executed").exists()

    assert mediaprep(home, foreign, "--config", "mediaprep.toml", *fix).returncode == 3  # named: allowed
    assert (foreign / "executed").exists()


@pytest.mark.parametrize("spoil", ["missing", "link", "no toml", "secrets"])
def test_what_cannot_be_allowed_is_said(spoil: str, tmp_path: Path) -> None:
    file = tmp_path / "mediaprep.toml"
    if spoil != "missing":
        file.write_text('[mediaprep]\nappkey = "canary-appkey"\n' if spoil != "no toml" else "[mediaprep\n")
    if spoil == "link":
        file.rename(tmp_path / "other")
        file.symlink_to("other")
    done = mediaprep(tmp_path / "home", tmp_path, "trust")
    assert "canary" not in done.stdout + done.stderr
    assert done.returncode == (0 if spoil == "secrets" else 2)
    assert "Traceback" not in done.stderr
