"""A proof holds for a good video and fails for each way in which one can be bad."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from mediaprep.finishing.plan import captioned, plan, target_named
from mediaprep.media import ffmpeg as door
from mediaprep.media import fonts, render
from mediaprep.media.compose import loudness
from mediaprep.media.probing import probe
from mediaprep.media.prove import prove
from mediaprep.model.facts import VideoFacts
from mediaprep.model.finishing.plans import Cue, Encoding, RenderPlan, Role
from mediaprep.model.finishing.proof import Check
from tests.making import ffmpeg

CUES = (
    Cue(start_ms=400, end_ms=1400, lines=("大家好，欢迎收看，", "我是小小。")),
    Cue(start_ms=1480, end_ms=2400, lines=("第二条字幕",)),
)


@pytest.fixture(scope="module")
def binary() -> door.Binary:
    return door.find()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, binary: door.Binary) -> RenderPlan:
    """Head and main with noise that never repeats, two captions, levelled; already rendered."""
    folder = tmp_path_factory.mktemp("proof")
    clips = []
    for role, seconds, seed in ((Role.HEAD, 1, 5), (Role.MAIN, 3, 9)):
        path = folder / f"{role.value}.mp4"
        beat = f"anoisesrc=c=pink:r=48000:d={seconds}:seed={seed},tremolo=f=3:d=0.9"
        ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={seconds}", "-f", "lavfi", "-i", beat,
               "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)  # fmt: skip
        facts = probe.probe(path, faces=False)
        assert isinstance(facts, VideoFacts)
        clips.append((role, path, facts))
    font = fonts.choose(cue.text for cue in CUES)
    made = captioned(plan(clips, output=folder / "good.mp4"), CUES, burn=True, font=font).plan
    made = dataclasses.replace(
        made, target=target_named("web"), encoding=Encoding(preset="ultrafast", crf=20)
    )
    assert made.target is not None
    levelling = loudness.level(made, made.target, binary=binary)
    made = dataclasses.replace(made, levelling=levelling)
    render.render(made, binary=binary)
    return made


def checks_of(path: Path, made: RenderPlan, binary: door.Binary) -> dict[str, Check]:
    return {check.name: check for check in prove.prove(path, render.expectation(made), binary=binary)}


def broken(path: Path, made: RenderPlan, binary: door.Binary) -> set[str]:
    return {name for name, check in checks_of(path, made, binary).items() if check.held is False}


def test_a_good_video_holds_in_every_row(good: RenderPlan, binary: door.Binary) -> None:
    checks = checks_of(good.output, good, binary)
    assert {name for name, check in checks.items() if check.held} == {
        "decode_errors", "frames", "streams_apart", "picture", "sound_of_main", "av_offset", "loudness", "true_peak",
        "captions_inside", "captions_outside", "captions_within_picture",
    }  # fmt: skip
    assert all("held" in check.say() for check in checks.values())


def remade(good: RenderPlan, name: str, *arguments: str) -> Path:
    path = good.output.parent / f"{name}.mp4"
    ffmpeg("-i", good.output, *arguments, path)
    return path


COPY_PICTURE = ("-c:v", "copy")
FAST = ("-preset", "ultrafast", "-crf", "18")

DEFECTS = {
    "shortened": (("-c", "copy", "-t", "3.2"), "frames"),
    "sound late": ((*COPY_PICTURE, "-af", "adelay=90:all=1,atrim=end=4"), "av_offset"),
    "sound early": ((*COPY_PICTURE, "-af", "atrim=start=0.09,asetpts=PTS-STARTPTS,apad=whole_dur=4"), "av_offset"),
    "picture late": (("-vf", "tpad=start=3:start_mode=clone,trim=end_frame=100", *FAST), "av_offset"),
    "no sound": (("-c", "copy", "-an"), "streams_apart"),
    "sound cut off": ((*COPY_PICTURE, "-af", "atrim=end=3"), "streams_apart"),
    "other sound": ((*COPY_PICTURE, "-af", "areverse"), "sound_of_main"),
    "too quiet": ((*COPY_PICTURE, "-af", "volume=-2dB"), "loudness"),
    "too hot": ((*COPY_PICTURE, "-af", "volume=14dB,alimiter=limit=1:level=0"), "true_peak"),
    "other size": (("-vf", "scale=160:90", *FAST), "picture"),
    "ten bits": (("-pix_fmt", "yuv420p10le", *FAST), "picture"),
    "captions covered": (("-vf", "drawbox=y=140:h=40:w=320:t=fill:color=gray", *FAST), "captions_inside"),
    "captions shifted": (("-vf", "scroll=vpos=0.1", *FAST), "captions_inside"),
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_breaks_its_own_row(good: RenderPlan, binary: door.Binary, defect: str) -> None:
    arguments, row = DEFECTS[defect]
    assert row in broken(remade(good, defect.replace(" ", "-"), *arguments), good, binary)


def test_damage_in_the_middle_shows_as_decode_errors(good: RenderPlan, binary: door.Binary) -> None:
    path = good.output.parent / "damaged.mp4"
    raw = bytearray(good.output.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 3000] = bytes(range(256)) * 11 + bytes(184)
    path.write_bytes(raw)
    assert "decode_errors" in broken(path, good, binary)


def test_a_file_that_is_no_video_is_one_broken_row(good: RenderPlan, binary: door.Binary) -> None:
    path = good.output.parent / "text.mp4"
    path.write_text("hello")
    assert broken(path, good, binary) == {"readable"}


def test_captions_missing_late_or_of_another_text_are_noticed(good: RenderPlan, binary: door.Binary) -> None:
    def rendered(name: str, cues: tuple[Cue, ...]) -> Path:
        clips = [(clip.role, clip.path, clip.facts) for clip in good.clips]
        font = fonts.choose(cue.text for cue in cues) if cues else None
        laid = plan(clips, output=good.output.parent / name)
        other = captioned(laid, cues, burn=True, font=font).plan
        other = dataclasses.replace(other, encoding=good.encoding, levelling=good.levelling)
        render.render(other, binary=binary)
        return other.output

    assert "captions_inside" in broken(rendered("none.mp4", ()), good, binary)
    late = tuple(dataclasses.replace(c, start_ms=c.start_ms + 120, end_ms=c.end_ms + 120) for c in CUES)
    assert {"captions_inside", "captions_outside"} <= broken(rendered("late.mp4", late), good, binary)
    other = (CUES[0], dataclasses.replace(CUES[1], lines=("完全不同",)))
    assert "captions_inside" in broken(rendered("other.mp4", other), good, binary)
    longer = (CUES[0], dataclasses.replace(CUES[1], end_ms=2900))
    assert "captions_outside" in broken(rendered("longer.mp4", longer), good, binary)


def test_captions_really_are_in_the_pixels_inside_cues_only(good: RenderPlan, binary: door.Binary) -> None:
    """An oracle of its own: the same plan without captions, compared picture by picture."""
    from tests.media.test_render import raw_pictures

    bare = dataclasses.replace(good, cues=(), burn=False, output=good.output.parent / "bare.mp4")
    render.render(bare, binary=binary)
    with_, without = (raw_pictures(p.output, 320, 180).astype(int) for p in (good, bare))
    changed = (np.abs(with_ - without)[:, 120:] > 60).mean(axis=(1, 2))
    shown = np.zeros(len(changed), bool)
    for placed in good.cues:
        shown[placed.first_frame : placed.end_frame] = True
    assert shown.sum() == 25 + 23
    assert changed[shown].min() > 0.01
    assert changed[~shown].max() < 0.001


def test_still_pictures_and_silence_are_not_measured_rather_than_passed(
    tmp_path: Path, binary: door.Binary
) -> None:
    main = tmp_path / "still.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=160x90:r=25:d=1", "-f", "lavfi", "-i", "anullsrc=r=48000:d=1",
           "-shortest", "-pix_fmt", "yuv420p", main)  # fmt: skip
    facts = probe.probe(main, faces=False)
    assert isinstance(facts, VideoFacts)
    made = dataclasses.replace(
        plan([(Role.MAIN, main, facts)], output=tmp_path / "o.mp4").plan,
        encoding=Encoding(preset="ultrafast"),
    )
    render.render(made, binary=binary)
    offset = checks_of(made.output, made, binary)["av_offset"]
    assert offset.held is None and "no sound to compare" in offset.note


def test_the_file_that_was_proved_is_not_touched(good: RenderPlan, binary: door.Binary) -> None:
    copy = Path(shutil.copy(good.output, good.output.parent / "copy.mp4"))
    before = copy.read_bytes()
    checks_of(copy, good, binary)
    assert copy.read_bytes() == before
