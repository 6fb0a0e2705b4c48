"""finish on the command line: what it would do, several clips, fades, wrong wishes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.media.containers import packets
from mediaprep.verbs.finish import overall
from tests.making import entries, make_photo, make_video


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_video(tmp_path / "main.mp4", seconds=1.2, width=160, height=90, extra=("-g", "10"))


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return make_video(tmp_path / "head.mp4", seconds=0.8, width=128, height=128, audio=False)


def test_plan_says_what_is_copied_and_encoded_and_how_long_it_takes_and_writes_nothing(
    tmp_path: Path, main: Path, head: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "out.mp4"
    out.parent.mkdir()
    assert run(["finish", str(main), "--head", str(head), "-o", str(out), "--plan"]) == 0
    told = capsys.readouterr().out
    assert "30 of 50 pictures are copied bit for bit, 20 are encoded" in told
    assert "s of work on two processors; nothing was written" in told
    assert not list(entries(out.parent))


def test_plan_says_why_nothing_is_copied(
    tmp_path: Path, main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logo = make_photo(tmp_path / "logo.png", width=32, height=16)
    assert run(["finish", str(main), "--logo", str(logo), "-o", str(tmp_path / "out.mp4"), "--plan"]) == 0
    assert "all pictures are encoded: the logo changes every picture" in capsys.readouterr().out


def test_head_may_be_repeated_and_be_a_photo_and_fade(tmp_path: Path, main: Path, head: Path) -> None:
    photo, out = make_photo(tmp_path / "title.png", width=64, height=64), tmp_path / "out.mp4"
    line = [
        "finish",
        str(main),
        "--head",
        str(photo),
        "--head",
        str(head),
        "--tail",
        str(head),
        "-o",
        str(out),
    ]
    assert run([*line, "--still-seconds", "0.4", "--crossfade", "0.08"]) == 0
    assert packets.frame_count(out) == 10 + 20 + 30 + 20 - 3 * 2


def test_of_several_clips_each_is_named_and_a_photo_need_not_sound(
    tmp_path: Path, main: Path, head: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, photo = make_video(tmp_path / "b.mp4", seconds=0.8, fps="30"), make_photo(tmp_path / "title.png")
    clips = ("--head", str(head), "--head", str(other), "--tail", str(photo))
    assert run(["finish", str(main), *clips, "-o", str(tmp_path / "out.mp4"), "--plan"]) == 0
    told = capsys.readouterr().out
    assert "head head.mp4 has no sound" in told and "head b.mp4 runs at 30.000 fps" in told
    assert "tail is 640×480" in told and "tail has no sound" not in told


def test_logos_stand_each_in_its_corner_with_their_sizes(
    tmp_path: Path, main: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logo, out = str(make_photo(tmp_path / "logo.png", width=32, height=16)), tmp_path / "out.mp4"
    line = ["finish", str(main), "-o", str(out), "--logo", logo, "--logo", logo, "--logo", logo]
    places = (
        "--logo-position",
        "top-left",
        "--logo-size",
        "20",
        "--logo-size",
        "10",
        "--logo-opacity",
        "0.5",
    )
    assert run([*line, *places]) == 0
    told = capsys.readouterr().out
    for box in ("32×16 at 4,4", "16×8 at 140,4", "16×8 at 140,78"):  # the second takes the first free corner
        assert f"logo logo.png {box}" in told
    marks = json.loads(out.with_name("out.mp4.receipt.json").read_text(encoding="utf-8"))["inputs"]
    assert [mark["role"] for mark in marks] == ["main", "logo", "logo", "logo"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--logo-size", "20"), "more logo places"),
        (("--logo", "logo.png", "--logo-size", "200"), "give 1 to 100 %"),
        (("--logo", "logo.png", "--logo-opacity", "0"), "above 0 up to 1"),
        (("--logo", "logo.png") * 5, "5 logos: give at most 4"),
    ],
)
def test_logos_that_cannot_be_placed_are_told(
    tmp_path: Path, main: Path, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logo, out = make_photo(tmp_path / "logo.png", width=32, height=16), tmp_path / "out.mp4"
    given = [str(logo) if word == "logo.png" else word for word in more]
    assert run(["finish", str(main), "-o", str(out), *given]) == 2
    assert said in capsys.readouterr().err and not out.exists()


@pytest.mark.parametrize("wrong", [("--crossfade", "0.7"), ("--crossfade", "-1"), ("--still-seconds", "0")])
def test_wishes_that_cannot_be_met_are_told_with_their_limits(
    tmp_path: Path, main: Path, head: Path, wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    assert run(["finish", str(main), "--head", str(head), "-o", str(out), *wrong]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and wrong[1].lstrip("-") in told and not out.exists()


def test_progress_never_goes_back(
    tmp_path: Path, main: Path, head: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del capsys
    assert overall("look", 0) == 0 and overall("prove", 1) == 1
    assert overall("look", 1) <= overall("measure", 0) and overall("measure", 1) <= overall("encode", 0)
    assert overall("encode", 1) <= overall("prove", 0)
    assert json.dumps(overall("another stage", 0.5)) == "0.0"
