"""Decoding: pictures and samples with their times, proofs by counts and hashes."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from mediaprep.errors import BadAsset
from mediaprep.media.containers import keyframes, packets
from tests.making import cut_off, ffmpeg, make_audio, make_photo, make_video


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(
        tmp_path_factory.mktemp("clip") / "a.mp4",
        seconds=1,
        width=160,
        height=120,
        extra=("-g", "10", "-bf", "2"),
    )


@pytest.mark.parametrize(
    ("pixel_format", "shape"),
    [("rgb24", (120, 160, 3)), ("bgr24", (120, 160, 3)), ("gray", (120, 160)), ("yuv420p", (180, 160))],
)
def test_pictures_come_in_the_shape_asked_for(clip: Path, pixel_format: str, shape: tuple[int, ...]) -> None:
    frames = list(packets.decode_frames(clip, pixel_format=pixel_format))  # type: ignore[arg-type]
    assert len(frames) == packets.frame_count(clip) == 25
    assert {picture.shape for _, picture in frames} == {shape}
    assert [round(seconds, 3) for seconds, _ in frames] == [round(n / 25, 3) for n in range(25)]


def test_rgb_and_bgr_are_told_apart(tmp_path: Path) -> None:
    red = tmp_path / "red.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64:d=0.2", "-pix_fmt", "yuv420p", red)
    rgb = next(packets.decode_frames(red, pixel_format="rgb24"))[1][32, 32]
    bgr = next(packets.decode_frames(red, pixel_format="bgr24"))[1][32, 32]
    assert rgb[0] > 200 > 60 > rgb[2]
    assert bgr[2] > 200 > 60 > bgr[0]


def test_a_stretch_is_exact(clip: Path) -> None:
    times = [seconds for seconds, _ in packets.decode_frames(clip, start=0.5, stop=0.8)]
    assert times[0] == pytest.approx(0.52)
    assert times[-1] == pytest.approx(0.76)
    assert len(list(packets.decode_frames(clip, apart=0.25))) == 4


@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p"])
@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_turned_footage_comes_upright(tmp_path: Path, pixel_format: str, degrees: int) -> None:
    """Footage recorded lying and flagged comes out like footage recorded upright."""
    upright = make_video(tmp_path / "up.mp4", seconds=0.12, width=96, height=64, audio=False)
    chain = {90: "transpose=1", -90: "transpose=2", 180: "hflip,vflip"}[degrees]
    ffmpeg(
        "-i",
        upright,
        "-vf",
        chain,
        "-c:v",
        "libx264",
        "-qp",
        "1",
        "-pix_fmt",
        "yuv420p",
        tmp_path / "lie.mp4",
    )
    ffmpeg("-display_rotation", str(degrees), "-i", tmp_path / "lie.mp4", "-c", "copy", tmp_path / "flag.mp4")
    wanted = next(packets.decode_frames(upright, pixel_format=pixel_format))[1]  # type: ignore[arg-type]
    got = next(packets.decode_frames(tmp_path / "flag.mp4", pixel_format=pixel_format))[1]  # type: ignore[arg-type]
    assert got.shape == wanted.shape
    assert np.abs(got.astype(int) - wanted.astype(int)).mean() < 3
    raw = next(packets.decode_frames(tmp_path / "flag.mp4", upright=False))[1]
    assert raw.shape == ((64, 96, 3) if degrees == 180 else (96, 64, 3))


def test_avi_pictures_are_in_order(tmp_path: Path) -> None:
    """libavformat's stamps of reordered pictures in AVI jump back and forth."""
    path = make_video(
        tmp_path / "a.avi", seconds=1, width=64, height=64, audio=False, extra=("-preset", "medium")
    )
    times = [seconds for seconds, _ in packets.decode_frames(path, pixel_format="gray")]
    assert times == pytest.approx([n / 25 for n in range(25)])


def test_alpha_is_kept_by_the_decoder_that_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    ffmpeg(
        "-f", "lavfi", "-i", "color=red@0.0:s=64x64:d=0.2,format=yuva420p", "-c:v", "libvpx-vp9",
        "-pix_fmt", "yuva420p", "-deadline", "realtime", path,
    )  # fmt: skip
    opaque = next(packets.decode_frames(path, pixel_format="rgba"))[1]
    clear = next(packets.decode_frames(path, pixel_format="rgba", decoder="libvpx-vp9"))[1]
    assert opaque[..., 3].min() == 255
    assert clear[..., 3].max() < 10


def test_keyframes_are_reached_by_seeking(clip: Path) -> None:
    seen = [seconds for seconds, _ in keyframes.pictures_at(clip, [0.0, 0.45, 0.9])]
    assert seen == pytest.approx([0, 0.4, 0.8])
    more = [seconds for seconds, _ in keyframes.pictures_at(clip, [0.0], following=8, every=4)]
    assert len(more) == 3
    sizes = {picture.shape for _, picture in keyframes.pictures_at(clip, [0.0], longer_side=80)}
    assert sizes == {(60, 80, 3)}


def test_sound_comes_in_the_rate_and_channels_asked_for(tmp_path: Path) -> None:
    path = make_audio(tmp_path / "a.wav", seconds=1.5, sample_rate=24000)
    native = np.concatenate(list(packets.decode_audio(path)))
    assert native.shape == (36000, 1)
    assert native.dtype == np.int16
    other = np.concatenate(list(packets.decode_audio(path, rate=16000, channels=2, sample_format="flt")))
    assert abs(len(other) - 24000) <= 32
    assert other.shape[1] == 2
    assert other.dtype == np.float32
    assert np.abs(other).max() == pytest.approx(0.125 / 2**0.5, rel=0.05)  # mono into two channels


def test_a_stretch_of_sound_is_exact_to_the_sample(tmp_path: Path) -> None:
    path = make_audio(tmp_path / "a.wav", seconds=1, sample_rate=16000)
    whole = np.concatenate(list(packets.decode_audio(path)))
    part = np.concatenate(list(packets.decode_audio(path, start=0.25, stop=0.5)))
    assert np.array_equal(part, whole[4000:8000])


def test_a_file_without_sound_yields_none(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.2, width=64, height=64, audio=False)
    assert list(packets.decode_audio(path)) == []
    assert packets.packet_hashes(path, "audio") == ()


def test_a_whole_file_decodes_without_errors(clip: Path) -> None:
    report = packets.decode_report(clip)
    picture, sound = report.first("video"), report.first("audio")
    assert picture is not None
    assert sound is not None
    assert (report.errors, report.messages) == (0, ())
    assert picture.frames == 25
    assert picture.seconds == pytest.approx(1, abs=0.001)
    assert sound.seconds == pytest.approx(1, abs=0.05)


def damaged(clip: Path, path: Path) -> Path:
    data = bytearray(clip.read_bytes())
    middle = data.index(b"mdat") + 4 + (len(data) // 3)
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    return path


def test_damage_is_counted(clip: Path, tmp_path: Path) -> None:
    report = packets.decode_report(damaged(clip, tmp_path / "broken.mp4"))
    assert report.errors > 0
    assert report.messages


def test_an_error_is_told_of_the_file_it_is_in_whatever_is_decoded_beside_it(
    clip: Path, tmp_path: Path
) -> None:
    broken = damaged(clip, tmp_path / "broken.mp4")
    alone = packets.decode_report(broken).errors
    assert alone > 0
    found: dict[str, int] = {}
    listening, over = threading.Event(), threading.Event()

    def good(number: int, _: object) -> None:
        if number == 0:
            listening.set()
            over.wait(5)

    def bad(number: int, _: object) -> None:
        if number == 0:
            beside.start()
            listening.wait(0.3)

    beside = threading.Thread(target=lambda: found.update(good=packets.decode_report(clip, look=good).errors))
    found["bad"] = packets.decode_report(broken, look=bad).errors
    over.set()
    beside.join()
    assert found == {"bad": alone, "good": 0}


def test_a_file_that_is_only_opened_beside_it_is_no_error_of_the_one_that_is_decoded(clip: Path) -> None:
    done = threading.Event()

    def opens() -> None:
        while not done.is_set():
            packets.words(clip, packets._INDEXED)

    beside = threading.Thread(target=opens)
    beside.start()
    try:
        for _ in range(5):
            report = packets.decode_report(clip)
            assert (report.errors, report.messages) == (0, ())
    finally:
        done.set()
        beside.join()


def test_a_copy_keeps_its_hashes_and_an_encode_does_not(clip: Path, tmp_path: Path) -> None:
    ffmpeg("-i", clip, "-c", "copy", tmp_path / "copy.mov")
    ffmpeg("-i", clip, "-c:v", "libx264", "-crf", "30", tmp_path / "again.mp4")
    hashes = packets.packet_hashes(clip)
    assert len(hashes) == 25
    assert packets.packet_hashes(tmp_path / "copy.mov") == hashes
    assert packets.packet_hashes(tmp_path / "again.mp4") != hashes


def test_what_is_no_media_is_our_own_error(clip: Path, tmp_path: Path) -> None:
    late = make_video(tmp_path / "late.mp4", seconds=0.4, width=64, height=64, faststart=False)
    with pytest.raises(BadAsset, match="damaged or incomplete"):
        packets.describe(cut_off(late, tmp_path / "a.mp4", 0.3))
    with pytest.raises(BadAsset):
        packets.describe(make_photo(tmp_path / "a.jpg", width=32, height=32))
    with pytest.raises(BadAsset):
        packets.frame_count(make_audio(tmp_path / "a.wav", seconds=0.2))


def test_only_the_demuxer_asked_for_opens_a_file(clip: Path) -> None:
    with pytest.raises(BadAsset), packets.opened(clip, "matroska"):
        pass


def test_sound_whose_rate_changes_half_way_comes_in_one_rate(tmp_path: Path) -> None:
    first = make_audio(tmp_path / "a.aac", seconds=0.5, sample_rate=44100, channels=2)
    second = make_audio(tmp_path / "b.aac", seconds=0.5, sample_rate=22050, channels=1)
    both = tmp_path / "both.aac"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    samples = np.concatenate(list(packets.decode_audio(both, rate=16000, channels=1)))
    alone = [np.concatenate(list(packets.decode_audio(p, rate=16000, channels=1))) for p in (first, second)]
    assert len(samples) == pytest.approx(sum(map(len, alone)), abs=200)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_kind_of_sample_has_the_same_level(tmp_path: Path, codec: str, channels: int) -> None:
    path = make_audio(tmp_path / "a.wav", seconds=0.2, channels=channels, extra=("-c:a", codec))
    floats = np.concatenate(list(packets.decode_audio(path, sample_format="flt")))
    whole = np.concatenate(list(packets.decode_audio(path)))
    resampled = np.concatenate(list(packets.decode_audio(path, rate=12000, sample_format="flt")))
    assert floats.shape == whole.shape == (4800, channels)
    assert floats.dtype == np.float32
    assert floats.max() == pytest.approx(resampled.max(), rel=0.05)
    assert whole / 32768 == pytest.approx(floats, abs=1e-4)


def test_planar_sound_keeps_its_channels_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc=0.5*sin(2000*t)|0:d=0.3:s=16000", "-c:a", "aac", path)
    samples = np.concatenate(list(packets.decode_audio(path, sample_format="flt")))
    assert np.abs(samples[1000:, 0]).max() > 0.4
    assert np.abs(samples[1000:, 1]).max() < 0.02
