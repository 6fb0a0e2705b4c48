"""Facts of sound files: exact length, the docs' format names, silence at the edges, peak."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediaprep.media.containers import packets
from mediaprep.media.probing.audio import Envelope, docs_format
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import AudioFacts, UnknownFacts
from mediaprep.model.findings import Verdict
from mediaprep.preflight.judge import judge_file
from tests.making import cut_off, ffmpeg, make_audio


def sound(path: Path) -> AudioFacts:
    facts = probe(path)
    assert isinstance(facts, AudioFacts), facts
    return facts


@pytest.mark.parametrize(
    ("name", "format", "codec"),
    [
        ("a.wav", "wav", "pcm_s16le"), ("a.mp3", "mp3", "mp3"), ("a.wma", "wma", "wmav2"), ("a.m4a", "m4a", "aac"),
        ("a.aac", "aac", "aac"), ("a.ogg", "ogg", "vorbis"), ("a.flac", "flac", "flac"),
    ],
)  # fmt: skip
def test_formats_have_the_docs_names_and_exact_lengths(
    tmp_path: Path, name: str, format: str, codec: str
) -> None:
    extra = ("-c:a", "libvorbis") if name == "a.ogg" else ()
    path = make_audio(tmp_path / name, seconds=1.5, sample_rate=24000, extra=extra)
    facts = sound(path)
    assert (facts.format, facts.codec, facts.channels) == (format, codec, 1)
    assert facts.sample_rate == 24000
    assert facts.seconds == pytest.approx(1.5, abs=0.1)
    assert facts.bitrate == pytest.approx(path.stat().st_size * 8 / facts.seconds, abs=1)


def test_a_wav_s_length_is_exact(tmp_path: Path) -> None:
    assert sound(make_audio(tmp_path / "a.wav", seconds=1.234)).seconds == pytest.approx(1.234, abs=1e-3)


def test_silence_at_the_edges_is_measured(tmp_path: Path) -> None:
    facts = sound(make_audio(tmp_path / "a.wav", seconds=1, silence_before=0.7, silence_after=1.1))
    assert facts.leading_silence == pytest.approx(0.7, abs=0.02)
    assert facts.trailing_silence == pytest.approx(1.1, abs=0.02)
    assert facts.peak_dbfs == pytest.approx(-18.06, abs=0.1)


def test_sound_throughout_has_no_silence(tmp_path: Path) -> None:
    facts = sound(make_audio(tmp_path / "a.wav", seconds=1))
    assert (facts.leading_silence, facts.trailing_silence) == (0, 0)


def test_faint_noise_counts_as_silence_and_a_click_does_not_break_it(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    ffmpeg(
        "-f", "lavfi", "-i", "anoisesrc=a=0.002:d=1:r=16000:seed=1", "-f", "lavfi", "-i", "sine=f=300:r=16000:d=1",
        "-filter_complex", "[0][1]concat=v=0:a=1", path,
    )  # fmt: skip
    assert sound(path).leading_silence == pytest.approx(1, abs=0.02)


def test_a_silent_file_is_silent_throughout(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "1", path)
    facts = sound(path)
    assert (facts.leading_silence, facts.trailing_silence) == (1, 0)
    assert facts.peak_dbfs is None


def test_opposite_channels_are_not_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc=0.3*sin(2000*t)|-0.3*sin(2000*t):d=1:s=16000", path)
    facts = sound(path)
    assert facts.channels == 2
    assert facts.leading_silence == 0


def test_blocks_of_any_size_give_the_same_envelope() -> None:
    rng = np.random.default_rng(0)
    samples = (rng.standard_normal((16000, 2)) * 0.1).astype(np.float32)
    samples[:5000] = 0
    one, many = Envelope(16000), Envelope(16000)
    one.add(samples)
    for block in np.array_split(samples, 37):
        many.add(block)
    assert one.edges() == many.edges()
    assert one.edges()[0] == pytest.approx(0.3125, abs=0.011)
    assert one.peak == many.peak
    assert np.allclose(one.hops(), many.hops())


def test_a_cut_mp3_is_as_long_as_what_is_left(tmp_path: Path) -> None:
    whole = make_audio(tmp_path / "a.mp3", seconds=4)
    facts = sound(cut_off(whole, tmp_path / "cut.mp3", 0.5))
    assert facts.seconds == pytest.approx(2, abs=0.15)


def test_a_wav_that_claims_an_hour_is_as_long_as_it_is(tmp_path: Path) -> None:
    data = bytearray(make_audio(tmp_path / "a.wav", seconds=1, sample_rate=16000).read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = (16000 * 2 * 3600).to_bytes(4, "little")
    liar = tmp_path / "liar.wav"
    liar.write_bytes(data)
    assert sound(liar).seconds == pytest.approx(1, abs=0.01)


def test_a_header_without_sound_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(make_audio(tmp_path / "b.wav", seconds=0.2).read_bytes()[:44])
    assert isinstance(probe(path), UnknownFacts)


def test_names_beyond_the_docs_stay_the_container_s() -> None:
    assert docs_format("asf", "wmapro") == "wma"
    assert docs_format("asf", "mp3") == "asf"
    assert docs_format("flac", "flac") == "flac"
    assert docs_format("mp3", "mp2") == "mp2"


def scrambled(path: Path, *, first: int, step: int = 1) -> Path:
    """Every `step`-th packet from number `first` on as encryption leaves it: sizes right, contents noise."""
    data = bytearray(path.read_bytes())
    with packets.opened(path) as container:
        spots = [(entry.pos, entry.size) for entry in container.streams[0].index_entries]
    for place, size in spots[first::step]:
        data[place : place + size] = bytes((31 * n + 7 * place + n * n) % 256 | 0xE0 for n in range(size))
    path.write_bytes(data)
    return path


def test_a_sound_of_which_nothing_decodes_is_refused(tmp_path: Path) -> None:
    facts = probe(scrambled(make_audio(tmp_path / "a.m4a", seconds=2), first=0))
    assert isinstance(facts, UnknownFacts) and "encrypted" in facts.problem_en
    (told,) = judge_file("notrain", "InputAudioUrl", facts)
    assert told.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("seconds", "first", "verdict"), [(4.0, 20, Verdict.REFUSED), (4.0, 70, Verdict.ADVISED)]
)
def test_a_sound_of_which_a_part_decodes_is_told(
    tmp_path: Path, seconds: float, first: int, verdict: Verdict
) -> None:
    path = make_audio(tmp_path / "a.m4a", seconds=seconds)
    facts = sound(scrambled(path, first=first))
    assert facts.decoded_share is not None and 0 < facts.decoded_share < 0.9
    told = {finding.rule: finding.verdict for finding in judge_file("notrain", "InputAudioUrl", facts)}
    assert told["notrain.InputAudioUrl.decoded_share"] is verdict


def test_a_sound_that_could_not_be_listened_to_is_unknown() -> None:
    facts = AudioFacts(
        container="mp3", format="mp3", codec="mp3", sample_rate=16000, channels=1, seconds=30.0, size_bytes=1000,
        decoded_share=None,
    )  # fmt: skip
    (told,) = judge_file("notrain", "InputAudioUrl", facts)
    assert told.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.m4a", "a.ogg", "a.wma", "a.aac"])
def test_silence_throughout_is_advice_and_a_tone_is_none(tmp_path: Path, name: str) -> None:
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono:d=2", tmp_path / name)
    silent, tone = sound(tmp_path / name), sound(make_audio(tmp_path / f"tone.{name}", seconds=2))
    for facts, verdicts in ((silent, [Verdict.ADVISED]), (tone, [])):
        assert facts.decoded_share is not None and facts.decoded_share > 0.9
        found = judge_file("notrain", "InputAudioUrl", facts)
        assert [f.verdict for f in found if f.rule.endswith(".silent")] == verdicts
