"""The silence map of a voice: pauses where they are, at any level of the recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media.sound.pauses import silence_map
from tests.making import ffmpeg


def voice(path: Path, gain_db: float, noise: float = 0.0) -> Path:
    """Sound from 0.5 to 1.5 s and from 1.9 to 3.0 s of 3.4 s, over noise."""
    sound = f"0.3*sin(2*PI*220*t)*(between(t,0.5,1.5)+between(t,1.9,3))+{noise}*(random(0)-0.5)"
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc=exprs='{sound}':s=24000:d=3.4", "-af", f"volume={gain_db}dB", path)
    return path


@pytest.mark.parametrize(("gain", "noise"), [(0, 0.0), (-20, 0.0), (6, 0.01), (0, 0.01)])
def test_pauses_are_found_at_any_level_and_over_some_noise(tmp_path: Path, gain: float, noise: float) -> None:
    found = silence_map(voice(tmp_path / "v.wav", gain, noise))
    assert found.total_ms == 3400
    wanted = [(0, 500), (1500, 1900), (3000, 3400)]
    assert len(found.pauses) == 3
    for (start, end), (first, last) in zip(found.pauses, wanted, strict=True):
        assert abs(start - first) <= 30 and abs(end - last) <= 30


def test_a_silent_file_is_one_pause(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:d=1", tmp_path / "s.wav")
    assert silence_map(tmp_path / "s.wav").pauses == ((0, 1000),)


def test_a_steady_tone_has_no_pause(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", tmp_path / "t.wav")
    assert silence_map(tmp_path / "t.wav").pauses == ()
