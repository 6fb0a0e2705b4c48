"""A check that could not run is unknown, exit 3, and never a pass; what ends a reader is a verdict on the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.media.isolation import guard
from mediaprep.media.probing import probe
from tests.making import make_audio, make_face_video


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> Path:
    path = tmp_path_factory.mktemp("footage") / "footage.mp4"
    return make_face_video(path, fixtures / "faces" / "astronaut.png", seconds=1.2)


def exit_of(path: Path, *more: str) -> int:
    return run(["check", "--no-cache", *more, str(path)])


def stopping(monkeypatch: pytest.MonkeyPatch, wanted: str, **limits: Any) -> None:
    """Of a real child: the task `wanted` runs under limits it cannot keep."""
    honest = guard.ask

    def meddled(room: str, task: str, *arguments: object, **given: Any) -> Any:
        if task == wanted:
            arguments, given = (1 << 30,), {**given, **limits}
            task = "hold"
        return honest(room, task, *arguments, **given)

    monkeypatch.setattr(probe.guard, "ask", meddled)


def test_faces_whose_search_needed_too_much_memory_are_unknown(
    footage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exit_of(footage) == 0
    stopping(monkeypatch, "faces", memory_bytes=64 << 20)
    assert exit_of(footage) == 3
    assert exit_of(footage, "--allow-unknown") == 0


def test_a_file_whose_reading_needed_too_much_memory_is_unreadable(
    footage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping(monkeypatch, "video", memory_bytes=64 << 20)
    assert exit_of(footage) == 1


def test_without_an_ffmpeg_checking_goes_on(
    footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Preflight reads through libraries: no program is needed, so nothing becomes unknown."""
    sound = make_audio(tmp_path / "a.wav", seconds=1.5)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MEDIAPREP_FFMPEG", str(tmp_path / "nothing"))
    assert exit_of(footage) == 0
    assert exit_of(sound) == 0
