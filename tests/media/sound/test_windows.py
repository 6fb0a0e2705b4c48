"""Windows of samples: silence, fades, joins."""

from __future__ import annotations

import numpy as np
import pytest

from mediaprep.errors import InputError
from mediaprep.media.probing.audio import envelope_of
from mediaprep.media.sound import windows

RATE = 16000


def tone(seconds: float, *, level: float = 0.25, channels: int = 1) -> windows.Samples:
    wave = np.sin(2 * np.pi * 300 * np.arange(round(seconds * RATE)) / RATE) * level * 32767
    return np.repeat(wave.astype(np.int16)[:, None], channels, axis=1)


def test_silence_inside_is_found_and_agrees_with_the_envelope() -> None:
    samples = np.concatenate([windows.quiet(0.6, RATE), tone(1), windows.quiet(0.8, RATE), tone(0.5)])
    spans = windows.silent_spans(samples, RATE)
    assert [tuple(round(edge, 1) for edge in span) for span in spans] == [(0, 0.6), (1.6, 2.4)]
    leading, trailing = envelope_of([samples.astype(np.float32) / 32768], RATE).edges()
    assert leading == pytest.approx(spans[0][1], abs=0.03)
    assert trailing == 0


def test_fades_keep_the_length_and_the_middle() -> None:
    samples = tone(1, channels=2)
    faded = windows.fade(samples, RATE, seconds_in=0.2, seconds_out=0.2)
    assert faded.shape == samples.shape
    assert np.abs(faded[:100]).max() < 400
    assert np.abs(faded[-100:]).max() < 400
    assert np.array_equal(faded[6000:10000], samples[6000:10000])


def test_joins_overlap_by_their_crossfade() -> None:
    assert len(windows.join([tone(0.5), tone(0.25)], RATE)) == 12000
    assert len(windows.join([tone(0.5), tone(0.25)], RATE, crossfade=0.1)) == 12000 - 1600
    assert len(windows.join([], RATE)) == 0


def test_gain_is_in_decibels() -> None:
    samples = tone(0.3)
    assert windows.loudness_dbfs(windows.gain(samples, RATE, -6), RATE) == pytest.approx(
        windows.loudness_dbfs(samples, RATE) - 6, abs=0.1
    )


def test_more_than_a_window_is_refused() -> None:
    hours = np.zeros((RATE * (windows.MAX_SECONDS + 1), 1), dtype=np.int16)
    with pytest.raises(InputError, match="limit is 600 s"):
        windows.fade(hours, RATE, seconds_in=1)


def test_only_int16_samples_by_channels_are_taken() -> None:
    with pytest.raises(ValueError, match="int16"):
        windows.gain(np.zeros((10, 1), dtype=np.float32), RATE, 1)  # type: ignore[arg-type]
