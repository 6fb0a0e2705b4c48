"""Faces of whole videos: stretches without one, how they turn, how many people."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media import sniff
from mediaprep.media.people.face_search import look_for_faces, summed
from mediaprep.media.probing import video
from mediaprep.model.facts import FaceBox, MeasuredRange, SeenPicture, Stretch, VideoFaces, VideoFacts
from tests.making import ffmpeg, make_face_video

FACE = FaceBox(x=0, y=0, width=100, height=120, score=0.9, yaw=10.0, pitch=2.0, brightness=90, sharpness=200)


def looked(path: Path, *, thorough: bool = False) -> VideoFaces:
    sign = sniff.identify(path)
    assert sign.demuxer is not None
    facts, moments = video.measure(path, sign.name, sign.demuxer, False)
    assert isinstance(facts, VideoFacts)
    found = look_for_faces(path, moments, facts, thorough, 60.0)
    assert found is not None
    return found


def coming_and_going(path: Path, portrait: Path) -> Path:
    """Half a second of a face, one second of a pattern, half a second of the face; a keyframe every 0.2 s."""
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=384x384:r=25:d=2", "-i", portrait, "-filter_complex",
        "[1:v]scale=384:384[p];[0:v][p]overlay=enable='lt(t,0.5)+gte(t,1.5)'", "-c:v", "libx264", "-preset",
        "ultrafast", "-g", "5", "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    return path


def test_stretches_without_a_face_are_found(tmp_path: Path, fixtures: Path) -> None:
    found = looked(coming_and_going(tmp_path / "a.mp4", fixtures / "faces/astronaut.png"))
    (gap,) = found.gaps
    assert (gap.start, gap.end) == pytest.approx((0.5, 1.5), abs=0.16)  # looked at every 0.16 s at most
    assert 0 < found.with_face < found.sampled
    assert (found.most, found.people) == (1, 1)


def test_boxes_stand_in_the_video_s_own_pixels(tmp_path: Path, fixtures: Path) -> None:
    portrait = fixtures / "faces/astronaut.png"
    boxes = []
    for side in (256, 1024):
        made = make_face_video(tmp_path / f"{side}.mp4", portrait, seconds=0.2, side=side)
        boxes.append(looked(made).pictures[0].faces[0])
    small, large = boxes
    assert (large.x / 4, large.width / 4) == pytest.approx((small.x, small.width), abs=6)
    assert large.yaw == pytest.approx(small.yaw, abs=6)


def test_a_still_head_looks_ahead(tmp_path: Path, fixtures: Path) -> None:
    found = looked(
        make_face_video(tmp_path / "a.mp4", fixtures / "faces/astronaut.png", seconds=0.4, side=512)
    )
    assert found.yaw is not None and -12 < found.yaw.low <= found.yaw.high < 5
    assert (found.turned, found.dark, found.blurred) == (0, 0, 0)


def test_a_dark_face_is_counted_as_dark(tmp_path: Path, fixtures: Path) -> None:
    dim = tmp_path / "dim.mp4"
    make_face_video(
        dim, fixtures / "faces/astronaut.png", seconds=0.2, side=512, extra=("-vf", "eq=brightness=-0.35")
    )
    found = looked(dim)
    assert found.with_face and found.dark == found.with_face


def test_a_blurred_face_is_counted_as_blurred(tmp_path: Path, fixtures: Path) -> None:
    soft = tmp_path / "soft.mp4"
    make_face_video(soft, fixtures / "faces/astronaut.png", seconds=0.2, side=512, extra=("-vf", "gblur=4"))
    found = looked(soft)
    assert found.with_face and found.blurred == found.with_face


def test_thorough_counts_one_person_once(tmp_path: Path, fixtures: Path) -> None:
    made = coming_and_going(tmp_path / "a.mp4", fixtures / "faces/astronaut.png")
    found = looked(made, thorough=True)
    assert (found.sampled, found.people, found.complete) == (20, 1, True)


def test_a_head_that_turns_is_told_with_both_ends(tmp_path: Path, fixtures: Path) -> None:
    """A face in profile that looks to one side, then to the other."""
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-loop", "1", "-i", fixtures / "faces/camera.png", "-vf", "hflip=enable='gte(t,0.4)'", "-t", "0.8",
        "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-g", "5", path,
    )  # fmt: skip
    found = looked(path)
    assert found.yaw is not None
    assert found.yaw.low == pytest.approx(-57, abs=12)
    assert found.yaw.high == pytest.approx(72, abs=12)
    assert found.turned == found.with_face > 0


def test_a_lone_picture_makes_no_gap_and_every_gap_ends() -> None:
    def at(seconds: float, *faces: FaceBox) -> SeenPicture:
        return SeenPicture(seconds=seconds, faces=faces)

    assert summed([at(0.0, FACE)], 2.0, complete=True).gaps == ()
    found = summed([at(0.0), at(1.0, FACE), at(2.0), at(3.0)], 4.0, complete=True)
    assert found.gaps == (Stretch(start=0.0, end=1.0), Stretch(start=2.0, end=4.0))
    assert (found.yaw, found.people) == (MeasuredRange(low=10.0, high=10.0), 1)


def test_boxes_of_long_walks_are_thinned() -> None:
    pictures = [SeenPicture(seconds=float(n), faces=()) for n in range(1200)]
    kept = summed(pictures, 1200.0, complete=True).pictures
    assert len(kept) == 240
    assert (kept[0].seconds, kept[-1].seconds) == (0.0, 1199.0)


SHOTS = {  # name → (when the face is there, keyframes at, options of the encoder)
    "in the last group, of reordered pictures": ("gte(t,3)", "0,3", ("-bf", "3")),
    "in the last group, whose pictures are a pyramid": (
        "gte(t,3)",
        "0,3",
        ("-bf", "7", "-b-pyramid", "strict"),
    ),
    "in the first group only": ("lt(t,1)", "0,1", ("-bf", "3")),
    "in a short group in the middle": ("between(t,2,2.5)", "0,2,2.6", ("-bf", "2")),
    "on the last pictures, with one keyframe": ("gte(t,4.4)", "0", ("-bf", "3")),
    "in the middle of one long group": ("between(t,2,3)", "0", ("-bf", "3")),
}


@pytest.mark.parametrize("suffix", ["mp4", "ts"])
@pytest.mark.parametrize("where", SHOTS)
def test_a_face_is_seen_wherever_it_is_shown(tmp_path: Path, fixtures: Path, where: str, suffix: str) -> None:
    shown, keys, options = SHOTS[where]
    path = tmp_path / f"a.{suffix}"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=192x192:r=25:d=5", "-i", fixtures / "faces/astronaut.png",
        "-filter_complex", f"[1:v]scale=192:192[p];[0:v][p]overlay=enable='{shown}'", "-c:v", "libx264",
        "-preset", "veryfast", "-sc_threshold", "0", "-g", "999", "-force_key_frames", keys, *options, "-pix_fmt",
        "yuv420p", path,
    )  # fmt: skip
    found = looked(path)
    assert found.with_face > 0
    times = [picture.seconds for picture in found.pictures]
    assert len(times) == len(set(times)) == found.sampled


def test_a_keyframe_that_does_not_decode_was_not_looked_at(tmp_path: Path) -> None:
    """Who counts the places that were asked for says that every keyframe was seen."""
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=192x192:r=25:d=2", "-c:v", "libx264", "-preset", "veryfast", "-g", "25",
        "-sc_threshold", "0", "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    facts, moments = video.measure(path, "mp4", "mov", False)
    assert isinstance(facts, VideoFacts)
    whole = look_for_faces(path, moments, facts, False, 60.0)
    lacking = look_for_faces(path, [*moments, 1.56], facts, False, 60.0)
    assert whole is not None and whole.complete
    assert lacking is not None and not lacking.complete
