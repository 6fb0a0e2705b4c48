"""Every command of the README and of the guide is run, in order, in a folder such as a user would have."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mediaprep.batch import manifest
from mediaprep.cli import guide
from mediaprep.verbs.machine.init import init

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "mediaprep" / "guide"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {"README": README} | {name: guide.read(name, "en") for name in guide.pages()}
# The footage is HEVC: refusing it is the right answer.
EXPECTED = {
    "mediaprep check footage.mov": 1,
    "mediaprep check footage.mov --format json": 1,
}


def commands(page: str) -> list[str]:
    """What stands behind a $ in its console blocks."""
    blocks = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line[:2] == "$ "]


def surroundings(place: Path) -> dict[str, str]:
    """The commands as installed beside this Python, no settings of the machine."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**clean, "PATH": path, "LANG": "C.UTF-8", "MEDIAPREP_LEDGER": str(place / "ledger.jsonl")}


@pytest.mark.timeout(900)
def test_every_command_does_what_it_says(tmp_path: Path) -> None:
    asked = list(dict.fromkeys(command for page in PAGES.values() for command in commands(page)))
    assert len(asked) >= 30
    for command in asked:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=surroundings(tmp_path),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == EXPECTED.get(command, 0), f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr + done.stdout, command
    for made in (
        "mended.mp4", "hello.mp3", "result.mp4", "finished.mp4", "upright.mp4", "cover.jpg", "lesson.mp4",
        "out/welcome.mp4", "report.html",
    ):  # fmt: skip
        assert (tmp_path / made).stat().st_size > 0, made


def test_the_library_example_runs(tmp_path: Path) -> None:
    init(tmp_path)
    (code, *_) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert code in PAGES["developers"]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env=surroundings(tmp_path), capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("refused ['notrain.RefVideoUrl.codec'")
    assert done.stdout.splitlines()[1].startswith("pass ")


def test_the_manifest_of_the_reference_is_one(tmp_path: Path) -> None:
    init(tmp_path)
    (story,) = re.findall(r"```yaml\n(.*?)```", PAGES["reference"], flags=re.DOTALL)
    (tmp_path / "story.yaml").write_text(story, encoding="utf-8")
    (job,) = manifest.read(tmp_path / "story.yaml")
    assert job.id == "welcome" and job.finish.wanted


def test_the_front_page_is_one_page_and_names_every_page_and_licence() -> None:
    assert README.count("\n") <= 120
    for word in ("AGPL", "GPL", "espeak-ng", "scripts/test", "scripts/demo"):
        assert word in README, word
    for page in guide.pages():
        assert f"(mediaprep/guide/{page}.md)" in README, page


@pytest.mark.parametrize("page", [path.stem for path in GUIDE.glob("*.md") if ".zh" not in path.name])
def test_a_page_is_there_in_chinese_with_the_same_commands(page: str) -> None:
    chinese = GUIDE / f"{page}.zh.md"
    if page in ("reference", "api"):  # each line in both languages; what the code says of itself, once
        assert not chinese.exists()
        return
    told = chinese.read_text(encoding="utf-8")
    assert commands(told) == commands(PAGES[page])
    assert re.search(r"[\u4e00-\u9fff]", told.partition("\n")[0])
    assert not re.search(
        r"[\u4e00-\u9fff]{9}", re.sub(r"```.*?```|`[^`]*`", "", PAGES[page], flags=re.DOTALL)
    )
