"""Sounds are told apart and placed in time by their bands, through codecs, gain, music and silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media.prove import bands
from tests.defects import make_voice
from tests.making import ffmpeg, make_audio, make_video


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_voice(tmp_path_factory.mktemp("voice") / "voice.wav", 8.0, 1)


def placed(voice: Path, target: Path, late_ms: int, *filters: str) -> Path:
    chain = ",".join([f"adelay={late_ms}", "volume=-9dB", *filters])
    ffmpeg("-i", voice, "-af", chain, "-c:a", "aac", "-b:a", "64k", "-ar", "44100", target)
    return target


@pytest.mark.parametrize("late_ms", [0, 37, 80, 240, -120])
def test_a_shift_is_measured_to_a_few_milliseconds(voice: Path, tmp_path: Path, late_ms: int) -> None:
    there = bands.bands_of(placed(voice, tmp_path / "there.m4a", 1000 + late_ms))
    found = bands.listen(bands.bands_of(voice), there, starts=1.0)
    assert found.likeness is not None and found.likeness > 0.9
    assert found.lag == pytest.approx(late_ms / 1000, abs=0.008)
    assert found.silent == ()


def test_another_voice_is_not_the_same(voice: Path, tmp_path: Path) -> None:
    mine = bands.bands_of(voice)
    for seed in (2, 3, 4):
        other = bands.bands_of(make_voice(tmp_path / "other.wav", 8.0, seed))
        found = bands.listen(mine, other, starts=0.0)
        assert found.likeness is not None and found.likeness < bands.SAME
        assert found.lag is None


def test_a_shift_that_begins_half_way_is_found(voice: Path, tmp_path: Path) -> None:
    whole = make_voice(tmp_path / "long.wav", 24.0, 5)
    chain = "[0]atrim=end=12[a];[0]atrim=start=12,adelay=150,asetpts=PTS-STARTPTS[b];[a][b]concat=v=0:a=1"
    ffmpeg("-i", whole, "-filter_complex", chain, tmp_path / "there.wav")
    found = bands.listen(bands.bands_of(whole), bands.bands_of(tmp_path / "there.wav"), starts=0.0)
    assert found.lag == pytest.approx(0.15, abs=0.02)


def test_silence_where_it_should_be_heard_is_named_with_its_time(voice: Path, tmp_path: Path) -> None:
    there = placed(voice, tmp_path / "gap.m4a", 500, "volume=0:enable='between(t,3,4.5)'")
    found = bands.listen(bands.bands_of(voice), bands.bands_of(there), starts=0.5)
    ((start, end),) = found.silent
    assert start == pytest.approx(3.0, abs=0.3) and end == pytest.approx(4.5, abs=0.3)


def test_music_below_the_voice_does_not_hide_it(voice: Path, tmp_path: Path) -> None:
    chain = "[1]volume=-26dB[m];[0][m]amix=normalize=0:duration=first"
    ffmpeg(
        "-i",
        voice,
        "-f",
        "lavfi",
        "-i",
        "anoisesrc=c=pink:r=16000",
        "-filter_complex",
        chain,
        tmp_path / "mix.wav",
    )
    found = bands.listen(bands.bands_of(voice), bands.bands_of(tmp_path / "mix.wav"), starts=0.0)
    assert found.likeness is not None and found.likeness > bands.SAME
    assert abs(found.lag or 0.0) < 0.01


def test_a_steady_tone_tells_its_colour_but_no_time(tmp_path: Path) -> None:
    tone = bands.bands_of(make_audio(tmp_path / "a.wav", tone_hz=440))
    same = bands.listen(tone, bands.bands_of(make_audio(tmp_path / "b.mp3", tone_hz=440)), starts=0.0)
    other = bands.listen(tone, bands.bands_of(make_audio(tmp_path / "c.wav", tone_hz=2600)), starts=0.0)
    assert same.likeness is not None and same.likeness > 0.8 and same.lag is None
    assert other.likeness is not None and other.likeness < bands.SAME


def test_a_silent_sound_asks_for_nothing_and_a_missing_track_is_empty(tmp_path: Path) -> None:
    mute = make_video(tmp_path / "mute.mp4", seconds=0.4, audio=False)
    assert bands.bands_of(mute).shape == (0, bands.BANDS)
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "1", tmp_path / "silence.wav")
    silence = bands.bands_of(tmp_path / "silence.wav")
    assert bands.listen(silence, silence, starts=0.0).likeness is None


def test_a_voice_that_is_missing_altogether_is_not_found(voice: Path) -> None:
    found = bands.listen(bands.bands_of(voice), bands.from_bytes(b""), starts=0.0)
    assert found.likeness == 0.0 and found.lag is None and found.silent
