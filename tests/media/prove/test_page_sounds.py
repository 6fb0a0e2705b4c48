"""Page sounds are found where they are, to the millisecond, and not where they are not."""

from __future__ import annotations

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from mediaprep.media.prove import page_sounds
from mediaprep.media.prove.page_sounds import Sound

RATE = 16_000


def noise(path: Path, seconds: float, seed: int, *, level: float = 0.2) -> Path:
    sound = np.random.default_rng(seed).normal(0, level, round(seconds * RATE))
    return written(path, sound)


def written(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32767


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    lengths = (1.21, 0.83, 2.4, 1.0)
    return [noise(tmp_path / f"{n}.wav", seconds, n) for n, seconds in enumerate(lengths)]


def test_every_page_is_found_though_the_service_rounds_and_one_is_silent(
    tmp_path: Path, pages: list[Path]
) -> None:
    padded = [np.concatenate([read(path), np.zeros(round(0.017 * RATE))]) for path in pages]
    padded.insert(2, np.zeros(round(1.5 * RATE)))
    whole = written(tmp_path / "whole.wav", np.concatenate([np.zeros(RATE // 2), *padded]))
    sounds = [Sound(path=path, seconds=read(path).size / RATE) for path in pages]
    sounds.insert(2, Sound(path=None, seconds=1.5))
    found = page_sounds.starts(whole, sounds, start=0.5, stop=read(whole).size / RATE)
    true = [0.5 + at / RATE for at in itertools.accumulate([0, *(part.size for part in padded[:-1])])]
    assert found is not None
    assert [at for n, at in enumerate(found) if n != 2] == pytest.approx(
        [at for n, at in enumerate(true) if n != 2], abs=0.002
    )
    assert found[2] == pytest.approx(true[2], abs=0.02)  # silence begins where the sound before it ends


def test_sounds_that_are_not_there_are_not_found(tmp_path: Path, pages: list[Path]) -> None:
    whole = written(tmp_path / "whole.wav", np.concatenate([read(path) for path in pages]))
    sounds = [Sound(path=path, seconds=read(path).size / RATE) for path in pages]
    stop = read(whole).size / RATE
    assert page_sounds.starts(whole, [sounds[1], sounds[0], *sounds[2:]], start=0.0, stop=stop) is None
    stranger = Sound(path=noise(tmp_path / "other.wav", 2.4, 99), seconds=2.4)
    assert page_sounds.starts(whole, [*sounds[:2], stranger, sounds[3]], start=0.0, stop=stop) is None
    assert page_sounds.starts(whole, sounds[:3], start=0.0, stop=stop) is None  # a second is left over
