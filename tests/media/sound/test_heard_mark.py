"""A marked sound begins with the rhythm · − · ·, is as long as both together, and has its label still."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.labels import tags
from mediaprep.media.probing import probe
from mediaprep.media.sound import heard_mark
from mediaprep.model.facts import AudioFacts
from mediaprep.model.labels import AigcLabel


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """A second of something loud, 16 kHz mono."""
    path = tmp_path / "speech.wav"
    samples = (8000 * np.sin(np.arange(16000) * 0.3)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


@pytest.mark.parametrize("ending", sorted(heard_mark.ENCODERS))
def test_the_rhythm_is_heard_before_the_sound(speech: Path, ending: str) -> None:
    binary, made = ffmpeg.find(), speech.with_name(f"marked{ending}")
    heard_mark.with_mark(speech, made, binary=binary)
    facts = probe.measured(made, faces=False)
    assert isinstance(facts, AudioFacts) and facts.seconds is not None and abs(facts.seconds - 2.92) < 0.15
    assert heard_mark.heard(made, binary=binary) and not heard_mark.heard(speech, binary=binary)


def test_a_clip_of_ones_own_stands_there_instead_and_the_label_goes_along(speech: Path) -> None:
    binary, made, labelled = ffmpeg.find(), speech.with_name("out.mp3"), speech.with_name("labelled.mp3")
    heard_mark.with_mark(speech, labelled, binary=binary)
    label = AigcLabel(b'{"Label":"1","ContentProducer":"x"}')
    tags.keep(tags.FileTags(label=label), labelled, binary=binary)
    heard_mark.with_mark(labelled, made, binary=binary, clip=speech)
    assert tags.read(made).label == label and not heard_mark.heard(made, binary=binary)


def test_what_is_no_sound_or_has_another_ending_is_refused(speech: Path) -> None:
    with pytest.raises(BadConfig, match="name it"):
        heard_mark.with_mark(speech, speech.with_name("out.txt"), binary=ffmpeg.find())
    text = speech.with_name("a.txt")
    text.write_text("no sound")
    with pytest.raises(BadAsset):
        heard_mark.with_mark(text, speech.with_name("out.mp3"), binary=ffmpeg.find())
