"""The hooks that others name in their .pre-commit-config.yaml."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from mediaprep.cli.app import run
from tests.making import make_audio

HOOKS = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
_KEYS = {
    "id", "name", "description", "entry", "language", "types", "types_or", "files", "exclude", "require_serial",
    "args", "pass_filenames", "stages", "minimum_pre_commit_version",
}  # fmt: skip


def test_every_hook_has_what_pre_commit_asks_for() -> None:
    assert isinstance(HOOKS, list) and len({hook["id"] for hook in HOOKS}) == len(HOOKS) == 2
    for hook in HOOKS:
        assert set(hook) <= _KEYS
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] == "python"
        re.compile(hook["files"])


def test_the_hook_is_for_media_and_for_nothing_else() -> None:
    wanted = re.compile(HOOKS[0]["files"])
    for name in ("a.mp4", "b/c.jpeg", "d.jpg", "e.ppt", "f.pptx", "g.pdf", "h.webp", "i.wma", "IMG_1.MOV"):
        assert wanted.search(name), name
    for name in ("a.py", "b.mp4.txt", "README.md", "c.txt"):
        assert not wanted.search(name), name


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_its_command_refuses_and_passes_files(
    hook: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if "scripts" in hook["id"]:
        Path("good.ssml").write_text("大家好，欢迎。", encoding="utf-8")
        Path("bad.ssml").write_text("A & B 大家好", encoding="utf-8")
        good, bad = "good.ssml", "bad.ssml"
    else:
        good, bad = (
            make_audio(Path("good.wav"), seconds=2).name,
            make_audio(Path("bad.wav"), seconds=0.5).name,
        )
    program, *arguments = shlex.split(hook["entry"])
    assert program == "mediaprep"
    assert run([*arguments, good]) == 0
    assert run([*arguments, good, bad]) == 1
    assert "bad." in capsys.readouterr().out
