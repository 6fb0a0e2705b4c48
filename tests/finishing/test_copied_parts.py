"""Copied or encoded: decided by arithmetic on what was measured, each refusal with its reason."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mediaprep.finishing import copied_parts, timeline
from mediaprep.model.facts import AudioTrack, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.joining import CodedPicture, Unjoinable
from mediaprep.model.finishing.plans import Cue, Encoding, PlacedCue, RenderPlan, Role

SOUND = AudioTrack(codec="aac", sample_rate=48000, channels=2, seconds=4.0)
MAIN = VideoFacts(
    container="mp4", codec="h264", pixel_format="yuv420p", width=320, height=180, fps=25.0, frames=100, seconds=4.0,
    size_bytes=1, variable_rate=False, interlaced=False, audio_tracks=1, audio=SOUND,
)  # fmt: skip
CODED = CodedPicture(
    fps=Fraction(25), frames=100, even=True, hidden=0, reorder=2, refreshes=(0, 25, 50, 75), starts_clean=True,
    width=320, height=180, profile=100, depth=8, chroma=1, progressive=True, nal_length=4, references=3,
    taken=frozenset({0}),
)  # fmt: skip


def planned(
    *, cues: tuple[tuple[int, int], ...] = (), overlap: int = 0, facts: VideoFacts = MAIN
) -> RenderPlan:
    head = replace(MAIN, frames=50, seconds=2.0, audio=replace(SOUND, seconds=2.0))
    canvas = timeline.canvas_of(facts)
    laid = timeline.lay(
        canvas,
        [
            (Role.HEAD, Path("h.mp4"), head),
            (Role.MAIN, Path("m.mp4"), facts),
            (Role.TAIL, Path("h.mp4"), head),
        ],
        overlap_frames=overlap,
    )
    placed = tuple(
        PlacedCue(cue=Cue(start_ms=0, end_ms=1, lines=("字",)), first_frame=a, end_frame=b) for a, b in cues
    )
    return RenderPlan(
        clips=laid, canvas=canvas, output=Path("o.mp4"), cues=placed, burn=bool(cues), encoding=Encoding()
    )


def parts(plan: RenderPlan) -> list[tuple[int, int, str]]:
    return [(part.first_frame, part.end_frame, part.way.value) for part in plan.parts]


def test_all_of_main_is_copied_where_nothing_changes_it() -> None:
    done = copied_parts.decide(planned(), CODED)
    assert parts(done) == [(0, 50, "encoded"), (50, 150, "copied"), (150, 200, "encoded")]
    assert copied_parts.encoded_frames(done) == 100 and done.why_encoded is None


def test_groups_that_a_caption_touches_are_encoded() -> None:
    done = copied_parts.decide(planned(cues=((80, 90), (99, 101))), CODED)
    assert parts(done) == [
        (0, 50, "encoded"), (50, 75, "copied"), (75, 125, "encoded"), (125, 150, "copied"), (150, 200, "encoded"),
    ]  # fmt: skip


def test_a_fade_takes_the_groups_beside_it() -> None:
    done = copied_parts.decide(planned(overlap=10), CODED)
    assert parts(done) == [(0, 65, "encoded"), (65, 115, "copied"), (115, 180, "encoded")]


def test_parts_cover_every_frame_once() -> None:
    for cues in ((), ((50, 51),), ((149, 150),), ((60, 70), (130, 140))):
        for overlap in (0, 5, 25):
            done = copied_parts.decide(planned(cues=cues, overlap=overlap), CODED)
            edges = [0, *(part.end_frame for part in done.parts)]
            assert [part.first_frame for part in done.parts] == edges[:-1]
            assert edges[-1] == done.expected_frames


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"changes": True}, "parameters change"), ({"progressive": False}, "fields"), ({"depth": 10}, "8-bit"),
        ({"profile": 244}, "profile 244"), ({"nal_length": 2}, "framed"), ({"hidden": 3}, "edit list"),
        ({"starts_clean": False}, "open group"), ({"even": False}, "unevenly"), ({"width": 336}, "336×180"),
        ({"frames": 99}, "holds 99"),
    ],
)  # fmt: skip
def test_what_cannot_be_copied_is_told(change: dict[str, Any], reason: str) -> None:
    done = copied_parts.decide(planned(), replace(CODED, **change))
    assert done.parts == () and done.why_encoded is not None and reason in done.why_encoded.en
    assert reason in copied_parts.said(done)[0].en


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"codec": "hevc"}, "hevc"), ({"pixel_format": "yuvj420p"}, "yuvj420p"), ({"variable_rate": True}, "varies"),
     ({"interlaced": True}, "interlaced"), ({"rotation": 180}, "turned"), ({"pixel_aspect": 1.5}, "not square")],
)  # fmt: skip
def test_facts_that_forbid_copying_are_told(change: dict[str, Any], reason: str) -> None:
    done = copied_parts.decide(planned(facts=replace(MAIN, **change)), CODED)
    assert done.why_encoded is not None and reason in done.why_encoded.en


def test_where_little_could_be_copied_one_pass_is_made() -> None:
    done = copied_parts.decide(planned(cues=((50, 150),)), CODED)
    assert done.parts == () and "only 0 %" in (done.why_encoded or Text("", "")).en
    why = Text("is a song", "是歌曲")
    assert copied_parts.decide(planned(), Unjoinable(why=why)).why_encoded == why


def test_copying_is_estimated_to_be_quicker() -> None:
    copied, whole = (
        copied_parts.decide(planned(), CODED),
        copied_parts.decide(planned(), replace(CODED, depth=10)),
    )
    assert 0 < copied_parts.estimated_seconds(copied) < copied_parts.estimated_seconds(whole)
