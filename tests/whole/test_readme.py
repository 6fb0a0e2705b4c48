"""Every command of the README is run, in order, in a folder such as a user would have."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.verbs.machine.init import init

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
# The footage of the README is HEVC: refusing it is the right answer.
EXPECTED = {"mediaprep check footage.mov": 1, "mediaprep check footage.mov --format json": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `mediaprep init` writes, with the README's own manifest."""
    place = tmp_path_factory.mktemp("readme")
    init(place)
    story = re.search(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    assert story is not None
    (place / "story.yaml").write_text(story.group(1), encoding="utf-8")
    return place


def surroundings() -> dict[str, str]:
    """The commands as installed beside this Python, no settings of the machine."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))}
    return {**clean, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}


def test_every_command_of_the_readme_does_what_it_says(folder: Path) -> None:
    assert len(COMMANDS) >= 10
    environ = {**surroundings(), "MEDIAPREP_LEDGER": str(folder / "ledger.jsonl")}
    for command in COMMANDS:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == EXPECTED.get(command, 0), f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr + done.stdout, command
    for made in (
        "mended.mp4",
        "voice.mp3",
        "result.mp4",
        "finished.mp4",
        "upright.mp4",
        "cover.jpg",
        "lesson.mp4",
        "out/welcome.mp4",
        "report.html",
    ):
        assert (folder / made).stat().st_size > 0, made


def test_the_library_example_of_the_readme_runs(folder: Path) -> None:
    example = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert example is not None
    code = example.group(1).replace('"mended.mp4"', '"by-library.mp4"')
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, env=surroundings(), capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("refused ['notrain.RefVideoUrl.codec'")
    assert done.stdout.splitlines()[1].startswith("pass ")


def test_the_readme_names_every_verb_and_licence() -> None:
    from mediaprep.cli.app import VERBS

    for word in (*(f"mediaprep {v}" for v in VERBS if v != "progress"), "AGPL", "GPL", "espeak-ng"):
        assert word in README, word
