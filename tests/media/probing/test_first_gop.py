"""Videos that begin where nothing can be decoded yet, and those that only look as if they did."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.finishing import timeline
from mediaprep.media import sniff
from mediaprep.media.containers import packets
from mediaprep.media.probing import probe, video
from mediaprep.model.facts import UnknownFacts, VideoFacts
from mediaprep.model.finishing.plans import Role
from mediaprep.model.steps import Trim
from mediaprep.preflight.fixes import FixWish, plan_fix
from mediaprep.preflight.judge import judge_file
from mediaprep.verbs.fix import fix
from tests.making import ffmpeg

PACKET = 188  # bytes of MPEG-TS
CLOSED = ("-g", "50", "-sc_threshold", "0", "-bf", "2")


def stream(path: Path, *options: str, code: str = "libx264") -> Path:
    """Four seconds of a pattern with a tone as MPEG-TS."""
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=360x360:r=25:d=4", "-f", "lavfi", "-i", "sine=f=300:d=4", "-c:v", code,
        "-preset", "veryfast", "-pix_fmt", "yuv420p", *options, "-c:a", "aac", "-muxdelay", "0", path,
    )  # fmt: skip
    return path


def entered(source: Path, target: Path, share: float) -> Path:
    """What a recorder gets that turns on late: the tables, then the stream from that share of it on."""
    data = source.read_bytes()
    count = len(data) // PACKET
    target.write_bytes(data[: 3 * PACKET] + data[round(count * share) * PACKET : count * PACKET])
    return target


def measured(path: Path) -> VideoFacts:
    sign = sniff.identify(path)
    assert sign.demuxer is not None
    facts, _ = video.measure(path, sign.name, sign.demuxer, False)
    assert isinstance(facts, VideoFacts)
    return facts


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Begins half a second or so before its keyframe at 2 s."""
    folder = tmp_path_factory.mktemp("late")
    return entered(stream(folder / "whole.ts", *CLOSED), folder / "late.ts", 0.4)


def as_container(late: Path, path: Path) -> Path:
    if path.suffix != ".ts":
        ffmpeg("-i", late, "-c", "copy", "-copyinkf", "-bsf:a", "aac_adtstoasc", path)
        return path
    return late


@pytest.mark.parametrize("suffix", ["ts", "mp4", "mov", "mkv", "flv"])
def test_a_beginning_that_does_not_decode_is_told_with_its_seconds(
    tmp_path: Path, late: Path, suffix: str
) -> None:
    path = as_container(late, tmp_path / f"a.{suffix}")
    facts = measured(path)
    shown = [seconds for seconds, _ in packets.decode_frames(path)]
    assert facts.undecodable_seconds is not None and 0.2 < facts.undecodable_seconds < 1.9
    streams = [one.starts for one in packets.describe(path).streams if one.starts is not None]
    origin = min(streams) if suffix == "ts" else 0.0
    assert facts.undecodable_seconds == pytest.approx(shown[0] - origin, abs=0.05)
    (told,) = [f for f in judge_file("notrain", "RefVideoUrl", facts) if "undecodable" in f.rule]
    assert f"{facts.undecodable_seconds:.2f}" in told.message.en and "GOP" in told.message.zh


OTHERS = {
    "a stream that refreshes by columns": ("-x264-params", "intra-refresh=1:keyint=50:bframes=0"),
    "open groups": ("-x264-params", "open-gop=1:keyint=25:scenecut=0:bframes=3"),
    "every picture by itself": ("-g", "1"),
    "one group": ("-g", "999"),
}


@pytest.mark.parametrize("suffix", ["ts", "mp4", "mkv"])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_decodes_from_its_first_picture_is_not_mentioned(tmp_path: Path, kind: str, suffix: str) -> None:
    whole = stream(tmp_path / "a.ts", *OTHERS[kind])
    facts = measured(as_container(whole, tmp_path / f"b.{suffix}") if suffix != "ts" else whole)
    assert facts.undecodable_seconds == 0.0


def test_an_open_group_at_the_beginning_loses_no_more_than_its_leading_pictures(tmp_path: Path) -> None:
    whole = stream(tmp_path / "a.ts", *OTHERS["open groups"])
    cut = tmp_path / "b.mp4"
    ffmpeg("-ss", "2", "-i", whole, "-c", "copy", cut)
    facts = measured(cut)
    assert facts.undecodable_seconds is not None and facts.undecodable_seconds <= 0.2


def test_hevc_phones_write_begins_clean(tmp_path: Path) -> None:
    whole = stream(tmp_path / "a.ts", "-x265-params", "log-level=error", code="libx265")
    assert measured(as_container(whole, tmp_path / "b.mp4")).undecodable_seconds == 0.0


def test_without_unsafe_nothing_is_frozen_and_nothing_written(tmp_path: Path, late: Path) -> None:
    path = as_container(late, tmp_path / "a.mkv")
    done = fix(path, output=tmp_path / "out.mp4", wish=FixWish(faces=False))
    assert done.target is None and not done.steps
    assert [type(step) for step in done.held_back] == [Trim]
    assert "--unsafe" in str([finding.message.en for finding in done.left])
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("suffix", ["ts", "mp4", "mkv"])
def test_with_unsafe_the_beginning_goes_and_every_picture_moves(
    tmp_path: Path, late: Path, suffix: str
) -> None:
    path = as_container(late, tmp_path / f"a.{suffix}")
    before = measured(path)
    done = fix(path, output=tmp_path / "out.mp4", wish=FixWish(faces=False, unsafe=True))
    assert done.after is not None and isinstance(done.after.facts, VideoFacts)
    made = done.after.facts
    decodable = [seconds for seconds, _ in packets.decode_frames(path)]
    assert made.undecodable_seconds == 0 and before.undecodable_seconds
    assert made.frames == pytest.approx(len(decodable), abs=1)
    shown = [picture for _, picture in packets.decode_frames(tmp_path / "out.mp4", pixel_format="gray")]
    assert all((a != b).any() for a, b in itertools.pairwise(shown))


def test_a_finished_video_says_where_its_picture_stands_still(late: Path) -> None:
    facts = measured(late)
    canvas = timeline.canvas_of(facts)
    notes = timeline.notes(canvas, timeline.lay(canvas, [(Role.MAIN, late, facts)]))
    assert any("do not decode: the first picture that does stands there" in note.en for note in notes)


def test_a_trim_of_what_is_too_long_begins_where_it_decodes(tmp_path: Path, late: Path) -> None:
    facts = replace(measured(as_container(late, tmp_path / "a.mp4")), seconds=1300.0)
    plan = plan_fix("notrain", "RefVideoUrl", facts, FixWish(unsafe=True))
    (trim,) = [step for step in plan.steps if isinstance(step, Trim)]
    assert trim.start > 0.2 and trim.seconds < 1200


def test_a_file_of_which_no_picture_decodes_is_refused(tmp_path: Path) -> None:
    path = as_container(stream(tmp_path / "a.ts", *CLOSED), tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    with packets.opened(path) as container:
        spots = [(entry.pos, entry.size) for entry in container.streams[0].index_entries]
    for place, size in spots:  # as encryption leaves them: sizes right, contents noise
        data[place + 4 : place + size] = bytes((7 * n + place) % 251 for n in range(size - 4))
    path.write_bytes(data)
    facts = probe.probe(path, faces=False)
    assert isinstance(facts, UnknownFacts) and "decodes" in facts.problem_en
    with pytest.raises(BadAsset):
        measured(path)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_a_thorough_look_finds_damage_in_the_middle(tmp_path: Path, suffix: str) -> None:
    whole = stream(tmp_path / "a.ts", *CLOSED)
    path = as_container(whole, tmp_path / f"b.{suffix}") if suffix != "ts" else whole
    assert video.errors(path)[0] == 0
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 6000, 40):
        data[at] ^= 0x55
    path.write_bytes(data)
    facts = probe.probe(path, faces=False, thorough=True)
    assert isinstance(facts, VideoFacts) and facts.decode_errors
    told = [f for f in judge_file("notrain", "RefVideoUrl", facts) if "decode_errors" in f.rule]
    assert len(told) == 1 and "do not decode" in told[0].message.en
