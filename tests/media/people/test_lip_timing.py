"""How late a sound is against a mouth that was made from it. That is no proof for real mouths, and none is claimed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediaprep.media.people import lip_timing
from mediaprep.media.prove import bands
from tests.defects import make_voice


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> bands.Bands:
    return bands.bands_of(make_voice(tmp_path_factory.mktemp("voice") / "v.wav", 20.0, 3))


def mouth_of(voice: bands.Bands, *, late: float, noise: float, seed: int = 1) -> np.ndarray:
    """A mouth that opens with the sound, `late` seconds before the sound comes."""
    loud = np.convolve(voice.max(axis=1).astype(float), np.ones(7) / 7, "same")
    moved = np.roll(loud, -round(late / bands.HOP_SECONDS))
    draw = np.random.default_rng(seed)
    rows = [moved + noise * moved.std() * draw.normal(size=moved.size) for _ in range(3)]
    return np.array(rows)


@pytest.mark.parametrize("late", [-0.4, -0.2, 0.0, 0.2, 0.4])
def test_the_shift_is_found_and_stands_out(voice: bands.Bands, late: float) -> None:
    usual = lip_timing._USUAL_LEAD
    found = lip_timing.timing(mouth_of(voice, late=late + usual, noise=1.0), voice)
    assert found is not None and found.offset == pytest.approx(late, abs=0.06) and found.strength > 4


@pytest.mark.parametrize("seed", range(6))
def test_a_sound_that_has_nothing_to_do_with_it_does_not_stand_out(
    voice: bands.Bands, seed: int, tmp_path: Path
) -> None:
    other = bands.bands_of(make_voice(tmp_path / "w.wav", 20.0, 90 + seed))
    found = lip_timing.timing(mouth_of(other, late=0.0, noise=0.5, seed=seed), voice)
    assert found is not None and found.strength < 4


def test_too_little_of_both_gives_nothing(voice: bands.Bands) -> None:
    assert lip_timing.timing(mouth_of(voice, late=0.0, noise=0.1)[:, :250], voice) is None
    assert lip_timing.timing(np.zeros((3, 600)), voice) is None
