from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mediaprep.emulator.render import mark
from mediaprep.emulator.render.encode import Container, Reel, encode, encode_sound
from mediaprep.emulator.render.planes import planes_of
from mediaprep.errors import ToolFailed
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import Pixels, comment_of, pictures_in
from tests.making import make_audio

SIZE = (400, 300)


def reel(container: Container, frames: int = 10, *, given: int | None = None, fps: int = 25) -> Reel:
    """A blue disc; around it grey (mp4) or nothing."""
    width, height = SIZE
    rows, columns = np.mgrid[:height, :width]
    disc = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < 80**2
    picture = np.zeros((height, width, 4), dtype=np.uint8)
    picture[disc] = (20, 60, 220, 255)
    if container is Container.MP4:
        picture[~disc] = (128, 128, 128, 255)
        raw = planes_of(picture[..., :3]).tobytes()
    else:
        raw = picture.tobytes()
    count = frames if given is None else given
    return Reel(
        width=width,
        height=height,
        fps=Fraction(fps),
        frames=frames,
        container=container,
        pictures=itertools.repeat(raw, count),
    )


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return make_audio(tmp_path / "sound.wav", seconds=1.0)


def boxed(picture: Pixels) -> Pixels:
    box = mark.box_of(SIZE[0], SIZE[1])
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


@pytest.mark.parametrize("container", list(Container))
def test_every_container_holds_the_frames_the_comment_and_the_mark(
    binary: Binary, sound: Path, tmp_path: Path, container: Container
) -> None:
    path = encode(binary, reel(container), sound, tmp_path / f"out.{container.value}")
    assert comment_of(path) == "EMULATED"
    report = packets.decode_report(path)
    picture, heard = report.first("video"), report.first("audio")
    assert picture is not None and heard is not None and report.errors == 0
    assert picture.frames == 10
    assert heard.end == pytest.approx(0.4, abs=0.04)
    shown = boxed(pictures_in(path)[5]).astype(int)
    wanted = mark.drawn(mark.box_of(*SIZE))[..., :3].astype(int)
    assert np.abs(shown - wanted).mean() < 30
    ink = wanted.min(axis=2) > 200
    assert ink.mean() > 0.05
    assert shown[ink].min(axis=1).mean() > shown[~ink].min(axis=1).mean() + 80


@pytest.mark.parametrize(("container", "decoder"), [(Container.WEBM, "libvpx-vp9"), (Container.MOV, None)])
def test_alpha_formats_are_clear_in_the_corners_and_solid_in_figure_and_mark(
    binary: Binary, sound: Path, tmp_path: Path, container: Container, decoder: str | None
) -> None:
    path = encode(binary, reel(container), sound, tmp_path / f"out.{container.value}")
    picture = pictures_in(path, decoder=decoder, rgba=True)[3]
    alpha = picture[..., 3]
    assert alpha[:20, :20].max() <= 4 and alpha[:20, -20:].max() <= 4 and alpha[-20:, -20:].max() <= 4
    assert alpha[140:160, 190:210].min() >= 250
    assert boxed(picture)[2:-2, 2:-2, 3].min() >= 240
    assert np.abs(picture[150, 200, :3].astype(int) - (20, 60, 220)).max() < 25


def test_h264_is_what_players_take_and_has_a_keyframe_every_two_seconds(
    binary: Binary, sound: Path, tmp_path: Path
) -> None:
    path = encode(binary, reel(Container.MP4, 50, fps=10), sound, tmp_path / "out.mp4")
    with packets.opened(path) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.profile) == ("h264", "High")
        assert stream.codec_context.pix_fmt == "yuv420p"
        keys = [float(p.pts * p.time_base) for p in container.demux(stream) if p.is_keyframe and p.size]
    assert keys == [0.0, 2.0, 4.0]
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_sound_is_padded_and_cut_to_the_picture(binary: Binary, tmp_path: Path) -> None:
    for seconds in (0.3, 3.0):
        sound = make_audio(tmp_path / f"{seconds}.wav", seconds=seconds)
        path = encode(binary, reel(Container.MP4, 25), sound, tmp_path / f"{seconds}.mp4")
        heard = packets.decode_report(path).first("audio")
        assert heard is not None and heard.end == pytest.approx(1.0, abs=0.04)


def test_missing_frames_are_found_and_nothing_is_left(binary: Binary, sound: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    with pytest.raises(ToolFailed, match="7 frames were rendered, 10 were planned"):
        encode(binary, reel(Container.MP4, 10, given=7), sound, target)
    assert [path.name for path in tmp_path.iterdir()] == ["sound.wav"]


@pytest.mark.parametrize(
    ("width", "height"), [(1920, 1080), (1080, 1920), (360, 360), (400, 300), (4096, 2160)]
)
def test_the_mark_is_twelve_by_four_percent_at_the_bottom_left(width: int, height: int) -> None:
    box = mark.box_of(width, height)
    assert (box.x, box.y + box.height) == (0, height)
    assert box.width == pytest.approx(width * 0.12, abs=1)
    assert box.height == pytest.approx(height * 0.04, abs=1)
    picture = mark.drawn(box)
    assert picture.shape == (box.height, box.width, 4)
    assert picture[..., 3].min() == 255


@pytest.mark.parametrize("suffix", ["mp3", "wav"])
def test_sound_alone_is_commented_too(binary: Binary, sound: Path, tmp_path: Path, suffix: str) -> None:
    path = encode_sound(binary, sound, 1.0, tmp_path / f"voice.{suffix}")
    assert comment_of(path) == "EMULATED"
    report = packets.decode_report(path).first("audio")
    assert report is not None and report.seconds == pytest.approx(1.0, abs=0.08)


def test_sound_of_another_length_is_refused(binary: Binary, sound: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="were planned"):
        encode_sound(binary, sound, 2.0, tmp_path / "voice.wav")
    assert not (tmp_path / "voice.wav").exists()


@pytest.mark.parametrize("wanted", [1_000_000, 2_500_000, 9_000_000])
@pytest.mark.parametrize("noise", [False, True])
def test_a_wanted_bit_rate_is_met_by_still_and_by_restless_pictures(
    binary: Binary, sound: Path, tmp_path: Path, wanted: int, noise: bool
) -> None:
    still = reel(Container.MP4, 25)
    chance, size = np.random.default_rng(1), SIZE[0] * SIZE[1] * 3 // 2
    restless = (chance.integers(0, 256, size, dtype=np.uint8).tobytes() for _ in range(25))
    film = dataclasses.replace(still, bitrate=wanted, pictures=restless if noise else still.pictures)
    path = encode(binary, film, sound, tmp_path / "out.mp4")
    with packets.opened(path) as container:
        carried = sum(packet.size for packet in container.demux(video=0)) * 8
    assert carried == pytest.approx(wanted * film.seconds, rel=0.07)


@pytest.mark.parametrize("container", list(Container))
def test_the_same_pictures_and_sound_give_the_same_bytes(
    binary: Binary, sound: Path, tmp_path: Path, container: Container
) -> None:
    first, again = (
        encode(binary, reel(container), sound, tmp_path / f"{name}.{container.value}").read_bytes()
        for name in ("first", "again")
    )
    assert first == again
