"""Two finished videos compared: what was planted is told as what it is, what was only encoded anew is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mediaprep
from mediaprep.cli.app import run as cli
from tests.making import ffmpeg, make_audio
from tests.torture import differing

_CHAPTERS = (
    ";FFMETADATA1\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Opening\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle={}\n"
)
_SRT = "1\n00:00:00,200 --> 00:00:01,000\n大家好\n\n2\n00:00:01,100 --> 00:00:01,900\n{}\n"


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("approved")
    (folder / "words.txt").write_text(_CHAPTERS.format("Body"), "utf-8")
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", differing._sound(), "-i",
        folder / "words.txt", "-map_metadata", "2", "-t", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "14",
        "-c:a", "aac", folder / "a.mp4",
    )  # fmt: skip
    (folder / "a.srt").write_text(_SRT.format("再见"), "utf-8")
    return folder / "a.mp4"


def again(approved: Path, target: Path, *words: str) -> Path:
    """Made anew of what was approved, with its captions beside it."""
    ffmpeg("-i", approved, "-c:v", "libx264", "-crf", "20", "-c:a", "aac", *words, target)
    target.with_suffix(".srt").write_text(approved.with_suffix(".srt").read_text("utf-8"), "utf-8")
    return target


def kinds(approved: Path, new: Path) -> list[str]:
    return sorted({one.kind for one in mediaprep.diff(approved, new).differences})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), []),
        (("-preset", "ultrafast", "-crf", "23", "-b:a", "64k"), []),
        (("-vf", "drawbox=x=30:y=30:w=16:h=16:color=white:t=fill"), ["picture"]),
        (("-vf", "drawbox=x=200:y=100:w=16:h=16:color=gray:t=fill:enable='gt(t,1)'"), ["picture"]),
        (("-vf", "eq=brightness=0.04"), ["tone"]),
        (("-vf", "scale=640:360"), ["shape"]),
        (("-af", "volume=1dB"), ["level"]),
        (("-af", "volume=-3dB"), ["level"]),
        (("-af", "adelay=200:all=1"), ["timing"]),
        (("-af", "adelay=40:all=1"), ["timing"]),
        (("-an",), ["sound"]),
        (("-af", "volume=0"), ["sound"]),
        (("-t", "1.6"), ["length"]),
        (("-metadata", "title=Two"), ["tag"]),
    ],
)
def test_each_change_is_told_as_what_it_is(
    approved: Path, tmp_path: Path, words: tuple[str, ...], told: list[str]
) -> None:
    assert kinds(approved, again(approved, tmp_path / "new.mp4", *words)) == told


def test_another_voice_is_another_sound(approved: Path, tmp_path: Path) -> None:
    make_audio(tmp_path / "other.wav", seconds=2)
    ffmpeg(
        "-i",
        approved,
        "-i",
        tmp_path / "other.wav",
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c:v",
        "copy",
        tmp_path / "new.mp4",
    )
    assert "sound" in kinds(approved, tmp_path / "new.mp4")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("再见", "下次再见", "caption: 再见 → 下次再见"),
        ("00:00:01,100", "00:00:01,300", "caption moved by +200 ms (end +0 ms): 再见"),
        ("\n2\n00:00:01,100 --> 00:00:01,900\n再见\n", "", "caption is gone: 再见"),
    ],
)
def test_captions_are_compared_sentence_by_sentence(
    approved: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    made = again(approved, tmp_path / "new.mp4", "-c", "copy")
    captions = made.with_suffix(".srt")
    captions.write_text(captions.read_text("utf-8").replace(old, new), "utf-8")
    assert [one.what.en for one in mediaprep.diff(approved, made).differences] == [said]


def test_chapters_are_compared_and_a_difference_names_the_one_in_which_it_lies(
    approved: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text(_CHAPTERS.format("Main part"), "utf-8")
    box = "drawbox=x=30:y=30:w=16:h=16:color=white:t=fill:enable='lt(t,0.5)'"
    made = tmp_path / "new.mp4"
    ffmpeg(
        "-i",
        approved,
        "-i",
        tmp_path / "words.txt",
        "-map_metadata",
        "1",
        "-map_chapters",
        "1",
        "-vf",
        box,
        "-crf",
        "18",
        made,
    )
    made.with_suffix(".srt").write_text(approved.with_suffix(".srt").read_text("utf-8"), "utf-8")
    found = mediaprep.diff(approved, made).differences
    assert [(one.kind, one.chapter) for one in found] == [
        ("picture", "Opening"), ("chapter", "Main part"), ("chapter", "Main part"),
    ]  # fmt: skip
    assert found[0].cue == "大家好"


def test_the_command_line_says_it_in_text_and_json_and_writes_a_page(
    approved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = again(approved, tmp_path / "new.mp4", "-vf", "drawbox=x=30:y=30:w=16:h=16:color=white:t=fill")
    page = tmp_path / "page.html"
    assert cli(["diff", str(approved), str(made), "--report", str(page), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["verdict"]) == ("mediaprep.diff/1", "different")
    assert told["differences"][0]["box"][:2] == [pytest.approx(30, abs=8)] * 2
    assert page.read_text("utf-8").count("data:image/jpeg;base64,") == 2
    assert cli(["diff", str(approved), str(approved)]) == 0
    assert "nothing differs" in capsys.readouterr().out


def test_what_is_no_video_is_told_and_the_page_replaces_nothing(
    approved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.mp4").write_text("no video", "utf-8")
    assert cli(["diff", str(approved), str(tmp_path / "text.mp4")]) != 0
    assert "Traceback" not in (told := capsys.readouterr().err) and "text.mp4" in told
    before = approved.read_bytes()
    assert cli(["diff", str(approved), str(approved), "--report", str(approved)]) == 2
    assert approved.read_bytes() == before
