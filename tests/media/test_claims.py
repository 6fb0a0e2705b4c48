"""Sound files that hold less than their headers say, by every way a header may say it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import AudioFacts
from mediaprep.model.findings import Finding
from mediaprep.preflight.judge import judge_file
from tests.making import cut_off, make_audio

SECONDS = 6.0
MADE: dict[str, tuple[str, ...]] = {
    "a.wav": (),
    "wide.wav": ("-rf64", "always"),
    "xing.mp3": ("-q:a", "5"),
    "info.mp3": (),
    "tagged.mp3": ("-metadata", "title=" + "x" * 3000, "-id3v2_version", "3"),
    "a.flac": (),
    "a.m4a": ("-movflags", "+faststart"),
    "a.wma": (),
    "a.aiff": (),
}


def judged(path: Path) -> tuple[AudioFacts, Finding | None]:
    facts = probe(path)
    assert isinstance(facts, AudioFacts), facts
    found = judge_file("notrain", "InputAudioUrl", facts)
    return facts, next((one for one in found if one.rule == "notrain.InputAudioUrl.cut_short"), None)


@pytest.mark.parametrize("name", MADE)
def test_a_part_that_is_missing_is_told_with_both_lengths(tmp_path: Path, name: str) -> None:
    whole = make_audio(tmp_path / name, seconds=SECONDS, extra=MADE[name])
    assert judged(whole)[1] is None
    facts, told = judged(cut_off(whole, tmp_path / f"cut-{name}", 0.4))
    assert facts.claimed_seconds == pytest.approx(SECONDS, abs=0.15)
    assert told is not None and told.verdict == "advised"
    assert f"{facts.claimed_seconds:.2f} s" in told.message.en and f"{facts.seconds:.2f} s" in told.message.en
    assert f"{facts.seconds:.2f} 秒" in told.message.zh


@pytest.mark.parametrize(("name", "extra"), [("a.ogg", ()), ("a.opus", ()), ("a.oga", ("-c:a", "flac"))])
def test_an_ogg_stream_without_its_last_page_is_told(
    tmp_path: Path, name: str, extra: tuple[str, ...]
) -> None:
    whole = make_audio(tmp_path / name, seconds=SECONDS, extra=("-page_duration", "200000", *extra))
    assert judged(whole)[1] is None
    assert judged(cut_off(whole, tmp_path / f"cut-{name}", 0.6))[1] is not None
    last = whole.read_bytes().rindex(b"OggS")
    (tmp_path / f"page-{name}").write_bytes(whole.read_bytes()[:last])
    assert judged(tmp_path / f"page-{name}")[1] is not None


def stated(mark: bytes, size: int, width: int = 4, skip: int = 4) -> Callable[[bytes], bytes]:
    """The bytes of a file with another number `skip` bytes from where `mark` begins."""

    def change(data: bytes) -> bytes:
        at = data.index(mark) + skip
        return data[:at] + size.to_bytes(width, "little" if mark == b"data" else "big") + data[at + width :]

    return change


@pytest.mark.parametrize(
    ("name", "extra", "change"),
    [
        ("a.wav", (), stated(b"data", 0)),
        ("a.wav", (), stated(b"data", 0xFFFFFFFF)),
        ("a.wav", (), stated(b"data", 0x7FFFF000)),
        ("a.wav", (), stated(b"data", 48_000)),  # other bytes may follow what it holds
        ("plain.mp3", ("-write_xing", "0"), lambda data: data[: len(data) // 2]),
        ("a.aac", (), lambda data: data[: len(data) // 2]),
        ("streamed.flac", (), stated(b"fLaC", 0, width=4, skip=22)),
    ],
)
def test_a_header_that_says_no_length_is_no_flaw(
    tmp_path: Path, name: str, extra: tuple[str, ...], change: Callable[[bytes], bytes]
) -> None:
    whole = make_audio(tmp_path / name, seconds=SECONDS, extra=extra)
    whole.write_bytes(change(whole.read_bytes()))
    assert judged(whole)[1] is None


@pytest.mark.parametrize(
    ("name", "extra", "change"),
    [
        ("a.wav", (), stated(b"data", 24000 * 2 * 60)),
        ("a.mp3", (), stated(b"Info", 5000, skip=8)),
        ("a.mp3", ("-q:a", "5"), stated(b"Xing", 5000, skip=8)),
        ("a.flac", (), stated(b"fLaC", 24000 * 60, skip=22)),
    ],
)
def test_a_header_that_claims_a_minute_is_told(
    tmp_path: Path, name: str, extra: tuple[str, ...], change: Callable[[bytes], bytes]
) -> None:
    whole = make_audio(tmp_path / name, seconds=SECONDS, extra=extra)
    whole.write_bytes(change(whole.read_bytes()))
    facts, told = judged(whole)
    assert facts.claimed_seconds is not None and facts.claimed_seconds > 50 and told is not None


@pytest.mark.parametrize("seconds", [0.51, 0.6, 2.0])
def test_a_short_sound_of_few_packets_lacks_nothing(tmp_path: Path, seconds: float) -> None:
    path = make_audio(
        tmp_path / "a.m4a", seconds=seconds, sample_rate=16000, extra=("-c:a", "alac", "-frame_size", "16000")
    )
    assert judged(path)[1] is None
