"""Head and tail beside main's own packets: bit for bit, in their places, playable, or one pass and the reason."""

from __future__ import annotations

import hashlib
import re
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from mediaprep.media import ffmpeg as door
from mediaprep.media import render
from mediaprep.media.containers import packets
from mediaprep.media.join import clip_cache, coded_track, encode, join
from mediaprep.media.prove import prove
from mediaprep.model.finishing.joining import CodedPicture, PartMethod, Unjoinable
from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.verbs.finish import Finished, finish_video
from tests.making import ffmpeg, make_photo, make_video

FAST = Encoding(preset="ultrafast", crf=23)
GOP = ("-g", "10", "-keyint_min", "10", "-sc_threshold", "0")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mediaprep" / "clips"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """Two seconds with B-frames, five groups of ten pictures."""
    return make_video(
        tmp_path / "main.mp4", seconds=2, width=160, height=90, extra=(*GOP, "-preset", "medium")
    )


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return make_video(tmp_path / "head.mp4", seconds=0.6, width=120, height=120, fps="30", audio=False)


def run(main: Path, tmp_path: Path, **more: Any) -> Finished:
    return finish_video(main, output=tmp_path / "out.mp4", encoding=FAST, **more)


def ways(done: Finished) -> list[tuple[int, int, str]]:
    return [(part.first_frame, part.end_frame, part.way.value) for part in done.plan.parts]


def frame_hashes(path: Path) -> list[str]:
    """Every picture's pixels, decoded by plain ffmpeg: an oracle of its own. Nothing may be complained of."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough",
         "-f", "framemd5", "-"], check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return [line.split(",")[-1].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def stamps(path: Path) -> list[Fraction]:
    with packets.opened(path) as container:
        stream = container.streams.video[0]
        return sorted(p.pts * stream.time_base for p in container.demux(stream) if p.size)


def test_mains_pictures_are_the_same_to_the_bit_and_on_the_frame(
    tmp_path: Path, main: Path, head: Path
) -> None:
    done = run(main, tmp_path, head=head, tail=head)
    assert ways(done) == [(0, 15, "encoded"), (15, 65, "copied"), (65, 80, "encoded")]
    checks = {check.name: check for check in done.checks}
    assert checks["copied_frames"].held and checks["copied_frames"].measured == 50
    got = frame_hashes(done.output)
    assert len(got) == 80 and got[15:65] == frame_hashes(main)
    assert packets.packet_hashes(done.output)[15:65] == packets.packet_hashes(main)
    assert stamps(done.output) == [Fraction(n, 25) for n in range(80)]
    assert packets.decode_report(done.output).errors == 0
    assert "50 of 80 pictures are copied" in " ".join(text.en for text in done.summary)


@pytest.mark.parametrize(
    "more",
    [("-bf", "0"), ("-bf", "1"), ("-profile:v", "baseline"), ("-profile:v", "main"), ("-x264-params", "open-gop=1"),
     ("-x264-params", "sps-id=1"), ("-r", "30000/1001"), ("-video_track_timescale", "90000")],
    ids=" ".join,
)  # fmt: skip
def test_mains_of_many_kinds_are_copied(tmp_path: Path, head: Path, more: tuple[str, ...]) -> None:
    main = make_video(
        tmp_path / "main.mp4", seconds=1, width=160, height=90, extra=(*GOP, "-preset", "medium", *more)
    )
    done = run(main, tmp_path, head=head)
    assert [way for _, _, way in ways(done)] == ["encoded", "copied"], done.plan.why_encoded
    first = done.plan.main.first_frame
    assert frame_hashes(done.output)[first:] == frame_hashes(main)


def test_a_stitched_video_can_be_main_again(tmp_path: Path, main: Path, head: Path) -> None:
    once = run(main, tmp_path, head=head).output.rename(tmp_path / "once.mp4")
    again = run(once, tmp_path, tail=head)
    assert ways(again) == [(0, 65, "copied"), (65, 80, "encoded")]
    assert frame_hashes(again.output)[:65] == frame_hashes(once)


def test_sound_of_a_copied_main_is_in_its_place_to_the_millisecond(tmp_path: Path, head: Path) -> None:
    """A click at 0.5 s whose picture begins 12 ms after the sound: less than half a frame."""
    plain, main = tmp_path / "plain.mp4", tmp_path / "main.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1.2", "-f", "lavfi", "-i",
           "aevalsrc=exprs='0.8*sin(2*PI*1000*t)*between(t,0.5,0.6)':s=48000:d=1.2", "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", plain)  # fmt: skip
    ffmpeg("-itsoffset", "0.012", "-i", plain, "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", main)
    done = run(main, tmp_path, head=head)
    assert ways(done)[1][2] == "copied"
    raw = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(done.output), "-map", "0:a", "-ac", "1",
         "-ar", "48000", "-f", "f32le", "-"], check=True, capture_output=True,
    ).stdout  # fmt: skip
    began = np.flatnonzero(np.abs(np.frombuffer(raw, np.float32)) > 0.2)[0] / 48000
    assert abs(began - (0.6 + 0.5 - 0.012)) <= 0.0015  # 0.25 of a period to pass the threshold


def test_loudness_leaves_the_picture_alone(tmp_path: Path, main: Path) -> None:
    done = run(main, tmp_path, loudness="web")
    assert ways(done) == [(0, 50, "copied")]
    assert {check.name: check.held for check in done.checks}["loudness"]
    assert packets.packet_hashes(done.output) == packets.packet_hashes(main)


def test_only_the_groups_that_carry_a_caption_are_encoded(tmp_path: Path, main: Path, head: Path) -> None:
    cue = Cue(start_ms=500, end_ms=700, lines=("你好",))
    done = run(main, tmp_path, head=head, captions=[cue])
    assert ways(done) == [(0, 15, "encoded"), (15, 25, "copied"), (25, 35, "encoded"), (35, 65, "copied")]
    assert {check.name: check.held for check in done.checks}["captions_inside"]
    got, own = frame_hashes(done.output), frame_hashes(main)
    assert got[15:25] == own[:10] and got[35:] == own[20:]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("logo", "logo"), ("vfr", "varies"), ("rotated", "turned"), ("ten bit", "not 8-bit"), ("hevc", "hevc"),
     ("sar", "not square"), ("edit list", "edit list|unevenly|holds|begins"), ("interlaced", "interlaced|fields")],
)  # fmt: skip
def test_what_cannot_be_copied_is_encoded_in_one_pass_and_the_reason_said(
    tmp_path: Path, main: Path, head: Path, kind: str, reason: str
) -> None:
    other = tmp_path / "other.mp4"
    more: dict[str, Any] = {}
    if kind == "logo":
        other, more = main, {"logo": make_photo(tmp_path / "logo.png", width=32, height=32)}
    elif kind == "vfr":
        ffmpeg("-i", main, "-vf", "select='not(eq(mod(n,7),5))'", "-fps_mode", "vfr", other)
    elif kind == "rotated":
        ffmpeg("-display_rotation", "90", "-i", main, "-c", "copy", other)
    elif kind == "ten bit":
        ffmpeg("-i", main, "-pix_fmt", "yuv420p10le", "-c:v", "libx264", other)
    elif kind == "hevc":
        ffmpeg("-i", main, "-c:v", "libx265", "-x265-params", "log-level=error", other)
    elif kind == "sar":
        ffmpeg("-i", main, "-vf", "setsar=4/3", other)
    elif kind == "edit list":
        ffmpeg("-ss", "0.9", "-i", main, "-c", "copy", other)
    else:
        ffmpeg("-i", main, "-vf", "scale=160:96", "-flags", "+ilme+ildct", other)
    done = run(other, tmp_path, head=head, **more)
    assert done.plan.parts == () and done.plan.why_encoded is not None
    assert re.search(reason, done.plan.why_encoded.en), done.plan.why_encoded
    assert "all pictures are encoded" in " ".join(text.en for text in done.summary)
    assert not [check for check in done.checks if check.held is False]


def test_a_joined_video_that_does_not_hold_is_made_in_one_pass_instead(
    tmp_path: Path, main: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = join.write_track.write

    def swapped(target: Path, pieces: Any, **more: Any) -> None:
        plain(target, [*pieces[:-1], pieces[-1]][::-1], **more)

    monkeypatch.setattr(join.write_track, "write", swapped)
    done = run(main, tmp_path, head=head)
    assert done.plan.parts == () and "did not hold" in (done.plan.why_encoded or ("",))[0]
    assert len(frame_hashes(done.output)) == 65


def test_the_proof_sees_a_copied_picture_that_is_not_mains(tmp_path: Path, main: Path, head: Path) -> None:
    done = run(main, tmp_path, head=head)
    raw = bytearray(done.output.read_bytes())
    with packets.opened(main) as container:
        victim = bytes([p for p in container.demux(container.streams.video[0]) if p.size][30])
    at = raw.find(victim)
    assert at > 0
    raw[at + len(victim) - 3] ^= 0x10
    done.output.write_bytes(raw)
    binary = door.find(imageio_ffmpeg.get_ffmpeg_exe())
    checks = {c.name: c for c in prove.prove(done.output, render.expectation(done.plan), binary=binary)}
    assert checks["copied_frames"].held is False and checks["copied_frames"].measured == 49


def test_several_heads_a_photo_and_crossfades(tmp_path: Path, main: Path, head: Path) -> None:
    photo = make_photo(tmp_path / "title.png", width=200, height=100)
    done = run(main, tmp_path, head=[photo, head], tail=photo, crossfade=0.2, still_seconds=0.8)
    # 20 + 15 + 50 + 20 pictures, three fades of 5
    assert done.plan.expected_frames == 90 == len(frame_hashes(done.output))
    assert ways(done) == [(0, 35, "encoded"), (35, 65, "copied"), (65, 90, "encoded")]
    assert frame_hashes(done.output)[35:65] == frame_hashes(main)[10:40]
    assert not [check for check in done.checks if check.held is False]


def test_groups_of_pictures_are_replaced_by_encoded_ones(tmp_path: Path, main: Path) -> None:
    coded = coded_track.look(main, Fraction(25))
    assert isinstance(coded, CodedPicture) and coded.refreshes == (0, 10, 20, 30, 40)
    other, sound = tmp_path / "other.mp4", tmp_path / "sound.mp4"
    told = encode.options(coded, encode.free_identity(coded.taken, 0))
    ffmpeg("-f", "lavfi", "-i", "color=red:s=160x90:r=25:d=0.4", "-c:v", "libx264", "-pix_fmt", "yuv420p",
           "-profile:v", told["profile:v"], "-x264-params", told["x264-params"], other)  # fmt: skip
    ffmpeg("-i", main, "-vn", "-c:a", "copy", sound)
    join.replace_stretches(main, coded, [(20, 30, other)], sound=sound, target=tmp_path / "new.mp4")
    got, own = frame_hashes(tmp_path / "new.mp4"), frame_hashes(main)
    assert got[:20] == own[:20] and got[30:] == own[30:] and got[20:30] == frame_hashes(other)
    with pytest.raises(join.CannotJoin, match="whole groups"):
        join.replace_stretches(main, coded, [(15, 30, other)], sound=sound, target=tmp_path / "no.mp4")


def test_damaged_packets_are_not_copied(tmp_path: Path, main: Path) -> None:
    raw = bytearray(main.read_bytes())
    start = raw.find(b"mdat") + 3000
    for at in range(start, len(raw) - 100, 90):  # some of these hit the size of a NAL unit
        raw[at : at + 40] = b"\x5a" * 40
    main.write_bytes(raw)
    assert isinstance(coded_track.look(main, Fraction(25)), Unjoinable)


# --- clips kept for the next video --------------------------------------------------------------------------


def encodes(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The pictures that are encoded from now on."""
    seen: list[list[str]] = []
    plain = door.run

    def noted(binary: door.Binary, arguments: Any, **more: Any) -> str:
        if "libx264" in arguments:
            seen.append(list(arguments))
        return plain(binary, arguments, **more)

    monkeypatch.setattr(door, "run", noted)
    return seen


def test_a_brands_clips_are_encoded_once(
    tmp_path: Path, main: Path, head: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(main, tmp_path, head=head, tail=head)
    assert len(list(cache.iterdir())) == 2
    before, made = frame_hashes(first.output), encodes(monkeypatch)
    again = run(main, tmp_path, head=head, tail=head)
    assert made == [] and frame_hashes(again.output) == before
    head.write_bytes(make_video(tmp_path / "x.mp4", seconds=0.6, width=90, height=90).read_bytes())
    run(main, tmp_path, head=head)
    assert len(made) == 1  # another content under the same name


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty"])
def test_a_damaged_entry_is_not_used(
    tmp_path: Path, main: Path, head: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    run(main, tmp_path, head=head)
    (entry,) = cache.iterdir()
    raw = bytearray(entry.read_bytes())
    raw[len(raw) // 2] ^= 1
    entry.write_bytes({"cut": raw[:100], "flipped": raw, "empty": b""}[harm])
    made = encodes(monkeypatch)
    done = run(main, tmp_path, head=head)
    assert len(made) == 1 and not [check for check in done.checks if check.held is False]
    assert len(list(cache.iterdir())) == 1


def test_the_cache_stays_below_its_size(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_cache, "MOST_BYTES", 100)
    for number in range(12):
        made = tmp_path / f"{number}.mp4"
        made.write_bytes(bytes([number]) * 20)
        clip_cache.keep(hashlib.sha256(made.name.encode()).hexdigest(), made)
    assert sum(path.stat().st_size for path in cache.iterdir()) <= 100


def test_without_a_place_for_the_cache_videos_are_made_all_the_same(
    tmp_path: Path, main: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert run(main, tmp_path, head=head).plan.parts[1].way is PartMethod.COPIED
