"""ModulatedVoice: the timbre that is asked for, in the same time and at the same level."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from mediaprep.contract.script import ssml
from mediaprep.emulator.render.voice.markup import pieces_of
from mediaprep.emulator.render.voice.modulation import RATE, modulated
from mediaprep.emulator.render.voice.speech import speak
from mediaprep.emulator.render.voice.voices import SpeakingStyle


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A man who speaks for three seconds."""
    path = tmp_path_factory.mktemp("given") / "man.wav"
    script = ssml.read("今天我们来看新的功能，它会让视频变得更加简单。")
    speak(pieces_of(script), path, SpeakingStyle(timbre="male_4"), sample_rate=RATE)
    return path


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16).astype(float)


def pitch(path: Path) -> float:
    """The middle fundamental, Hz."""
    sound, found = samples(path), []
    for window in np.lib.stride_tricks.sliding_window_view(sound, RATE // 20)[:: RATE // 20]:
        if np.sqrt(np.mean(window**2)) > 800:
            lags = np.correlate(window, window, "full")[len(window) - 1 :]
            found.append(RATE / (RATE // 400 + int(np.argmax(lags[RATE // 400 : RATE // 70]))))
    return float(np.median(found))


def level(path: Path) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples(path) ** 2))))


@pytest.mark.parametrize(
    ("timbre", "low", "high"), [("female_1", 180, 240), ("female_9", 180, 240), ("male_7", 95, 140)]
)
def test_a_given_voice_takes_the_pitch_of_the_wished_one_and_keeps_time_and_level(
    given: Path, tmp_path: Path, timbre: str, low: float, high: float
) -> None:
    made = modulated(given, tmp_path / "made.wav", SpeakingStyle(timbre=timbre))
    assert low < pitch(made) < high
    assert len(samples(made)) == len(samples(given))
    assert level(made) == pytest.approx(level(given), abs=0.3)
    loud = [np.abs(samples(path).reshape(-1)[: RATE * 3 // 2400 * 2400].reshape(-1, 2400)).mean(axis=1)
            for path in (given, made)]  # fmt: skip
    assert np.corrcoef(*loud)[0, 1] > 0.8  # the same syllables at the same moments


def test_two_timbres_do_not_sound_alike(given: Path, tmp_path: Path) -> None:
    one, other = (
        samples(modulated(given, tmp_path / f"{timbre}.wav", SpeakingStyle(timbre=timbre)))
        for timbre in ("female_1", "female_9")
    )
    assert np.abs(one - other).mean() > 0.1 * np.abs(one).mean()


@pytest.mark.parametrize("seconds", [0.5, 13.0, 25.0])
def test_long_and_silent_sounds_keep_their_length(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(bytes(2 * round(RATE * seconds)))
    made = samples(modulated(path, tmp_path / "made.wav", SpeakingStyle(timbre="female_1")))
    assert len(made) == round(RATE * seconds) and not made.any()
