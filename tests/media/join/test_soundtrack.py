"""One sound track of several: main's own AAC frames, what is encoded around them, stretches encoded side by side."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg as door
from mediaprep.media.containers import packets
from mediaprep.media.join import coded_track, soundtrack
from mediaprep.model.finishing.joining import CodedPicture, CodedSound, CopiedSound
from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.verbs.finish import Finished, finish_video
from tests.making import ffmpeg, make_video

FAST = Encoding(preset="ultrafast", crf=23)
RATE = 48000
HEAD_SECONDS = 0.6
# a chord that comes and goes at no steady pace, other in each ear: any place tells where it is
CHORD = (
    "aevalsrc=exprs='0.3*sin(2*PI*330*t)*(1+sin(2*PI*1.7*t*t/9))/2"
    "|0.3*sin(2*PI*550*t)*(1+sin(2*PI*2.3*t*t/9))/2':s={rate}:d={seconds}"
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return make_video(tmp_path / "head.mp4", seconds=HEAD_SECONDS, width=160, height=90, tone_hz=900)


def make_main(path: Path, *, seconds: float = 9, rate: int = RATE, extra: tuple[str, ...] = ()) -> Path:
    """Groups of ten pictures; no noise substitution, which every decoder draws anew."""
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=160x90:r=25:d={seconds}", "-f", "lavfi", "-i",
           CHORD.format(rate=rate, seconds=seconds), "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p",
           "-c:a", "aac", "-aac_pns", "0", *extra, path)  # fmt: skip
    return path


def heard(path: Path, rate: int = RATE) -> NDArray[np.float32]:
    """All samples, (n, 2), decoded by plain ffmpeg: an oracle of its own. Nothing may be complained of."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-i", str(path), "-map", "0:a", "-ar", str(rate), "-ac", "2",
         "-f", "f32le", "-"], check=True, capture_output=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


def run(main: Path, tmp_path: Path, **more: Any) -> Finished:
    return finish_video(main, output=tmp_path / "out.mp4", encoding=FAST, **more)


def held(done: Finished) -> dict[str, bool | None]:
    return {check.name: check.held for check in done.checks}


def own_frames(done: Finished, main: Path) -> int:
    """How many AAC frames of the output are main's, to the bit."""
    mine = set(packets.packet_hashes(main, "audio"))
    return sum(one in mine for one in packets.packet_hashes(done.output, "audio"))


def worst(made: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """The largest difference of two sounds, full scale = 1."""
    return float(np.abs(made - wanted).max())


@pytest.mark.parametrize("rate", [48000, 44100])
def test_mains_sound_is_copied_to_the_bit_and_to_the_sample(tmp_path: Path, head: Path, rate: int) -> None:
    main = make_main(tmp_path / "main.mp4", rate=rate)
    done = run(main, tmp_path, head=head, tail=head)
    assert held(done)["copied_sound"] and "main's sound is copied" in " ".join(
        text.en for text in done.summary
    )
    assert own_frames(done, main) > 9 * rate / 1024 - 2 * 64
    made, own = heard(done.output, rate), heard(main, rate)
    starts = round(HEAD_SECONDS * rate)
    assert len(made) == round((9 + 2 * HEAD_SECONDS) * rate)
    assert worst(made[starts:][: len(own)], own) < 0.02  # all of main, seams included: one more encoding
    assert worst(made[starts + rate * 2 :][: rate * 5], own[rate * 2 :][: rate * 5]) < 1e-6
    opening = heard(head, rate)
    assert worst(made[: starts - 1024], opening[: starts - 1024]) < 0.02
    assert worst(made[starts + 9 * rate + 2048 :][: rate // 2], opening[2048:][: rate // 2]) < 0.02


@pytest.mark.parametrize("tailed", [False, True])
def test_without_a_head_mains_first_frames_are_its_own(tmp_path: Path, head: Path, tailed: bool) -> None:
    main = make_main(tmp_path / "main.mp4")
    cue = Cue(start_ms=4000, end_ms=4500, lines=("你好",))
    done = run(main, tmp_path, **({"tail": head} if tailed else {"captions": [cue]}))
    assert held(done)["copied_sound"]
    made, own = heard(done.output), heard(main)
    assert worst(made[: 7 * RATE], own[: 7 * RATE]) < 1e-6
    assert worst(made[: len(own)], own) < 0.02
    assert len(made) == round((9 + HEAD_SECONDS * tailed) * RATE)


@pytest.mark.parametrize("headed", [False, True])
def test_where_nothing_follows_main_its_sound_is_its_own_to_the_end(
    tmp_path: Path, head: Path, headed: bool
) -> None:
    main = make_main(tmp_path / "main.mp4")
    cue = Cue(start_ms=4000, end_ms=4500, lines=("你好",))
    done = run(main, tmp_path, **({"head": head} if headed else {"captions": [cue]}))
    assert held(done)["copied_sound"]
    made, own = heard(done.output), heard(main)
    assert len(made) == round((9 + HEAD_SECONDS * headed) * RATE)
    assert worst(made[-RATE * 6 :], own[-RATE * 6 :]) < 1e-6
    if not headed:
        assert worst(made, own) == 0


@pytest.mark.parametrize("late", [0.3, 0.0125, -0.0125])
def test_sound_that_begins_before_or_after_its_picture_keeps_its_place(
    tmp_path: Path, head: Path, late: float
) -> None:
    plain, main = make_main(tmp_path / "plain.mp4"), tmp_path / "main.mp4"
    before, after = (("-itsoffset", f"{-late}"), ()) if late < 0 else ((), ("-itsoffset", f"{late}"))
    ffmpeg(*before, "-i", plain, *after, "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", main)
    done = run(main, tmp_path, head=head)
    assert held(done)["copied_sound"], done.plan.why_encoded
    made, own = heard(done.output), heard(plain)
    starts = round((HEAD_SECONDS + late) * RATE)
    assert worst(made[starts + RATE * 2 :][: RATE * 4], own[RATE * 2 :][: RATE * 4]) < 1e-6
    assert worst(made[starts + 4096 :][: RATE * 8], own[4096:][: RATE * 8]) < 0.02


@pytest.mark.parametrize("seek", ["before", "after"])
@pytest.mark.parametrize("side", ["head", "tail"])
def test_a_cut_out_piece_is_heard_from_its_cut_on(tmp_path: Path, head: Path, seek: str, side: str) -> None:
    """Cut between two AAC frames: the first one begins before the picture, or after it."""
    whole, main = make_main(tmp_path / "whole.mp4", seconds=12), tmp_path / "main.mp4"
    at = ("-ss", "0.8")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", "-c:a", "copy")
    ffmpeg(*(at if seek == "before" else ()), "-i", whole, *(at if seek == "after" else ()), *coded, main)
    first = {"before": -512, "after": 512}[seek]
    looked = coded_track.look(main, Fraction(25))
    assert isinstance(looked, CodedPicture) and looked.sound is not None and looked.sound.first == first
    done = run(main, tmp_path, **{side: head})
    assert held(done)["copied_sound"]
    starts = max(0, first) + (round(HEAD_SECONDS * RATE) if side == "head" else 0)
    made, own = heard(done.output), heard(main)
    assert worst(made[starts + 2048 :][: RATE * 10], own[2048:][: RATE * 10]) < 0.02
    assert worst(made[starts + RATE * 2 :][: RATE * 5], own[RATE * 2 :][: RATE * 5]) < 1e-6


def test_sound_shorter_than_its_picture_ends_in_silence(tmp_path: Path, head: Path) -> None:
    main = make_main(tmp_path / "main.mp4", extra=("-af", "atrim=end=8"))
    done = run(main, tmp_path, tail=head)
    assert held(done)["copied_sound"]
    made, own = heard(done.output), heard(main)
    assert worst(made[: 8 * RATE - 2048], own[: 8 * RATE - 2048]) < 0.02
    assert float(np.abs(made[8 * RATE + 2048 : 9 * RATE - 2048]).max()) < 1e-3


@pytest.mark.parametrize(
    ("extra", "more"),
    [((), {"loudness": "web"}), (("-ac", "1"), {}), (("-ar", "32000"), {}), (("-c:a", "libmp3lame"), {})],
    ids=["loudness", "mono", "another rate", "mp3"],
)
def test_sound_that_is_changed_or_coded_otherwise_is_encoded(
    tmp_path: Path, head: Path, extra: tuple[str, ...], more: dict[str, Any]
) -> None:
    main = make_main(tmp_path / "main.mp4", extra=extra)
    done = run(main, tmp_path, head=head, **more)
    assert done.plan.parts and done.plan.sound is None
    assert own_frames(done, main) == 0 and "copied_sound" not in held(done)


def test_where_no_frame_fits_all_sound_is_encoded_after_all(
    tmp_path: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make_main(tmp_path / "main.mp4")
    monkeypatch.setattr(soundtrack, "windows", lambda frame: None)
    done = run(main, tmp_path, head=head)
    assert done.plan.parts and done.plan.sound is None and own_frames(done, main) == 0
    assert worst(heard(done.output)[round(HEAD_SECONDS * RATE) :][: 9 * RATE], heard(main)) < 0.02


def test_a_frame_of_mains_sound_that_was_changed_is_told(
    tmp_path: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make_main(tmp_path / "main.mp4")
    other = make_main(tmp_path / "other.mp4", extra=("-b:a", "96k"))
    plain = soundtrack.encode

    def another(*args: Any, **more: Any) -> tuple[soundtrack.Stretch, ...]:
        return tuple(
            soundtrack.PacketStretch(path=other if one.path == main else one.path, first=one.first, end=one.end,
                               starts=one.starts) if one.path == main else one
            for one in plain(*args, **more)
        )  # fmt: skip

    monkeypatch.setattr(soundtrack, "encode", another)
    monkeypatch.setattr("mediaprep.media.join.join._copied", lambda plan, sound: True)
    done = run(main, tmp_path, head=head)
    assert not done.plan.parts and "copied_sound" in str(done.plan.why_encoded)


def test_a_long_sound_is_encoded_in_stretches_that_cannot_be_heard(
    tmp_path: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make_main(tmp_path / "main.mp4", seconds=12)
    whole = heard(run(main, tmp_path, loudness="web").output)
    monkeypatch.setattr(soundtrack, "_SHORTEST_SECONDS", 3.0)
    monkeypatch.setattr(soundtrack.os, "cpu_count", lambda: 3)
    asked: list[int] = []
    spliced = soundtrack._spliced

    def counted(paths: list[Path], begins: list[int]) -> Any:
        asked.append(len(paths))
        return spliced(paths, begins)

    monkeypatch.setattr(soundtrack, "_spliced", counted)
    made = heard(run(main, tmp_path, loudness="web").output)
    assert asked == [3] and len(made) == len(whole) == 12 * RATE
    assert worst(made, whole) < 0.02


def test_a_failing_stretch_ends_the_others(
    tmp_path: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make_main(tmp_path / "main.mp4")
    plain = door.run

    def failing(binary: Any, arguments: Any, **more: Any) -> str:
        if any("sound-before" in word for word in arguments):
            raise ToolFailed("stopped", "已终止")
        return plain(binary, arguments, **more)

    monkeypatch.setattr(door, "run", failing)
    with pytest.raises(ToolFailed, match="stopped"):
        run(main, tmp_path, head=head)
    assert sorted(path.name for path in tmp_path.glob("*out*")) == []


def test_windows_are_read_from_a_frames_first_bits() -> None:
    # one channel: id 000, tag, global gain, reserved, sequence 10, shape 1
    assert soundtrack.windows(bytes([0b00000000, 0b00000000, 0b10100000, 0])) == 0b101
    # a pair: id 001, tag, common windows, reserved, sequence 01, shape 0
    assert soundtrack.windows(bytes([0b00100001, 0b00100000, 0, 0])) == 0b010
    # a pair without common windows, a fill element, nothing at all: they do not tell
    assert soundtrack.windows(bytes([0b00100000, 0b00100000, 0, 0])) is None
    assert soundtrack.windows(bytes([0b11000000, 0, 0, 0])) is None


def test_a_track_looked_at_tells_where_its_sound_lies(tmp_path: Path) -> None:
    main = make_main(tmp_path / "main.mp4", seconds=2)
    coded = coded_track.look(main, Fraction(25))
    assert isinstance(coded, CodedPicture) and coded.sound is not None
    assert (coded.sound.first, coded.sound.stamp, coded.sound.rate) == (-1024, -1024, RATE)
    silent = make_video(tmp_path / "silent.mp4", seconds=1, width=96, height=54, audio=False)
    assert getattr(coded_track.look(silent, Fraction(25)), "sound", 1) is None


def test_encoded_frames_and_mains_meet_on_one_grid() -> None:
    coded = CodedSound(rate=RATE, channels=2, configuration=b"\x11\x90", first=-1024, stamp=-1024, frames=500)
    copied = CopiedSound(coded=coded, starts=28_800, usable=480, led=True, trailed=True)
    assert (copied.at(0) + 1024 + copied.shift) % 1024 == 0 and 0 <= copied.shift < 1024
    assert -1024 - copied.shift + 1024 * (7 + copied.ahead) == copied.at(7)
    assert copied.surely == range(65, 416)
