"""How far a voice stands above its background, and what is cut off at full scale: mixes of known ratio."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mediaprep.media.probing.probe import measured
from mediaprep.model.facts import AudioFacts
from mediaprep.model.findings import Verdict
from mediaprep.preflight.judge import judge_file
from mediaprep.preflight.mending.sound_files import SoundWish
from mediaprep.verbs.fix import FixWish, fix
from tests.defects import make_voice

RATE = 16_000
SECONDS = 6
Sound = NDArray[np.float64]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    path = make_voice(tmp_path_factory.mktemp("voice") / "v.wav", float(SECONDS), 3)
    with wave.open(str(path)) as sound:
        rate, channels = sound.getframerate(), sound.getnchannels()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)[::channels]
    at = np.arange(SECONDS * RATE) * rate / RATE
    return of_power(np.interp(at, np.arange(len(samples)), samples.astype(np.float64)))


def of_power(sound: Sound) -> Sound:
    return sound / np.sqrt(np.mean(sound**2))


def white() -> Sound:
    return of_power(np.random.default_rng(1).normal(size=SECONDS * RATE))


def pink() -> Sound:
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(size=SECONDS * RATE))
    return of_power(np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1), SECONDS * RATE))


def music() -> Sound:
    """A chord every half second that fades."""
    times, made, draw = np.arange(SECONDS * RATE) / RATE, np.zeros(SECONDS * RATE), np.random.default_rng(3)
    for begin in np.arange(0, SECONDS, 0.5):
        fades = np.clip(1 - (times - begin) / 1.2, 0, 1) * (times >= begin)
        hertz = 220 * 2 ** (draw.integers(0, 24) / 12)
        made += fades * sum(np.sin(2 * np.pi * hertz * n * times) / n for n in (1, 2, 3))
    return of_power(made)


def written(path: Path, sound: Sound, peak: float = 0.5) -> Path:
    loud = np.clip(sound / np.abs(sound).max() * peak, -1, 1)
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes((loud * 32767).astype(np.int16).tobytes())
    return path


def heard(path: Path) -> AudioFacts:
    facts = measured(path, faces=False)
    assert isinstance(facts, AudioFacts)
    return facts


def told(facts: AudioFacts, measure: str) -> bool:
    found = judge_file("notrain", "InputAudioUrl", facts)
    return any(one.rule.endswith(measure) and one.verdict is Verdict.ADVISED for one in found)


@pytest.mark.parametrize("background", [white, pink, music])
@pytest.mark.parametrize(
    ("ratio", "advised"), [(-5, True), (0, True), (4, True), (15, False), (20, False), (30, False)]
)
def test_a_voice_in_noise_is_told_by_how_little_it_stands_out(
    voice: Sound, background: Callable[[], Sound], ratio: int, advised: bool, tmp_path: Path
) -> None:
    facts = heard(written(tmp_path / "v.wav", voice + background() * 10 ** (-ratio / 20)))
    assert told(facts, "above_background") is advised
    assert facts.above_background == pytest.approx(max(ratio, 0) + 4.5, abs=5)


@pytest.mark.parametrize("sound", [white, pink, music, lambda: np.sin(np.arange(SECONDS * RATE) / 9)])
def test_where_nobody_speaks_nothing_is_said_of_a_voice(sound: Callable[[], Sound], tmp_path: Path) -> None:
    assert heard(written(tmp_path / "n.wav", sound())).above_background is None


@pytest.mark.parametrize(
    ("over", "advised"), [(0.5, False), (0.99, False), (1.5, True), (3.0, True), (8.0, True)]
)
def test_what_is_cut_off_at_full_scale_is_told(
    voice: Sound, over: float, advised: bool, tmp_path: Path
) -> None:
    assert told(heard(written(tmp_path / "v.wav", voice, over)), "clipped_share") is advised


def test_a_tone_at_full_scale_is_not_cut_off(tmp_path: Path) -> None:
    assert heard(written(tmp_path / "t.wav", np.sin(np.arange(RATE) * 0.17), 1.0)).clipped_share == 0.0


@pytest.mark.parametrize("value", [1e10, 1e30, 3e38, float("inf"), float("nan"), 1e-30])
def test_floats_that_are_no_sound_have_finite_measures(value: float, tmp_path: Path) -> None:
    """Damaged float formats hold anything; what cannot be measured is None, never NaN."""
    samples = (np.random.default_rng(4).normal(size=2 * RATE) * 0.1).astype(np.float32)
    samples[RATE // 2 : RATE] = value
    data, path = samples.tobytes(), tmp_path / "f.wav"
    form = struct.pack("<IHHIIHH", 16, 3, 1, RATE, 4 * RATE, 4, 32)
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + form
        + b"data"
        + struct.pack("<I", len(data))
        + data
    )
    facts = heard(path)
    for measure in (facts.above_background, facts.background_dbfs, facts.clipped_share):
        assert measure is None or math.isfinite(measure)


def test_denoising_lifts_a_voice_above_steady_noise(voice: Sound, tmp_path: Path) -> None:
    source = written(tmp_path / "v.wav", voice + white() * 10 ** (-5 / 20))
    fix(source, output=tmp_path / "out.wav", wish=FixWish(sound=SoundWish(denoise=True), faces=False))
    before, after = heard(source).above_background, heard(tmp_path / "out.wav").above_background
    assert before is not None and after is not None and after > before + 3
