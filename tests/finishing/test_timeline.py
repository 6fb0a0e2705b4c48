"""Offsets are exact: frames add up, samples never drift, captions land on the frames they are meant for."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadAsset
from mediaprep.finishing import timeline
from mediaprep.model.facts import ABSENT, AudioTrack, VideoFacts
from mediaprep.model.finishing.plans import Cue, Role


def video(**more: Any) -> VideoFacts:
    given: dict[str, Any] = {
        "container": "mp4", "codec": "h264", "width": 1920, "height": 1080, "fps": 25.0, "frames": 250,
        "seconds": 10.0, "size_bytes": 1000, "audio_tracks": 1,
        "audio": AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=10.0),
    }  # fmt: skip
    return VideoFacts(**{**given, **more})


def laid(*clips: tuple[Role, VideoFacts]) -> tuple[Any, Any]:
    main = next(facts for role, facts in clips if role is Role.MAIN)
    canvas = timeline.canvas_of(main)
    return canvas, timeline.lay(canvas, [(role, Path(role.value), facts) for role, facts in clips])


@pytest.mark.parametrize(
    ("measured", "exact"),
    [
        (25.0, Fraction(25)), (29.97, Fraction(30000, 1001)), (29.97003, Fraction(30000, 1001)), (30.0, Fraction(30)),
        (23.976, Fraction(24000, 1001)), (59.94, Fraction(60000, 1001)), (12.5, Fraction(25, 2)),
    ],
)  # fmt: skip
def test_a_measured_rate_becomes_the_exact_one(measured: float, exact: Fraction) -> None:
    assert timeline.exact_rate(video(fps=measured)) == exact


def test_a_variable_rate_becomes_the_nearest_standard_one() -> None:
    assert timeline.exact_rate(video(fps=29.1, variable_rate=True)) == Fraction(30000, 1001)
    assert timeline.exact_rate(video(fps=24.7, variable_rate=True)) == 25


def test_a_rate_that_was_not_measured_is_asked_for() -> None:
    with pytest.raises(BadAsset, match="frame rate"):
        timeline.exact_rate(video(fps=None))


def test_clips_follow_each_other_without_gap_or_drift() -> None:
    ntsc = video(fps=30000 / 1001, frames=1001, seconds=1001 * 1001 / 30000)
    head = video(fps=24.0, frames=73, seconds=73 / 24, audio=ABSENT, audio_tracks=0)
    canvas, clips = laid((Role.HEAD, head), (Role.MAIN, ntsc), (Role.TAIL, head))
    assert [clip.role for clip in clips] == [Role.HEAD, Role.MAIN, Role.TAIL]
    for before, after in itertools.pairwise(clips):
        assert after.first_frame == before.end_frame
        assert after.first_sample == before.first_sample + before.samples
    for clip in clips:
        exact = clip.first_frame / canvas.fps * canvas.sample_rate
        assert abs(clip.first_sample - exact) <= Fraction(1, 2)
    assert clips[1].frames == 1001
    assert abs(clips[0].frames - 73 / 24 * 30000 / 1001) <= 0.5


def test_the_canvas_is_mains_with_even_sides_and_a_common_sound_rate() -> None:
    voice = AudioTrack(codec="aac", sample_rate=16000, channels=1, seconds=10.0)
    canvas = timeline.canvas_of(video(width=1079, height=607, audio=voice))
    assert (canvas.width, canvas.height, canvas.sample_rate, canvas.channels) == (1078, 606, 48000, 2)
    assert timeline.canvas_of(video(pixel_aspect=4 / 3, width=1440)).width == 1920


def test_sound_that_outlasts_the_picture_lengthens_the_clip() -> None:
    track = AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=10.5)
    _, (clip,) = laid((Role.MAIN, video(audio=track)))
    assert (clip.frames, clip.held_frames) == (263, 13)
    padded = AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=10.06)
    assert laid((Role.MAIN, video(audio=padded)))[1][0].held_frames == 0  # a codec's padding is no content


def test_a_picture_that_begins_after_the_sound_keeps_its_place() -> None:
    track = AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=10.8, starts=0.0)
    _, (clip,) = laid((Role.MAIN, video(picture_starts=0.8, audio=track)))
    assert clip.frames == 270 and clip.held_frames == 0
    both_late = AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=10.0, starts=1.4)
    assert laid((Role.MAIN, video(picture_starts=1.4, audio=both_late)))[1][0].frames == 250


def test_cues_move_with_main_and_show_on_whole_frames() -> None:
    canvas, clips = laid((Role.HEAD, video(frames=50, audio=ABSENT)), (Role.MAIN, video()))
    placed, outside = timeline.place(canvas, clips[1], [Cue(start_ms=1000, end_ms=2010, lines=("你好",))])
    assert outside == 0
    assert (placed[0].cue.start_ms, placed[0].cue.end_ms) == (3000, 4010)
    assert (placed[0].first_frame, placed[0].end_frame) == (75, 101)


def test_cues_beyond_main_are_cut_or_left_out_and_never_reach_the_tail() -> None:
    canvas, clips = laid((Role.MAIN, video()), (Role.TAIL, video()))
    cues = [Cue(start_ms=9000, end_ms=12000, lines=("甲",)), Cue(start_ms=11000, end_ms=12000, lines=("乙",))]
    placed, outside = timeline.place(canvas, clips[0], cues)
    assert outside == 1 and placed[0].end_frame == 250 and placed[0].cue.end_ms == 10000


def test_notes_tell_what_is_done_to_a_clip() -> None:
    silent = video(width=640, height=480, fps=30.0, audio_tracks=0, audio=ABSENT, hdr=True)
    canvas, clips = laid((Role.HEAD, silent), (Role.MAIN, video()))
    said = " | ".join(note.en for note in timeline.notes(canvas, clips))
    for word in ("640×480", "30.000 fps", "no sound", "HDR"):
        assert word in said
    assert all(note.zh and note.zh != note.en for note in timeline.notes(canvas, clips))
