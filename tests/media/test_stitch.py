"""Whole videos stitched: the same bits picture by picture where they fit, and one pass with its reason where not."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from mediaprep.finishing import timeline
from mediaprep.media import ffmpeg, stitch
from mediaprep.media.containers import packets
from mediaprep.media.probing import probe
from mediaprep.model.facts import VideoFacts
from mediaprep.model.finishing.plans import Encoding, RenderPlan, Role
from tests.making import entries, make_video

GOP = ("-g", "10", "-keyint_min", "10", "-sc_threshold", "0", "-preset", "medium")


def planned(videos: list[Path], output: Path) -> RenderPlan:
    facts = [probe.probe(path, faces=False) for path in videos]
    assert all(isinstance(one, VideoFacts) for one in facts)
    roles = (Role.MAIN, *(Role.TAIL for _ in videos[1:]))
    canvas = timeline.canvas_of(facts[0])  # type: ignore[arg-type]
    clips = timeline.lay(canvas, list(zip(roles, videos, facts, strict=True)))  # type: ignore[arg-type]
    return RenderPlan(
        clips=clips, canvas=canvas, output=output, encoding=Encoding(preset="ultrafast", crf=23)
    )


def test_three_videos_become_one_without_a_changed_bit(tmp_path: Path) -> None:
    videos = [
        make_video(tmp_path / f"{n}.mp4", seconds=seconds, width=160, height=90, tone_hz=300 + 200 * n, extra=GOP)
        for n, seconds in enumerate((1.2, 0.88, 2.0))
    ]  # fmt: skip
    done = stitch.stitch(planned(videos, tmp_path / "whole.mp4"), binary=ffmpeg.find())
    assert done.why_encoded is None and all(check.held is not False for check in done.checks)
    hashes = [packets.packet_hashes(path) for path in videos]
    assert packets.packet_hashes(done.path) == tuple(itertools.chain(*hashes))
    report = packets.decode_report(done.path)
    picture = report.first("video")
    assert picture is not None and (report.errors, picture.frames) == (0, 30 + 22 + 50)
    assert picture.seconds == pytest.approx(102 / 25, abs=0.001)


def test_videos_of_another_size_are_fitted_and_encoded_and_it_is_said_why(tmp_path: Path) -> None:
    first = make_video(tmp_path / "a.mp4", seconds=1.0, width=160, height=90, extra=GOP)
    other = make_video(tmp_path / "b.mp4", seconds=0.8, width=120, height=120, extra=GOP)
    done = stitch.stitch(planned([first, other], tmp_path / "whole.mp4"), binary=ffmpeg.find())
    assert done.why_encoded is not None and "coded in another way" in done.why_encoded.en
    found = probe.probe(done.path, faces=False)
    assert isinstance(found, VideoFacts) and (found.width, found.height, found.frames) == (160, 90, 45)


def test_sets_of_one_name_and_two_meanings_are_encoded_instead(tmp_path: Path) -> None:
    first = make_video(tmp_path / "a.mp4", seconds=1.0, width=160, height=90, extra=GOP)
    other = make_video(tmp_path / "b.mp4", seconds=0.8, width=160, height=90, extra=(*GOP, "-refs", "1"))
    done = stitch.stitch(planned([first, other], tmp_path / "whole.mp4"), binary=ffmpeg.find())
    assert done.why_encoded is not None and "do not join" in done.why_encoded.en
    assert sorted(path.name for path in entries(tmp_path)) == ["a.mp4", "b.mp4", "whole.mp4"]
