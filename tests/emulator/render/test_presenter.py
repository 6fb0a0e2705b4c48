"""basic and advanced: what Format, background, head and tail make of a drawn presenter, measured in the result."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import numpy as np
import pytest

from mediaprep.emulator.account import catalogue_file
from mediaprep.emulator.render import presenter
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary
from tests.emulator.render.making import comment_of, counted_video, pictures_in, work
from tests.emulator.render.staging import (
    FIGURE,
    SIZE,
    figure,
    near,
    render,
    shown,
    small_avatars,
)
from tests.making import ffmpeg, make_audio


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    own = small_avatars()
    monkeypatch.setattr(catalogue_file, "load", lambda: own)


# --- formats -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "format", "suffix", "codec"),
    [
        ("basic", None, ".webm", "vp9"),
        ("advanced", None, ".mp4", "h264"),
        ("basic", "TransparentMov", ".mov", "qtrle"),
        ("basic", "Mp4", ".mp4", "h264"),
        ("advanced", "TransparentWebm", ".webm", "vp9"),
    ],
)
def test_the_format_decides_what_comes_out(
    binary: Binary, tmp_path: Path, endpoint: str, format: str | None, suffix: str, codec: str
) -> None:
    product = render(tmp_path, binary, {"Format": format} if format else {}, endpoint=endpoint, seconds=None)
    info = packets.describe(product.media).first("video")
    assert info is not None
    assert (product.media.suffix, info.codec, (info.width, info.height)) == (suffix, codec, SIZE)
    assert comment_of(product.media) == "EMULATED"
    assert product.subtitles is not None and product.subtitles.read_text(encoding="utf-8").count("-->") == 1
    assert 0.7 < product.seconds < 2


@pytest.mark.parametrize("format", ["TransparentWebm", "TransparentMov", "Mp4"])
def test_nothing_but_the_figure_and_the_mark_is_seen(binary: Binary, tmp_path: Path, format: str) -> None:
    frames = shown(render(tmp_path, binary, {"Format": format}).media)
    assert len(frames) == 10
    for frame in frames:
        outside = figure(frame)
        left, top = (SIZE[0] - FIGURE[0]) // 2, SIZE[1] - FIGURE[1]
        outside[top - 3 :, left - 3 : left + FIGURE[0] + 3] = False
        assert not outside.any()
        assert figure(frame)[top + 100 : top + 110, 158:162].all()


def test_the_mouth_moves_with_the_sound_and_the_eyes_blink(binary: Binary, tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "drive.wav", seconds=0.6, silence_after=4.0)
    task = work(tmp_path, "advanced", {"VirtualmanKey": "flat", "DriverType": "OriginalVoice",
                "VideoParam": {"Format": "TransparentMov"}}, files={"InputAudioUrl": sound})  # fmt: skip
    product = presenter.render(task, binary)
    frames = shown(product.media)
    top, middle = SIZE[1] - FIGURE[1], SIZE[0] // 2
    mouth = np.s_[top + 28 : top + 40, middle - 10 : middle + 10]
    eyes = np.s_[top + 18 : top + 26, middle - 12 : middle + 12]
    closed = [np.abs(frame[mouth].astype(int) - frames[-1][mouth]).max() < 30 for frame in frames]
    assert not any(closed[3:14]) and all(closed[22:])
    blinks = [np.abs(frame[eyes].astype(int) - frames[0][eyes]).max() > 60 for frame in frames]
    assert 2 <= sum(blinks) <= 12 and not blinks[0]
    assert product.subtitles is None


@pytest.mark.parametrize("endpoint", ["basic", "advanced"])
def test_a_modulated_voice_sounds_otherwise_than_the_given_one(
    binary: Binary, tmp_path: Path, endpoint: str
) -> None:
    def hertz(driver: str, timbre: str) -> float:
        """The pitch of the result; a tone is given."""
        manner = {"Speed": 1.0, "TimbreKey": timbre}
        product = render(tmp_path, binary, {"Format": "Mp4"}, endpoint=endpoint, seconds=0.8,
                         DriverType=driver, SpeechParam=manner)  # fmt: skip
        ffmpeg("-y", "-i", product.media, "-ac", "1", "-ar", "8000", tmp_path / "heard.wav")
        with wave.open(str(tmp_path / "heard.wav")) as sound:
            heard = np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16).astype(float)
        middle = heard[2400:4000]
        alike = np.correlate(middle, middle, "full")[len(middle) - 1 :]
        return 8000 / (16 + int(np.argmax(alike[16:114])))

    given = hertz("OriginalVoice", "male_2")
    man, woman = hertz("ModulatedVoice", "male_2"), hertz("ModulatedVoice", "female_2")
    assert given == pytest.approx(440, abs=15)
    assert 95 < man < 145 and 175 < woman < 245


# --- background, head and tail -------------------------------------------------------------------------------


def test_a_background_picture_and_a_background_video_lie_behind(binary: Binary, tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=320x240", "-frames:v", "1", "-update", "1", picture)
    still = render(tmp_path, binary, files={"BackgroundFileUrl": picture})
    corner = shown(still.media)[3][:180, 5:90].astype(int)
    assert corner[..., 0].min() > 240 and corner[..., 1:].max() < 15

    moving = counted_video(tmp_path / "moving.mp4", frames=10, width=320, height=240)
    played = render(tmp_path, binary, files={"BackgroundFileUrl": moving}, seconds=0.5)
    greys = [round((float(y[20:120, 5:80].mean()) - 40) / 4) for _, y in
             packets.decode_frames(played.media, pixel_format="yuv420p")]  # fmt: skip
    assert greys[:12] == [*range(10), 0, 1]


def test_footage_that_is_not_keyed_keeps_its_own_ground(binary: Binary, tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=320x240", "-frames:v", "1", "-update", "1", picture)
    frame = shown(render(tmp_path, binary, key="sample", files={"BackgroundFileUrl": picture}).media)[3]
    assert near(frame, (255, 0, 0), 80) == 0 and near(frame, presenter.GREEN) == 0


def loudness(path: Path, folder: Path) -> list[float]:
    """Of every fifth of a second, decibels."""
    sound = folder / "heard.wav"
    ffmpeg("-i", path, "-ac", "1", "-ar", "8000", sound)
    with wave.open(str(sound)) as heard:
        samples = np.frombuffer(heard.readframes(heard.getnframes()), dtype=np.int16).astype(float)
    parts = [samples[at : at + 1600] for at in range(0, len(samples) - 1599, 1600)]
    return [float(20 * np.log10(np.sqrt(np.mean(part**2)) / 32768 + 1e-6)) for part in parts]


@pytest.mark.parametrize("loud", [True, False])
def test_head_and_tail_are_shown_and_heard_and_counted(binary: Binary, tmp_path: Path, loud: bool) -> None:
    head = counted_video(tmp_path / "silent.mp4", frames=15, width=320, height=240)
    tail = counted_video(tmp_path / "tail.mp4", frames=10, width=320, height=240)
    if loud:
        ffmpeg("-i", head, "-f", "lavfi", "-i", "sine=f=500:d=0.6", "-c:v", "copy", "-c:a", "aac", "-ac", "1",
               tmp_path / "head.mp4")  # fmt: skip
        head = tmp_path / "head.mp4"
    files = {"VideoHeadFileUrl": head, "VideoTailFileUrl": tail}
    product = render(tmp_path, binary, {"ShowSubtitles": True}, files=files, seconds=None)
    alone = render(tmp_path, binary, {"ShowSubtitles": True}, seconds=None)
    assert product.seconds == pytest.approx(alone.seconds + 1.0)
    frames = pictures_in(product.media)
    assert len(frames) == round(product.seconds * 25)
    greys = [round((float(y[20:200, 120:300].mean()) - 40) / 4) for _, y in
             packets.decode_frames(product.media, pixel_format="yuv420p")]  # fmt: skip
    assert greys[:15] == list(range(15)) and greys[-10:] == list(range(10))
    letters = [near(frame[190:], (255, 255, 255), 30) for frame in frames]
    assert max(letters[:15]) == 0 and max(letters[18:-12]) > 10 and max(letters[-10:]) == 0
    heard = loudness(product.media, tmp_path)
    assert (heard[1] > -30) is loud and max(heard[4:-2]) > -30 and heard[-1] < -60
    first, behind = (re.findall(r"(\d\d),(\d\d\d) -->", p.subtitles.read_text("utf-8"))[0]  # type: ignore[union-attr]
                     for p in (alone, product))  # fmt: skip
    assert int(behind[0]) * 1000 + int(behind[1]) - int(first[0]) * 1000 - int(first[1]) == 600


# --- chance --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["Mp4", "TransparentWebm"])
def test_the_same_request_gives_the_same_bytes(binary: Binary, tmp_path: Path, format: str) -> None:
    video = {"Format": format, "SmartActionEnabled": True, "ShowSubtitles": True}

    def made(seed: int) -> bytes:
        return render(tmp_path, binary, video, key="solid", seconds=None, seed=seed).media.read_bytes()

    assert made(1) == made(1)
