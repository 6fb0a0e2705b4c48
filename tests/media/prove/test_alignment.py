"""A clip's pictures are found where they stand in an output, however slow they are and whatever brightness they got."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.finishing.plan import plan
from mediaprep.media.compose import clips
from mediaprep.media.containers import packets
from mediaprep.media.probing import probe
from mediaprep.media.prove import alignment
from mediaprep.model.facts import VideoFacts
from mediaprep.model.finishing.plans import Canvas, Clip, Role
from tests.making import ffmpeg

UPRIGHT = "606x1078"
SLOW = "gradients=s=1280x720:r=24:d=2:c0=0x1060c0:c1=black:nb_colors=2:speed=0.02:seed={seed}"


def facts_of(path: Path) -> VideoFacts:
    facts = probe.probe(path, faces=False)
    assert isinstance(facts, VideoFacts)
    return facts


def head_of(folder: Path, picture: str) -> tuple[Clip, Canvas]:
    """A head clip of 24 fps and 16:9 on the canvas of an upright main of 30 fps."""
    for name, source in (("head", picture), ("main", f"testsrc2=s={UPRIGHT}:r=30:d=1")):
        ffmpeg(
            "-f", "lavfi", "-i", source, "-preset", "ultrafast", "-pix_fmt", "yuv420p", folder / f"{name}.mp4"
        )
    head, main = folder / "head.mp4", folder / "main.mp4"
    made = plan(
        [(Role.HEAD, head, facts_of(head)), (Role.MAIN, main, facts_of(main))], output=folder / "out.mp4"
    ).plan
    return made.clips[0], made.canvas


def rendered(
    clip: Clip, canvas: Canvas, *, late: int = 0, colour: str = "null"
) -> dict[int, alignment.Thumb]:
    """The small pictures of the clip fitted onto the canvas, `late` frames too late."""
    x, y, width, height = clips.fitted_box(clip, canvas)
    out = clip.path.with_name("fitted.mp4")
    fitted = f"fps={canvas.fps},scale={width}:{height},{colour},pad={canvas.width}:{canvas.height}:{x}:{y}"
    ffmpeg(
        "-i", clip.path, "-vf", f"{fitted},tpad=start={late}:start_mode=clone", "-preset", "ultrafast", out
    )
    pictures = packets.decode_frames(out, pixel_format="gray", size=alignment.thumb_size(canvas))
    return {number: picture for number, (_, picture) in enumerate(pictures)}


@pytest.mark.parametrize("seed", [8, 10, 11, 15])
def test_a_slow_gradient_fitted_into_another_shape_is_in_its_place(tmp_path: Path, seed: int) -> None:
    clip, canvas = head_of(tmp_path, SLOW.format(seed=seed))
    brighter = "lutyuv=y=16+(val-16)*1.16"  # as samples of one range taken for the other
    assert alignment.picture_lag(clip, canvas, rendered(clip, canvas, colour=brighter)) == 0.0


@pytest.mark.parametrize("late", [3, 5])
def test_a_slow_gradient_that_comes_late_is_found_late(tmp_path: Path, late: int) -> None:
    clip, canvas = head_of(tmp_path, SLOW.format(seed=8))
    found = alignment.picture_lag(clip, canvas, rendered(clip, canvas, late=late))
    assert (
        found is not None and late - 1 <= round(found * canvas.fps) <= late
    )  # the nearer of two alike is told


@pytest.mark.parametrize("late", [3, 4])
def test_a_pattern_half_a_period_late_is_not_taken_for_an_inverted_one(tmp_path: Path, late: int) -> None:
    grating = "nullsrc=s=640x360:r=24:d=2,format=gray,geq=lum='128+100*sin(2*PI*(X/160-N/8))'"
    clip, canvas = head_of(tmp_path, grating)
    assert alignment.picture_lag(clip, canvas, rendered(clip, canvas)) == 0.0
    found = alignment.picture_lag(clip, canvas, rendered(clip, canvas, late=late))
    assert found is not None and abs(found * canvas.fps) >= 2


def test_a_picture_that_stands_still_tells_no_time(tmp_path: Path) -> None:
    clip, canvas = head_of(tmp_path, "color=c=0x806040:s=1280x720:r=24:d=2")
    assert alignment.picture_lag(clip, canvas, rendered(clip, canvas)) is None


def test_a_clip_too_narrow_to_be_seen_tells_no_time(tmp_path: Path) -> None:
    clip, canvas = head_of(tmp_path, "testsrc2=s=4x900:r=24:d=2")
    assert alignment.picture_lag(clip, canvas, rendered(clip, canvas)) is None
