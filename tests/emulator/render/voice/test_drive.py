from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mediaprep.emulator.render.voice import drive
from mediaprep.errors import ToolFailed
from mediaprep.media.ffmpeg import Binary
from tests.making import ffmpeg, make_audio

FPS = Fraction(25)


def test_the_mouth_opens_with_the_voice_and_rests_in_silence(binary: Binary, tmp_path: Path) -> None:
    source = make_audio(tmp_path / "in.wav", seconds=0.6, silence_before=0.6, silence_after=0.8)
    voice = drive.decoded(binary, source, tmp_path / "out.wav")
    opening = drive.openness(voice, FPS, voice.frames(FPS))
    assert len(opening) == 50
    assert opening[:15].max() == 0
    assert opening[18:29].min() > 0.8
    assert opening[40:].max() == 0
    assert opening.max() <= 1


def test_a_louder_part_opens_wider(binary: Binary, tmp_path: Path) -> None:
    source = tmp_path / "in.wav"
    ffmpeg(
        "-f", "lavfi", "-i", "sine=f=300:d=2", "-af", "volume='if(lt(t,1),0.2,1)':eval=frame", source
    )  # fmt: skip
    voice = drive.decoded(binary, source, tmp_path / "out.wav")
    opening = drive.openness(voice, FPS, 50)
    assert 0 < opening[20] < opening[45] * 0.7


def test_pure_silence_opens_nothing(binary: Binary, tmp_path: Path) -> None:
    source = tmp_path / "in.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=d=1", source)
    assert not drive.openness(drive.decoded(binary, source, tmp_path / "o.wav"), FPS, 25).any()


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.ogg", "a.wma", "a.aac", "a.wav"])
def test_every_documented_format_drives(binary: Binary, tmp_path: Path, name: str) -> None:
    source = make_audio(tmp_path / name, seconds=1.0)
    assert drive.decoded(binary, source, tmp_path / "out.wav").seconds == pytest.approx(1.0, abs=0.08)


def test_a_playlist_named_mp3_opens_nothing_else(binary: Binary, tmp_path: Path) -> None:
    make_audio(tmp_path / "secret.wav", seconds=1.0)
    (tmp_path / "list.mp3").write_text("ffconcat version 1.0\nfile secret.wav\n")
    with pytest.raises(ToolFailed):
        drive.decoded(binary, tmp_path / "list.mp3", tmp_path / "out.wav")


def test_joined_parts_have_exactly_their_lengths(binary: Binary, tmp_path: Path) -> None:
    parts = []
    for number, seconds in enumerate((0.5, 0.33)):
        source = make_audio(tmp_path / f"{number}.wav", seconds=seconds)
        parts.append(drive.decoded(binary, source, tmp_path / f"{number}-form.wav"))
    joined = drive.joined([(parts[0].path, 0.4), (parts[1].path, 0.6)], tmp_path / "all.wav")
    assert joined.seconds == pytest.approx(1.0, abs=1e-4)
    opening = drive.openness(joined, FPS, 25)
    assert opening[12] > 0.5
    assert np.all(opening[-3:] == 0)


def level(path: Path) -> float:
    """RMS of all samples, decibels of full scale."""
    with wave.open(str(path)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16).astype(float)
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) / 32768))


@pytest.mark.parametrize("channels", ["1", "2"])
@pytest.mark.parametrize("rate", ["16000", "44100", "48000"])
def test_a_given_sound_keeps_its_level_alone_and_joined(
    binary: Binary, tmp_path: Path, channels: str, rate: str
) -> None:
    source = tmp_path / "in.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=f=300:d=0.5", "-ac", channels, "-ar", rate, source)
    voice = drive.decoded(binary, source, tmp_path / "out.wav")
    both = drive.joined([(None, 0.25), (voice.path, 0.5)], tmp_path / "joined.wav")
    assert level(voice.path) == pytest.approx(level(source), abs=0.1)
    assert both.seconds == pytest.approx(0.75)
    assert level(both.path) == pytest.approx(level(source) + 10 * np.log10(0.5 / 0.75), abs=0.1)
