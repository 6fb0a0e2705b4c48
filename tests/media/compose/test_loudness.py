"""The finished programme meets its target by a plain gain, and by a limiter only where a peak leaves no room."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from mediaprep.finishing.plan import plan
from mediaprep.media import ffmpeg as door
from mediaprep.media import render
from mediaprep.media.compose import loudness
from mediaprep.media.probing import probe
from mediaprep.model.facts import VideoFacts
from mediaprep.model.finishing.plans import LOUDNESS_TARGETS, Encoding, Levelling, RenderPlan, Role
from tests.making import ffmpeg

AAC_TOLERANCE_DB = 0.0  # the margins kept before the codec leave nothing over


@pytest.fixture(scope="module")
def binary() -> door.Binary:
    return door.find(imageio_ffmpeg.get_ffmpeg_exe())


def programme(path: Path, sound: str, *, seconds: float = 6.0) -> Path:
    """A tiny picture with a sound written as an aevalsrc or other source."""
    ffmpeg("-f", "lavfi", "-i", f"color=gray:s=64x36:r=25:d={seconds}", "-f", "lavfi", "-i", sound,
           "-shortest", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", path)  # fmt: skip
    return path


def planned(output: Path, *paths: Path) -> RenderPlan:
    roles = (Role.MAIN,) if len(paths) == 1 else (Role.HEAD, Role.MAIN, Role.TAIL)
    clips = []
    for role, path in zip(roles, paths, strict=False):
        facts = probe.probe(path, faces=False)
        assert isinstance(facts, VideoFacts)
        clips.append((role, path, facts))
    return dataclasses.replace(plan(clips, output=output).plan, encoding=Encoding(preset="ultrafast"))


def measured(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak by plain ffmpeg."""
    log = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-vn", "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    summary = log[log.rindex("Summary:") :]
    found = re.search(r"I:\s+(\S+) LUFS.*Peak:\s+(\S+) dBFS", summary, re.DOTALL)
    assert found
    return float(found[1]), float(found[2])


def made(made_plan: RenderPlan, name: str, binary: door.Binary) -> tuple[Levelling, float, float]:
    levelling = loudness.level(made_plan, LOUDNESS_TARGETS[name], binary=binary)
    assert levelling is not None
    done = dataclasses.replace(made_plan, levelling=levelling)
    checks = {check.name: check for check in render.render(done, binary=binary).checks}
    assert checks["loudness"].held and checks["true_peak"].held
    return levelling, *measured(done.output)


@pytest.mark.parametrize("name", LOUDNESS_TARGETS)
def test_a_tone_meets_every_target_by_gain_alone(tmp_path: Path, binary: door.Binary, name: str) -> None:
    main = programme(tmp_path / "main.mov", "sine=f=440:r=48000:d=6")
    levelling, lufs, peak = made(planned(tmp_path / "out.mp4", main), name, binary)
    assert levelling.linear
    assert abs(lufs - LOUDNESS_TARGETS[name].lufs) <= 0.5
    assert peak <= -1.0 + AAC_TOLERANCE_DB


def test_peaky_sound_is_limited_and_still_meets_target_and_peak(tmp_path: Path, binary: door.Binary) -> None:
    clicks = "0.06*sin(2*PI*440*t)+0.9*sin(2*PI*300*t)*lt(mod(t,0.5),0.01)"
    main = programme(tmp_path / "main.mov", f"aevalsrc=exprs='{clicks}':s=48000:d=8", seconds=8)
    levelling, lufs, peak = made(planned(tmp_path / "out.mp4", main), "web", binary)
    assert not levelling.linear
    assert abs(lufs - levelling.expected_lufs) <= 0.5
    assert abs(lufs - -16.0) <= 0.5
    assert peak <= -1.0 + AAC_TOLERANCE_DB


def test_a_target_that_would_crush_the_sound_is_not_forced_and_is_told(
    tmp_path: Path, binary: door.Binary
) -> None:
    clicks = "0.03*random(0)+0.9*sin(2*PI*300*t)*lt(mod(t,0.5),0.01)"
    main = programme(tmp_path / "main.mov", f"aevalsrc=exprs='{clicks}':s=48000:d=8", seconds=8)
    levelling, lufs, peak = made(planned(tmp_path / "out.mp4", main), "web", binary)
    assert levelling.expected_lufs < -17  # short of the target, and known beforehand
    assert abs(lufs - levelling.expected_lufs) <= 0.5 and peak <= -1.0


def test_noise_at_full_scale_is_turned_down_without_a_limiter(tmp_path: Path, binary: door.Binary) -> None:
    main = programme(
        tmp_path / "main.mov",
        "anoisesrc=c=pink:a=1:r=44100:d=6:seed=3,volume=8dB,alimiter=limit=0.98:level=0",
    )
    levelling, lufs, peak = made(planned(tmp_path / "out.mp4", main), "streaming", binary)
    assert levelling.linear and levelling.gain_db < 0
    assert abs(lufs - -14.0) <= 0.5 and peak <= -1.0 + AAC_TOLERANCE_DB


def test_the_joined_programme_is_measured_not_only_main(tmp_path: Path, binary: door.Binary) -> None:
    quiet = programme(tmp_path / "quiet.mov", "sine=f=440:r=48000:d=3,volume=-30dB", seconds=3)
    loud = programme(tmp_path / "loud.mov", "sine=f=440:r=48000:d=9", seconds=9)
    alone = loudness.measure_plan(planned(tmp_path / "a.mp4", quiet), binary=binary)
    joined = loudness.measure_plan(planned(tmp_path / "b.mp4", loud, quiet, loud), binary=binary)
    assert alone.lufs is not None and joined.lufs is not None
    assert joined.lufs > alone.lufs + 20
    _, lufs, _ = made(planned(tmp_path / "out.mp4", loud, quiet, loud), "web", binary)
    assert abs(lufs - -16.0) <= 0.5


def test_silence_is_left_alone(tmp_path: Path, binary: door.Binary) -> None:
    main = programme(tmp_path / "main.mov", "anullsrc=r=48000:d=2", seconds=2)
    assert loudness.level(planned(tmp_path / "o.mp4", main), LOUDNESS_TARGETS["web"], binary=binary) is None


def test_measuring_decodes_no_picture(
    tmp_path: Path, binary: door.Binary, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = programme(tmp_path / "main.mov", "sine=f=440:r=48000:d=2", seconds=2)
    seen: list[str] = []
    real = door.run
    monkeypatch.setattr(door, "run", lambda b, a, **k: seen.extend(a) or real(b, a, **k))
    loudness.measure_plan(planned(tmp_path / "o.mp4", main), binary=binary)
    assert "-vn" in seen and "libx264" not in seen and not any("scale" in word for word in seen)


def test_mono_and_stereo_of_the_same_sound_end_up_equally_loud(tmp_path: Path, binary: door.Binary) -> None:
    results = []
    for layout in ("mono", "stereo"):
        main = programme(
            tmp_path / f"{layout}.mov", f"sine=f=440:r=48000:d=4,aformat=channel_layouts={layout}"
        )
        results.append(made(planned(tmp_path / f"{layout}.mp4", main), "web", binary)[1])
    assert abs(results[0] - results[1]) <= 0.2
