"""What the command line says about captions reaches the file: looks, ways, sidecars, a second language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.media.compose import softtrack
from mediaprep.model.finishing.receipts import TrackedCaption
from tests.making import make_video

SRT = "1\n00:00:00,200 --> 00:00:01,300\n每天十六次日出\n"


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("captions")
    (folder / "main.srt").write_text(SRT, encoding="utf-8")
    (folder / "en.srt").write_text(SRT.replace("每天十六次日出", "Sixteen sunrises a day"), encoding="utf-8")
    return make_video(folder / "main.mp4", seconds=1.6, width=320, height=180)


@dataclass
class Ended:
    exit_code: int
    output: str


@pytest.fixture
def call(main: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    def called(name: str, *options: str | Path) -> Ended:
        code = run(["finish", str(main), "-o", str(main.with_name(name)), *map(str, options)])
        caught = capfd.readouterr()
        return Ended(code, caught.out + caught.err)

    return called


def test_every_look_may_be_given_on_the_command_line(main: Path, call: Callable[..., Ended]) -> None:
    done = call(
        "a.mp4", "--captions", "auto", "--caption-size", "7", "--caption-color", "FFEE00",
        "--caption-outline", "8", "--caption-outline-color", "002244", "--caption-box", "101010",
        "--caption-box-opacity", "0.8", "--caption-position", "top", "--caption-margin", "6", "--over-faces",
        "--sidecar", "ass", "--sidecar", "vtt", "--captions-second", main.with_name("en.srt"),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    script = main.with_name("a.ass").read_text(encoding="utf-8")
    assert "&H0000EEFF" in script and "&H00442200" in script and "Sixteen sunrises a day" in script
    assert main.with_name("a.vtt").is_file() and not main.with_name("a.srt").exists()
    assert "captions inside cues" in done.output and "FAILED" not in done.output


def test_a_soft_track_needs_no_word_about_captions_otherwise(main: Path, call: Callable[..., Ended]) -> None:
    done = call("b.mp4", "--captions-as", "soft", "--caption-language", "eng", "--sidecar", "none")
    assert done.exit_code == 0, done.output
    assert softtrack.read(main.with_name("b.mp4")) == [
        TrackedCaption(start_ms=200, end_ms=1300, text="每天十六次日出")
    ]
    assert not main.with_name("b.srt").exists()


def test_beside_the_video_only(main: Path, call: Callable[..., Ended]) -> None:
    done = call("c.mp4", "--captions-as", "sidecar")
    assert done.exit_code == 0, done.output
    assert main.with_name("c.srt").is_file() and softtrack.read(main.with_name("c.mp4")) == []


def test_wrong_values_are_one_line_and_leave_nothing(main: Path, call: Callable[..., Ended]) -> None:
    for options, said in (
        (("--caption-color", "red"), "RRGGBB"),
        (("--caption-size", "90"), "2"),
        (("--karaoke",), "timestamps"),
        (("--captions-as", "tattoo"), "burn"),
    ):
        done = call("d.mp4", "--captions", "burn", *options)
        assert done.exit_code in (1, 2) and "Traceback" not in done.output
        assert said in done.output, done.output
    assert not main.with_name("d.mp4").exists()


def test_looks_alone_ask_for_captions(main: Path, call: Callable[..., Ended]) -> None:
    done = call("e.mp4", "--caption-size", "6", "--plan")
    assert done.exit_code == 0 and "1 captions burnt in" in done.output
    assert "captions come from main.srt" in done.output


def test_a_script_that_is_missing_or_of_no_use_is_told(main: Path, call: Callable[..., Ended]) -> None:
    done = call("f.mp4", "--captions", "burn", "--script", main.with_name("nothing.txt"))
    assert done.exit_code == 1 and "nothing.txt: no such file" in done.output
    done = call("f.mp4", "--captions", main.with_name("en.srt"), "--script", main.with_name("main.srt"))
    assert done.exit_code == 2 and "--script goes with --captions burn" in done.output
    assert not main.with_name("f.mp4").exists()


def test_hundreds_of_findings_of_one_kind_are_counted_not_listed(
    main: Path, call: Callable[..., Ended]
) -> None:
    fast = "".join(
        f"{n}\n00:00:00,{n * 100:03d} --> 00:00:00,{n * 100 + 60:03d}\n太快了\n\n" for n in range(1, 9)
    )
    main.with_name("fast.srt").write_text(fast, encoding="utf-8")
    done = call("g.mp4", "--captions", main.with_name("fast.srt"), "--plan", "--over-faces")
    assert done.output.count("captions.cue.speed @") == 5
    assert "captions.cue.speed: 3 more like these" in done.output
