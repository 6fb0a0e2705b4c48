"""A script laid over a voice by its pauses: close to where the words really are, and honest about the rest."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from mediaprep.errors import BadAsset
from mediaprep.finishing.align import align
from mediaprep.model.finishing.plans import SilenceMap

SENTENCES = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()[:60]


def voice(
    text: str, seed: int, *, breathing: bool = True, skip: float = 0.0
) -> tuple[SilenceMap, list[float]]:
    """A simulated reader: uneven pace, pauses at marks (some left out), breaths between words; the truth with it."""
    rng = random.Random(seed)
    at, pauses, truth = 350.0, [(0, 350)], []
    for index, character in enumerate(text):
        truth.append(at)
        if character.isalnum():
            at += 190 * rng.uniform(0.75, 1.3) * (0.4 if character.isascii() and character.isalpha() else 1)
            if breathing and rng.random() < 0.01:
                pauses.append((round(at), round(at + 140)))
                at += 140
        pause = {"。": 520, "！": 520, "？": 520, "；": 450, "，": 260, "：": 260, "、": 150}.get(
            character, 0
        )
        if pause and index < len(text) - 1 and rng.random() >= skip:
            length = pause * rng.uniform(0.7, 1.3)
            pauses.append((round(at), round(at + length)))
            at += length
    pauses.append((round(at), round(at + 600)))
    return SilenceMap(total_ms=round(at + 600), pauses=tuple(pauses)), truth


@pytest.mark.parametrize("seed", range(6))
def test_words_are_found_within_a_fraction_of_a_second(seed: int) -> None:
    text = "".join(SENTENCES[seed * 9 : seed * 9 + 9])
    silence, truth = voice(text, seed)
    aligned = align(text, silence)
    assert "".join(s.text for s in aligned.spoken) == text
    errors = [
        abs(s.start_ms - true) for s, true in zip(aligned.spoken, truth, strict=True) if s.text.isalnum()
    ]
    assert sum(errors) / len(errors) < 150
    assert sorted(errors)[int(len(errors) * 0.95)] < 500
    assert aligned.paired >= 0.8 * aligned.places


@pytest.mark.parametrize("seed", range(4))
def test_pauses_that_the_voice_leaves_out_do_not_throw_it_off(seed: int) -> None:
    text = "".join(SENTENCES[seed * 5 : seed * 5 + 12])
    silence, truth = voice(text, seed + 100, skip=0.3)
    aligned = align(text, silence)
    errors = [
        abs(s.start_ms - true) for s, true in zip(aligned.spoken, truth, strict=True) if s.text.isalnum()
    ]
    assert sum(errors) / len(errors) < 260


def test_pairing_beats_an_even_spread() -> None:
    text = "".join(SENTENCES[:20])
    silence, truth = voice(text, 7)
    aligned = align(text, silence)
    even = align(text, SilenceMap(total_ms=silence.total_ms, pauses=(silence.pauses[0], silence.pauses[-1])))

    def error(result: object) -> float:
        pairs = zip(result.spoken, truth, strict=True)  # type: ignore[attr-defined]
        return sum(abs(s.start_ms - true) for s, true in pairs) / len(truth)

    assert error(aligned) < error(even) / 4


def test_times_rise_and_stay_within_the_voice() -> None:
    silence, _ = voice(SENTENCES[1], 3)
    spoken = align(SENTENCES[1], silence).spoken
    assert all(a.start_ms <= a.end_ms <= b.start_ms + 1e-6 for a, b in itertools.pairwise(spoken))
    assert spoken[0].start_ms >= 350 and spoken[-1].end_ms <= silence.pauses[-1][0]


def test_no_word_is_spoken_in_a_pause_that_was_paired() -> None:
    silence = SilenceMap(total_ms=5000, pauses=((0, 200), (2000, 3000), (4800, 5000)))
    spoken = align("大家好我是小小。欢迎收看节目", silence).spoken
    starts = {s.text: s.start_ms for s in spoken}
    assert starts["。"] <= 2000 and starts["欢"] == 3000


def test_markup_is_not_shown_and_its_breaks_are_places_to_pause() -> None:
    silence = SilenceMap(total_ms=4000, pauses=((1500, 2500),))
    aligned = align('<speak>大家好<break time="1s"/>欢迎你</speak>', silence)
    assert "".join(s.text for s in aligned.spoken) == "大家好欢迎你"
    assert {s.text: s.start_ms for s in aligned.spoken}["欢"] == 2500


@pytest.mark.parametrize("script", ["", "   ", "。。。！"])
def test_a_script_without_words_is_refused(script: str) -> None:
    with pytest.raises(BadAsset, match="no words"):
        align(script, SilenceMap(total_ms=4000, pauses=()))


def test_a_silent_sound_is_refused() -> None:
    with pytest.raises(BadAsset, match="silent"):
        align("你好", SilenceMap(total_ms=4000, pauses=((0, 4000),)))


def test_twenty_minutes_take_seconds() -> None:
    import time

    text = "".join(SENTENCES * 3)
    silence, truth = voice(text, 5)
    began = time.process_time()
    aligned = align(text, silence)
    assert time.process_time() - began < 20
    errors = [abs(s.start_ms - true) for s, true in zip(aligned.spoken, truth, strict=True)]
    assert sum(errors) / len(errors) < 400
