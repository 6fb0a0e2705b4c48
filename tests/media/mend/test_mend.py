"""Mending really done, on tiny media made by plain ffmpeg."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from mediaprep.errors import BadConfig, ToolFailed
from mediaprep.media import ffmpeg
from mediaprep.media.mend import mend
from mediaprep.media.probing import probe
from mediaprep.model.facts import ABSENT, AudioFacts, AudioTrack, Facts, PhotoFacts, VideoFacts
from mediaprep.model.finishing.sameness import differences
from mediaprep.model.steps import (
    ConvertAudio,
    EncodePicture,
    EncodeTrack,
    Remux,
    SavePhoto,
    Step,
    Trim,
)
from tests import making
from tests.making import entries, make_audio, make_photo, make_video

BINARY = ffmpeg.find()


def done(source: Path, target: Path, *steps: Step, binary: ffmpeg.Binary = BINARY) -> Facts:
    """Mend, and show that the original stayed as it was and nothing lies about."""
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    names = set(entries(target.parent))
    facts = probe.probe(source, faces=False)
    try:
        return mend.mend(source, facts, steps, target, binary=binary, faces=False)
    finally:
        assert hashlib.sha256(source.read_bytes()).hexdigest() == before
        assert set(entries(target.parent)) - names <= {target}


def video(source: Path, target: Path, *steps: Step) -> VideoFacts:
    facts = done(source, target, *steps)
    assert isinstance(facts, VideoFacts)
    return facts


def packets(path: Path, stream: str = "v") -> list[str]:
    """MD5 of every packet's bytes, by ffmpeg's own muxer."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        path,
        "-map",
        f"0:{stream}",
        "-c",
        "copy",
    ]
    said = subprocess.run(
        [*command, "-f", "framemd5", "-"], capture_output=True, text=True, check=True
    ).stdout
    return [line.split(",")[5].strip() for line in said.splitlines() if not line.startswith("#")]


def frame(path: Path, number: int = 0) -> Image.Image:
    """One picture as a player shows it."""
    png = path.with_suffix(f".{number}.png")
    making.ffmpeg("-i", path, "-vf", f"select=eq(n\\,{number})", "-frames:v", "1", png)
    return Image.open(png)


# ---- copies ----


def test_a_remux_copies_every_packet_bit_for_bit(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=1.2, extra=("-bf", "2"))
    facts = video(source, tmp_path / "b.mp4", Remux())
    assert packets(tmp_path / "b.mp4", "v") == packets(source, "v") != []
    assert packets(tmp_path / "b.mp4", "a") == packets(source, "a") != []
    assert (facts.container, facts.frames, facts.faststart) == ("mp4", 30, True)


def test_a_remux_names_no_encoder(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=0.4)
    facts = probe.probe(source, faces=False)
    (command,) = mend.argv(source, facts, (Remux(),), tmp_path / "b.mp4", BINARY)
    codecs = [command[place + 1] for place, word in enumerate(command) if word.startswith("-c:")]
    assert codecs == ["copy", "copy"]
    assert not {"libx264", "aac", "-vf"} & set(command)


def test_only_the_sound_is_encoded_when_only_it_does_not_fit(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=1.2, acodec="flac", fps="30000/1001")
    facts = video(source, tmp_path / "b.mp4", Remux(), EncodeTrack())
    assert packets(tmp_path / "b.mp4") == packets(source)
    assert isinstance(facts.audio, AudioTrack) and facts.audio.codec == "aac"


def test_no_step_means_a_copy_of_the_bytes(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=0.4)
    done(source, tmp_path / "b.mp4")
    assert (tmp_path / "b.mp4").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("bframes", ["0", "3"])
def test_a_cut_of_a_long_gop_copies_pictures_without_a_hole(tmp_path: Path, bframes: str) -> None:
    source = make_video(
        tmp_path / "a.mp4", seconds=4, width=160, height=120, extra=("-bf", bframes, "-g", "1000")
    )
    facts = video(source, tmp_path / "b.mp4", Remux(), Trim(seconds=2.5))
    kept = packets(tmp_path / "b.mp4")
    assert kept == packets(source)[: len(kept)]
    assert facts.frames == len(kept) and facts.variable_rate is False
    assert facts.seconds is not None and 2.5 - 0.17 <= facts.seconds <= 2.5


# ---- pictures made anew ----


def test_a_rotated_video_is_shown_upright_without_a_flag(tmp_path: Path) -> None:
    flat = make_video(tmp_path / "flat.mp4", seconds=0.4, width=320, height=240, audio=False)
    turned = tmp_path / "turned.mp4"
    making.ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", turned)
    facts = video(turned, tmp_path / "b.mp4", Remux(), EncodePicture(width=240, height=320, rate="25"))
    assert (facts.width, facts.height, facts.rotation) == (240, 320, 0)
    wanted = np.asarray(frame(turned).convert("L"), dtype=float)
    found = np.asarray(frame(tmp_path / "b.mp4").convert("L"), dtype=float)
    assert wanted.shape == found.shape
    assert abs(wanted - found).mean() < 6 < abs(wanted - found[::-1]).mean()


def test_all_ten_bit_and_odd_sides_end_as_high_profile_with_even_sides(tmp_path: Path) -> None:
    source = make_video(
        tmp_path / "a.mp4", seconds=0.6, width=361, height=363, vcodec="libx265", pixel_format="yuv444p10le"
    )
    facts = video(source, tmp_path / "b.mp4", Remux(), EncodePicture(width=362, height=364, rate="25"))
    assert (facts.profile, facts.pixel_format, facts.width, facts.height) == ("High", "yuv420p", 362, 364)
    assert packets(tmp_path / "b.mp4", "a") == packets(source, "a")


def test_full_range_becomes_limited_range(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=0.4, pixel_format="yuvj420p", audio=False)
    facts = video(source, tmp_path / "b.mp4", Remux(), EncodePicture(width=640, height=480, rate="25"))
    assert facts.pixel_format == "yuv420p"
    before = np.asarray(frame(source).convert("RGB"), dtype=float)
    after = np.asarray(frame(tmp_path / "b.mp4").convert("RGB"), dtype=float)
    assert abs(before - after).mean() < 4


def test_hdr_is_tone_mapped_and_no_longer_tagged(tmp_path: Path) -> None:
    tags = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    source = make_video(
        tmp_path / "a.mp4", seconds=0.4, width=360, height=360, vcodec="libx265",
        pixel_format="yuv420p10le", audio=False, extra=("-x265-params", tags),
    )  # fmt: skip
    before = probe.probe(source, faces=False)
    assert isinstance(before, VideoFacts) and before.hdr is True
    step = EncodePicture(width=360, height=360, rate="25", tone_map=True)
    assert video(source, tmp_path / "b.mp4", Remux(), step).hdr is False


def test_a_variable_rate_becomes_constant_and_keeps_its_length(tmp_path: Path) -> None:
    source = tmp_path / "vfr.mp4"
    making.ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=2", "-vf", "select='not(mod(n,3))+gt(n,30)'",
        "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", source,
    )  # fmt: skip
    facts = video(source, tmp_path / "b.mp4", Remux(), EncodePicture(width=320, height=240, rate="30"))
    assert facts.variable_rate is False and facts.frames == 60
    assert facts.seconds == pytest.approx(2.0, abs=1 / 30)


def test_interlaced_pictures_become_progressive_at_the_same_rate(tmp_path: Path) -> None:
    source = tmp_path / "int.mp4"
    making.ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x240:r=50:d=1", "-vf", "tinterlace=interleave_top",
        "-flags", "+ilme+ildct", "-c:v", "libx264", source,
    )  # fmt: skip
    step = EncodePicture(width=320, height=240, rate="25", deinterlace=True)
    facts = video(source, tmp_path / "b.mp4", Remux(), step)
    assert (facts.interlaced, facts.frames) == (False, 25)


def test_sound_and_picture_stay_together_when_the_picture_starts_late(tmp_path: Path) -> None:
    source = tmp_path / "late.mp4"
    making.ffmpeg(
        "-itsoffset", "0.4", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1",
        "-f", "lavfi", "-i", "sine=d=1.4", "-c:v", "mpeg4", "-c:a", "aac", source,
    )  # fmt: skip
    before = probe.probe(source, faces=False)
    facts = video(source, tmp_path / "b.mp4", Remux(), EncodePicture(width=320, height=240, rate="25"))
    assert isinstance(before, VideoFacts) and before.picture_starts is not None
    assert facts.picture_starts == pytest.approx(before.picture_starts, abs=0.04)


def test_a_capped_encode_stays_below_its_bitrate(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", seconds=2, audio=False, extra=("-crf", "1"))
    step = EncodePicture(width=640, height=480, rate="25", max_bitrate=300_000)
    facts = video(source, tmp_path / "b.mp4", Remux(), step)
    free = video(source, tmp_path / "c.mp4", Remux(), EncodePicture(width=640, height=480, rate="25"))
    assert facts.bitrate is not None and free.bitrate is not None
    assert facts.bitrate < 450_000 < free.bitrate  # two seconds begin with a full buffer


# ---- sound ----


@pytest.mark.parametrize(("format", "container"), [("mp3", "mp3"), ("wav", "wav"), ("m4a", "mp4")])
def test_sound_is_converted_into_each_format(tmp_path: Path, format: str, container: str) -> None:
    source = make_audio(tmp_path / "a.flac", seconds=1.5)
    bitrate = None if format == "wav" else 96_000
    step = ConvertAudio(format=format, bitrate=bitrate, sample_rate=24000, channels=1)
    facts = done(source, tmp_path / f"b.{format}", step)
    assert isinstance(facts, AudioFacts)
    assert (facts.format, facts.container, facts.sample_rate) == (format, container, 24000)
    assert facts.seconds == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "aac", "ogg", "wma"])
def test_silent_edges_are_cut_off_without_encoding_in_every_format(tmp_path: Path, suffix: str) -> None:
    source = make_audio(tmp_path / f"a.{suffix}", seconds=2, silence_before=2, silence_after=2)
    target = tmp_path / f"b.{suffix}"
    facts = done(source, target, Trim(start=1.85, seconds=2.3, silence=True))
    assert isinstance(facts, AudioFacts)
    assert facts.seconds == pytest.approx(2.3, abs=0.15)
    if suffix != "wav":  # whose packets are cut anew at every opening
        assert set(packets(target, "a")) <= set(packets(source, "a"))


def test_a_cut_and_a_conversion_are_one_run(tmp_path: Path) -> None:
    source = make_audio(tmp_path / "a.flac", seconds=3)
    steps = (
        Trim(start=0.5, seconds=1.0),
        ConvertAudio(format="wav", bitrate=None, sample_rate=24000, channels=1),
    )
    assert len(mend.argv(source, probe.probe(source), steps, tmp_path / "b.wav", BINARY)) == 1
    facts = done(source, tmp_path / "b.wav", *steps)
    assert isinstance(facts, AudioFacts) and facts.seconds == pytest.approx(1.0, abs=0.001)


# ---- photos ----


def test_cmyk_and_sixteen_bit_photos_become_rgb(tmp_path: Path) -> None:
    cmyk, deep = tmp_path / "cmyk.jpg", tmp_path / "deep.png"
    Image.new("CMYK", (240, 200), (0, 255, 255, 0)).save(cmyk)
    Image.fromarray(np.full((200, 240), 40_000, dtype=np.uint16)).save(deep)
    for source, step in (
        (cmyk, SavePhoto(format="jpg", width=240, height=200)),
        (deep, SavePhoto(format="png", width=240, height=200)),
    ):
        facts = done(source, tmp_path / f"out.{step.format}", step)
        assert isinstance(facts, PhotoFacts) and facts.mode == "RGB"
    red, green, blue = np.asarray(Image.open(tmp_path / "out.jpg"))[100, 100]
    assert red > 180 and green < 80 and blue < 80
    assert np.asarray(Image.open(tmp_path / "out.png"))[5, 5].tolist() == [155, 155, 155]


def test_an_exif_rotation_is_baked_into_the_pixels(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    image = Image.new("RGB", (400, 300), "blue")
    image.paste("red", (0, 0, 400, 60))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned 90° clockwise: the red top becomes the right edge
    image.save(source, exif=exif)
    facts = done(source, tmp_path / "b.jpg", SavePhoto(format="jpg", width=300, height=400))
    assert isinstance(facts, PhotoFacts)
    assert (facts.width, facts.height, facts.orientation) == (300, 400, 1)
    shown = np.asarray(Image.open(tmp_path / "b.jpg"))  # rows, columns, RGB
    assert shown[200, 290, 0] > 200 and shown[200, 100, 2] > 200


def test_an_oversize_photo_is_scaled_and_pressed_below_its_limit(tmp_path: Path) -> None:
    source = make_photo(tmp_path / "a.bmp", width=1200, height=900)
    assert source.stat().st_size > 3_000_000
    facts = done(source, tmp_path / "b.jpg", SavePhoto(format="jpg", width=800, height=600, max_bytes=60_000))
    assert isinstance(facts, PhotoFacts)
    assert (facts.width, facts.height) == (800, 600)
    assert facts.size_bytes is not None and facts.size_bytes <= 60_000


# ---- what goes wrong leaves nothing ----


def tool(folder: Path, script: str) -> ffmpeg.Binary:
    """A stand-in for ffmpeg: a shell script that gets its arguments."""
    path = folder / "tool.sh"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return replace(BINARY, path=str(path))


@pytest.mark.skipif(os.name != "posix", reason="shell scripts stand in for the tool")
@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "exit 0",
        'for last in "$@"; do :; done; echo garbage > "${last#file:}"; exit 0',
        # a disk that fills up: no file may grow beyond 20 blocks
        f'ulimit -f 20; trap "" XFSZ; exec "{BINARY.path}" "$@"',
        f'"{BINARY.path}" "$@"; for last in "$@"; do :; done; truncate -s 100000 "${{last#file:}}"; exit 0',
    ],
    ids=["fails", "makes nothing", "makes garbage", "full disk", "cut short"],
)
def test_a_failing_tool_leaves_nothing_behind(tmp_path: Path, script: str) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=2)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ToolFailed):
        done(source, out / "b.mp4", Remux(), binary=tool(tmp_path, script))
    assert list(entries(out)) == []


def test_a_result_that_is_not_as_predicted_is_not_kept(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=1)
    facts = probe.probe(source, faces=False)
    assert isinstance(facts, VideoFacts)
    lying = replace(facts, seconds=3.0)
    with pytest.raises(ToolFailed, match="not as planned: seconds"):
        mend.mend(source, lying, (Remux(),), tmp_path / "b.mp4", binary=BINARY, faces=False)
    assert list(entries(tmp_path)) == [source]


def test_the_original_is_refused_as_target(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=0.4)
    facts = probe.probe(source, faces=False)
    with pytest.raises(BadConfig, match="original"):
        mend.mend(source, facts, (Remux(),), source, binary=BINARY)


def test_a_disk_without_room_is_refused_before_the_tool_runs(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mkv", seconds=0.4)
    facts = probe.probe(source, faces=False)
    assert isinstance(facts, VideoFacts)
    huge = replace(facts, size_bytes=1 << 60)
    with pytest.raises(ToolFailed, match="are free"):
        mend.mend(source, huge, (Remux(),), tmp_path / "b.mp4", binary=tool(tmp_path, "exit 1"))


@pytest.mark.skipif(os.name != "posix", reason="such names do not exist elsewhere")
@pytest.mark.parametrize("name", [b"-i 'q' \"%d\"\n.mkv", b"caf\xe9 \xff.mkv", "名".encode() * 80 + b".mkv"])
def test_odd_names_of_source_and_target_are_no_obstacle(tmp_path: Path, name: bytes) -> None:
    plain = make_video(tmp_path / "a.mkv", seconds=0.4)
    source = tmp_path / os.fsdecode(name)
    plain.rename(source)
    target = tmp_path / os.fsdecode(name.replace(b".mkv", b".mp4"))
    assert video(source, target, Remux()).container == "mp4"


# ---- comparing predictions ----


@pytest.mark.parametrize("step", [Remux(container="mp4"), Trim(seconds=1.0)], ids=["remux", "cut"])
def test_source_and_target_may_lie_on_different_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    source = make_video(tmp_path / "-i 'x' %d.mkv", seconds=1.5)
    (tmp_path / "there").mkdir()

    def refuse(*args: object, **more: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    done(
        source,
        tmp_path / "there" / "out.mp4",
        Remux(container="mp4"),
        *([] if isinstance(step, Remux) else [step]),
    )


def test_differences_name_the_measure_and_both_values() -> None:
    predicted = VideoFacts(
        container="mp4",
        codec="h264",
        width=640,
        height=480,
        seconds=2.0,
        fps=25.0,
        size_bytes=None,
        audio=ABSENT,
    )
    assert differences(predicted, replace(predicted, seconds=2.04, size_bytes=7)) == ()
    assert differences(predicted, replace(predicted, seconds=2.09)) == ("seconds: 2.0, 2.09",)
    assert differences(predicted, replace(predicted, codec="hevc", width=642)) == (
        "codec: h264, hevc",
        "width: 640, 642",
    )
