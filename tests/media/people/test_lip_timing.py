"""How late a sound is against lips that were made from it. That is no proof for real mouths, and none is claimed:
scripts/torture-lips takes real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mediaprep.media.people import lip_timing, voice_shape
from mediaprep.media.people.lip_timing import SeenLips
from tests.defects import make_voice

Voice = NDArray[np.float32]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    return read(make_voice(tmp_path_factory.mktemp("voice") / "v.wav", 12.0, 3))


def read(path: Path) -> Voice:
    return voice_shape.from_bytes(voice_shape.read(path, 0.0))


def lips_of(voice: Voice, *, late: float, noise: float, rate: float = 25.0, seed: int = 1) -> list[SeenLips]:
    """Lips that do what a voice foretells `late` seconds before it is heard, and tremble."""
    moments = np.arange(0.0, len(voice) * voice_shape.HOP, 1 / rate)
    told = voice_shape.around(voice_shape.smoothed(voice), moments + late) @ lip_timing.weights()
    shaken = voice_shape.standard(told) + np.random.default_rng(seed).normal(size=(len(moments), 3)) * noise
    return [
        (float(at), 0.4, (float(a), float(b), float(c)))
        for at, (a, b, c) in zip(moments, shaken, strict=True)
    ]


@pytest.mark.parametrize(
    ("late", "rate"),
    [(-0.4, 25.0), (-0.2, 30.0), (-0.06, 24.0), (0.0, 25.0), (0.1, 29.97), (0.2, 25.0), (0.4, 15.0)],
)
def test_the_shift_is_found_and_stands_out(voice: Voice, late: float, rate: float) -> None:
    found = lip_timing.timing(lips_of(voice, late=late, noise=1.0, rate=rate), voice)
    assert found is not None and found.offset == pytest.approx(late, abs=0.04) and found.strength > 0.5


def test_a_sound_that_has_nothing_to_do_with_it_stands_out_less(voice: Voice, tmp_path: Path) -> None:
    other = read(make_voice(tmp_path / "w.wav", 12.0, 95))
    found = lip_timing.timing(lips_of(other, late=0.0, noise=1.0), voice)
    own = lip_timing.timing(lips_of(voice, late=0.0, noise=1.0), voice)
    assert found is not None and own is not None and found.strength < 0.5 * own.strength


def test_weights_that_are_fitted_on_a_clip_in_step_find_the_shift_of_another(voice: Voice) -> None:
    first, second = lips_of(voice, late=0.0, noise=0.3), lips_of(voice, late=0.3, noise=0.3, seed=2)
    found = lip_timing.timing(second, voice, lip_timing.fit([(first, voice)]))
    assert found is not None and found.offset == pytest.approx(0.3, abs=0.04)


def test_too_little_of_both_gives_nothing(voice: Voice) -> None:
    seen = lips_of(voice, late=0.0, noise=0.1)
    assert lip_timing.timing(seen[:90], voice) is None
    assert lip_timing.timing(seen, voice[:300]) is None
    assert lip_timing.timing([], voice) is None


def test_shots_and_gaps_are_stretches_of_their_own(voice: Voice) -> None:
    seen = lips_of(voice, late=0.0, noise=0.1)
    closer = [(at, share * (1.5 if at > 4 else 1.0), lips) for at, share, lips in seen if not 8 < at < 8.6]
    parts = lip_timing.stretches(closer, until=12.0)
    assert [(round(float(moments[0])), round(float(moments[-1]))) for moments, _ in parts] == [
        (0, 4), (4, 8), (9, 12),
    ]  # fmt: skip
