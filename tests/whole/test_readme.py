"""Every command of the README is run, in order, in a folder such as a user would have."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.making import ffmpeg, make_photo, make_pptx, make_video

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
REQUEST = {
    "RefVideoUrl": "mended.mp4",
    "DriverType": "Text",
    "InputSsml": "大家好，欢迎。",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}
CAPTIONS = "1\n00:00:00,200 --> 00:00:01,400\n大家好，欢迎。\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Phone footage with a face, two clips, a photo, a request, captions and a manifest."""
    place = tmp_path_factory.mktemp("readme")
    portrait = ROOT / "fixtures" / "faces" / "astronaut.png"
    ffmpeg(
        "-loop", "1", "-t", "2", "-i", portrait, "-vf", "scale=400:400", "-r", "25", "-c:v", "libx265",
        "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params", "log-level=error",
        place / "footage.mov",
    )  # fmt: skip
    make_video(place / "head.mp4", seconds=0.6, width=640, height=360, fps="24")
    make_video(place / "tail.mp4", seconds=0.6, width=320, height=320, fps="50", audio=False)
    make_photo(place / "photo.png", width=400, height=400)
    make_pptx(place / "lesson.pptx", 3, hidden=[2], notes={1: "大家好。"})
    (place / "request.json").write_text(json.dumps(REQUEST), encoding="utf-8")
    (place / "captions.srt").write_text(CAPTIONS, encoding="utf-8")
    (place / "text.txt").write_text("欢迎来到重庆。\n今天讲 A & B。\n", encoding="utf-8")
    (place / "names.tsv").write_text("重庆\tchóng qìng\n", encoding="utf-8")
    (place / "banned.txt").write_text("违禁\n", encoding="utf-8")
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
