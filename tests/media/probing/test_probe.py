"""Facts of videos: what is measured, what is only claimed, and what is never opened."""

from __future__ import annotations

import os
import socket
import struct
import time
from fractions import Fraction
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.containers import packets
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import (
    ABSENT,
    AudioFacts,
    AudioTrack,
    Kind,
    UnknownFacts,
    VideoFacts,
)
from tests.making import cut_off, ffmpeg, make_audio, make_face_video, make_video


def video(path: Path, *, faces: bool = False, thorough: bool = False) -> VideoFacts:
    facts = probe(path, faces=faces, thorough=thorough)
    assert isinstance(facts, VideoFacts), facts
    return facts


def unread(path: Path) -> UnknownFacts:
    facts = probe(path)
    assert isinstance(facts, UnknownFacts), facts
    assert facts.problem_en
    assert any("\u4e00" <= c <= "\u9fff" for c in facts.problem_zh)
    return facts


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    return make_video(folder / "plain.mp4", seconds=1.2, width=320, height=240, faststart=False)


def test_a_plain_video_is_described_in_full(plain: Path) -> None:
    facts = video(plain)
    assert (facts.container, facts.codec, facts.pixel_format) == ("mp4", "h264", "yuv420p")
    assert (facts.width, facts.height, facts.rotation) == (320, 240, 0)
    assert facts.fps == 25
    assert facts.frames == 30
    assert facts.seconds == pytest.approx(1.2, abs=0.001)
    assert facts.size_bytes == plain.stat().st_size
    assert (facts.variable_rate, facts.interlaced, facts.hdr, facts.cut_short) == (False, False, False, False)
    assert isinstance(facts.audio, AudioTrack)
    assert (facts.audio.codec, facts.audio.sample_rate, facts.audio.channels) == ("aac", 48000, 2)
    assert facts.audio.seconds == pytest.approx(1.2, abs=0.05)
    assert (facts.video_tracks, facts.audio_tracks) == (1, 1)


@pytest.mark.parametrize(
    ("name", "vcodec", "acodec", "container"),
    [
        ("a.mov", "libx264", "aac", "mov"),
        ("a.mkv", "libx264", "aac", "mkv"),
        ("a.avi", "mpeg4", "libmp3lame", "avi"),
        ("a.flv", "libx264", "aac", "flv"),
        ("a.ts", "libx264", "aac", "ts"),
        ("a.webm", "libvpx", "libopus", "webm"),
        ("a.wmv", "wmv2", "wmav2", "wmv"),
    ],
)
def test_every_container_is_named_and_measured(
    tmp_path: Path, name: str, vcodec: str, acodec: str, container: str
) -> None:
    facts = video(make_video(tmp_path / name, seconds=1, width=160, height=120, vcodec=vcodec, acodec=acodec))
    assert facts.container == container
    assert facts.frames == 25
    assert facts.seconds == pytest.approx(1, abs=0.045)
    assert facts.fps == pytest.approx(25, abs=0.3)
    assert isinstance(facts.audio, AudioTrack)


@pytest.mark.parametrize("extra", [("-bf", "3", "-preset", "medium"), ("-movflags", "+faststart")])
def test_index_and_packets_agree(tmp_path: Path, extra: tuple[str, ...]) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=1, width=160, height=120, faststart=False, extra=extra)
    indexed, walked = video(path), video(path, thorough=True)
    assert indexed.frames == walked.frames == packets.frame_count(path) == 25
    assert indexed.seconds == pytest.approx(walked.seconds or 0, abs=0.001)
    assert indexed.faststart == ("+faststart" in extra)


def test_a_fragmented_file_is_measured_by_its_packets(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=2, width=160, height=120, audio=False,
        extra=("-g", "10", "-movflags", "frag_keyframe+empty_moov"),
    )  # fmt: skip
    facts = video(path)
    assert facts.frames == 50
    assert facts.seconds == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(("degrees", "rotation"), [("90", 270), ("-90", 90), ("180", 180)])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sides_are_as_displayed(
    plain: Path, tmp_path: Path, degrees: str, rotation: int, suffix: str
) -> None:
    turned = tmp_path / f"turned{suffix}"
    ffmpeg("-display_rotation", degrees, "-i", plain, "-c", "copy", turned)
    facts = video(turned)
    assert facts.rotation == rotation
    assert (facts.width, facts.height) == ((320, 240) if rotation == 180 else (240, 320))


def test_ten_bit_and_hdr_are_seen(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mov", seconds=0.4, width=160, height=120, vcodec="libx265", pixel_format="yuv420p10le",
        audio=False, extra=("-vf", "setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc"),
    )  # fmt: skip
    facts = video(path)
    assert (facts.codec, facts.profile, facts.pixel_format) == ("hevc", "Main 10", "yuv420p10le")
    assert facts.hdr is True
    assert facts.audio is ABSENT
    assert facts.audio_tracks == 0


def test_interlaced_footage_is_seen(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.4, width=160, height=120, audio=False,
        extra=("-preset", "medium", "-flags", "+ilme+ildct", "-x264opts", "tff=1"),
    )  # fmt: skip
    assert video(path).interlaced is True


def test_a_variable_rate_is_seen(plain: Path, tmp_path: Path) -> None:
    uneven = tmp_path / "vfr.mp4"
    ffmpeg(
        "-i", plain, "-vf", "select='not(between(n,10,14))'", "-fps_mode", "vfr", "-c:v", "libx264", "-an", uneven
    )  # fmt: skip
    facts = video(uneven)
    assert facts.variable_rate is True and facts.usual_fps == 25
    assert facts.frames == 25
    assert facts.seconds == pytest.approx(1.2, abs=0.01)


def test_a_cover_picture_is_no_video_track(plain: Path, tmp_path: Path) -> None:
    cover = tmp_path / "cover.jpg"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", "1", cover)
    song, tagged = make_audio(tmp_path / "a.m4a", seconds=0.5), tmp_path / "cover.m4a"
    ffmpeg(
        "-i",
        song,
        "-i",
        cover,
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v",
        "attached_pic",
        tagged,
    )
    facts = probe(tagged)
    assert isinstance(facts, AudioFacts)
    assert facts.format == "m4a"
    film = tmp_path / "cover.mp4"
    ffmpeg(
        "-i",
        plain,
        "-i",
        cover,
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v:1",
        "attached_pic",
        film,
    )
    assert video(film).video_tracks == 1


def test_a_lying_header_does_not_lengthen_a_video(tmp_path: Path) -> None:
    honest = make_video(tmp_path / "a.mkv", seconds=1, width=160, height=120, audio=False)
    data = bytearray(honest.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3  # Matroska's Duration: a double, in milliseconds
    struct.pack_into(">d", data, at, 143_165_000.0)
    liar = tmp_path / "liar.mkv"
    liar.write_bytes(data)
    facts = video(liar)
    assert facts.claimed_seconds == pytest.approx(143_165)
    assert facts.seconds == pytest.approx(1, abs=0.002)
    assert facts.frames == 25


def test_a_file_cut_off_is_as_long_as_what_is_left(tmp_path: Path) -> None:
    whole = make_video(
        tmp_path / "a.mp4", seconds=2, width=320, height=240, extra=("-movflags", "+faststart")
    )
    facts = video(cut_off(whole, tmp_path / "cut.mp4", 0.5))
    assert facts.cut_short is True
    assert facts.claimed_seconds == pytest.approx(2, abs=0.1)
    assert facts.seconds is not None
    assert 0.3 < facts.seconds < 1.5
    decoded = sum(1 for _ in packets.decode_frames(tmp_path / "cut.mp4", pixel_format="gray"))
    assert abs((facts.frames or 0) - decoded) <= 1


def test_a_recording_without_its_index_says_so(plain: Path, tmp_path: Path) -> None:
    problem = unread(cut_off(plain, tmp_path / "broken.mp4", 0.5))
    assert "damaged or incomplete" in problem.problem_en


def test_rates_as_fractions_keep_their_value(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=1, width=160, height=120, fps="30000/1001", audio=False)
    assert video(path).fps == pytest.approx(float(Fraction(30000, 1001)), abs=1e-6)


# ---- what is never opened ----------------------------------------------------------------------------------


DISGUISES = {
    "ffconcat": b"ffconcat version 1.0\nfile secret.txt\n",
    "HLS": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n",
    "DASH": b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="secret.png"/></svg>',
    "SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
    "plain text": b"\xef\xbb\xbfHello, this is a script and no video at all.\n",
}


@pytest.mark.parametrize("what", DISGUISES)
def test_a_text_dressed_up_as_a_video_is_never_opened_as_one(tmp_path: Path, what: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(DISGUISES[what])
    problem = unread(path)
    assert what in problem.problem_en
    assert "not opened" in problem.problem_en
    with pytest.raises(BadAsset):
        list(packets.decode_frames(path))


def test_a_playlist_reaches_no_other_file(tmp_path: Path) -> None:
    """Even when a demuxer that follows names is asked for by hand, nothing else is opened."""
    make_video(tmp_path / "secret.mp4", seconds=0.2, width=64, height=64, audio=False)
    playlist = tmp_path / "film.mp4"
    playlist.write_bytes(b"ffconcat version 1.0\nfile secret.mp4\n")
    with pytest.raises(BadAsset), packets.opened(playlist, "concat") as container:
        list(container.demux())


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadAsset, match="no such file"):
        probe(tmp_path / "nothing.mp4")


def test_what_is_no_regular_file_is_named_at_once(tmp_path: Path) -> None:
    pipe, folder, link, plug = (tmp_path / name for name in ("a.mp4", "b.mp4", "c.mp4", "d"))
    os.mkfifo(pipe)
    folder.mkdir()
    link.symlink_to(tmp_path / "elsewhere.mp4")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(plug))
        started = time.monotonic()
        assert "named pipe" in unread(pipe).problem_en
        assert "folder" in unread(folder).problem_en
        assert "symbolic link" in unread(link).problem_en
        assert "socket" in unread(plug).problem_en
        assert "device" in unread(Path("/dev/zero")).problem_en
        assert time.monotonic() - started < 1


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch()
    assert "empty" in unread(path).problem_en


@pytest.mark.parametrize(
    "name", ["Ünïcode 名字.mp4", "-rf %d 'quoted'.mp4", "line\nbreak.mp4", "x" * 200 + ".mp4"]
)
def test_odd_names_need_no_care(plain: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(plain.read_bytes())
    assert video(path).frames == 30


def test_a_name_that_is_not_unicode_is_read(plain: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.mp4"))
    path.write_bytes(plain.read_bytes())
    assert video(path, faces=True).frames == 30


def test_damage_in_any_place_is_a_value(plain: Path, tmp_path: Path) -> None:
    data = plain.read_bytes()
    path = tmp_path / "damaged.mp4"
    for step in range(12):
        wrong = bytearray(data)
        at = len(data) * step // 12
        wrong[at : at + 400] = bytes(byte ^ 0x5A for byte in wrong[at : at + 400])
        path.write_bytes(wrong)
        assert probe(path, faces=False).kind in {Kind.VIDEO, Kind.AUDIO, Kind.UNKNOWN}


# ---- faces -------------------------------------------------------------------------------------------------


def test_a_face_in_a_video_is_found(tmp_path: Path, fixtures: Path) -> None:
    faces = video(make_face_video(tmp_path / "a.mp4", fixtures / "faces/astronaut.png"), faces=True).faces
    assert faces is not None
    assert faces.with_face == faces.sampled >= 12
    assert faces.most == 1


def test_a_face_is_found_in_a_turned_video(tmp_path: Path, fixtures: Path) -> None:
    upright, turned = tmp_path / "a.mp4", tmp_path / "turned.mp4"
    make_face_video(upright, fixtures / "faces/astronaut.png", seconds=0.4)
    ffmpeg("-i", upright, "-vf", "transpose=2", "-c:v", "libx264", "-an", tmp_path / "lying.mp4")
    ffmpeg("-display_rotation", "-90", "-i", tmp_path / "lying.mp4", "-c", "copy", turned)
    facts = video(turned, faces=True)
    assert facts.rotation == 90
    assert facts.faces is not None
    assert facts.faces.with_face == facts.faces.sampled > 0


def test_absence_is_proved_before_it_is_told(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=30, fps="2", width=160, height=120, audio=False, extra=("-g", "2")
    )  # fmt: skip
    faces = video(path, faces=True).faces
    assert faces is not None
    assert faces.with_face == 0
    assert faces.complete is True
    assert faces.sampled == 30  # every keyframe, not only the sixteen of the sample


def test_a_face_between_two_samples_is_found_by_the_walk(tmp_path: Path, fixtures: Path) -> None:
    """A minute without a face, but for one second that no sample falls on."""
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=256x256:r=2:d=60", "-loop", "1", "-i", fixtures / "faces/astronaut.png",
        "-filter_complex", "[1]scale=256:256[f];[0][f]overlay=enable='between(t,33.9,35.1)':shortest=1",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "2", "-t", "60", path,
    )  # fmt: skip
    faces = video(path, faces=True).faces
    assert faces is not None
    assert 0 < faces.with_face <= 3


def test_one_keyframe_in_a_minute_still_shows_what_lies_between(tmp_path: Path, fixtures: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=256x256:r=10:d=60", "-loop", "1", "-i", fixtures / "faces/astronaut.png",
        "-filter_complex", "[1]scale=256:256[f];[0][f]overlay=enable='gte(t,45)':shortest=1",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "9999", "-sc_threshold", "0", "-t", "60", path,
    )  # fmt: skip
    faces = video(path, faces=True).faces
    assert faces is not None
    assert faces.with_face > 0


def test_thorough_looks_at_every_keyframe(tmp_path: Path, fixtures: Path) -> None:
    path = make_face_video(
        tmp_path / "a.mp4", fixtures / "faces/astronaut.png", seconds=2, fps=15, side=192, extra=("-g", "1")
    )
    faces = video(path, faces=True, thorough=True).faces
    assert faces is not None
    assert faces.sampled == faces.with_face == 30
    quick = video(path, faces=True).faces
    assert quick is not None
    assert quick.sampled == 16


def test_faces_are_left_out_on_request(plain: Path) -> None:
    assert video(plain, faces=False).faces is None


def test_an_edit_list_hides_pictures_and_sound_alike(tmp_path: Path, fixtures: Path) -> None:
    whole = make_face_video(
        tmp_path / "a.mp4", fixtures / "faces/astronaut.png", seconds=2, extra=("-g", "50")
    )
    path = tmp_path / "b.mp4"
    ffmpeg("-ss", "1.52", "-i", whole, "-c", "copy", path)
    facts = video(path, faces=True)
    shown = list(packets.decode_frames(path, pixel_format="gray", longer_side=64))
    assert facts.frames == len(shown) == 12
    assert facts.seconds == pytest.approx(len(shown) / 25)
    assert facts.hidden_seconds == pytest.approx(1.52, abs=0.05)
    heard = sum(len(block) for block in packets.decode_audio(path))
    assert isinstance(facts.audio, AudioTrack)
    assert facts.audio.seconds == pytest.approx(heard / 16000, abs=0.001)
    assert facts.faces is not None
    assert facts.faces.most == 1
    assert facts.faces.with_face == facts.faces.sampled


def test_footage_that_begins_without_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-itsoffset", "0.8", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30000/1001:d=1", "-f", "lavfi", "-i",
        "sine=d=1.8", "-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    facts = video(path)
    assert (facts.codec, facts.profile) == ("h264", "Constrained Baseline")
    assert facts.fps == pytest.approx(30000 / 1001)
    shown = sum(1 for _ in packets.decode_frames(path, pixel_format="gray", longer_side=64))
    assert facts.frames == shown == 30
    assert facts.seconds == pytest.approx(30 * 1001 / 30000, abs=0.001)
    assert facts.picture_starts == pytest.approx(0.8, abs=0.001)
    assert facts.variable_rate is False
